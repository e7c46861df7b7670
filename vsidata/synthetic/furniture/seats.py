"""Seats and beds."""

from itertools import product

import numpy as np
from numpy.random import Generator

from vsidata.synthetic.decks import (
    BED_HEADBOARD,
    BED_MATTRESS,
    CHAIR_BACK,
    CHAIR_SEAT,
    COUCH_ARM,
    COUCH_BACK,
    COUCH_SEAT,
)
from vsidata.synthetic.furniture.pieces import body, legs
from vsidata.synthetic.furniture.shapes import shape, varied_shape
from vsidata.synthetic.parts import Part, ball, box, cushion, disc, rod


@varied_shape("chair")
def _chair(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    seat, leg = CHAIR_SEAT * h, 0.04
    padded = rng.random() < 0.5
    parts = legs(w, d, seat - 0.03, leg)
    parts += [
        box(x, x + leg, -d / 2, -d / 2 + leg, seat - 0.03, h - 0.02, "shade") for x in (-w / 2, w / 2 - leg)
    ]
    pad = cushion if padded else box
    parts.append(pad(-w / 2, w / 2, -d / 2 + 0.02, d / 2, seat - 0.05, seat))
    lean = CHAIR_BACK * d
    parts.append(pad(-w / 2 + 0.01, w / 2 - 0.01, -d / 2, -d / 2 + lean, seat + 0.35 * (h - seat), h))
    return parts


@varied_shape("office_chair")
def _office_chair(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    seat = CHAIR_SEAT * h
    arms = rng.random() < 0.7
    parts = [rod((0, 0, 0.08), (0, 0, seat - 0.06), 0.03, "charcoal")]
    for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
        x, y = 0.46 * w * np.cos(angle), 0.46 * d * np.sin(angle)
        parts += [
            rod((0, 0, 0.10), (x, y, 0.05), 0.025, "charcoal"),
            ball((x, y, 0.03), (0.03, 0.03, 0.03), "black"),
        ]
    parts.append(cushion(-0.4 * w, 0.4 * w, -0.38 * d, 0.42 * d, seat - 0.09, seat))
    parts.append(box(-0.04, 0.04, -0.42 * d, -0.38 * d, seat - 0.05, seat + 0.2, "charcoal"))
    parts.append(cushion(-0.36 * w, 0.36 * w, -0.48 * d, -0.36 * d, seat + 0.12 * h, h))
    if arms:
        for side in (-1, 1):
            x = side * 0.44 * w
            parts.append(rod((x, -0.05, seat - 0.04), (x, -0.05, seat + 0.17), 0.018, "charcoal"))
            parts.append(box(x - 0.03, x + 0.03, -0.25 * d, 0.2 * d, seat + 0.16, seat + 0.2, "black"))
    return parts


@shape("couch", "armchair")
def _couch(w: float, d: float, h: float) -> list[Part]:
    seat, arm, back = COUCH_SEAT * h, COUCH_ARM * w, COUCH_BACK * d
    seats = max(1, round((w - 2 * arm) / 0.65))
    parts = [box(-w / 2, w / 2, -d / 2, d / 2 - 0.02, 0.06, seat - 0.12, "shade")]
    parts += [
        box(x, x + 0.05, y, y + 0.05, 0, 0.06, "walnut")
        for x, y in product((-w / 2 + 0.03, w / 2 - 0.08), (-d / 2 + 0.03, d / 2 - 0.1))
    ]
    parts.append(cushion(-w / 2, w / 2, -d / 2, -d / 2 + 0.75 * back, 0.08, h))
    for x in (-w / 2, w / 2 - arm):
        parts.append(cushion(x, x + arm, -d / 2 + 0.02, d / 2, 0.08, seat + 0.25 * (h - seat) + 0.1 * h))
    step = (w - 2 * arm) / seats
    for index in range(seats):
        x = -w / 2 + arm + index * step
        parts.append(cushion(x, x + step, -d / 2 + 0.6 * back, d / 2, seat - 0.16, seat))
        parts.append(
            cushion(x + 0.01, x + step - 0.01, -d / 2 + 0.3 * back, -d / 2 + back, seat, 0.97 * h, "light")
        )
    return parts


@varied_shape("bed")
def _bed(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    top = BED_MATTRESS * h
    wood = ("oak", "walnut", "white", "cherry")[int(rng.integers(4))]
    parts = [
        box(-w / 2, w / 2, -d / 2, -d / 2 + BED_HEADBOARD - 0.01, 0, h, wood),
        box(-w / 2 + 0.02, w / 2 - 0.02, -d / 2 + 0.04, d / 2, 0.1, 0.55 * top, wood),
        cushion(-w / 2, w / 2, -d / 2 + BED_HEADBOARD - 0.01, d / 2, 0.5 * top, top - 0.02, "white"),
    ]
    fold = -d / 2 + 0.35 * d  # the cover does not reach the pillows
    parts.append(cushion(-w / 2 - 0.01, w / 2 + 0.01, fold, d / 2 + 0.01, 0.45 * top, top))
    parts += [
        box(x, x + 0.06, y, y + 0.06, 0, 0.12, wood)
        for x, y in product((-w / 2 + 0.02, w / 2 - 0.08), (-d / 2 + 0.06, d / 2 - 0.08))
    ]
    return parts


@shape("stool")
def _stool(w: float, d: float, h: float) -> list[Part]:
    parts = [disc(w / 2, d / 2, h - 0.05, h)]
    for angle in np.arange(4) * np.pi / 2 + np.pi / 4:
        x, y = np.cos(angle), np.sin(angle)
        parts.append(
            rod((0.3 * w * x, 0.3 * d * y, h - 0.04), (0.42 * w * x, 0.42 * d * y, 0), 0.018, "shade")
        )
    return parts


@shape("ottoman")
def _ottoman(w: float, d: float, h: float) -> list[Part]:
    return [
        *legs(0.9 * w, 0.9 * d, 0.08, 0.05, "walnut"),
        body(w, d, 0.06, 0.6 * h, "shade"),
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0.5 * h, h),
    ]


@shape("bench")
def _bench(w: float, d: float, h: float) -> list[Part]:
    return [
        *legs(w, d, h - 0.04, 0.06),
        body(w, d, h - 0.05, h),
        box(-w / 2 + 0.05, w / 2 - 0.05, -0.02, 0.02, 0.2 * h, 0.3 * h, "shade"),
    ]
