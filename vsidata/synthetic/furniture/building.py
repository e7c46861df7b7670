"""Parts of the building, and a few large objects without a group of their own."""

import numpy as np

from vsidata.synthetic.furniture.pieces import body
from vsidata.synthetic.furniture.shapes import shape
from vsidata.synthetic.parts import Part, box, disc, rod


@shape("column")
def _column(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0, 0.06, "shade"), body(0.94 * w, 0.94 * d, 0.06, h)]


@shape("partition")
def _partition(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0, h)]


@shape("stairs")
def _stairs(w: float, d: float, h: float) -> list[Part]:
    count = max(3, round(h / 0.18))
    return [
        box(
            -w / 2 + index * w / count,
            w / 2,
            -d / 2,
            d / 2,
            index * h / count,
            (index + 1) * h / count,
            "shade" if index % 2 else "main",
        )
        for index in range(count)
    ]


@shape("railing")
def _railing(w: float, d: float, h: float) -> list[Part]:
    posts = [
        rod((x, 0, 0), (x, 0, h), 0.015, "shade")
        for x in np.linspace(-0.48 * w, 0.48 * w, max(3, round(w / 0.2)))
    ]
    return [*posts, box(-w / 2, w / 2, -d / 2, d / 2, h - 0.05, h)]


@shape("coat_rack")
def _coat_rack(w: float, d: float, h: float) -> list[Part]:
    hooks = [
        rod((0, 0, 0.85 * h), (0.45 * w * np.cos(a), 0.45 * d * np.sin(a), h - 0.02), 0.015, "shade")
        for a in np.arange(6) * np.pi / 3
    ]
    return [disc(w / 2, d / 2, 0, 0.04, "main", 0.7), rod((0, 0, 0.03), (0, 0, h), 0.025), *hooks]


@shape("piano")
def _piano(w: float, d: float, h: float) -> list[Part]:
    keys = 0.58 * h
    return [
        box(-w / 2, w / 2, -d / 2, 0, 0, h),
        box(-w / 2, w / 2, 0, d / 2, keys - 0.08, keys),
        box(-0.46 * w, 0.46 * w, 0.1 * d, 0.46 * d, keys, keys + 0.02, "white"),
        box(-0.46 * w, 0.46 * w, 0.08 * d, 0.28 * d, keys + 0.02, keys + 0.03, "black"),
        *(box(x, x + 0.08, 0.35 * d, d / 2, 0, keys - 0.08, "shade") for x in (-w / 2, w / 2 - 0.08)),
        box(-0.3 * w, 0.3 * w, 0, 0.02, 0.7 * h, 0.9 * h, "shade"),
    ]
