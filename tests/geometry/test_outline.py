"""Edges of triangulated shapes agree with shapely's unions."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from vsidata.geometry.outline import outline, signed_area


def test_square_of_two_triangles_has_its_four_corners():
    points = np.array([(1.0, 1.0), (0, 0), (1, 0), (0, 1)])
    (ring,) = outline(points, np.array([(1, 2, 0), (0, 3, 1)]))
    assert ring.tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert signed_area(ring) == 1


def test_hole_is_another_ring_and_runs_the_other_way():
    around = np.array([(0.0, 0), (3, 0), (3, 3), (0, 3), (1, 1), (2, 1), (2, 2), (1, 2)])
    triangles = [(a, b, 4 + a) for a, b in ((0, 1), (1, 2), (2, 3), (3, 0))]
    triangles += [(b, 4 + b, 4 + a) for a, b in ((0, 1), (1, 2), (2, 3), (3, 0))]
    outer, hole = outline(around, np.array(triangles))
    assert (signed_area(outer), signed_area(hole)) == (9, -1)


def test_parts_that_touch_in_a_corner_give_two_rings():
    points = np.array([(0.0, 0), (1, 0), (1, 1), (2, 1), (1, 2)])
    rings = outline(points, np.array([(0, 1, 2), (2, 3, 4)]))
    assert [signed_area(ring) for ring in rings] == [0.5, 0.5]


def test_empty_shape_has_no_edge():
    assert outline(np.zeros((3, 2)), np.zeros((0, 3), dtype=np.int64)) == ()


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.1, 1))
def test_rings_are_the_boundary_of_the_union(seed, share):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 5, (40, 2))
    triangles = Delaunay(points).simplices
    triangles = triangles[rng.random(len(triangles)) < share]
    rings = outline(points, triangles)
    union = shapely.union_all(shapely.polygons(points[triangles]))
    assert sum(map(signed_area, rings)) == pytest.approx(union.area)
    drawn = shapely.union_all([shapely.LinearRing(ring) for ring in rings] or [shapely.Point()])
    assert drawn.length == pytest.approx(union.boundary.length)
    assert drawn.difference(union.boundary.buffer(1e-9)).length == pytest.approx(0, abs=1e-6)
