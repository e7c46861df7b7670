"""The simple solids that objects consist of, built with trimesh.

A part is a closed or open triangle mesh in its object's own frame with one tone: `main` (the object's
colour), `shade` (the same, darker), `light` (the same, lighter), or a colour's name in the palette.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import trimesh
from scipy.spatial.transform import Rotation

from vsidata.scene import Array, IntArray

_SECTIONS = 12  # corners of the polygon that stands for a circle


@dataclass(frozen=True, eq=False)
class Part:
    """Triangles of one tone: vertices (n, 3) in metres; triangles (m, 3), rows of `vertices`."""

    vertices: Array
    triangles: IntArray
    tone: str


def _arrays(mesh: trimesh.Trimesh) -> tuple[Array, IntArray]:
    return np.array(mesh.vertices, dtype=float), np.array(mesh.faces, dtype=np.int64)


@cache
def _cube() -> tuple[Array, IntArray]:
    return _arrays(trimesh.creation.box())


@cache
def _cylinder(sections: int) -> tuple[Array, IntArray]:
    return _arrays(trimesh.creation.cylinder(radius=1.0, height=1.0, sections=sections))


@cache
def _sphere(subdivisions: int) -> tuple[Array, IntArray]:
    return _arrays(trimesh.creation.icosphere(subdivisions=subdivisions))


def box(x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, tone: str = "main") -> Part:
    """Make an upright box between two corners."""
    vertices, triangles = _cube()
    low, high = np.array([x0, y0, z0]), np.array([x1, y1, z1])
    return Part((low + high) / 2 + vertices * (high - low), triangles, tone)


def tilted(part: Part, angle: float, axis: tuple[float, float, float]) -> Part:
    """Turn a part about an axis through the origin. The angle is in radians."""
    turn = Rotation.from_rotvec(angle * np.array(axis))
    return Part(turn.apply(part.vertices), part.triangles, part.tone)


def moved(part: Part, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Part:
    """A part moved."""
    return Part(part.vertices + np.array([x, y, z]), part.triangles, part.tone)


def rod(
    start: tuple[float, float, float], end: tuple[float, float, float], radius: float, tone: str = "main"
) -> Part:
    """Make a round rod between two points."""
    vertices, triangles = _cylinder(8)
    low, high = np.array(start, dtype=float), np.array(end, dtype=float)
    length = float(np.linalg.norm(high - low))
    turn, _ = Rotation.align_vectors((high - low)[None] / length, [[0.0, 0.0, 1.0]])
    unturned = vertices * np.array([radius, radius, length])
    return Part((low + high) / 2 + turn.apply(unturned), triangles, tone)


def disc(
    radius_x: float, radius_y: float, z0: float, z1: float, tone: str = "main", taper: float = 1.0
) -> Part:
    """Make an upright elliptic cylinder on the z axis.

    Its upper end is `taper` times as wide as the lower end.
    """
    vertices, triangles = _cylinder(2 * _SECTIONS)
    share = vertices[:, 2] + 0.5
    wide = 1 + (taper - 1) * share
    ring = np.column_stack(
        [vertices[:, 0] * radius_x * wide, vertices[:, 1] * radius_y * wide, z0 + share * (z1 - z0)]
    )
    return Part(ring, triangles, tone)


def ball(center: tuple[float, float, float], radii: tuple[float, float, float], tone: str = "main") -> Part:
    """An ellipsoid."""
    vertices, triangles = _sphere(2)
    return Part(np.array(center) + vertices * np.array(radii), triangles, tone)


def cushion(x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, tone: str = "main") -> Part:
    """Make a box with soft, rounded edges."""
    low, high = np.array([x0, y0, z0]), np.array([x1, y1, z1])
    lattice, triangles = _lattice(*(min(max(3, round(float(side) / 0.07)), 40) for side in high - low))
    soft = lattice / (np.abs(lattice) ** 6).sum(axis=1, keepdims=True) ** (1 / 6)
    return Part((low + high) / 2 + soft * (high - low) / 2, triangles, tone)


@cache
def _lattice(nx: int, ny: int, nz: int) -> tuple[Array, IntArray]:
    """Return the cube from -1 to 1, with each face divided into a grid."""
    counts = (nx, ny, nz)
    vertices: list[Array] = []
    triangles: list[IntArray] = []
    for axis, sign in product(range(3), (-1, 1)):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        grid_u, grid_v = np.meshgrid(np.linspace(-1, 1, counts[u] + 1), np.linspace(-1, 1, counts[v] + 1))
        points = np.empty((grid_u.size, 3))
        points[:, axis], points[:, u], points[:, v] = sign, grid_u.ravel(), grid_v.ravel()
        corner = (np.arange(counts[v])[:, None] * (counts[u] + 1) + np.arange(counts[u])).ravel()
        corner += sum(len(points) for points in vertices)
        over = corner + counts[u] + 1
        cells = np.concatenate(
            [np.column_stack([corner, corner + 1, over + 1]), np.column_stack([corner, over + 1, over])]
        )
        vertices.append(points)
        triangles.append(cells[:, ::sign])
    joined, rows = np.unique(np.round(np.concatenate(vertices), 9), axis=0, return_inverse=True)
    return np.asarray(joined, dtype=np.float64), np.asarray(rows[np.concatenate(triangles)], dtype=np.int64)


def lathe(profile: list[tuple[float, float]], tone: str = "main") -> Part:
    """Make a body of revolution about z from its profile: (radius, height) from the axis outward and back."""
    return Part(*_arrays(trimesh.creation.revolve(np.array(profile), sections=2 * _SECTIONS)), tone)


def ring(radius: float, tube: float, tone: str = "main") -> Part:
    """Make a torus about z."""
    return Part(*_arrays(trimesh.creation.torus(radius, tube, major_sections=16, minor_sections=5)), tone)


def wave(width: float, depth: float, z0: float, z1: float, folds: int, tone: str = "main") -> Part:
    """Make a hanging cloth with vertical folds. Its front is at +y."""
    columns = np.linspace(-width / 2, width / 2, 6 * folds + 1)
    sway = depth / 2 * np.sin(np.linspace(0, 2 * np.pi * folds, len(columns)))
    count = len(columns)
    vertices = np.concatenate([np.column_stack([columns, sway, np.full(count, z)]) for z in (z0, z1)])
    first = np.arange(count - 1)
    lower = np.column_stack([first, first + count + 1, first + 1])
    upper = np.column_stack([first, first + count, first + count + 1])
    return Part(vertices, np.concatenate([lower, upper]).astype(np.int64), tone)


def sheet(corners: Array, tone: str = "main") -> Part:
    """Make a flat convex polygon from (k, 3) corners, counter-clockwise as seen from its front."""
    last = np.arange(1, len(corners) - 1)
    triangles = np.column_stack([np.zeros(len(last), dtype=np.int64), last, last + 1])
    return Part(np.asarray(corners, dtype=float), triangles, tone)
