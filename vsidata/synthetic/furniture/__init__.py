"""The shapes of objects: one builder per shape, which makes its parts from its size.

Own frame: x across, y deep with the front at +y, z up; the origin is the middle of the underside. `build`
stretches the parts to the requested size, so that a recipe's size is exact.
"""

import numpy as np

from vsidata.synthetic.decks import Size
from vsidata.synthetic.furniture import (
    bathroom,
    building,
    electronics,
    kitchen,
    seats,
    soft,
    storage,
    tables,
    things,
    walls,
)
from vsidata.synthetic.furniture.shapes import BUILDERS
from vsidata.synthetic.parts import Part

__all__ = [
    "BUILDERS",
    "bathroom",
    "build",
    "building",
    "electronics",
    "kitchen",
    "seats",
    "soft",
    "storage",
    "tables",
    "things",
    "walls",
]


def build(shape: str, size: Size, style: int) -> list[Part]:
    """The parts of an object.

    Args:
        shape: a name in the catalogue.
        size: its extents across, deep and high, metres.
        style: random seed of the variations between objects of one shape.

    Returns:
        Parts with a common bounding box of exactly `size`, standing on z = 0, centred in x and y.
    """
    parts = BUILDERS[shape](*size, np.random.default_rng(style))
    low = np.min([part.vertices.min(axis=0) for part in parts], axis=0)
    high = np.max([part.vertices.max(axis=0) for part in parts], axis=0)
    scale = np.array(size) / (high - low)
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return [Part((part.vertices - foot) * scale, part.triangles, part.tone) for part in parts]
