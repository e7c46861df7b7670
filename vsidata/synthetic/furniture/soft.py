"""Bedding, clothes and bags."""

from itertools import product

import numpy as np
from numpy.random import Generator

from vsidata.synthetic.furniture.pieces import body, sides
from vsidata.synthetic.furniture.shapes import shape, varied_shape
from vsidata.synthetic.parts import Part, ball, box, cushion, moved, ring, tilted


@shape("pillow", "purse", "hat")
def _pillow(w: float, d: float, h: float) -> list[Part]:
    return [cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h), _seam(w, d, 0.5 * h)]


def _seam(w: float, d: float, z: float) -> Part:
    """Make a seam around a soft object."""
    seam = ring(0.93, 0.03, "shade")
    return Part(seam.vertices * np.array([w / 2, d / 2, 0.3]) + np.array([0, 0, z]), seam.triangles, "shade")


@varied_shape("blanket")
def _heap(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    layers = []
    for index, tone in enumerate(("main", "light", "shade")):
        x, y = rng.uniform(-0.1, 0.1, 2)
        wide = 0.5 - 0.09 * index
        z = index * h / 4
        layers.append(
            cushion((x - wide) * w, (x + wide) * w, (y - wide) * d, (y + wide) * d, z, z + h / 2, tone)
        )
    return layers


_GARMENTS = ("white", "navy", "red", "grey", "teal", "beige", "black", "olive")
_FOLDED = 0.06  # metres: thickness of a folded garment


@varied_shape("clothes")
def _pile(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    """Make a pile of folded garments. Each is slightly shifted, and differs in colour from the next."""
    count = min(max(2, round(h / _FOLDED)), len(_GARMENTS))
    tones = ["main", *rng.permutation(_GARMENTS).tolist()]
    thick = h / count
    garments = []
    for index in range(count):
        inset = 0.0 if index == 0 else 0.1
        x, y = rng.uniform(-inset / 2, inset / 2, 2)
        wide = (1 - inset) / 2
        garments.append(
            cushion(
                *((x - wide) * w, (x + wide) * w, (y - wide) * d, (y + wide) * d),
                *(index * thick, min(h, (index + 1.1) * thick), tones[index]),
            )
        )
    return garments


@shape("soft_bag", "backpack")
def _bag(w: float, d: float, h: float) -> list[Part]:
    upright = tilted(ring(1.0, 0.12, "shade"), np.pi / 2, (1, 0, 0))
    strap = Part(upright.vertices * np.array([0.18 * w, 0.2 * d, 0.12 * h]), upright.triangles, "shade")
    return [
        cushion(-w / 2, w / 2, -d / 2, 0.25 * d, 0, 0.9 * h),
        cushion(-0.38 * w, 0.38 * w, 0.1 * d, d / 2, 0.08 * h, 0.5 * h, "light"),
        moved(strap, z=0.88 * h),
    ]


@shape("suitcase")
def _suitcase(w: float, d: float, h: float) -> list[Part]:
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0.05, 0.9 * h),
        box(-0.06 * w, 0.06 * w, -0.08 * d, 0.08 * d, 0.9 * h, h, "charcoal"),
        *(
            ball((x, y, 0.03), (0.03, 0.03, 0.03), "black")
            for x, y in product((-0.4 * w, 0.4 * w), (-0.3 * d, 0.3 * d))
        ),
        *(
            box(x, x + 0.02, d / 2 - 0.01, d / 2 + 0.006, 0.15 * h, 0.8 * h, "shade")
            for x in (-0.2 * w, 0.2 * w)
        ),
    ]


@shape("paper_bag")
def _paper_bag(w: float, d: float, h: float) -> list[Part]:
    handle = tilted(ring(0.2 * w, 0.008, "brown"), np.pi / 2, (1, 0, 0))
    return [
        *sides(w, d, 0, 0.85 * h, 0.006),
        body(w, d, 0, 0.01),
        moved(handle, y=d / 2, z=0.85 * h),
        moved(handle, y=-d / 2, z=0.85 * h),
    ]


@shape("shoes")
def _shoes(w: float, d: float, h: float) -> list[Part]:
    return [
        part
        for side in (-1, 1)
        for part in (
            cushion(side * 0.27 * w - 0.2 * w, side * 0.27 * w + 0.2 * w, -d / 2, d / 2, 0, 0.55 * h),
            cushion(side * 0.27 * w - 0.18 * w, side * 0.27 * w + 0.18 * w, -d / 2, 0, 0.2 * h, h, "shade"),
        )
    ]
