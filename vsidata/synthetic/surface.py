"""The surface of a room as one triangle mesh of all its objects, coarse or finely tessellated."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray
from vsidata.synthetic.catalogue import palette
from vsidata.synthetic.decks import Size
from vsidata.synthetic.furniture import build
from vsidata.synthetic.layout import Item, Room
from vsidata.synthetic.parts import Part, sheet
from vsidata.synthetic.plans import DOORWAY, PARTITION, FloorPlan, Wall

_TONES = {"shade": 0.72, "light": 1.25}


@dataclass(frozen=True, eq=False)
class RoomSurface:
    """Triangles of a whole room, in the room frame (metres).

    Attributes:
        vertices: (n, 3). Each vertex belongs to one part.
        triangles: (m, 3) rows of `vertices`, counter-clockwise as seen from outside.
        items: (m,) the object of each triangle, as its position in `room.items + room.clutter`.
        parts: (m,) number of the part of each triangle.
        colours: (m, 3) sRGB from 0 to 1.
        tones: tone of each part, by its number.
    """

    vertices: Array
    triangles: IntArray
    items: IntArray
    parts: IntArray
    colours: Array
    tones: tuple[str, ...]

    def areas(self) -> Array:
        """(m,) square metres."""
        a, b, c = (self.vertices[self.triangles[:, corner]] for corner in range(3))
        return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)


def coarse_surface(room: Room) -> RoomSurface:
    """Return the room's surface in as few triangles as its shapes need, for ray casting and rendering."""
    vertices: list[Array] = []
    triangles: list[IntArray] = []
    items: list[IntArray] = []
    parts: list[IntArray] = []
    colours: list[Array] = []
    tones: list[str] = []
    count = 0
    for row, item in enumerate(room.items + room.clutter):
        for part in _parts(room, item):
            vertices.append(part.vertices)
            triangles.append(part.triangles + count)
            items.append(np.full(len(part.triangles), row))
            parts.append(np.full(len(part.triangles), len(parts)))
            colours.append(np.tile(_colour(item, part.tone), (len(part.triangles), 1)))
            tones.append(part.tone)
            count += len(part.vertices)
    return RoomSurface(
        np.concatenate(vertices),
        np.concatenate(triangles),
        np.concatenate(items),
        np.concatenate(parts),
        np.concatenate(colours),
        tuple(tones),
    )


def _colour(item: Item, tone: str) -> Array:
    if tone in palette():
        return np.array(palette()[tone]) / 255
    return np.clip(np.array(palette()[item.colour]) / 255 * _TONES.get(tone, 1.0), 0, 1)


def _parts(room: Room, item: Item) -> list[Part]:
    if item.shape == "wall":
        return _wall_parts(room, item)
    if item.shape == "floor":
        return _level(room.plan, 0.0, upward=True)
    if item.shape == "ceiling":
        return _level(room.plan, room.height, upward=False)
    built = _built(item.shape, item.size, item.style)
    return [Part(part.vertices @ item.axes + item.position, part.triangles, part.tone) for part in built]


@lru_cache(maxsize=256)
def _built(shape: str, size: Size, style: int) -> tuple[Part, ...]:
    return tuple(build(shape, size, style))


def _wall_parts(room: Room, item: Item) -> list[Part]:
    """Make the face of a wall.

    If it has a doorway, the sides of the opening are added up to the wall's middle.
    """
    if item.wall is None:
        raise ValueError(f"{item.label} {item.instance} has no wall of the plan")
    wall, top = room.plan.walls[item.wall], item.size[2]
    if wall.opening is None:
        return [_face(wall, 0.0, wall.length, 0.0, top)]
    begin, end = wall.opening
    lintel = min(DOORWAY[1], top)
    faces = [_face(wall, 0.0, begin, 0.0, lintel), _face(wall, end, wall.length, 0.0, lintel)]
    if lintel < top:
        faces.append(_face(wall, 0.0, wall.length, lintel, top))
    out = -wall.inward * PARTITION / 2
    left, right = wall.start + begin * wall.along, wall.start + end * wall.along
    jambs = [
        [(*left, 0.0), (*left, lintel), (*(left + out), lintel), (*(left + out), 0.0)],
        [(*right, 0.0), (*(right + out), 0.0), (*(right + out), lintel), (*right, lintel)],
        [(*left, lintel), (*right, lintel), (*(right + out), lintel), (*(left + out), lintel)],
    ]
    return faces + [sheet(np.array(corners)) for corners in jambs]


def _face(wall: Wall, begin: float, end: float, bottom: float, top: float) -> Part:
    """Make a rectangle of a wall that faces the room. The room is to the left of the wall's direction."""
    left, right = wall.start + begin * wall.along, wall.start + end * wall.along
    return sheet(np.array([(*right, bottom), (*left, bottom), (*left, top), (*right, top)]))


