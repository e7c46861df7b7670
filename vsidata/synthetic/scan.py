"""Makes the scan of a room's surface, with the flaws of a hand-held scanner.

These are missing sides, holes, noise that is correlated in space, stray flecks, and vertices without
annotation. Everything is in the room frame; `write.py` transforms it to the frame of a stored scan.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vsidata.scene import Array, IntArray
from vsidata.synthetic.layout import STRUCTURE, Room
from vsidata.synthetic.raycasting import casting_scene, is_blocked
from vsidata.synthetic.seeding import generator
from vsidata.synthetic.surface import RoomSurface, coarse_surface, refine

VERTICES = (50_000, 200_000)
"""Smallest and largest number of vertices of a scan. ScanNet's decimated meshes have 50k to 500k."""

_EDGE = (0.012, 0.055)  # metres: smallest and largest limit of the edges
_COARSEST = 0.25  # metres: largest limit of the edges if fewer vertices are requested
_STRUCTURE_EDGE = 1.6  # edges of walls and floors are longer by this factor, as after decimation
_REACH = 6.0  # metres: reach of the depth sensor
_SKIN = 0.002  # metres between the surface and the start of a ray
_GRAZING = 0.08  # cosine of the angle to the normal; a sensor measures no depth below it
_HOLE_RADIUS = (0.03, 0.16)  # metres
_LEAST_TRIANGLES = 12  # fewest triangles of an annotated object
_BLEEDING_OBJECT = 400  # vertices: only objects with more get a wrong patch, which is a small part of them
_PATCH = 0.07  # metres: radius of a wrongly annotated patch
_SEGMENT = 0.4  # metres: size of a segment of the annotation


@dataclass(frozen=True)
class Flaws:
    """The flaws of a scan. If all are zero and False, the scan is complete, exact and fully annotated.

    Attributes:
        noise: root mean square of the displacement along the surface normal, metres.
        unseen: whether the surface that no camera saw is missing.
        holes: holes per square metre of surface.
        strays: share of the vertices that are in stray flecks.
        bled: share of the larger objects to which the annotation adds a distant patch of a wall or floor.
        unannotated: share of the segments of walls, floor and ceiling that have no annotation.
    """

    noise: float = 0.003
    unseen: bool = True
    holes: float = 0.35
    strays: float = 0.003
    bled: float = 0.05
    unannotated: float = 0.15


CLEAN = Flaws(noise=0.0, unseen=False, holes=0.0, strays=0.0, bled=0.0, unannotated=0.0)


@dataclass(frozen=True, eq=False)
class Scan:
    """A scanned room, in the room frame (metres).

    Attributes:
        room: the recipe.
        clean: (n, 3) vertices on the true surface.
        vertices: (n, 3) vertices as scanned, with noise.
        triangles: (m, 3) rows of both.
        instances: (n,) annotated instance id; -1 without annotation.
        stray: (n,) whether the vertex belongs to a stray fleck, not to the surface. It may be annotated.
        segments: (n,) segment id.
        colours: (n, 3) 8-bit sRGB.
    """

    room: Room
    clean: Array
    vertices: Array
    triangles: IntArray
    instances: IntArray
    stray: NDArray[np.bool_]
    segments: IntArray
    colours: NDArray[np.uint8]

    def kept_surface(self, instance: int) -> tuple[Array, IntArray]:
        """Return the true surface of an object that the scan contains: vertices (k, 3), triangles (m, 3)."""
        return self._kept_surfaces.get(instance, (np.empty((0, 3)), np.empty((0, 3), dtype=np.int64)))

    @cached_property
    def _kept_surfaces(self) -> dict[int, tuple[Array, IntArray]]:
        owners = np.where(self.stray, -1, self.instances)
        corners = owners[self.triangles]
        whole = (corners[:, 0] == corners[:, 1]) & (corners[:, 0] == corners[:, 2])
        triangles = self.triangles[whole]
        triangles = triangles[np.argsort(corners[whole, 0], kind="stable")]
        split = np.searchsorted(owners[triangles[:, 0]], np.arange(owners.max() + 2))
        order = np.argsort(owners, kind="stable")
        ends = np.searchsorted(owners[order], np.arange(owners.max() + 2))
        found = {}
        for instance in np.unique(owners[owners >= 0]).tolist():
            rows = order[ends[instance] : ends[instance + 1]]
            own = triangles[split[instance] : split[instance + 1]]
            found[instance] = (self.clean[rows], np.searchsorted(rows, own))
        return found


