"""The domain: a scene (one scan of a room), its objects and their boxes. Frozen arrays, no I/O.

Everything is in metres, in the room's frame: z points up, and the floor is near z = 0 where a source aligns
its scans. A field that a source cannot give is None; a rule that needs it drops its topic and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CORNER_SIGNS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])


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
        return self.center + (_CORNER_SIGNS * self.extents) @ self.axes

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
        label: the annotation's own word for it, surrounding white space removed.
        vertices: (n, 3) metres, room frame; None where the source has boxes only. May be empty: an annotated
            object whose segments own no vertex still counts as an instance.
        triangles: (m, 3) rows of `vertices`; None where the source has no mesh.
        centroid: (3,) mean of the vertices; None where there are none.
        box: the box that the source itself gives; None where boxes are measured from the vertices.
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
        dataset: where it comes from: `scannet`, `arkitscenes`, `scannetpp`, …
        name: the scan's name in that dataset: `scene0000_00`.
        objects: the annotated objects, by instance id.
        points: (N, 3) all vertices of the mesh, annotated or not; None where the source has boxes only.
        triangles: (M, 3) rows of `points`; None where the source has no mesh.
        instances: (N,) instance id of each point, -1 where no object owns it; None without points.
        room_area: square metres, where the source states it itself; None where it is measured.
        declared_counts: objects by label as the source itself counts them, where that is to be trusted more
            than the number of its boxes; None where the objects are what counts.
        alignment: (4, 4) from the frame of the mesh on the disk, in which a stream's camera poses live, to
            the room's; already applied to all the points above. None where the source has no mesh.
        repeated: instance ids of objects that the annotation lists again: another object of the same label
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