def _level(plan: FloorPlan, z: float, upward: bool) -> list[Part]:
    """Make the floor or ceiling from disjoint rectangles of the plan's spaces."""
    parts = []
    for spaces in (*plan.spaces, *((threshold,) for threshold in plan.thresholds)):
        xs = sorted({x for x0, _, x1, _ in spaces for x in (x0, x1)})
        ys = sorted({y for _, y0, _, y1 in spaces for y in (y0, y1)})
        for (x0, x1), (y0, y1) in product(pairwise(xs), pairwise(ys)):
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            if any(a < x < c and b < y < d for a, b, c, d in spaces):
                corners = np.array([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)])
                parts.append(sheet(corners if upward else corners[::-1]))
    return parts


def refine(surface: RoomSurface, longest: Array) -> RoomSurface:
    """Return the same surface in finer triangles. Their edges are not much longer than a limit.

    A flat four-sided face, which consists of two triangles with a common longest edge, becomes a regular
    grid. Other triangles are split at the middle of their edges. Vertices of one part at the same place are
    merged, so that parts stay connected.

    Args:
        surface: a mesh with parts that share no vertices.
        longest: (m,) the limit for the edges of each triangle, metres. It is the same for all triangles of a
            part.
    """
    first, second = _facing_pairs(surface)
    loose = np.ones(len(surface.triangles), dtype=bool)
    loose[np.concatenate([first, second])] = False
    vertices, triangles, origin = _split_edges(
        surface.vertices, surface.triangles[loose], np.flatnonzero(loose), longest
    )
    corners, patches, rows = _grids(surface, first, second, longest)
    triangles = np.concatenate([triangles, patches + len(vertices)])
    vertices = np.concatenate([vertices, corners])
    origin = np.concatenate([origin, rows])
    vertices, triangles = _welded(vertices, triangles, surface.parts[origin])
    return replace(
        surface,
        vertices=vertices,
        triangles=triangles,
        items=surface.items[origin],
        parts=surface.parts[origin],
        colours=surface.colours[origin],
    )


def _facing_pairs(surface: RoomSurface) -> tuple[IntArray, IntArray]:
    """Find the halves of flat four-sided faces: pairs of triangles with a common longest edge."""
    corners = surface.vertices[surface.triangles]
    lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)  # edges 01, 12, 20
    side = lengths.argmax(axis=1)
    rows = np.arange(len(side))
    ends = np.sort(
        np.column_stack([surface.triangles[rows, side], surface.triangles[rows, (side + 1) % 3]]), axis=1
    )
    keys = ends[:, 0] * len(surface.vertices) + ends[:, 1]
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    first, second = order[:-1][same], order[1:][same]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-15)[:, None]
    flat = np.einsum("ij,ij->i", normals[first], normals[second]) > 1 - 1e-6
    # The face has two sides of one half and two sides of the other. The lengths of opposite sides must not
    # differ much.
    one, other = (
        np.column_stack([lengths[half, (side[half] + turn) % 3] for turn in (1, 2)])
        for half in (first, second)
    )
    even = (np.maximum(one, other) <= 2 * np.minimum(one, other)).all(axis=1)
    return first[flat & even], second[flat & even]


def _grids(
    surface: RoomSurface, first: IntArray, second: IntArray, longest: Array
) -> tuple[Array, IntArray, IntArray]:
    """Make a grid of each four-sided face: vertices, triangles, and the coarse triangle of each triangle."""
    corners = surface.vertices[surface.triangles[first]]
    side = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).argmax(axis=1)
    turned = np.take_along_axis(surface.triangles[first], (side[:, None] + np.arange(3)) % 3, axis=1)
    a, c, d = turned.T
    b = (
        surface.triangles[second].sum(axis=1) - a - c
    )  # the corner of the second half that is not on the common edge
    faces = surface.vertices[np.column_stack([a, b, c, d])]  # (k, 4, 3), around the face
    sides = np.linalg.norm(np.roll(faces, -1, axis=1) - faces, axis=2)
    limit = longest[first]
    across = np.ceil(np.maximum(sides[:, 0], sides[:, 2]) / limit - 1e-9).astype(np.int64).clip(1)
    up = np.ceil(np.maximum(sides[:, 1], sides[:, 3]) / limit - 1e-9).astype(np.int64).clip(1)
    found_vertices, found_triangles, found_rows = (
        [np.empty((0, 3))],
        [np.empty((0, 3), dtype=np.int64)],
        [first[:0]],
    )
    count = 0
    shapes, group = np.unique(np.column_stack([across, up]), axis=0, return_inverse=True)
    for number, (columns, lines) in enumerate(shapes):
        members = np.flatnonzero(group == number)
        u, v = (
            grid.ravel() for grid in np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, lines + 1))
        )
        weights = np.column_stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v])
        points = np.einsum("gk,fkc->fgc", weights, faces[members])
        corner = (np.arange(lines)[:, None] * (columns + 1) + np.arange(columns)).ravel()
        lower = np.column_stack([corner, corner + 1, corner + columns + 2])
        upper = np.column_stack([corner, corner + columns + 2, corner + columns + 1])
        cells = np.concatenate([lower, upper])
        starts = count + np.arange(len(members)) * len(weights)
        found_vertices.append(points.reshape(-1, 3))
        found_triangles.append((starts[:, None, None] + cells).reshape(-1, 3))
        found_rows.append(np.repeat(first[members], len(cells)))
        count += len(members) * len(weights)
    return np.concatenate(found_vertices), np.concatenate(found_triangles), np.concatenate(found_rows)