def scan_room(room: Room, flaws: Flaws | None = None, vertices: int | None = None) -> Scan:
    """Scan a room. The same arguments give exactly the same scan.

    Args:
        room: the recipe.
        flaws: the flaws of the scan; None for the usual flaws.
        vertices: the approximate number of vertices; None for as many as in ScanNet's scans.
    """
    flaws = flaws or Flaws()
    coarse = coarse_surface(room)
    surface = _tessellated_and_seen(room, coarse, flaws, vertices)
    rng = generator(room.seed, room.index, "scan")
    normals = _vertex_normals(surface)
    owners = _vertex_owners(room, surface)
    colours = _vertex_colours(surface, normals, rng)
    points = surface.vertices
    if flaws.noise:
        points = points + flaws.noise * _smooth_field(points, rng)[:, None] * normals
    segments = _segments(surface, owners)
    owners = _leave_out(room, owners, segments, flaws.unannotated, rng)
    owners = _without_scraps(owners, surface.triangles)
    stray = np.zeros(len(points), dtype=bool)
    scan = Scan(room, surface.vertices, points, surface.triangles, owners, stray, segments, colours)
    if flaws.bled:
        scan = _with_bleeding(scan, flaws.bled, rng)
    if flaws.strays:
        scan = _with_strays(scan, normals, flaws.strays, rng)
    return _in_scan_order(scan)


# --- visibility ---


def _tessellated_and_seen(room: Room, coarse: RoomSurface, flaws: Flaws, vertices: int | None) -> RoomSurface:
    """Tessellate the surface so that its visible part has `VERTICES`, or about the requested number."""
    structure = np.array([item.label in STRUCTURE for item in room.items + room.clutter])[coarse.items]
    area = coarse.areas() / np.where(structure, _STRUCTURE_EDGE**2, 1.0)
    wanted, least, most = float(np.clip(45_000 + 2_000 * len(room.items), 60_000, 150_000)), *VERTICES
    shortest, longest = _EDGE
    if vertices is not None:
        wanted, least, most, longest = float(vertices), vertices // 2, 2 * vertices, _COARSEST
    share = 0.55 if flaws.unseen else 1.0
    edge = float(np.sqrt(area.sum() * share * 1.2 / wanted))
    for _ in range(4):
        edge = float(np.clip(edge, shortest, longest))
        surface = refine(coarse, np.where(structure, _STRUCTURE_EDGE * edge, edge))
        if flaws.unseen:
            surface = _subset(surface, _is_seen(room, coarse, surface))
        if flaws.holes:
            holes = _in_hole(surface, flaws.holes, generator(room.seed, room.index, "holes"))
            surface = _subset(surface, ~np.any(holes[surface.triangles], axis=1))
        count = len(surface.vertices)
        if least <= count <= most or edge in (shortest, longest):
            break
        edge *= float(np.sqrt(count / wanted))
    return surface


def _subset(surface: RoomSurface, keep: NDArray[np.bool_]) -> RoomSurface:
    """Return the triangles for which the mask is true, and their vertices."""
    used = np.zeros(len(surface.vertices), dtype=bool)
    used[surface.triangles[keep]] = True
    rows = np.cumsum(used) - 1
    return replace(
        surface,
        vertices=surface.vertices[used],
        triangles=rows[surface.triangles[keep]],
        items=surface.items[keep],
        parts=surface.parts[keep],
        colours=surface.colours[keep],
    )


def _triangle_normals(surface: RoomSurface) -> Array:
    """Return (m, 3) outward normals. Their length is twice the triangle's area."""
    a, b, c = (surface.vertices[surface.triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def _vertex_normals(surface: RoomSurface) -> Array:
    normals = _vertex_sums(surface, _triangle_normals(surface))
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1), 1e-12)[:, None])


def _vertex_means(surface: RoomSurface, values: Array) -> Array:
    """Return (n, 3) for each vertex the mean value of the triangles around it. `values` are (m, 3)."""
    around = np.bincount(surface.triangles.ravel(), minlength=len(surface.vertices))
    return np.asarray(_vertex_sums(surface, values) / np.maximum(around, 1)[:, None])


def _vertex_sums(surface: RoomSurface, values: Array) -> Array:
    corners = surface.triangles.ravel()
    count = len(surface.vertices)
    return np.column_stack(
        [np.bincount(corners, np.repeat(column, 3), minlength=count) for column in values.T]
    )


def _cameras(room: Room, rng: Generator) -> Array:
    """Draw (k, 3) positions of the scanner, in every room, 1.1 to 1.8 m above the floor."""
    boxes = [item.box for item in room.items if item.label not in STRUCTURE]
    low = np.array([box.corners.min(axis=0) for box in boxes]).reshape(-1, 3) - 0.1
    high = np.array([box.corners.max(axis=0) for box in boxes]).reshape(-1, 3) + 0.1
    found = []
    for spaces in room.plan.spaces:
        for x0, y0, x1, y1 in spaces:
            wanted = 6 + round((x1 - x0) * (y1 - y0) / 3)
            spots = rng.uniform((x0 + 0.2, y0 + 0.2, 1.1), (x1 - 0.2, y1 - 0.2, 1.8), (4 * wanted, 3))
            blocked = np.any(np.all((spots[:, None] > low) & (spots[:, None] < high), axis=2), axis=1)
            found.append(spots[~blocked][:wanted])
    return np.concatenate(found)


