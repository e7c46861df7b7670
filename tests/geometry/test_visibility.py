"""Visible shares of surfaces agree with answers that were computed by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scans import grid_box
from vsidata.geometry.visibility import (
    Camera,
    DepthPicture,
    caster,
    is_behind,
    pixel_shares,
    points_seen,
    surface_points,
)
from vsidata.scene import Array, IntArray

# Square pixels and 90° from left to right: at the depth d, the picture is 2 d wide and 1.5 d high.
CAMERA = Camera((640, 480), np.array([[320.0, 0, 319.5], [0, 320, 239.5], [0, 0, 1]]))


def looking(at: tuple[float, float, float], along: str = "+y") -> Array:
    """Return (1, 4, 4) the pose of an upright camera that looks along an axis of the room."""
    forward = np.zeros(3)
    forward["xyz".index(along[1])] = 1.0 if along[0] == "+" else -1.0
    down = np.array([0.0, 0, -1])
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([np.cross(down, forward), down, forward])
    pose[:3, 3] = at
    return pose[None]


def mesh(*boxes: tuple[tuple[float, ...], tuple[float, ...]]) -> tuple[Array, IntArray, IntArray]:
    """Return points, triangles and the owner of each triangle of axis-aligned boxes.

    Each box is one owner.
    """
    points: list[list[float]] = []
    triangles: list[list[int]] = []
    owners: list[int] = []
    for owner, (low, high) in enumerate(boxes):
        more, faces = grid_box(np.array(low), np.array(high))
        triangles += [[corner + len(points) for corner in face] for face in faces]
        points += more
        owners += [owner] * len(faces)
    return np.array(points), np.array(triangles), np.array(owners)


def shares(pose: Array, *boxes: tuple[tuple[float, ...], tuple[float, ...]]) -> list[float]:
    points, triangles, owners = mesh(*boxes)
    return pixel_shares(caster(points, triangles), owners, len(boxes), CAMERA, pose)[0].tolist()


def surface_share(pose: Array, *boxes: tuple[tuple[float, ...], tuple[float, ...]]) -> float:
    """Return the share of the first box's surface that is seen."""
    points, triangles, owners = mesh(*boxes)
    on_first = surface_points(points, triangles[owners == 0], 1000)
    return float(points_seen(caster(points, triangles), on_first, CAMERA, pose).mean())


BOX = ((-0.5, 2, -0.5), (0.5, 3, 0.5))
"""One metre on a side, its near face 2 m before the origin."""


def test_share_of_the_picture_is_the_share_of_the_near_face() -> None:
    # At 2 m, the picture is 4 m by 3 m. The near face has 1 m² and hides the rest of the box.
    assert shares(looking((0, 0, 0)), BOX) == pytest.approx([1 / 12], abs=0.002)


def test_share_falls_with_the_square_of_the_distance() -> None:
    near, far = (shares(looking((0, y, 0)), BOX)[0] for y in (0, -2))
    assert near / far == pytest.approx(4, rel=0.05)


def test_box_half_out_of_the_picture_has_half_its_share() -> None:
    # The left edge of the picture at 2 m is 2 m to the left.
    half_out = ((-2.5, 2, -0.5), (-1.5, 2.0, 0.5))
    assert shares(looking((0, 0, 0)), half_out) == pytest.approx([1 / 24], abs=0.002)
    assert surface_share(looking((0, 0, 0)), half_out) == pytest.approx(0.5, abs=0.01)


def test_wall_hides_a_box_and_is_seen_itself() -> None:
    wall = ((-3, 1, -3), (3, 1, 3))
    assert shares(looking((0, 0, 0)), BOX, wall) == pytest.approx([0, 1])
    assert surface_share(looking((0, 0, 0)), BOX, wall) == 0


def test_wall_behind_a_box_does_not_hide_the_box() -> None:
    wall = ((-5, 3.5, -5), (5, 3.5, 5))
    alone, before_wall = shares(looking((0, 0, 0)), BOX)[0], shares(looking((0, 0, 0)), BOX, wall)[0]
    assert alone == before_wall


