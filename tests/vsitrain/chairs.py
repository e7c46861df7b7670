"""Small synthetic rooms with one to four chairs, filmed from two corners: only the video shows how many."""

import numpy as np
from numpy.random import Generator

from vsidata.scene import Array
from vsidata.synthetic.furniture import build
from vsidata.synthetic.raycasting import NO_TRIANGLE, casting_scene, hits
from vsitrain.data.clip import Clip

HALF = 1.6  # metres, half of the floor's side
APART = 0.9  # metres between chairs
SIDE = 56  # pixels
SUN = np.array([0.3, 0.5, 0.81])
TONES = {"main": 1.0, "shade": 0.7, "light": 1.2}


def rooms(count: int, seed: int) -> tuple[list[str], dict[str, Clip]]:
    """Clips of `count` rooms, and their numbers of chairs as answers. Each number is equally frequent."""
    rng = np.random.default_rng(seed)
    answers = [str(number % 4 + 1) for number in range(count)]
    return answers, {f"room_{number}": film(int(chairs), rng) for number, chairs in enumerate(answers)}


def film(chairs: int, rng: Generator) -> Clip:
    """A clip of a room from two opposite corners."""
    corners = HALF * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    vertices, triangles = [corners], [np.array([[0, 1, 2], [0, 2, 3]])]
    colours = [np.full((2, 3), rng.uniform(170, 200))]
    red = np.array([150, 40, 40]) * rng.uniform(0.8, 1.2)
    for place in _places(chairs, rng):
        angle = rng.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        size = np.array([0.5, 0.5, 0.9]) * rng.uniform(0.9, 1.1, 3)
        for part in build("chair", tuple(size), int(rng.integers(1000))):
            triangles.append(part.triangles + sum(map(len, vertices)))
            vertices.append(np.column_stack([part.vertices[:, :2] @ turn.T + place, part.vertices[:, 2]]))
            colours.append(np.tile(red * TONES.get(part.tone, 0.4), (len(part.triangles), 1)))
    points, faces = np.vstack(vertices), np.vstack(triangles)
    edges = points[faces[:, 1:]] - points[faces[:, :1]]
    normals = np.cross(edges[:, 0], edges[:, 1])
    slant = np.abs(normals @ SUN) / np.maximum(np.linalg.norm(normals, axis=1), 1e-12)
    lit = np.vstack(colours) * (0.6 + 0.4 * slant[:, None])
    scene = casting_scene(points, faces)
    views = [_seen(scene, lit, azimuth, rng) for azimuth in (np.pi / 4, 5 * np.pi / 4)]
    return Clip(np.stack(views), np.array([0.0, 0.5]))


def _places(count: int, rng: Generator) -> list[Array]:
    places: list[Array] = []
    while len(places) < count:
        place = rng.uniform(0.5 - HALF, HALF - 0.5, 2)
        if all(np.linalg.norm(place - other) > APART for other in places):
            places.append(place)
    return places


def _seen(scene, colours, azimuth, rng) -> np.ndarray:
    eye = np.array([2.3 * np.cos(azimuth), 2.3 * np.sin(azimuth), 2.6])
    forward = np.array([0, 0, 0.3]) - eye
    right = np.cross(forward, [0, 0, 1])
    forward, right = forward / np.linalg.norm(forward), right / np.linalg.norm(right)
    steps = (np.arange(SIDE) + 0.5 - SIDE / 2) / (0.75 * SIDE)
    across, down = np.meshgrid(steps, steps)
    ways = forward + across[..., None] * right + down[..., None] * np.cross(forward, right)
    _, found, _ = hits(scene, eye, ways.reshape(-1, 3).astype(np.float32))
    nothing = found == NO_TRIANGLE
    shown = np.where(nothing[:, None], 230, colours[np.where(nothing, 0, found).astype(int)])
    grain = rng.normal(0, 3, shown.shape)
    return (shown + grain).clip(0, 255).astype(np.uint8).reshape(SIDE, SIDE, 3)
