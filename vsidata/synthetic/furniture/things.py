"""Small objects, and large objects that are not furniture."""

from itertools import product

import numpy as np
from numpy.random import Generator

from vsidata.synthetic.furniture.pieces import body
from vsidata.synthetic.furniture.shapes import shape, varied_shape
from vsidata.synthetic.parts import Part, ball, box, cushion, disc, lathe, moved, ring, rod, tilted


@varied_shape("books")
def _books(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    tones = ("red", "blue", "green", "navy", "cream", "brown", "teal", "burgundy", "yellow", "main")
    parts: list[Part] = []
    x = -w / 2
    while x < w / 2 - 0.012:
        thick = min(float(rng.uniform(0.025, 0.055)), w / 2 - x)
        tall = h if not parts else float(rng.uniform(0.75, 1.0)) * h
        parts.append(
            box(
                x,
                x + thick - 0.002,
                -d / 2,
                float(rng.uniform(0.35, 0.5)) * d,
                0,
                tall,
                tones[int(rng.integers(len(tones)))],
            )
        )
        x += thick
    return parts


@shape("book", "paper")
def _book(w: float, d: float, h: float) -> list[Part]:
    return [
        box(-0.49 * w, 0.47 * w, -0.48 * d, 0.48 * d, 0.1 * h, 0.9 * h, "white"),
        body(w, d, 0, 0.12 * h),
        body(w, d, 0.88 * h, h),
    ]


@varied_shape("plant")
def _plant(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    pot = disc(0.22 * w, 0.22 * d, 0, 0.3 * h, "terracotta", 1.3)
    leaves = []
    for angle, lift in zip(np.arange(9) * 2.4, rng.uniform(0.4, 0.85, 9), strict=True):
        x, y = 0.3 * w * np.cos(angle), 0.3 * d * np.sin(angle)
        leaves.append(
            ball((x, y, lift * h), (0.18 * w, 0.18 * d, 0.13 * h), "light" if lift > 0.65 else "main")
        )
    return [
        pot,
        rod((0, 0, 0.28 * h), (0, 0, 0.8 * h), 0.02, "brown"),
        *leaves,
        ball((0, 0, 0.86 * h), (0.2 * w, 0.2 * d, 0.14 * h)),
    ]


@shape("bottle")
def _bottle(w: float, d: float, h: float) -> list[Part]:
    return [
        disc(w / 2, d / 2, 0, 0.65 * h),
        disc(w / 2, d / 2, 0.65 * h, 0.82 * h, "main", 0.35),
        disc(0.18 * w, 0.18 * d, 0.8 * h, h, "charcoal"),
        disc(0.51 * w, 0.51 * d, 0.2 * h, 0.45 * h, "light"),
    ]


@shape("cup", "pitcher")
def _cup(w: float, d: float, h: float) -> list[Part]:
    shell = lathe([(0, 0), (0.8, 0), (1.0, 1.0), (0.88, 1.0), (0.7, 0.08), (0, 0.08)])
    body = Part(shell.vertices * np.array([0.4 * w, d / 2, h]), shell.triangles, "main")
    handle = tilted(ring(0.25 * h, 0.06 * h, "shade"), np.pi / 2, (1, 0, 0))
    return [moved(body, x=-0.1 * w), moved(handle, x=0.28 * w, z=0.5 * h)]


@shape("bowl", "plate")
def _bowl(w: float, d: float, h: float) -> list[Part]:
    shell = lathe([(0, 0), (0.5, 0), (1.0, 1.0), (0.92, 1.0), (0.45, 0.15), (0, 0.15)])
    return [Part(shell.vertices * np.array([w / 2, d / 2, h]), shell.triangles, "main")]


@varied_shape("oddment")
def _oddment(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    kind = int(rng.integers(3))
    if kind == 0:
        return [body(w, d, 0, 0.6 * h), box(-0.3 * w, 0.3 * w, -0.3 * d, 0.3 * d, 0.6 * h, h, "shade")]
    if kind == 1:
        return [disc(w / 2, d / 2, 0, 0.5 * h), disc(0.3 * w, 0.3 * d, 0.5 * h, h, "light", 0.7)]
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h),
        box(-0.2 * w, 0.2 * w, 0.3 * d, 0.5 * d, 0.3 * h, 0.6 * h, "light"),
    ]


@shape("ball")
def _ball(w: float, d: float, h: float) -> list[Part]:
    return [
        ball((0, 0, h / 2), (w / 2, d / 2, h / 2)),
        moved(
            Part(
                ring(0.97, 0.06, "light").vertices * np.array([w / 2, d / 2, h / 2]),
                ring(0.97, 0.06).triangles,
                "light",
            ),
            z=h / 2,
        ),
    ]


@shape("dumbbell")
def _dumbbell(w: float, d: float, h: float) -> list[Part]:
    def plate(x: float) -> Part:
        return moved(tilted(disc(h / 2, d / 2, -0.12 * w, 0.12 * w), np.pi / 2, (0, 1, 0)), x=x)

    return [plate(-0.38 * w), plate(0.38 * w), rod((-0.4 * w, 0, 0), (0.4 * w, 0, 0), 0.2 * h, "silver")]


@shape("mat")
def _mat(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0, 0.8 * h), box(-0.42 * w, 0.42 * w, -0.4 * d, 0.4 * d, 0.8 * h, h, "light")]


