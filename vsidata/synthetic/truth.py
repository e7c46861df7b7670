"""Computes the truth about a synthetic scan from its recipe and true surface.

It does not use the geometry code that it tests. Everything is in the room frame, which is the frame after the
scan's axisAlignment: metres, square metres, radians, z up. `describe` returns one dictionary per scan,
written as `truth/sceneNNNN_00.json`:

- `scene_name`, `seed`, `index`, `flaws`: the origin of the scan.
- `room`: `theme`, `scene_type`, `plan` (`rectangle`, `L`, `T`, `rooms`), `height`, `scanned_height`;
  `outline` and its `area`: the combined space of rooms and inner walls; `rooms`: the polygon and area of each
  room; `floor_area`: rooms and thresholds without inner walls. Polygons are counter-clockwise.
- `counts`: annotated objects by label.
- `objects`, by instance id:
    - `instance`, `label`, `nyu40`, `shape`, `host` (instance of the object that it stands on, or null);
    - `recipe`: `center`, `extents`, `yaw` of the whole object. Its own x axis is (cos yaw, sin yaw, 0). Its
      front faces (-sin yaw, cos yaw, 0);
    - `kept`: the surface that the scan contains, with holes but without noise: `vertices` (their number),
      `mean` of the vertices, `center` and `extents` of its box along the recipe's axes, and `minimal`, the
      box of Open3D's MINIMAL_APPROX (`center`, `extents`, `axes` in rows), null if the surface is flat.
- `unseen`: objects of the recipe that are not in the scan and have no annotation.
- `pairs`: all pairs of objects in which the label of at least one object occurs once, without walls, floor
  and ceiling:
    - `first`, `second`: instances, first < second;
    - `surface_distance` between the closest points of the kept surfaces, at most 0.1 mm too large;
    - `center_distance` between the centres of the kept boxes, `mean_distance` between the vertex means;
    - `azimuth` of the second kept centre as seen from the first: counter-clockwise from x, in (-pi, pi].

If the scan has a video, `film.py` adds
- `frames`: `size` (width and height) and `rate` (frames per second); `lost`: positions of the frames without
  a pose; and `pixels`, for every frame: the number of pixels of each instance of the whole recipe.
"""

import cmath
from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import open3d as o3d

from vsidata.scene import Array, IntArray
from vsidata.synthetic import raycasting
from vsidata.synthetic.catalogue import kinds
from vsidata.synthetic.layout import STRUCTURE, Item
from vsidata.synthetic.plans import polygon_area
from vsidata.synthetic.scan import Flaws, Scan

_TOLERANCE = 1e-4  # metres: largest error of distances


