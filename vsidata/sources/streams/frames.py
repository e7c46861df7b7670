"""The interface of a stream of frames, and checks of camera poses and times."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray

BoolArray = NDArray[np.bool_]
Depth = NDArray[np.float32]
Size = tuple[int, int]
"""Width and height in pixels."""

# Frames per second of ScanNet's sensor. Many of its streams have no usable times: all are zero, or some are
# random (ScanNet/ScanNet, issues 9 and 39).
USUAL_RATE = 30.0

# A frame of 5K video has 15 million pixels. A header with a larger size is damaged or hostile. Such a file is
# refused before memory is allocated, because decoding a progressive JPEG needs nine bytes per pixel.
MOST_PIXELS = 1 << 24

# Seconds between frames. If the mean or median step is outside this range, the times are random bytes.
SHORTEST_STEP, _LONGEST_STEP = 0.001, 10.0

# Pixels. No lens has a focal length outside this range. No principal point has a coordinate above the upper
# limit.
_SHORTEST_FOCAL, _LONGEST_FOCAL = 1.0, 1e6

# Poses are stored as float32 or as text with six decimals, so a true rotation is orthonormal to about 1e-6.
_RIGID_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class FrameStream(ABC):
    """The frames of one scan. A stream is small and picklable. It reads a picture or depth on request.

    The position of a frame, 0 to len(stream) - 1, identifies it. Poses are in the frame of the scan's
    **mesh** on disk, not in the room frame. A caller that transforms the mesh must transform the poses too.

    Attributes:
        path: the file or folder of the stream.
        size: the size of the colour pictures.
        depth_size: the size of the depth pictures; None without depth.
        color_matrix: (3, 3) colour camera: pixel = matrix @ (x right, y down, z forward); None if unknown.
        depth_matrix: (3, 3) the same for the depth camera.
        numbers: (n,) the numbers that the source gives the frames, rising. They differ from the positions if
            some frames were not exported.
        timestamps: (n,) seconds since the first frame, rising.
        timed: whether the source states the timestamps. Otherwise they are counted from the numbers at
            USUAL_RATE.
        poses: (n, 4, 4) from the camera's frame (x right, y down, z forward) to the mesh's frame, metres, as
            stored. A matrix that is not a pose is kept, but its frame is not valid. None if the source has no
            poses.
        valid: (n,) whether a frame may be used: it has a picture and, if the stream has poses, a pose that is
            a rotation and a shift.
    """

    path: Path
    size: Size
    depth_size: Size | None
    color_matrix: Array | None
    depth_matrix: Array | None
    numbers: IntArray
    timestamps: Array
    timed: bool
    poses: Array | None
    valid: BoolArray

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def fps(self) -> float:
        """Frames per second: 1 / the median time between two frames, so that gaps do not matter."""
        steps = np.diff(self.timestamps)
        return float(1 / np.median(steps)) if len(steps) else USUAL_RATE

    @abstractmethod
    def jpeg(self, position: int) -> bytes:
        """Return the colour picture of a frame as a complete JPEG of the stream's size.

        If the source stores JPEGs, the stored bytes are returned unchanged.

        Raises:
            ScanError: the picture is missing, cut short, not a JPEG, or of another size.
        """

    @abstractmethod
    def depth(self, position: int) -> Depth | None:
        """Return the (height, width) depth of a frame: metres along the camera's z, 0 if not measured.

        Return None if the frame has no depth.

        Raises:
            ScanError: the depth is cut short, of the wrong form, or of another size.
        """


def are_poses(matrices: Array) -> BoolArray:
    """Return (n,) whether each (4, 4) matrix is a rotation and a shift.

    It must be finite, and not stretch, skew or mirror.

    ScanNet stores -inf or NaN for frames at which tracking was lost.
    """
    finite = np.nan_to_num(matrices, nan=0, posinf=0, neginf=0)
    rotations = finite[:, :3, :3]
    with np.errstate(over="ignore", invalid="ignore"):
        skew = np.abs(rotations @ rotations.transpose(0, 2, 1) - np.eye(3)).max(axis=(1, 2))
        right_handed = np.linalg.det(rotations) > 0
    last_row = np.abs(finite[:, 3] - [0, 0, 0, 1]).max(axis=1)
    rigid: BoolArray = (skew <= _RIGID_TOLERANCE) & right_handed & (last_row <= _RIGID_TOLERANCE)
    return rigid & np.isfinite(matrices).all(axis=(1, 2))


def camera_matrix(intrinsics: Array) -> Array | None:
    """Return the upper left (3, 3) of an intrinsic matrix; None if it is not the matrix of a camera."""
    matrix = np.asarray(intrinsics[:3, :3], dtype=np.float64)
    focal_lengths = matrix.diagonal()[:2]
    is_camera = (
        (np.abs(matrix) <= _LONGEST_FOCAL).all()  # false for NaN
        and (focal_lengths >= _SHORTEST_FOCAL).all()
        and matrix[1, 0] == 0
        and (matrix[2] == [0, 0, 1]).all()
    )
    return matrix if is_camera else None


def times_of(seconds: Array) -> Array | None:
    """Return (n,) seconds since the first frame; None if the times do not rise at the rate of a camera.

    Args:
        seconds: (n,) the time of each frame in the source, counted from any moment.
    """
    steps = np.diff(seconds)
    if not len(steps) or not (steps > 0).all():
        return None
    usual = (np.median(steps), steps.mean())
    plausible = min(usual) >= SHORTEST_STEP and max(usual) <= _LONGEST_STEP
    return np.asarray(seconds - seconds[0]) if plausible else None
