"""Families of vision-language models that read videos: their differences, and the encoding of prompts."""

from vsitrain.families.base import base_model
from vsitrain.families.encoding import (
    EncodedPrompt,
    clip_tensors,
    clip_tokens,
    collate,
    encode,
    encode_rows,
    fitted,
    padded,
    token_types,
    unexpanded,
    vision_inputs,
    with_features,
    without_features,
)
from vsitrain.families.family import (
    FAMILIES,
    LORA_TARGETS,
    Family,
    family_of,
    pad_token_ids,
)
from vsitrain.families.features import Features, features_of, joined, leaves_of
from vsitrain.families.frozen import LANGUAGE, keep_gradients_out_of_the_tower, same_tower, trains_tower
from vsitrain.families.guard import refuse_blind_passes
from vsitrain.families.marks import refuse_marks
from vsitrain.families.once_per_step import OncePerStep
from vsitrain.families.pixel_limits import (
    frame_limits,
    least_below,
    limit_pixels,
    most_above,
    video_limits,
)
from vsitrain.families.pixels import Pixels
from vsitrain.families.places import InputMode, stills, with_places
from vsitrain.families.shown import show_rows

__all__ = [
    "FAMILIES",
    "LANGUAGE",
    "LORA_TARGETS",
    "EncodedPrompt",
    "Family",
    "Features",
    "InputMode",
    "OncePerStep",
    "Pixels",
    "base_model",
    "clip_tensors",
    "clip_tokens",
    "collate",
    "encode",
    "encode_rows",
    "family_of",
    "features_of",
    "fitted",
    "frame_limits",
    "joined",
    "keep_gradients_out_of_the_tower",
    "least_below",
    "leaves_of",
    "limit_pixels",
    "most_above",
    "pad_token_ids",
    "padded",
    "refuse_blind_passes",
    "refuse_marks",
    "same_tower",
    "show_rows",
    "stills",
    "token_types",
    "trains_tower",
    "unexpanded",
    "video_limits",
    "vision_inputs",
    "with_features",
    "with_places",
    "without_features",
]