@dataclass(frozen=True, eq=False)
class Body:
    """An object's surface, prepared for exact distances.

    Attributes:
        vertices: (n, 3) metres.
        triangles: (m, 3) rows of `vertices`.
    """

    vertices: Array
    triangles: IntArray

    @cached_property
    def _scene(self) -> o3d.t.geometry.RaycastingScene:
        return raycasting.casting_scene(self.vertices, self.triangles)

    @cached_property
    def bounds(self) -> Array:
        """(2, 3) the lowest and highest coordinates of the surface."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    @cached_property
    def edges(self) -> IntArray:
        """(k, 2) the two vertices of each edge, as rows of `vertices`. Each edge occurs once."""
        pairs = np.sort(self.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        keys = np.unique(pairs[:, 0] * len(self.vertices) + pairs[:, 1])
        return np.column_stack(np.divmod(keys, len(self.vertices)))

    @cached_property
    def longest_edge(self) -> float:
        """Metres."""
        ends = self.vertices[self.edges]
        return float(np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1).max())

    def distance_to(self, points: Array) -> Array:
        """Return (k,) the distance of each point (k, 3) to the closest point of the surface."""
        return raycasting.distances(self._scene, points)

    def near(self, bounds: Array, reach: float) -> IntArray:
        """Return the rows of the vertices that are at most `reach` from an axis-aligned box."""
        outside = np.maximum(np.maximum(bounds[0] - self.vertices, self.vertices - bounds[1]), 0.0)
        return np.flatnonzero(np.einsum("ij,ij->i", outside, outside) <= reach**2)


def closest_distance(first: Body, second: Body) -> float:
    """Return the distance between the closest points of two surfaces; 0 if they intersect.

    The result is at most 0.1 mm too large. The closest points are either a corner of one mesh and a point of
    the other, or a point on an edge of each. Open3D computes the exact distance of a point to a mesh. So the
    corners of both meshes are tested first, then points along the edges.
    """
    stride = max(1, len(first.vertices) // 48)
    best = float(second.distance_to(first.vertices[::stride]).min())
    best = min(
        best, float(first.distance_to(second.vertices[second.near(first.bounds, best)]).min(initial=best))
    )
    best = _along_edges(first, second, best)
    if best <= first.longest_edge:  # an edge of the second may still pierce a triangle of the first
        best = _along_edges(second, first, best)
    return best


def _along_edges(first: Body, second: Body, best: float) -> float:
    """Return the smaller of `best` and the distance of the first's corners and edges to the second's surface.

    Along an edge, the squared distance to a surface minus the squared position along the edge is a minimum of
    linear functions. So this difference is concave, and its values at the two ends bound it from below. An
    edge is halved only if this bound permits a closer point.
    """
    rows = first.near(second.bounds, float(np.hypot(best, first.longest_edge)))
    distances = np.full(len(first.vertices), np.inf)
    distances[rows] = second.distance_to(first.vertices[rows])
    best = min(best, float(distances.min()))
    edges = first.edges[np.isfinite(distances[first.edges]).all(axis=1)]
    starts, ends = first.vertices[edges[:, 0]], first.vertices[edges[:, 1]]
    at_start, at_end = distances[edges[:, 0]], distances[edges[:, 1]]
    while best > _TOLERANCE:
        least = _least_along(at_start, at_end, np.linalg.norm(ends - starts, axis=1))
        rows = np.flatnonzero(least < best - _TOLERANCE)
        if len(rows) == 0:
            break
        starts, ends, at_start, at_end = starts[rows], ends[rows], at_start[rows], at_end[rows]
        middles = (starts + ends) / 2
        between = second.distance_to(middles)
        best = min(best, float(between.min()))
        starts, ends = np.concatenate([starts, middles]), np.concatenate([middles, ends])
        at_start, at_end = np.concatenate([at_start, between]), np.concatenate([between, at_end])
    return best


def _least_along(at_start: Array, at_end: Array, length: Array) -> Array:
    """Return a lower bound of the distance along an edge, from the distances at its ends."""
    low, high = at_start**2, at_end**2
    square = np.maximum(length**2, 1e-18)
    share = np.clip((low - high + square) / (2 * square), 0.0, 1.0)
    least = low * (1 - share) + high * share - square * share * (1 - share)
    return np.asarray(np.sqrt(np.maximum(least, 0.0)))


def minimal_box(vertices: Array) -> dict[str, Any] | None:
    """Return Open3D's MINIMAL_APPROX box of points (n, 3); None if they are in one plane."""
    if len(vertices) < 4 or np.linalg.matrix_rank(vertices - vertices.mean(axis=0), tol=1e-6) < 3:
        return None
    box = o3d.t.geometry.OrientedBoundingBox.create_from_points(
        o3d.core.Tensor.from_numpy(np.ascontiguousarray(vertices)),
        method=o3d.t.geometry.MethodOBBCreate.MINIMAL_APPROX,
    )
    return {
        "center": _rounded(box.center.numpy()),
        "extents": _rounded(box.extent.numpy()),
        "axes": _rounded(box.rotation.numpy().T),
    }


