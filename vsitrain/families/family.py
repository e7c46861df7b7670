"""The differences between families of vision-language models. All other code is the same for all families."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vsidata.errors import VsiError

LORA_TARGETS = r".*\blanguage_model\..*\.(q|k|v|o|gate|up|down)_proj"
"""Modules that an adapter changes: all linear layers of the language model, none of the vision tower."""


@dataclass(frozen=True)
class Family:
    """The form in which a family's processor and model take a clip.

    Attributes:
        name: the usual name of the family.
        model_type: the type in a model's configuration.
        processor: the class of its processor.
        pads: name of an attribute → name of a tensor. The attribute of the processor and of the configuration
            has the id of a pad token. The features of the tensor replace this token.
        typed: whether the model needs the types of tokens (`mm_token_type_ids`).
        limits: whether the pixel limits of the video processor apply to each frame or to the whole video.
            None if every frame is resized to one size.
        place: the text that the chat template writes for a video, if the processor must replace all of it.
        fewest: minimum number of frames of a video for the processor. A shorter video is padded with its last
            frame.
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
    # The processor writes start and end tokens around each pair of frames. In the release (transformers 4.57)
    # these tokens replace those of the template. Later versions keep both.
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
        VsiError: it is not a vision-language model, or its family is not supported.
    """
    config = getattr(thing, "config", thing)
    model_type, kind = getattr(config, "model_type", None), type(thing).__name__
    for family in FAMILIES:
        if family.model_type == model_type or family.processor == kind:
            return family
    known = ", ".join(family.name for family in FAMILIES)
    path = getattr(config, "name_or_path", "") or kind
    fault = f"is a {model_type or kind}, but the supported families are {known}"
    raise VsiError(
        path, fault, "Choose a model of one of these families, in the form that transformers loads by itself."
    )


def pad_token_ids(processor: Any) -> list[int]:
    """Tokens that stand for pixels. A model must not generate them: it cannot read them without pixels."""
    return [getattr(processor, attribute) for attribute in family_of(processor).pads]
