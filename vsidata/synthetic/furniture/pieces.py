"""Pieces that many shapes use: bodies, legs, sides, fronts with handles."""

from itertools import product

from vsidata.synthetic.parts import Part, box


def legs(w: float, d: float, top: float, thick: float, tone: str = "shade") -> list[Part]:
    """Make four square legs at the corners."""
    x, y = w / 2 - thick, d / 2 - thick
    return [box(sx, sx + thick, sy, sy + thick, 0, top, tone) for sx, sy in product((-w / 2, x), (-d / 2, y))]


def knob(x: float, y: float, z: float, size: float = 0.02) -> Part:
    """A handle."""
    return box(x - size, x + size, y, y + size, z - size / 2, z + size / 2, "charcoal")


def body(w: float, d: float, z0: float, z1: float, tone: str = "main") -> Part:
    """Make a box over the whole ground."""
    return box(-w / 2, w / 2, -d / 2, d / 2, z0, z1, tone)


def fronts(w: float, d: float, z0: float, z1: float, columns: int, rows: int) -> list[Part]:
    """Make doors or drawer fronts with handles, on the front of a body."""
    parts = []
    step_x, step_z = w / columns, (z1 - z0) / rows
    for column, row in product(range(columns), range(rows)):
        x, z = -w / 2 + column * step_x, z0 + row * step_z
        parts.append(
            box(
                x + 0.012,
                x + step_x - 0.012,
                d / 2 - 0.002,
                d / 2 + 0.016,
                z + 0.012,
                z + step_z - 0.012,
                "light",
            )
        )
        if rows > 1:
            parts.append(knob(x + step_x / 2, d / 2 + 0.016, z + 0.6 * step_z, 0.03))
        else:
            inner = x + (step_x - 0.05 if column % 2 == 0 else 0.05)
            parts.append(
                box(
                    inner - 0.01,
                    inner + 0.01,
                    d / 2 + 0.016,
                    d / 2 + 0.035,
                    z + 0.45 * step_z,
                    z + 0.55 * step_z,
                    "charcoal",
                )
            )
    return parts


def sides(w: float, d: float, z0: float, z1: float, wall: float, tone: str = "main") -> list[Part]:
    """Make four upright walls around the ground, open above and below."""
    return [
        box(-w / 2, w / 2, -d / 2, -d / 2 + wall, z0, z1, tone),
        box(-w / 2, w / 2, d / 2 - wall, d / 2, z0, z1, tone),
        box(-w / 2, -w / 2 + wall, -d / 2, d / 2, z0, z1, tone),
        box(w / 2 - wall, w / 2, -d / 2, d / 2, z0, z1, tone),
    ]