def test_object_behind_the_camera_is_not_seen() -> None:
    assert shares(looking((0, 5, 0)), BOX) == [0]
    assert surface_share(looking((0, 5, 0)), BOX) == 0


@pytest.mark.parametrize(
    ("at", "faces"), [((0, 0, 0), 1), ((2, -1, 0), 2), ((2.2, -1, 1.7), 3)], ids=["one", "two", "three"]
)
def test_seen_share_of_a_cube_is_the_share_of_faces_towards_the_camera(
    at: tuple[float, float, float], faces: int
) -> None:
    assert surface_share(looking(at), BOX) == pytest.approx(faces / 6, abs=0.015)


def test_small_object_far_away_shows_its_face_although_few_rays_hit_it() -> None:
    # The cube has sides of 4 cm and is 8 m away. So it is 1 of 640 pixels wide, less than the distance of two
    # rays. Its front, a sixth of its surface, is visible.
    cube = ((-0.02, 8, -0.02), (0.02, 8.04, 0.02))
    assert shares(looking((0, 0, 0)), cube)[0] < 2 / 19200
    # Lines of sight end 1 cm before the surface. So a part of the sides of such a small cube counts as seen.
    assert surface_share(looking((0, 0, 0)), cube) >= 1 / 6


def test_upright_camera_has_the_top_in_the_upper_half_and_the_left_on_the_left() -> None:
    up_left = Camera((640, 480), np.array([[320.0, 0, 639.5], [0, 320, 479.5], [0, 0, 1]]))
    points, triangles, owners = mesh(((-1, 2, 0.5), (-0.5, 2, 1)), ((0.5, 2, -1), (1, 2, -0.5)))
    seen = pixel_shares(caster(points, triangles), owners, 2, up_left, looking((0, 0, 0)))[0]
    assert seen[0] > 0
    assert seen[1] == 0


def test_triangles_without_an_owner_hide_others_but_do_not_count() -> None:
    points, triangles, owners = mesh(BOX, ((-3, 1, -3), (3, 1, 3)))
    owners[owners == 1] = -1
    assert pixel_shares(caster(points, triangles), owners, 1, CAMERA, looking((0, 0, 0))).tolist() == [[0]]


def test_portrait_pictures_are_used_completely() -> None:
    portrait = Camera((480, 640), np.array([[320.0, 0, 239.5], [0, 320, 319.5], [0, 0, 1]]))
    points, triangles, owners = mesh(BOX)
    seen = pixel_shares(caster(points, triangles), owners, 1, portrait, looking((0, 0, 0)))
    assert seen[0] == pytest.approx([1 / 12], abs=0.002)


