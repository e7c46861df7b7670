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
        vision_intermediate_size: feed-forward width of the vision tower of Qwen2.5-VL, Qwen3-VL and InternVL;
            None for twice the width of the tower. The feed-forward width of Qwen2-VL is always four times the
            width.
        vision_positions: number of position embeddings of the tower of Qwen3-VL.
        vision_levels: numbers of the tower's layers that give features to the language model, in addition to
            the last layer (Qwen3-VL).
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
    vision_intermediate_size: int | None = None
    vision_positions: int = 16
    vision_levels: tuple[int, ...] = (0,)
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
