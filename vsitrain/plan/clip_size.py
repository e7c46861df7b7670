"""How many tokens and patches a clip becomes, from a model's configuration: no processor is loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vsitrain.families import Family, InputMode, family_of, frame_limits, video_limits

_STAMP = 10
"""Tokens that Qwen3-VL and InternVL write around each frame or two, such as `<12.5 seconds>`, at most."""


@dataclass(frozen=True)
class ClipSize:
    """What a clip becomes.

    Attributes:
        features: vectors that the vision tower hands to the language model.
        marks: tokens written around them.
        patches: that go into the vision tower.
        pairs: of patches that attend to each other, summed over the layers of the tower.
    """

    features: int
    marks: int
    patches: int
    pairs: int = 0

    @property
    def tokens(self) -> int:
        """Tokens of a prompt that the clip takes."""
        return self.features + self.marks


def clip_size(
    config: Any,
    *,
    frames: int,
    height: int,
    width: int,
    min_pixels: int,
    max_pixels: int,
    input_mode: InputMode = "video",
) -> ClipSize:
    """The size of a clip as the model's processor makes it.

    Args:
        config: of a vision-language model.
        frames: of the clip.
        height, width: of a frame as it comes, in pixels.
        min_pixels, max_pixels: of a frame, as it is resized; ignored where all frames get one size.
        input_mode: how the clip is shown.

    Raises:
        VsiError: the model is of no family that can be shown a video.
        ValueError: a frame is more than 200 times as wide as high.
    """
    family, vision = family_of(config), config.vision_config
    if family.limits is None:
        side = vision.image_size[0] if isinstance(vision.image_size, list | tuple) else vision.image_size
        patch = vision.patch_size[0] if isinstance(vision.patch_size, list | tuple) else vision.patch_size
        # A patch more than the grid holds stands for the whole image.
        seen = (side // patch) ** 2 + 1
        pairs = frames * seen**2 * vision.num_hidden_layers
        return ClipSize(frames * config.image_seq_length, frames * _STAMP, frames * seen, pairs)
    merged = vision.spatial_merge_size
    unit = vision.patch_size * merged
    limits = frame_limits(min_pixels, max_pixels, unit)
    fitted = _fitted(family, frames, height, width, unit, limits, input_mode)
    at_a_time = vision.temporal_patch_size if input_mode == "video" else 1
    slices = -(-frames // at_a_time)
    features = slices * (fitted[0] // unit) * (fitted[1] // unit)
    stamped = family.limits == "video" and input_mode == "video"
    marks = slices * _STAMP if stamped else 2 * (1 if input_mode == "video" else slices)
    rows, columns = (side // vision.patch_size for side in fitted)
    return ClipSize(features, marks, features * merged**2, slices * _pairs(vision, rows, columns))


def _pairs(vision: Any, rows: int, columns: int) -> int:
    """Pairs of patches of a frame, or two, that attend to each other, summed over the layers.

    In most layers of Qwen2.5-VL a patch attends to those of its window alone.
    """
    whole = (rows * columns) ** 2
    depth = int(vision.depth)
    everywhere: Sequence[int] | None = getattr(vision, "fullatt_block_indexes", None)
    if everywhere is None:
        return depth * whole
    side = int(vision.window_size) // int(vision.patch_size)
    in_windows = _squares(rows, side) * _squares(columns, side)
    return len(everywhere) * whole + (depth - len(everywhere)) * in_windows


def _squares(length: int, side: int) -> int:
    """The squares, added up, of the parts that a length is cut into: of `side` each, and the rest."""
    parts, rest = divmod(length, side)
    return parts * side**2 + rest**2


def _fitted(
    family: Family,
    frames: int,
    height: int,
    width: int,
    unit: int,
    limits: Mapping[str, int],
    input_mode: InputMode,
) -> tuple[int, int]:
    """Height and width of a frame as transformers scales it."""
    if family.limits == "video" and input_mode == "video":
        from transformers.models.qwen3_vl import video_processing_qwen3_vl as of_videos

        frames = max(frames, family.fewest)
        of_all = video_limits(limits, frames)
        video: tuple[int, int] = of_videos.smart_resize(
            frames,
            height,
            width,
            factor=unit,
            min_pixels=of_all["shortest_edge"],
            max_pixels=of_all["longest_edge"],
        )
        return video
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

    least, most = limits["shortest_edge"], limits["longest_edge"]
    image: tuple[int, int] = smart_resize(height, width, factor=unit, min_pixels=least, max_pixels=most)
    return image