@given(st.floats(0.2, 3), st.floats(-math.pi, math.pi), st.floats(-5, 5), st.integers(0, 99))
def test_turning_room_and_camera_together_does_not_matter(
    height: float, turn: float, shift: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    points, triangles, owners = mesh(BOX, ((-1, 1.4, -height), (rng.uniform(-1, 1), 1.5, height)))
    on_box = surface_points(points, triangles[owners == 0], 300)
    rigid = np.eye(4)
    rigid[:2, :2] = [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    rigid[:3, 3] = [shift, -shift, shift / 2]

    def moved(places: Array) -> Array:
        return places @ rigid[:3, :3].T + rigid[:3, 3]

    pose = looking((0, 0, 0))
    before = points_seen(caster(points, triangles), on_box, CAMERA, pose)
    after = points_seen(caster(moved(points), triangles), moved(on_box), CAMERA, rigid @ pose)
    assert np.mean(before != after) < 0.02  # points at the edge of the hidden part


@given(st.integers(1, 400), st.integers(0, 99))
def test_points_on_a_surface_are_on_it_and_evenly_distributed(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    low, high = rng.uniform(-1, 0, 3), rng.uniform(0.2, 1, 3)
    points, triangles = (np.array(part) for part in grid_box(low, high, steps=int(rng.integers(1, 9))))
    spread = surface_points(points, triangles, count)
    sides = high - low
    on_faces = [np.isclose(spread[:, axis], edge[axis]) for axis in range(3) for edge in (low, high)]
    assert spread.shape == (count, 3)
    assert np.any(on_faces, axis=0).all()
    areas = np.array([sides.prod() / sides[axis] for axis in range(3) for _ in range(2)])
    expected = areas / areas.sum() * count
    assert [face.sum() for face in on_faces] == pytest.approx(expected, abs=2.5)


def test_triangles_without_area_have_no_points() -> None:
    assert surface_points(np.zeros((3, 3)), np.array([[0, 1, 2]]), 5).shape == (0, 3)
    assert surface_points(np.zeros((3, 3)), np.empty((0, 3), dtype=int), 5).shape == (0, 3)


def measured(left: float, right: float) -> DepthPicture:
    """Return a depth picture of half the size with the same view.

    Its left and right half have one value each, in metres.
    """
    metres = np.full((240, 320), left, dtype=np.float32)
    metres[:, 160:] = right
    return DepthPicture(metres, np.array([[160.0, 0, 159.5], [0, 160, 119.5], [0, 0, 1]]))


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        (1, 1, 0),  # a wall that is not in the scan
        (1, 2, 0.5),
        (0, 1, 0.5),  # the sensor does not measure dark or shiny objects
        (0, 0, 1),
        (2, 5, 1),  # the face itself, and objects behind glass
        (1.9, 2.1, 1),  # poses and depth are not exact
    ],
)
def test_measured_depth_in_front_of_a_surface_hides_it(left: float, right: float, share: float) -> None:
    points, triangles, owners = mesh(BOX)
    scene, pose, depths = caster(points, triangles), looking((0, 0, 0)), [measured(left, right)]
    seen = pixel_shares(scene, owners, 1, CAMERA, pose, depths)
    assert seen.tolist() == [[pytest.approx(share / 12, abs=0.002)]]
    near_face = triangles[(points[triangles][:, :, 1] == 2).all(axis=1)]
    on_face = surface_points(points, near_face, 1000)
    assert points_seen(scene, on_face, CAMERA, pose, depths).mean() == pytest.approx(share, abs=0.02)


def test_depth_picture_smaller_than_the_view_hides_nothing_outside_it() -> None:
    points, triangles, owners = mesh(BOX)
    middle = DepthPicture(
        np.ones((20, 20), dtype=np.float32), np.array([[160.0, 0, 9.5], [0, 160, 9.5], [0, 0, 1]])
    )
    seen = pixel_shares(caster(points, triangles), owners, 1, CAMERA, looking((0, 0, 0)), [middle])
    assert seen[0, 0] == pytest.approx(1 / 12 - 20 * 20 / (320 * 240), abs=0.002)


def test_a_point_is_outside_a_picture_if_it_is_far_enough_from_the_nearest_side() -> None:
    # 90° from left to right: the right side is the plane x = z. From top to bottom: tan = 0.75, 36.87°.
    angles = np.radians([44, 46, 47.9, 48.1, 90, 180, 269, 311.9, 312.1])
    across = np.stack([np.sin(angles), np.zeros(9), np.cos(angles)], axis=1) * np.linspace(0.5, 8, 9)[:, None]
    assert CAMERA.is_outside(across, math.radians(3)).tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 0]
    assert CAMERA.is_outside(across, 0.0).tolist() == [0, 1, 1, 1, 1, 1, 1, 1, 1]
    heights = np.radians([36.8, 39.8, 39.9, -39.8, -39.9])
    along = np.stack([np.zeros(5), np.sin(heights), np.cos(heights)], axis=1)
    assert CAMERA.is_outside(along, math.radians(3)).tolist() == [0, 0, 1, 0, 1]


def test_a_point_is_behind_a_surface_from_the_stated_depth_on() -> None:
    points, triangles, _ = mesh(BOX)
    at = np.array([[0, 1.9, 0], [0, 2.09, 0], [0, 2.11, 0], [0, 5, 0], [2, 5, 0]], dtype=float)
    found = is_behind(caster(points, triangles), at, np.zeros(3), 0.1)
    assert found.tolist() == [False, False, True, True, False]
