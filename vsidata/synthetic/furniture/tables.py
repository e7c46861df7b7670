"""Tables, desks, counters and carts."""

from itertools import product

from numpy.random import Generator

from vsidata.synthetic.furniture.pieces import body, knob, legs
from vsidata.synthetic.furniture.shapes import shape, varied_shape
from vsidata.synthetic.parts import Part, ball, box, disc, rod


@varied_shape("table")
def _table(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    if max(w, d) < 1.3 * min(w, d) and rng.random() < 0.4:  # a round table on one column
        return [
            disc(w / 2, d / 2, h - 0.035, h),
            rod((0, 0, 0.03), (0, 0, h - 0.03), 0.05, "shade"),
            disc(0.3 * w, 0.3 * d, 0, 0.04, "shade", 0.8),
        ]
    apron = [
        box(-w / 2 + 0.05, w / 2 - 0.05, y, y + 0.02, h - 0.1, h - 0.03, "shade")
        for y in (-d / 2 + 0.05, d / 2 - 0.07)
    ]
    return [*legs(w, d, h - 0.03, min(0.06, 0.1 * min(w, d))), body(w, d, h - 0.035, h), *apron]


@varied_shape("low_table", "side_table")
def _low_table(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    parts = [*legs(w, d, h - 0.03, 0.045), body(w, d, h - 0.035, h)]
    if rng.random() < 0.6:
        parts.append(
            box(-w / 2 + 0.02, w / 2 - 0.02, -d / 2 + 0.02, d / 2 - 0.02, 0.3 * h, 0.3 * h + 0.02, "shade")
        )
    return parts


@varied_shape("desk")
def _desk(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    top = h - 0.035
    side = 1 if rng.random() < 0.5 else -1
    inner = side * (w / 2 - min(0.4, 0.35 * w))
    x0, x1 = sorted((inner, side * w / 2))
    parts = [body(w, d, top, h), box(x0, x1, -d / 2 + 0.02, d / 2 - 0.03, 0.05, top, "shade")]
    step = (top - 0.09) / 3
    for index in range(3):
        z = 0.07 + index * step
        parts.append(box(x0 + 0.015, x1 - 0.015, d / 2 - 0.03, d / 2 - 0.012, z, z + step - 0.02))
        parts.append(knob((x0 + x1) / 2, d / 2 - 0.014, z + 0.6 * step))
    other = -side * (w / 2)
    x0, x1 = sorted((other, other + side * 0.04))
    parts.append(box(x0, x1, -d / 2, d / 2, 0, top))
    parts.append(box(-w / 2, w / 2, -d / 2 + 0.02, -d / 2 + 0.04, 0.35 * h, top, "shade"))
    return parts


@shape("counter")
def _counter(w: float, d: float, h: float) -> list[Part]:
    slab = min(0.05, 0.3 * h)
    return [body(w, d, 0, h - slab, "shade"), box(-w / 2, w / 2, -d / 2, d / 2, h - slab, h)]


@shape("cart")
def _cart(w: float, d: float, h: float) -> list[Part]:
    wheels = [
        ball((x, y, 0.05), (0.03, 0.05, 0.05), "black")
        for x, y in product((-0.45 * w, 0.45 * w), (-0.4 * d, 0.4 * d))
    ]
    posts = [
        rod((x, y, 0.05), (x, y, h), 0.015, "silver")
        for x, y in product((-0.47 * w, 0.47 * w), (-0.47 * d, 0.47 * d))
    ]
    trays = [body(w, d, z, z + 0.03) for z in (0.14, 0.5 * h, 0.85 * h)]
    return [*wheels, *posts, *trays]
