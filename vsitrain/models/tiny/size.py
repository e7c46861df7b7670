"""The size of a random model."""

from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FamilyName = Literal["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl"]


class Size(BaseModel):
    """The numbers of a model's configuration that decide memory and speed.

    Attributes:
        family: the family of the model.
        hidden_size, layers, heads, key_value_heads, intermediate_size: sizes of the language model.
        vision_hidden_size, vision_layers, vision_heads: sizes of the vision tower.
        vocabulary: number of tokens; None for the tokens of the tokenizer.
        tied: whether the first and the last layer share their weights.
        initializer_range: standard deviation of the weights.
        dtype: the type of the weights.
        pixels: minimum and maximum number of pixels of a frame.
        why: the purpose of the size.
        source: the source of the numbers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: FamilyName
    hidden_size: int
    layers: int
    heads: int
    key_value_heads: int
    intermediate_size: int
    vision_hidden_size: int
    vision_layers: int
    vision_heads: int
    vocabulary: int | None
    tied: bool
    initializer_range: float
    dtype: Literal["float32", "bfloat16"]
    pixels: tuple[int, int]
    why: str
    source: str


SIZES = {
    name: Size.model_validate(numbers)
    for name, numbers in yaml.safe_load((files(__package__) / "sizes.yaml").read_text()).items()
}
TINY = SIZES["tiny"]
