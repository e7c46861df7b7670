"""Patterns for the parts of objects: the first line of `data/textures.csv` that matches.

Its columns: `shape`, `tone` (of the part) and `colour` (the object's, or the tone if that is the name of a
colour), each with names separated by `|`, or `*` for any; `texture`, names of patterns: the object's style
selects one of them and of their variants; `fit`, the metres that the pattern spans, or `part` or `item` if
it fills each face of that once; `paint`: `over` the object's own colour, or `own`.
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
        positions: (m, 3, 2) positions of its corners in its pattern, pixels across and down.
        patterns: (m,) number of the pattern.
        density: (m,) the pattern's pixels per metre.
        paint: (m, 3) sRGB from 0 to 1 of the colour below the pattern.
    """

    positions: Array
    patterns: IntArray
    density: Array
    paint: Array


@dataclass(frozen=True)
class _Cover:
    """One line of `data/textures.csv`; empty sets match anything.

    Attributes:
        shapes, tones, colours: the parts that it covers.
        textures: names of patterns; an object's style selects one.
        fit: metres that a pattern spans, or `part` or `item` if it fills the face of that once.
        own: whether the pattern has its own colours; otherwise it is laid over the object's colour.
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
    """Cover a room's surface with patterns. `normals` are the unit normals (m, 3) of its triangles."""
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
        built = item.label in STRUCTURE  # its parts are one surface, so the pattern continues across them
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
    """Positions of corners (k, 3, 3) in a pattern, seen from outside.

    Args:
        own: the corners in the object's own frame, metres.
        normals: (k, 3) normals of their triangles, in the same frame.
        low, high: (3,) opposite corners of the box with the faces that the pattern fills, or starts at.
        fit: as in `_Cover`.
        cut: number of the cut; different cuts show different places of a repeating pattern.

    Returns:
        (k, 3, 2) pixels across and down; (k,) pixels per metre.
    """
    facing = np.abs(normals).argmax(axis=1)
    sign = np.sign(normals[np.arange(len(normals)), facing])
    across = np.array([1, 0, 0])[facing]  # y on the sides, x on front and top
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
