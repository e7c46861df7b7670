"""Computes the appearance of a room: the patterns on its surface and the light on them.

Both are computed once, at the corners of small triangles. A frame then only looks up the triangles that its
rays hit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsidata.scene import IntArray
from vsidata.synthetic.camera import PhoneCamera
from vsidata.synthetic.cover import cover
from vsidata.synthetic.layout import Room
from vsidata.synthetic.light import light_on
from vsidata.synthetic.surface import RoomSurface, refine
from vsidata.synthetic.textures import SIDE, tiles

_PATCH = 0.14  # metres: the light hardly changes over shorter distances
# pixels of a pattern per pixel of the picture; each softer level is used from such a value
_SOFT_FROM = (1.0, 2.4)

Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SurfaceLook:
    """The data from which the colour at the hit of a ray is computed.

    Attributes:
        table: (m, 13) 13 values per triangle. A hit has the barycentric coordinates b and c. 6 values: the
            position in the pattern at the first corner, and its change along b and along c, in pixels of the
            pattern. 3 values: the same for the light. 3 values: the colour below the pattern. 1 value: pixels
            of the pattern per metre.
        patterns: (m,) number of the triangle's pattern.
        count: number of patterns.
        pixels: (levels * count * SIDE * SIDE, 3) pixels of the patterns.
    """

    table: Float32
    patterns: NDArray[np.int32]
    count: int
    pixels: NDArray[np.uint8]

    def colours(self, rows: IntArray, spots: Float32, depth: Float32, camera: PhoneCamera) -> Float32:
        """Return the colours at the hits of rays.

        Args:
            rows: (n,) triangles.
            spots: (n, 2) barycentric b and c.
            depth: (n,) metres from the camera.
            camera: the camera of the rays. Distant patterns are drawn softer.

        Returns:
            (n, 3) sRGB from 0 to 255; larger where the light exceeds full exposure.
        """
        table = np.take(self.table, rows, axis=0)
        b, c = spots[:, 0], spots[:, 1]
        u = (table[:, 0] + b * table[:, 2] + c * table[:, 4]).astype(np.int32) & (SIDE - 1)
        v = (table[:, 1] + b * table[:, 3] + c * table[:, 5]).astype(np.int32) & (SIDE - 1)
        light = table[:, 6] + b * table[:, 7] + c * table[:, 8]
        coarseness = depth * table[:, 12] / np.float32(camera.focal_length * camera.size[0])
        level = (coarseness > _SOFT_FROM[0]).astype(np.int32) + (coarseness > _SOFT_FROM[1])
        place = ((level * self.count + np.take(self.patterns, rows)) * SIDE + v) * SIDE + u
        found: Float32 = np.take(self.pixels, place, axis=0) * table[:, 9:12]
        found *= light[:, None]
        return found


def look(room: Room, coarse: RoomSurface) -> tuple[RoomSurface, SurfaceLook]:
    """Return the room's surface, in triangles on which the light hardly changes, and its appearance."""
    surface = refine(coarse, np.full(len(coarse.triangles), _PATCH))
    corners = surface.vertices[surface.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-12)[:, None]
    covering = cover(room, surface, normals)
    light = light_on(room, surface, normals)
    places = covering.positions
    table = np.column_stack(
        [
            *(places[:, 0], places[:, 1] - places[:, 0], places[:, 2] - places[:, 0]),
            *(light[:, 0], light[:, 1] - light[:, 0], light[:, 2] - light[:, 0]),
            covering.paint,
            covering.density,
        ]
    )
    pixels = tiles()[1]
    return surface, SurfaceLook(
        table.astype(np.float32), covering.patterns.astype(np.int32), pixels.shape[1], pixels.reshape(-1, 3)
    )