def bearing(truth: dict[str, Any], observer: int, facing: int, asked: int) -> float:
    """Return the direction of an object for an observer at a second object who faces a third.

    All three are at their kept centres.

    Args:
        truth: the result of `describe`.
        observer, facing, asked: instances.

    Returns:
        Radians in (-pi, pi], counter-clockwise seen from above: positive means to the left.
    """
    centers = {thing["instance"]: complex(*thing["kept"]["center"][:2]) for thing in truth["objects"]}
    ahead, aside = centers[facing] - centers[observer], centers[asked] - centers[observer]
    return cmath.phase(aside / ahead)


def describe(scan: Scan, flaws: Flaws) -> dict[str, Any]:
    """Return the truth about a scan in the form described above. Numbers are rounded to a micrometre."""
    room = scan.room
    bodies = {item.instance: Body(*scan.kept_surface(item.instance)) for item in room.items}
    kept = [item for item in room.items if len(bodies[item.instance].triangles)]
    objects = {item.instance: _describe_object(item, bodies[item.instance]) for item in kept}
    counts = Counter(item.label for item in kept)
    plan = room.plan
    return {
        "scene_name": room.name,
        "seed": room.seed,
        "index": room.index,
        "flaws": asdict(flaws),
        "room": {
            "theme": room.theme,
            "scene_type": room.scene_type,
            "plan": plan.shape,
            "height": round(room.height, 6),
            "scanned_height": round(room.scanned_height, 6),
            "outline": _rounded(plan.outline),
            "area": round(plan.area, 6),
            "rooms": [
                {"polygon": _rounded(polygon), "area": round(polygon_area(polygon), 6)}
                for polygon in plan.rooms
            ],
            "floor_area": round(plan.floor_area, 6),
        },
        "counts": dict(sorted(counts.items())),
        "objects": list(objects.values()),
        "unseen": [
            {"instance": item.instance, "label": item.label}
            for item in room.items
            if item.instance not in objects
        ],
        "pairs": [
            _describe_pair(objects[first.instance], objects[second.instance], bodies)
            for first, second in combinations(kept, 2)
            if first.label not in STRUCTURE
            and second.label not in STRUCTURE
            and min(counts[first.label], counts[second.label]) == 1
        ],
    }


def _describe_object(item: Item, body: Body) -> dict[str, Any]:
    along = body.vertices @ item.axes.T
    low, high = along.min(axis=0), along.max(axis=0)
    return {
        "instance": item.instance,
        "label": item.label,
        "nyu40": kinds()[item.label].nyu40,
        "shape": item.shape,
        "host": item.host,
        "recipe": {
            "center": _rounded(item.box.center),
            "extents": _rounded(item.box.extents),
            "yaw": round(item.yaw, 6),
        },
        "kept": {
            "vertices": len(body.vertices),
            "mean": _rounded(body.vertices.mean(axis=0)),
            "center": _rounded((low + high) / 2 @ item.axes),
            "extents": _rounded(high - low),
            "minimal": minimal_box(body.vertices) if item.label not in STRUCTURE else None,
        },
    }


def _describe_pair(first: dict[str, Any], second: dict[str, Any], bodies: dict[int, Body]) -> dict[str, Any]:
    way = np.subtract(second["kept"]["center"], first["kept"]["center"])
    between_means = np.subtract(second["kept"]["mean"], first["kept"]["mean"])
    return {
        "first": first["instance"],
        "second": second["instance"],
        "surface_distance": round(closest_distance(bodies[first["instance"]], bodies[second["instance"]]), 6),
        "center_distance": round(float(np.linalg.norm(way)), 6),
        "mean_distance": round(float(np.linalg.norm(between_means)), 6),
        "azimuth": round(float(np.arctan2(way[1], way[0])), 6),
    }


def _rounded(values: Any) -> list[Any]:
    rounded: list[Any] = np.round(np.asarray(values, dtype=np.float64), 6).tolist()
    return rounded