def _is_seen(room: Room, coarse: RoomSurface, surface: RoomSurface) -> NDArray[np.bool_]:
    """Return (m,) whether each triangle is seen.

    A camera in reach must see each corner from the front, with nothing between them.
    """
    scene = casting_scene(coarse.vertices, coarse.triangles)
    normals = _vertex_normals(surface)
    # A ray from the edge of a face could hit the next face. So it starts a little inside.
    middles = surface.vertices[surface.triangles].mean(axis=1)
    inward = _vertex_means(surface, middles) - surface.vertices
    starts = (surface.vertices + 0.1 * inward + _SKIN * normals).astype(np.float32)
    normals = normals.astype(np.float32)
    seen = np.zeros(len(starts), dtype=bool)
    scanned = surface.vertices[:, 2] <= room.scanned_height + 1e-6
    cameras = _cameras(room, generator(room.seed, room.index, "cameras"))
    for camera in cameras:
        rows = np.flatnonzero(~seen & scanned)
        ways = camera.astype(np.float32) - starts[rows]
        distance = np.sqrt(np.einsum("ij,ij->i", ways, ways))
        front = np.einsum("ij,ij->i", normals[rows], ways) > _GRAZING * distance
        open_ = front & (distance < _REACH)
        rows, ways = rows[open_], ways[open_]
        seen[rows] = ~is_blocked(scene, starts[rows], ways)
    outward = _triangle_normals(surface)
    ahead = np.max(cameras @ outward.T, axis=0) > np.einsum("ij,ij->i", outward, middles)
    return np.asarray(np.all(seen[surface.triangles], axis=1) & ahead)


def _in_hole(surface: RoomSurface, density: float, rng: Generator) -> NDArray[np.bool_]:
    """Draw holes. Return a mask of the vertices in them.

    A hole is a ragged gap in one object, much smaller than the object.
    """
    owner = np.zeros(len(surface.vertices), dtype=np.int64)
    owner[surface.triangles] = surface.items[:, None]
    size = np.sqrt(np.bincount(surface.items, surface.areas(), minlength=owner.max() + 1))
    holes = np.zeros(len(owner), dtype=bool)
    tree = cKDTree(surface.vertices)
    count = int(rng.poisson(density * surface.areas().sum()))
    for center in rng.integers(len(owner), size=count):
        radius = min(float(rng.uniform(*_HOLE_RADIUS)), 0.15 * size[owner[center]])
        near = np.array(
            tree.query_ball_point(surface.vertices[center], 1.3 * radius, return_sorted=True), dtype=np.int64
        )
        near = near[owner[near] == owner[center]]
        offset = surface.vertices[near] - surface.vertices[center]
        ragged = radius * (1 + 0.25 * np.sin(offset @ rng.normal(0, 60, 3) + rng.uniform(0, 6.28)))
        holes[near[np.linalg.norm(offset, axis=1) < ragged]] = True
    return holes


# --- appearance ---


def _vertex_owners(room: Room, surface: RoomSurface) -> IntArray:
    instances = np.array([item.instance for item in room.items + room.clutter])
    owners = np.zeros(len(surface.vertices), dtype=np.int64)
    owners[surface.triangles] = instances[surface.items][:, None]
    return np.maximum(owners, -1)


def _vertex_colours(surface: RoomSurface, normals: Array, rng: Generator) -> NDArray[np.uint8]:
    """Return colours under a soft light from above, with the blotches and noise of a fused scan."""
    colours = np.zeros_like(surface.vertices)
    colours[surface.triangles] = surface.colours[:, None]
    light = 0.82 + 0.18 * normals @ (np.array([0.25, 0.4, 0.88]))
    blotches = 1 + 0.03 * _smooth_field(surface.vertices, rng)
    grain = rng.normal(0, 0.015, colours.shape)
    return np.asarray(np.clip((colours * (light * blotches)[:, None] + grain) * 255, 0, 255)).astype(np.uint8)


def _smooth_field(points: Array, rng: Generator) -> Array:
    """Draw (n,) a Gaussian random field of unit variance.

    It is correlated over 5 to 10 cm (random Fourier features).
    """
    length = rng.uniform(0.05, 0.10)
    waves = rng.normal(0, 1 / length, (3, 96)).astype(np.float32)
    phase = points.astype(np.float32) @ waves + rng.uniform(0, 2 * np.pi, 96).astype(np.float32)
    return np.asarray(np.sqrt(2 / 96) * np.cos(phase).sum(axis=1), dtype=np.float64)


