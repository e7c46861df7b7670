"""The phone that films synthetic rooms, from `data/camera.yaml`."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import yaml

from vsidata.errors import OptionError
from vsidata.scene import Array
from vsidata.synthetic.catalogue import data

_SIDES = (16, 4096)  # smallest and largest side, pixels


@dataclass(frozen=True)
class PhoneCamera:
    """Properties of the phone's recordings.

    Attributes:
        size: width and height of the pictures, pixels.
        depth_step: the depth picture has every n-th pixel of every n-th row.
        focal_length: focal length / width of a picture.
        quality: quality of the JPEGs, 1 to 100.
        rate: frames per second.
        reach: the largest depth that is measured, metres.
        lost: share of frames without a pose.
    """

    size: tuple[int, int]
    depth_step: int
    focal_length: float
    quality: int
    rate: float
    reach: float
    lost: float

    @property
    def matrix(self) -> Array:
        """(3, 3) pixel = matrix @ (x right, y down, z forward); pixel centres have integer coordinates."""
        width, height = self.size
        focal = self.focal_length * width
        return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])

    @property
    def depth_size(self) -> tuple[int, int]:
        """Width and height of the depth pictures, pixels."""
        width, height = self.size
        return width // self.depth_step, height // self.depth_step

    @property
    def depth_matrix(self) -> Array:
        """(3, 3) camera matrix of the depth pictures."""
        return np.diag([1 / self.depth_step, 1 / self.depth_step, 1]) @ self.matrix


def picture_size(text: str) -> tuple[int, int]:
    """Return the width and height in a text such as `640x480`.

    Raises:
        OptionError: the text is not a size, or the size is not supported.
    """
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(_SIDES[0] <= side <= _SIDES[1] for side in size):
        fault = f"{text} is not a size of a picture."
        remedy = f"Write width and height in pixels, from {_SIDES[0]} to {_SIDES[1]}, such as 640x480."
        raise OptionError("--frame-size", fault, remedy)
    return size


@cache
def camera() -> PhoneCamera:
    """Return the phone that `data/camera.yaml` describes."""
    loaded = yaml.safe_load((data() / "camera.yaml").read_text(encoding="utf-8"))
    values = {name: entry["value"] for name, entry in loaded.items()}
    return PhoneCamera(**values | {"size": tuple(values["size"])})
