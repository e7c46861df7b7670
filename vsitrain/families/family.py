"""What differs between families of vision-language models. All else is the same for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vsidata.errors import VsiError

LORA_TARGETS = r".*\blanguage_model\..*\.(q|k|v|o|gate|up|down)_proj"
"""Modules that an adapter may change: all linear layers of the language model, none of the vision tower."""


@dataclass(frozen=True)
class Family:
    """What a family's processor makes of a clip, and where its model wants it.

    Attributes:
        name: as people write it.
        model_type: in a model's configuration.
        processor: class of its processor.
        pads: the tensor whose features take the place of a pad token, by the attribute of the processor and
            of the configuration that holds the token's id.
        typed: whether the model must be told which tokens are image and video (`mm_token_type_ids`).
        limits: what the pixel limits of the video processor are for: each frame, or the whole video. None
            where every frame is brought to one size.
        place: what the chat template writes for a video, where the processor must replace all of it.
        fewest: frames of a video that the processor takes; of fewer, the last one is repeated.
    """

    name: str
    model_type: str
    processor: str
    pads: Mapping[str, str]
    typed: bool
    limits: Literal["frame", "video"] | None
    place: str | None = None
    fewest: int = 1


_QWEN = {"image_token_id": "pixel_values", "video_token_id": "pixel_values_videos"}
FAMILIES = (
    Family("Qwen2-VL", "qwen2_vl", "Qwen2VLProcessor", _QWEN, typed=True, limits="frame"),
    Family("Qwen2.5-VL", "qwen2_5_vl", "Qwen2_5_VLProcessor", _QWEN, typed=True, limits="frame"),
    # Its processor writes start and end around each pair of frames. As released (transformers 4.57) they take
    # the place of the template's own, which later versions leave around the whole.
    Family(
        "Qwen3-VL",
        "qwen3_vl",
        "Qwen3VLProcessor",
        _QWEN,
        typed=True,
        limits="video",
        place="<|vision_start|><|video_pad|><|vision_end|>",
        fewest=2,
    ),
    # A video is written as images, each after `Frame1:` and so on.
    Family(
        "InternVL",
        "internvl",
        "InternVLProcessor",
        {"image_token_id": "pixel_values"},
        typed=False,
        limits=None,
    ),
)


def family_of(thing: Any) -> Family:
    """The family of a model, of its configuration or of its processor.

    Raises:
        VsiError: it is no vision-language model, or of a family that is not supported.
    """
    config = getattr(thing, "config", thing)
    model_type, kind = getattr(config, "model_type", None), type(thing).__name__
    for family in FAMILIES:
        if family.model_type == model_type or family.processor == kind:
            return family
    known = ", ".join(family.name for family in FAMILIES)
    path = getattr(config, "name_or_path", "") or kind
    fault = f"is a {model_type or kind}, which is none of the families that can be shown a video: {known}"
    raise VsiError(path, fault, "Take a model of one of them, in the form that transformers loads by itself.")


def pad_token_ids(processor: Any) -> list[int]:
    """Tokens that stand for pixels. A model that writes one itself cannot read what it wrote."""
    return [getattr(processor, attribute) for attribute in family_of(processor).pads]
