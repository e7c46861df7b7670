"""Objects in kitchens and laundry rooms."""

from itertools import product

import numpy as np

from vsidata.synthetic.furniture.pieces import body, legs, sides
from vsidata.synthetic.furniture.shapes import shape
from vsidata.synthetic.parts import Part, box, cushion, disc, moved, rod, tilted


@shape("stove")
def _stove(w: float, d: float, h: float) -> list[Part]:
    top = 0.8 * h
    burners = [
        moved(disc(0.1, 0.1, top, top + 0.012, "black"), x, y)
        for x, y in product((-0.25 * w, 0.25 * w), (-0.15 * d, 0.22 * d))
    ]
    knobs = [
        box(x - 0.015, x + 0.015, -0.38 * d, -0.34 * d, 0.9 * h, 0.94 * h, "charcoal")
        for x in np.linspace(-0.35 * w, 0.35 * w, 5)
    ]
    return [
        body(w, 0.94 * d, 0, top),
        box(-w / 2, w / 2, -d / 2, -0.38 * d, top, h, "shade"),
        *burners,
        *knobs,
        box(-0.42 * w, 0.42 * w, 0.47 * d, 0.49 * d, 0.2 * top, 0.75 * top, "black"),
        rod((-0.38 * w, 0.5 * d, 0.8 * top), (0.38 * w, 0.5 * d, 0.8 * top), 0.012, "silver"),
    ]


@shape("fridge")
def _fridge(w: float, d: float, h: float) -> list[Part]:
    split = 0.65 * h if h > 1.2 else h - 0.02
    parts = [box(-w / 2, w / 2, -d / 2, 0.42 * d, 0.02, h, "shade")]
    for z0, z1 in ((0.05, split - 0.01), (split + 0.01, h)):
        if z1 - z0 > 0.1:
            parts.append(box(-w / 2, w / 2, 0.42 * d, 0.47 * d, z0, z1))
            parts.append(
                box(
                    -0.42 * w,
                    -0.36 * w,
                    0.47 * d,
                    0.5 * d,
                    z0 + 0.1 * (z1 - z0),
                    z0 + 0.8 * (z1 - z0),
                    "charcoal",
                )
            )
    return [*parts, *legs(0.9 * w, 0.8 * d, 0.03, 0.05, "black")]


@shape("appliance")
def _appliance(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0.08, h),
        box(-w / 2 + 0.02, w / 2 - 0.02, -d / 2, d / 2 - 0.01, 0, 0.08, "black"),
        box(-w / 2, w / 2, d / 2, d / 2 + 0.01, 0.86 * h, h, "charcoal"),
        rod((-0.38 * w, d / 2 + 0.02, 0.8 * h), (0.38 * w, d / 2 + 0.02, 0.8 * h), 0.01, "silver"),
    ]


@shape("washer")
def _washer(w: float, d: float, h: float) -> list[Part]:
    door = tilted(disc(0.33 * w, 0.33 * w, -0.02, 0.02, "charcoal"), -np.pi / 2, (1, 0, 0))
    glass = tilted(disc(0.24 * w, 0.24 * w, -0.03, 0.03, "screen"), -np.pi / 2, (1, 0, 0))
    return [
        body(w, d, 0, h),
        moved(door, y=d / 2, z=0.45 * h),
        moved(glass, y=d / 2, z=0.45 * h),
        box(-w / 2, w / 2, d / 2, d / 2 + 0.015, 0.85 * h, h, "shade"),
    ]


@shape("hood")
def _hood(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, 0.4 * h),
        box(-0.2 * w, 0.2 * w, -d / 2, 0.1 * d, 0.4 * h, h, "shade"),
        box(-0.3 * w, 0.3 * w, d / 2, d / 2 + 0.005, 0.1 * h, 0.25 * h, "charcoal"),
    ]


@shape("microwave")
def _microwave(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0.015, h),
        box(-0.46 * w, 0.22 * w, d / 2, d / 2 + 0.012, 0.12 * h, 0.9 * h, "screen"),
        box(0.26 * w, 0.46 * w, d / 2, d / 2 + 0.012, 0.12 * h, 0.9 * h, "charcoal"),
        *legs(0.9 * w, 0.9 * d, 0.02, 0.03, "black"),
    ]


@shape("toaster")
def _toaster(w: float, d: float, h: float) -> list[Part]:
    slots = [
        box(-0.36 * w, 0.36 * w, y - 0.012, y + 0.012, h - 0.01, h + 0.002, "black")
        for y in (-0.18 * d, 0.18 * d)
    ]
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h),
        *slots,
        box(0.48 * w, 0.55 * w, -0.02, 0.02, 0.5 * h, 0.6 * h, "black"),
    ]


@shape("coffee_maker")
def _coffee_maker(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, 0.12 * h),
        box(-w / 2, w / 2, -d / 2, -0.12 * d, 0.12 * h, h),
        body(w, d, 0.78 * h, h, "shade"),
        moved(disc(0.3 * w, 0.25 * d, 0.12 * h, 0.62 * h, "glass", 0.8), y=0.2 * d),
    ]


@shape("dish_rack")
def _dish_rack(w: float, d: float, h: float) -> list[Part]:
    plates = [
        box(x, x + 0.012, -0.35 * d, 0.35 * d, 0.15 * h, h, "white")
        for x in np.linspace(-0.4 * w, 0.35 * w, 5)
    ]
    return [body(w, d, 0, 0.1 * h), *sides(w, d, 0.1 * h, 0.4 * h, 0.01, "shade"), *plates]


@shape("cooler")
def _cooler(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, 0.68 * h),
        disc(0.42 * w, 0.42 * d, 0.68 * h, h, "sky"),
        box(-0.15 * w, 0.15 * w, d / 2, d / 2 + 0.03, 0.52 * h, 0.56 * h, "blue"),
        box(-0.3 * w, 0.3 * w, d / 2, d / 2 + 0.04, 0.38 * h, 0.4 * h, "charcoal"),
    ]
