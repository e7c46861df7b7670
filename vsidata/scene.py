"""The data of a scene (one scan of a room): its objects and their boxes. Arrays are frozen.

Everything is in metres, in the room frame: z points up, and the floor is near z = 0 if the source aligns its
scans. A field that a source cannot provide is None. Topics that need it are left out, with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

CORNER_SIGNS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
"""(8, 3) the corners of a box, in sides from its centre."""


@dataclass(frozen=True, eq=False)
class OrientedBox:
    """A box in any orientation.

    Attributes:
        center: (3,) metres, room frame.
        extents: (3,) full side lengths in metres, along `axes`.
        axes: (3, 3) unit vectors in rows, orthogonal.
    """

    center: Array
    extents: Array
    axes: Array

    @cached_property
    def corners(self) -> Array:
        """(8, 3) corners in metres, room frame."""
        return self.center + (CORNER_SIGNS * self.extents) @ self.axes

    @property
    def longest_side(self) -> float:
        """The longest of the three side lengths, metres."""
        return float(self.extents.max())

    @property
    def volume(self) -> float:
        """Cubic metres."""
        return float(self.extents.prod())


@dataclass(frozen=True, eq=False)
class SceneObject:
    """One annotated object of a scene.

    Attributes:
        instance: the object's id in its annotation; unique in the scene.
        label: the annotation's word for it, without surrounding white space.
        vertices: (n, 3) metres, room frame; None if the source has only boxes. It may be empty, because an
            annotated object without vertices still counts as an instance.
        triangles: (m, 3) rows of `vertices`; None if the source has no mesh.
        centroid: (3,) mean of the vertices; None without vertices.
        box: the box that the source itself provides; None if boxes are measured from the vertices.
    """

    instance: int
    label: str
    vertices: Array | None = None
    triangles: IntArray | None = None
    centroid: Array | None = None
    box: OrientedBox | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """One scan of a room.

    Attributes:
        dataset: the dataset of the scan: `scannet`, `arkitscenes`, `scannetpp`, …
        name: the scan's name in that dataset, such as `scene0000_00`.
        objects: the annotated objects, by instance id.
        points: (N, 3) all vertices of the mesh, annotated or not; None if the source has only boxes.
        triangles: (M, 3) rows of `points`; None if the source has no mesh.
        instances: (N,) instance id of each point, -1 if the point belongs to no object; None without points.
        room_area: square metres, as the source states it; None if the area is measured.
        declared_counts: number of objects of each label, if the source states it and it is more reliable than
            the number of boxes; None if the objects are counted.
        alignment: (4, 4) from the frame of the mesh on disk, which is also the frame of a stream's camera
            poses, to the room frame. All points above are already transformed. None if the source has no
            mesh.
        repeated: instance ids of objects that the annotation lists twice. Another object of the same label
            has nearly the same vertices.
    """

    dataset: str
    name: str
    objects: tuple[SceneObject, ...]
    points: Array | None = None
    triangles: IntArray | None = None
    instances: IntArray | None = None
    room_area: float | None = None
    declared_counts: Mapping[str, int] | None = None
    alignment: Array | None = None
    repeated: frozenset[int] = frozenset()