@shape("paper_cutter")
def _paper_cutter(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, 0.4 * h),
        box(0.44 * w, 0.5 * w, -d / 2, d / 2, 0.4 * h, h, "silver"),
        box(-w / 2, 0.44 * w, -d / 2, -0.42 * d, 0.4 * h, 0.6 * h, "oak"),
    ]


@shape("guitar")
def _guitar(w: float, d: float, h: float) -> list[Part]:
    def bout(radius: float, z: float) -> Part:
        return moved(tilted(disc(radius, radius, -0.3 * d, 0.3 * d), np.pi / 2, (1, 0, 0)), z=z)

    hole = moved(
        tilted(disc(0.05, 0.05, 0.3 * d, 0.31 * d, "black"), -np.pi / 2, (1, 0, 0)),
        y=0,
        z=0.32 * h,
    )
    upright = [
        bout(0.5 * w, 0.5 * w),
        bout(0.38 * w, 0.36 * h),
        hole,
        box(-0.03, 0.03, -0.01, 0.03, 0.4 * h, 0.9 * h, "walnut"),
        box(-0.05, 0.05, -0.01, 0.02, 0.88 * h, h, "black"),
    ]
    return [tilted(part, 0.25, (1, 0, 0)) for part in upright]


@shape("bicycle")
def _bicycle(w: float, d: float, h: float) -> list[Part]:
    radius = 0.3 * h + 0.02
    wheels = [
        moved(tilted(ring(radius, 0.02, "black"), np.pi / 2, (1, 0, 0)), x=x, z=radius + 0.02)
        for x in (-w / 2 + radius, w / 2 - radius)
    ]
    left, right, axle = -w / 2 + radius, w / 2 - radius, radius + 0.02
    joints = {
        "rear": (left, 0, axle),
        "front": (right, 0, axle),
        "crank": (-0.05 * w, 0, axle),
        "saddle": (-0.15 * w, 0, 0.85 * h),
        "head": (0.28 * w, 0, 0.85 * h),
    }
    tubes = (
        ("rear", "crank"),
        ("rear", "saddle"),
        ("crank", "saddle"),
        ("crank", "head"),
        ("saddle", "head"),
        ("head", "front"),
    )
    return [
        *wheels,
        *(rod(joints[a], joints[b], 0.02) for a, b in tubes),
        cushion(-0.24 * w, -0.06 * w, -0.06, 0.06, 0.85 * h, 0.92 * h, "black"),
        rod((0.28 * w, 0, 0.85 * h), (0.28 * w, 0, h), 0.015, "silver"),
        rod((0.28 * w, -d / 2, h), (0.28 * w, d / 2, h), 0.015, "black"),
    ]


@shape("ladder")
def _ladder(w: float, d: float, h: float) -> list[Part]:
    def leg(side: int, y: float) -> Part:
        return rod((side * 0.47 * w, y, 0), (side * 0.36 * w, 0, h), 0.02)

    steps = [
        box(
            -0.44 * w,
            0.44 * w,
            share * d / 2 - 0.04,
            share * d / 2 + 0.04,
            (1 - share) * h,
            (1 - share) * h + 0.03,
            "shade",
        )
        for share in (0.85, 0.65, 0.45, 0.25)
    ]
    return [
        *(leg(side, y) for side, y in product((-1, 1), (-d / 2, d / 2))),
        *steps,
        box(-0.38 * w, 0.38 * w, -0.08, 0.08, h - 0.03, h, "shade"),
    ]


@shape("vacuum")
def _vacuum(w: float, d: float, h: float) -> list[Part]:
    return [
        cushion(-w / 2, w / 2, 0, d / 2, 0, 0.12 * h, "charcoal"),
        tilted(disc(0.3 * w, 0.22 * d, 0.08 * h, 0.6 * h), 0.15, (1, 0, 0)),
        rod((0, -0.1 * d, 0.5 * h), (0, -0.4 * d, h), 0.02, "grey"),
        box(-0.05, 0.05, -0.5 * d, -0.38 * d, 0.97 * h, h, "charcoal"),
    ]


@shape("person")
def _person(w: float, d: float, h: float) -> list[Part]:
    legs = [rod((side * 0.17 * w, 0, 0), (side * 0.15 * w, 0, 0.5 * h), 0.14 * w, "navy") for side in (-1, 1)]
    arms = [
        rod((side * 0.38 * w, 0, 0.8 * h), (side * 0.44 * w, 0.2 * d, 0.5 * h), 0.08 * w, "skin")
        for side in (-1, 1)
    ]
    return [
        *legs,
        *arms,
        cushion(-0.36 * w, 0.36 * w, -0.3 * d, 0.3 * d, 0.45 * h, 0.84 * h),
        ball((0, 0, 0.92 * h), (0.2 * w, 0.25 * d, 0.08 * h), "skin"),
        *(
            box(side * 0.17 * w - 0.1 * w, side * 0.17 * w + 0.1 * w, -0.2 * d, d / 2, 0, 0.04 * h, "black")
            for side in (-1, 1)
        ),
    ]


@shape("tube")
def _tube(w: float, d: float, h: float) -> list[Part]:
    return [disc(w / 2, d / 2, 0, h), disc(0.52 * w, 0.52 * d, 0.94 * h, h, "shade")]
