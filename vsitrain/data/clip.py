"""What a model sees of a room: the frames of a video and when they were taken."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames already picked from a video, in the order in which they were taken.

    Attributes:
        frames: (T, H, W, 3) RGB, 0 to 255.
        timestamps: (T,) seconds since the first frame of the video, rising.
        seconds: length of the video that they were picked from, its last frame included. None where it is
            unknown: then every frame lasts as long as the mean step between two, and a single one a second.

    Raises:
        ValueError: the frames are no such pictures, there is not one rising time for each, or the video does
            not last.
    """

    frames: Frames
    timestamps: NDArray[np.float64]
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.frames.ndim != 4 or self.frames.shape[-1] != 3 or self.frames.dtype != np.uint8:
            raise ValueError(
                f"frames must be (T, H, W, 3) of uint8, not {self.frames.shape} of {self.frames.dtype}"
            )
        if not len(self.frames) or self.timestamps.shape != (len(self.frames),):
            raise ValueError(f"{len(self.frames)} frames need as many times, not {self.timestamps.shape}")
        if (np.diff(self.timestamps) <= 0).any():
            raise ValueError("the times of a clip's frames must rise")
        if self.seconds is not None and not self.seconds > 0:
            raise ValueError(f"a video lasts more than {self.seconds} s")

    @property
    def fps(self) -> float:
        """Frames per second of the video: their number by its length, as the released processors reckon.

        Source: `VideoMetadata.sampled_fps` of transformers, from which Qwen2.5-VL's `second_per_grid_ts`
        follows.
        """
        count = len(self.timestamps)
        if self.seconds is not None:
            return count / self.seconds
        return float((count - 1) / (self.timestamps[-1] - self.timestamps[0])) if count > 1 else 1.0

    def blank(self) -> "Clip":
        """Black frames in place of the pictures, as many, as large and at the same times."""
        return replace(self, frames=np.zeros_like(self.frames))

    @cached_property
    def digest(self) -> str:
        """Of the frames and their times, to tell whether two runs saw the same."""
        parts = (repr(self.frames.shape).encode(), self.frames, self.timestamps)
        found = hashlib.sha256()
        for part in parts:
            found.update(part if isinstance(part, bytes) else np.ascontiguousarray(part).data)
        return found.hexdigest()[:16]
