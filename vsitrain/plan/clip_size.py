"""The number of tokens and patches of a clip, from a model's configuration. No processor is loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vsitrain.families import Family, InputMode, family_of, frame_limits, video_limits

_STAMP = 10
"""Maximum number of tokens of the text before a frame or a pair of frames, such as `<12.5 seconds>`."""


@dataclass(frozen=True)
class ClipSize:
    """The size of a clip in a model.

    Attributes:
        features: number of vectors that the vision tower passes to the language model.
        marks: number of tokens that the processor writes around the features.
        patches: number of patches in the vision tower.
        pairs: number of pairs of patches that attend to each other, summed over the layers of the tower.
    """

    features: int
    marks: int
    patches: int
    pairs: int = 0

    @property
    def tokens(self) -> int:
        """Number of tokens of the clip in a prompt."""
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
        config: the configuration of a vision-language model.
        frames: number of frames of the clip.
        height, width: size of a stored frame, in pixels.
        min_pixels, max_pixels: limits of a resized frame; ignored if all frames are resized to one size.
        input_mode: whether the clip is shown as a video or as images.

    Raises:
        VsiError: the family of the model is not supported.
        ValueError: a frame is more than 200 times as wide as high.
    """
    family, vision = family_of(config), config.vision_config
    if family.limits is None:
        side = vision.image_size[0] if isinstance(vision.image_size, list | tuple) else vision.image_size
        patch = vision.patch_size[0] if isinstance(vision.patch_size, list | tuple) else vision.patch_size
        # One additional patch represents the complete image.
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
    """Number of pairs of patches that attend to each other in one or two frames, summed over the layers.

    In most layers of Qwen2.5-VL, a patch attends only to the patches of its window.
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
    """Split a length into parts of `side` and a rest, and return the sum of the squares of the parts."""
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
