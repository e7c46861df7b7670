"""The shapes of objects. Each shape has a builder, which makes its parts from its size.

Parts are in the object's own frame: x across, y deep with the front at +y, z up. The origin is the middle of
the underside. `build` stretches the parts to exactly the requested size.
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
    """Make the parts of an object.

    Args:
        shape: a name in the catalogue.
        size: its extents across, deep and high, metres.
        style: random seed of the variations between objects of one shape.

    Returns:
        The parts. Their common bounding box has exactly `size`, its underside is at z = 0, and it is centred
        in x and y.
    """
    parts = BUILDERS[shape](*size, np.random.default_rng(style))
    low = np.min([part.vertices.min(axis=0) for part in parts], axis=0)
    high = np.max([part.vertices.max(axis=0) for part in parts], axis=0)
    scale = np.array(size) / (high - low)
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return [Part((part.vertices - foot) * scale, part.triangles, part.tone) for part in parts]
