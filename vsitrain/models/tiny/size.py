"""How large a random model is."""

from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FamilyName = Literal["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl"]


class Size(BaseModel):
    """The numbers of a model's configuration that decide on memory and speed.

    Attributes:
        family: that the size is of.
        hidden_size, layers, heads, key_value_heads, intermediate_size: of the language model.
        vision_hidden_size, vision_layers, vision_heads: of the vision tower.
        vocabulary: tokens; None for as many as the tokenizer has.
        tied: whether the first and the last layer share their weights.
        initializer_range: standard deviation of the weights.
        dtype: of the weights.
        pixels: least and most of a frame.
        why: what the size is for.
        source: where the numbers come from.
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