# --- annotation ---


def _segments(surface: RoomSurface, owners: IntArray) -> IntArray:
    """Return the segment of each vertex. A segment is a cell of a grid, within one object."""
    cells = np.floor(surface.vertices / _SEGMENT).astype(np.int64) + 1000
    keys = ((owners + 1) * 4000 + cells[:, 0]) * 4000 * 4000 + cells[:, 1] * 4000 + cells[:, 2]
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.int64)


def _leave_out(room: Room, owners: IntArray, segments: IntArray, share: float, rng: Generator) -> IntArray:
    """Remove some segments of walls, floor and ceiling from the annotation."""
    structure = [item.instance for item in room.items if item.label in STRUCTURE]
    dropped = rng.random(segments.max() + 1) < share
    return np.where(np.isin(owners, structure) & dropped[segments], -1, owners)


def _without_scraps(owners: IntArray, triangles: IntArray) -> IntArray:
    """Remove the annotation of objects with almost no surface in the scan."""
    shared = owners[triangles]
    whole = shared[:, 0][(shared[:, 0] == shared[:, 1]) & (shared[:, 1] == shared[:, 2])]
    enough = np.bincount(whole + 1, minlength=owners.max() + 2) >= _LEAST_TRIANGLES
    return np.where(enough[owners + 1], owners, -1)


def _with_bleeding(scan: Scan, share: float, rng: Generator) -> Scan:
    """Assign a wrong patch of wall or floor to some objects, as in careless annotations."""
    structure = [item.instance for item in scan.room.items if item.label in STRUCTURE]
    ground = np.flatnonzero(np.isin(scan.instances, structure))
    if len(ground) == 0:
        return scan
    instances, stray, segments = scan.instances.copy(), scan.stray.copy(), scan.segments.copy()
    tree = cKDTree(scan.clean[ground])
    sizes = np.bincount(scan.instances + 1)[1:]
    for instance in np.flatnonzero(sizes >= _BLEEDING_OBJECT):
        if instance in structure or rng.random() >= share:
            continue
        mine = scan.clean[scan.instances == instance]
        target = mine[rng.integers(len(mine))] + rng.normal(0, 0.5, 3)
        center = tree.data[tree.query(target)[1]]
        patch = ground[tree.query_ball_point(center, _PATCH, return_sorted=True)]
        if np.linalg.norm(mine - center, axis=1).min() > 0.25 + _PATCH:
            instances[patch], stray[patch], segments[patch] = instance, True, segments.max() + 1
    return replace(scan, instances=instances, stray=stray, segments=segments)


def _with_strays(scan: Scan, normals: Array, share: float, rng: Generator) -> Scan:
    """Add stray flecks: small single triangles away from the surface.

    Most are annotated as part of that surface.
    """
    sources = rng.choice(
        np.flatnonzero((scan.instances >= 0) & ~scan.stray),
        max(1, round(share * len(scan.vertices) / 3)),
        replace=False,
    )
    away = np.minimum(0.03 + rng.exponential(0.08, len(sources)), 0.6)
    centers = scan.clean[sources] + away[:, None] * normals[sources]
    corners = (centers[:, None] + rng.normal(0, 0.006, (len(sources), 3, 3))).reshape(-1, 3)
    count = len(corners)
    owner = np.repeat(np.where(rng.random(len(sources)) < 0.6, scan.instances[sources], -1), 3)
    first = len(scan.vertices)
    segments = scan.segments.max() + 1 + np.repeat(np.arange(len(sources)), 3)
    return Scan(
        scan.room,
        np.concatenate([scan.clean, corners]),
        np.concatenate([scan.vertices, corners]),
        np.concatenate([scan.triangles, first + np.arange(count).reshape(-1, 3)]),
        np.concatenate([scan.instances, owner]),
        np.concatenate([scan.stray, np.ones(count, dtype=bool)]),
        np.concatenate([scan.segments, segments]),
        np.concatenate([scan.colours, np.repeat(scan.colours[sources], 3, axis=0)]),
    )


def _in_scan_order(scan: Scan) -> Scan:
    """Order the vertices by position, not by object, and number each segment by one of its vertices."""
    blocks = np.floor(scan.clean / 0.25).astype(np.int64)
    order = np.lexsort((scan.segments, blocks[:, 0], blocks[:, 1], blocks[:, 2]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    segments = scan.segments[order]
    _, first, inverse = np.unique(segments, return_index=True, return_inverse=True)
    triangles = rank[scan.triangles]
    triangles = triangles[np.argsort(triangles.min(axis=1), kind="stable")]
    return Scan(
        scan.room,
        scan.clean[order],
        scan.vertices[order],
        triangles,
        scan.instances[order],
        scan.stray[order],
        first[inverse],
        scan.colours[order],
    )