def _welded(vertices: Array, triangles: IntArray, parts: IntArray) -> tuple[Array, IntArray]:
    """Merge vertices of one part at the same place. Remove unused vertices."""
    part = np.full(len(vertices), -1)
    part[triangles] = parts[:, None]
    cells = np.round(vertices * 1e6).astype(np.int64)
    order = np.lexsort((cells[:, 2], cells[:, 1], cells[:, 0], part))
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (cells[order[1:]] != cells[order[:-1]]).any(axis=1) | (part[order[1:]] != part[order[:-1]])
    fresh &= part[order] >= 0
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.cumsum(fresh) - 1
    return vertices[order[fresh]], rank[triangles]


def _split_edges(
    vertices: Array, triangles: IntArray, origin: IntArray, longest: Array
) -> tuple[Array, IntArray, IntArray]:
    """Split triangles at the middle of edges until no edge is too long.

    Return the vertices, the triangles, and the original triangle of each.
    """
    done_triangles, done_origin = [triangles[:0]], [origin[:0]]
    while len(triangles):
        corner_edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]], axis=2).reshape(-1, 2)
        keys = corner_edges[:, 0] * len(vertices) + corner_edges[:, 1]
        _, first, edge = np.unique(keys, return_index=True, return_inverse=True)
        ends = corner_edges[first]
        length = np.linalg.norm(vertices[ends[:, 0]] - vertices[ends[:, 1]], axis=1)
        long = length > np.repeat(longest[origin], 3)[first]
        middle = np.where(long, len(vertices) + np.cumsum(long) - 1, -1)
        split = middle[edge].reshape(-1, 3)
        whole = (split < 0).all(axis=1)
        done_triangles.append(triangles[whole])
        done_origin.append(origin[whole])
        vertices = np.concatenate([vertices, (vertices[ends[long, 0]] + vertices[ends[long, 1]]) / 2])
        triangles, origin = _split(vertices, triangles[~whole], origin[~whole], split[~whole])
    return vertices, np.concatenate(done_triangles), np.concatenate(done_origin)


def _split(
    vertices: Array, triangles: IntArray, origin: IntArray, middle: IntArray
) -> tuple[IntArray, NDArray[np.int64]]:
    """Split each triangle into two, three or four, at the edges (01, 12, 20) that have a midpoint."""
    found, rows = [], []
    cut = middle >= 0
    number = cut.sum(axis=1)
    # Turn each triangle so that 01 is the cut edge if one edge is cut, and 20 is the uncut edge if two are
    # cut.
    turn = np.where(
        number == 1, cut.argmax(axis=1), np.where(number == 2, ((~cut).argmax(axis=1) + 1) % 3, 0)
    )
    order = (turn[:, None] + np.arange(3)) % 3
    a, b, c = np.take_along_axis(triangles, order, axis=1).T
    ab, bc, ca = np.take_along_axis(middle, order, axis=1).T

    def add(which: NDArray[np.bool_], *corners: IntArray) -> None:
        found.append(np.column_stack([corner[which] for corner in corners]))
        rows.append(origin[which])

    one, two, three = (number == count for count in (1, 2, 3))
    add(one, a, ab, c)
    add(one, ab, b, c)
    add(two, ab, b, bc)
    shorter = np.zeros(len(a), dtype=bool)
    shorter[two] = np.linalg.norm(vertices[a[two]] - vertices[bc[two]], axis=1) < np.linalg.norm(
        vertices[ab[two]] - vertices[c[two]], axis=1
    )
    add(two & shorter, a, ab, bc)
    add(two & shorter, a, bc, c)
    add(two & ~shorter, a, ab, c)
    add(two & ~shorter, ab, bc, c)
    add(three, a, ab, ca)
    add(three, ab, b, bc)
    add(three, ca, bc, c)
    add(three, ab, bc, ca)
    return np.concatenate(found), np.concatenate(rows)
