"""Selects the pattern on each part of an object: the first line of `data/textures.csv` that matches.

`shape`, `tone` and `colour` state the parts that a line matches. They have names separated by `|`, or `*` for
any. `tone` is the tone of the part. `colour` is the colour of the object, or the tone if it is the name of a
colour. `texture` has names of patterns. The object's style selects one of them and of their variants. `fit`
is the number of metres that the pattern spans. `part` and `item` mean that the pattern fills each face of the
part or of the object once. `paint` is `over` if the pattern is painted over the object's colour, and `own` if
it has its own colours.
"""

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np

from vsidata.scene import Array, IntArray
from vsidata.synthetic.catalogue import data
from vsidata.synthetic.layout import STRUCTURE, Item, Room
from vsidata.synthetic.surface import RoomSurface
from vsidata.synthetic.textures import SIDE, tiles


@dataclass(frozen=True, eq=False)
class Covering:
    """The pattern of each triangle.

    Attributes:
        positions: (m, 3, 2) positions of the triangle's corners in its pattern, pixels across and down.
        patterns: (m,) number of the pattern.
        density: (m,) pixels of the pattern per metre.
        paint: (m, 3) sRGB from 0 to 1 of the colour below the pattern.
    """

    positions: Array
    patterns: IntArray
    density: Array
    paint: Array


@dataclass(frozen=True)
class _Cover:
    """One line of `data/textures.csv`. An empty set matches everything.

    Attributes:
        shapes, tones, colours: the parts that the line matches.
        textures: names of patterns. An object's style selects one of them.
        fit: metres that a pattern spans; or `part` or `item` if it fills each face of the part or object
            once.
        own: whether the pattern has its own colours. Otherwise it is painted over the object's colour.
    """

    shapes: frozenset[str]
    tones: frozenset[str]
    colours: frozenset[str]
    textures: tuple[str, ...]
    fit: str
    own: bool

    def holds(self, shape: str, tone: str, colour: str) -> bool:
        pairs = ((self.shapes, shape), (self.tones, tone), (self.colours, colour))
        return all(not allowed or name in allowed for allowed, name in pairs)


@cache
def _covers() -> tuple[_Cover, ...]:
    def names(text: str) -> frozenset[str]:
        return frozenset() if text == "*" else frozenset(text.split("|"))

    lines = (data() / "textures.csv").read_text(encoding="utf-8").splitlines()
    known = tiles()[0]
    return tuple(
        _Cover(
            names(row["shape"]),
            names(row["tone"]),
            names(row["colour"]),
            tuple(
                name
                for wanted in row["texture"].split("|")
                for name in known
                if name.rstrip(" 0123456789") == wanted
            ),
            row["fit"],
            row["paint"] == "own",
        )
        for row in csv.DictReader(lines)
    )


def cover(room: Room, surface: RoomSurface, normals: Array) -> Covering:
    """Cover a room's surface with patterns. `normals` are the (m, 3) unit normals of its triangles."""
    items = room.items + room.clutter
    order = np.argsort(surface.parts, kind="stable")
    starts = np.searchsorted(surface.parts[order], np.arange(len(surface.tones) + 1))
    positions = np.empty((len(surface.triangles), 3, 2))
    patterns = np.empty(len(surface.triangles), dtype=np.int64)
    density = np.empty(len(surface.triangles))
    paint = surface.colours.copy()
    for part, tone in enumerate(surface.tones):
        rows = order[starts[part] : starts[part + 1]]
        item = items[surface.items[rows[0]]]
        own = (surface.vertices[surface.triangles[rows]] - item.position) @ item.axes.T
        chosen = _chosen(item, tone)
        patterns[rows] = tiles()[0][chosen.textures[item.style % len(chosen.textures)]]
        low, high = own.min(axis=(0, 1)), own.max(axis=(0, 1))
        # its parts are one surface, so the pattern continues over all of them
        built = item.label in STRUCTURE
        if built or chosen.fit == "item":
            width, depth, height = item.size
            low, high = np.array([-width / 2, -depth / 2, 0]), np.array([width / 2, depth / 2, height])
        positions[rows], density[rows] = _unrolled(
            own, normals[rows] @ item.axes.T, low, high, chosen.fit, 0 if built else part
        )
        if chosen.own:
            paint[rows] = 1.0
    return Covering(positions, patterns, density, paint)


def _chosen(item: Item, tone: str) -> _Cover:
    colour = item.colour if tone in ("main", "shade", "light") else tone
    return next(line for line in _covers() if line.holds(item.shape, tone, colour))


def _unrolled(own: Array, normals: Array, low: Array, high: Array, fit: str, cut: int) -> tuple[Array, Array]:
    """Return the positions of the corners of triangles in a pattern, as seen from outside.

    Args:
        own: (k, 3, 3) the corners in the object's own frame, metres.
        normals: (k, 3) normals of their triangles, in the same frame.
        low, high: (3,) opposite corners of a box. The pattern fills its faces, or begins at their corners.
        fit: as in `_Cover`.
        cut: a number. Different numbers show different places of a repeating pattern.

    Returns:
        (k, 3, 2) pixels across and down; (k,) pixels per metre.
    """
    facing = np.abs(normals).argmax(axis=1)
    sign = np.sign(normals[np.arange(len(normals)), facing])
    across = np.array([1, 0, 0])[facing]  # y on the sides; x on the front and top
    up = np.array([2, 2, 1])[facing]
    rows = np.arange(len(own))
    # Seen from the front (+y), x runs to the left; seen from the side at +x, y runs to the right.
    turn = sign * np.array([1.0, -1.0, 1.0])[facing]
    left = np.where(turn > 0, low[across], -high[across])
    u = own[rows, :, across] * turn[:, None] - left[:, None]
    v = high[up][:, None] - own[rows, :, up]
    wide, tall = (high - low)[across], (high - low)[up]
    if fit in ("part", "item"):
        scale_u, scale_v = ((SIDE - 0.02) / np.maximum(side, 1e-6) for side in (wide, tall))
        u, v = np.clip(u * scale_u[:, None], 0, SIDE - 0.01), np.clip(v * scale_v[:, None], 0, SIDE - 0.01)
        return np.stack([u, v], axis=2), np.asarray(np.minimum(scale_u, scale_v))
    metres = float(fit)
    lying = wide > tall  # the grain runs along the longer side
    u, v = np.where(lying[:, None], v, u), np.where(lying[:, None], u, v)
    shift = np.array([0.618, 0.382]) * cut * SIDE % SIDE
    spread = SIDE / metres
    return np.stack([u, v], axis=2) * spread + shift, np.full(len(own), spread)
