"""Computes the light in a room: lamps below the ceiling, soft shadows, darker corners and undersides."""

import numpy as np
import open3d as o3d

from vsidata.scene import Array
from vsidata.synthetic import raycasting
from vsidata.synthetic.layout import Room
from vsidata.synthetic.seeding import generator
from vsidata.synthetic.surface import RoomSurface

_AMBIENT, _LAMP, _FACING = 0.6, 0.42, 0.16  # shares of light
_EXPOSED = 0.86  # share of the surface that is not brighter than full exposure
_CREASE = 0.8  # cosine between normals; edges with a smaller cosine are sharp, others look round
_DIRECTIONS = 24  # rays from each corner that test what blocks its light
_DIM_REACH = 0.9  # metres: surfaces further away do not make a corner darker
_LAMP_DROP = 0.12  # metres below the ceiling
_LAMP_SPREAD = 0.45  # metres: a lamp is spread this far, so that shadows are soft
_LAMP_SAMPLES = 5
_LAMP_FADE = 3.5  # metres: the distance at which a lamp's light is half as strong
_LAMP_LIMIT = 1.3  # largest light: a phone would reduce its exposure below a lamp
_LIFT = 0.012  # metres between the start of a ray and the surface


def light_on(room: Room, surface: RoomSurface, normals: Array) -> Array:
    """Return the light on each corner of each triangle.

    Args:
        room: the recipe, for the height of the ceiling.
        surface: its surface, in triangles on which the light hardly changes.
        normals: (m, 3) outward unit normals of the triangles.

    Returns:
        (m, 3) shares of full exposure. On a small part of the surface they exceed 1.
    """
    bent = _corner_normals(surface, normals)
    corners = surface.triangles.ravel()
    facets = np.round(bent.reshape(-1, 3) * 16).astype(np.int64)
    keys = corners * 64**3 + (facets + 32) @ np.array([64 * 64, 64, 1])
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    ways = bent.reshape(-1, 3)[first]
    points = surface.vertices[corners[first]]
    # A corner that touches another surface would be black. So rays start a little inside the triangle and
    # above it.
    middles = surface.vertices[surface.triangles].mean(axis=1)[first // 3]
    points = points + 0.15 * (middles - points) + _LIFT * normals[first // 3]
    scene = raycasting.casting_scene(surface.vertices, surface.triangles)
    rng = generator(room.seed, room.index, "light")
    light = _AMBIENT * _openness(scene, points, ways) + _lamps(room, scene, points, ways, rng)
    # Surfaces in different directions get slightly different light, so that edges are visible in the shade.
    light += _FACING * ways @ np.array([0.35, 0.2, 0.55])
    found = np.asarray(light[group].reshape(-1, 3))
    return found / _bright(found.mean(axis=1), surface.areas())


def _bright(light: Array, areas: Array) -> float:
    """Return the light that a phone sets its exposure by. Only a small share of the surface is brighter."""
    order = np.argsort(light)
    shares = areas[order].cumsum() / areas.sum()
    return float(light[order[np.searchsorted(shares, _EXPOSED)]])


def _corner_normals(surface: RoomSurface, normals: Array) -> Array:
    """Return (m, 3, 3) the normal at each corner. At sharp edges it is the triangle's normal, else a mean."""
    sums = np.column_stack(
        [
            np.bincount(surface.triangles.ravel(), np.repeat(column, 3), minlength=len(surface.vertices))
            for column in normals.T
        ]
    )
    smooth = (sums / np.maximum(np.linalg.norm(sums, axis=1), 1e-12)[:, None])[surface.triangles]
    flat = np.repeat(normals[:, None], 3, axis=1)
    round_ = np.einsum("mkc,mkc->mk", smooth, flat) > _CREASE
    return np.where(round_[:, :, None], smooth, flat)


def _openness(scene: o3d.t.geometry.RaycastingScene, points: Array, normals: Array) -> Array:
    """Return (n,) the share of directions in front of each point that near surfaces do not block."""
    helper = np.where(np.abs(normals[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    first = np.cross(normals, helper)
    first /= np.linalg.norm(first, axis=1)[:, None]
    second = np.cross(normals, first)
    free = np.zeros(len(points))
    # The directions are the same for all points, because random directions would cause blotches. They are
    # denser near the normal.
    for number in range(_DIRECTIONS):
        sine = np.sqrt((number + 0.5) / _DIRECTIONS) * 0.97
        turn = number * np.pi * (3 - np.sqrt(5))
        way = np.sqrt(1 - sine**2) * normals + sine * (np.cos(turn) * first + np.sin(turn) * second)
        free += ~raycasting.is_blocked(scene, points, _DIM_REACH * way)
    return free / _DIRECTIONS


def _lamps(
    room: Room,
    scene: o3d.t.geometry.RaycastingScene,
    points: Array,
    normals: Array,
    rng: np.random.Generator,
) -> Array:
    """Return (n,) the light from the lamps.

    Each space of the plan has a lamp in its middle, below the ceiling.
    """
    total = np.zeros(len(points))
    for spaces in room.plan.spaces:
        for x0, y0, x1, y1 in spaces:
            for _ in range(_LAMP_SAMPLES):
                lamp = np.array([(x0 + x1) / 2, (y0 + y1) / 2, room.height - _LAMP_DROP])
                lamp[:2] += rng.uniform(-_LAMP_SPREAD, _LAMP_SPREAD, 2)
                way = lamp - points
                far = np.linalg.norm(way, axis=1)
                facing = np.maximum(np.einsum("ij,ij->i", way, normals) / np.maximum(far, 1e-9), 0)
                strength = facing / (1 + (far / _LAMP_FADE) ** 2)
                lit = np.flatnonzero(strength > 0.01)
                strength[lit[raycasting.is_blocked(scene, points[lit], way[lit])]] = 0
                total += 1.5 * strength / _LAMP_SAMPLES / len(spaces) ** 0.5
    return np.asarray(_LAMP * np.minimum(total, _LAMP_LIMIT))
