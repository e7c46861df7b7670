"""The model and the settings of the checks on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from vsitrain.models.tiny import SIZES, TINY, Size


class StepSettings(BaseModel):
    """The settings of the checks for models of one size.

    Attributes:
        frames: number of frames of a clip.
        height, width: size of a frame in pixels.
        min_pixels, max_pixels: limits of a frame that the model sees, in pixels.
        lora_r, lora_alpha: rank and scale of the adapter.
        sft, grpo: settings for TRL's SFTConfig and GRPOConfig.
        why: the reason for the numbers.
        source: their source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    frames: int
    height: int
    width: int
    min_pixels: int
    max_pixels: int
    lora_r: int
    lora_alpha: int
    sft: Mapping[str, Any]
    grpo: Mapping[str, Any]
    why: str
    source: str


SETTINGS = {
    name: StepSettings.model_validate(given)
    for name, given in yaml.safe_load((files(__package__) / "settings.yaml").read_text("utf-8")).items()
}


@dataclass(frozen=True)
class Setup:
    """The model and the settings of the checks.

    Attributes:
        name: the name of the model's size.
        size: its size.
        settings: the settings of the checks.
        device: the type of PyTorch's device: `cuda` or `cpu`.
    """

    name: str
    size: Size
    settings: StepSettings
    device: str


def setup_for(like: str, device: str) -> Setup:
    """A model of real size on a GPU, or the tiny model of its family on a CPU.

    Args:
        like: the name of a size of `vsitrain.models.tiny.SIZES`.
        device: the type of PyTorch's device.
    """
    size = SIZES[like]
    if device == "cpu":
        tiny = TINY.model_copy(update={"family": size.family})
        return Setup(f"tiny {size.family}", tiny, SETTINGS["tiny"], device)
    return Setup(like, size, SETTINGS["real"], device)
