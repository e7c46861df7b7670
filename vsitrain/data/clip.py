"""The video of a room as a model sees it: frames with their times."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames that were picked from a video, in their order in time.

    Attributes:
        frames: (T, H, W, 3) RGB, 0 to 255.
        timestamps: (T,) seconds since the first frame of the video, increasing.
        seconds: length of the video that the frames were picked from, up to the end of its last frame. None
            if it is unknown. Then every frame lasts as long as the mean step between two frames, and a single
            frame lasts a second.

    Raises:
        ValueError: the frames do not have this form, there is not one increasing time per frame, or the
            length of the video is not positive.
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
            raise ValueError(f"{len(self.frames)} frames need one time each, not {self.timestamps.shape}")
        if (np.diff(self.timestamps) <= 0).any():
            raise ValueError("the times of a clip's frames must increase")
        if self.seconds is not None and not self.seconds > 0:
            raise ValueError(f"the length of a video must be positive, not {self.seconds} s")

    @property
    def fps(self) -> float:
        """Frames per second: the number of frames divided by the length, as in the released processors.

        Source: `VideoMetadata.sampled_fps` of transformers, from which Qwen2.5-VL's `second_per_grid_ts`
        follows.
        """
        count = len(self.timestamps)
        if self.seconds is not None:
            return count / self.seconds
        return float((count - 1) / (self.timestamps[-1] - self.timestamps[0])) if count > 1 else 1.0

    def blank(self) -> "Clip":
        """A clip of black frames with the same number, size and times."""
        return replace(self, frames=np.zeros_like(self.frames))

    @cached_property
    def digest(self) -> str:
        """Digest of the frames and their times, to check whether two runs showed the same frames."""
        parts = (repr(self.frames.shape).encode(), self.frames, self.timestamps)
        found = hashlib.sha256()
        for part in parts:
            found.update(part if isinstance(part, bytes) else np.ascontiguousarray(part).data)
        return found.hexdigest()[:16]
