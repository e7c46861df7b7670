"""Renders a room with one ray per pixel: colour, depth, and the object of each pixel."""

from dataclasses import dataclass, replace

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray
from vsidata.synthetic import raycasting
from vsidata.synthetic.camera import PhoneCamera
from vsidata.synthetic.layout import Item, Room
from vsidata.synthetic.look import SurfaceLook, look
from vsidata.synthetic.surface import coarse_surface

_GRAIN = 2.5  # of 255; noise of a phone's sensor in a lit room
_SHELL = -100_000  # instance ids of added walls and floors, far from those of clutter
_NOBODY = _SHELL - 2  # instance id of rays that hit nothing


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame.

    Attributes:
        colour: (height, width, 3) 8-bit, blue first as in OpenCV.
        depth: (height, width) millimetres along the camera's z, 0 if no surface is in reach.
        instances: (height, width) instance ids; negative for surfaces without annotation.
    """

    colour: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    instances: IntArray


@dataclass(frozen=True, eq=False)
class Stage:
    """A room prepared for rendering.

    Attributes:
        scene: its surface, for rays.
        look: the appearance of each triangle.
        instances: (m,) instance of each triangle.
        camera: the camera.
        ways: (height * width, 3) float32, the ray of each pixel in the camera's frame. It ends at a depth of
            1 m.
    """

    scene: o3d.t.geometry.RaycastingScene
    look: SurfaceLook
    instances: IntArray
    camera: PhoneCamera
    ways: NDArray[np.float32]


def set_stage(room: Room, camera: PhoneCamera) -> Stage:
    """Prepare a room for rendering: its surface, patterns and light."""
    filmed = as_filmed(room)
    surface, appearance = look(filmed, coarse_surface(filmed))
    instances = np.array([item.instance for item in filmed.items + filmed.clutter])[surface.items]
    width, height = camera.size
    pixels = np.stack([*np.meshgrid(np.arange(width), np.arange(height)), np.ones((height, width))], axis=-1)
    ways = (pixels.reshape(-1, 3) @ np.linalg.inv(camera.matrix).T).astype(np.float32)
    scene = raycasting.casting_scene(surface.vertices, surface.triangles)
    return Stage(scene, appearance, instances, camera, ways)


def render(stage: Stage, pose: Array, rng: np.random.Generator) -> Picture:
    """Render one frame.

    Args:
        stage: the result of `set_stage`.
        pose: (4, 4) camera to room, metres.
        rng: random generator of the sensor's noise.
    """
    width, height = stage.camera.size
    depth, triangles, spots = raycasting.hits(
        stage.scene, pose[:3, 3], stage.ways @ pose[:3, :3].T.astype(np.float32)
    )
    seen = triangles != raycasting.NO_TRIANGLE
    rows = np.where(seen, triangles, 0).astype(np.int64)
    light = stage.look.colours(rows, spots, depth, stage.camera) * seen[:, None]
    grain = _GRAIN * rng.standard_normal((height, width, 1), dtype=np.float32)
    colour = np.clip(light.reshape(height, width, 3)[:, :, ::-1] + grain, 0, 255).astype(np.uint8)
    instances = np.where(seen, stage.instances[rows], _NOBODY).reshape(height, width)
    step = stage.camera.depth_step
    near = np.where(depth <= stage.camera.reach, depth, 0).reshape(height, width)[::step, ::step]
    return Picture(colour, np.round(near * 1000).astype(np.uint16), instances)


def as_filmed(room: Room) -> Room:
    """Return the room as a video shows it: with complete walls, floor and ceiling.

    The scan may not have them.
    """
    items = tuple(
        replace(item, size=(*item.size[:2], room.height)) if item.shape == "wall" else item
        for item in room.items
    )
    there = {item.shape for item in items}
    low, high = room.plan.outline.min(axis=0), room.plan.outline.max(axis=0)
    width, depth = (float(length) for length in high - low)
    shell = tuple(
        Item(
            _SHELL - row, shape, shape, (width, depth, 0.0), np.array([*(low + high) / 2, z]), 0.0, colour, 0
        )
        for row, (shape, z, colour) in enumerate((("floor", 0.0, "grey"), ("ceiling", room.height, "white")))
        if shape not in there
    )
    return replace(room, items=items, clutter=room.clutter + shell)
