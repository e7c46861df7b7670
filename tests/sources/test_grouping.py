"""The objects are the same as with a simple implementation, vertex by vertex."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vsidata.sources.grouping import group_objects
from vsidata.sources.segmentation import Group


@st.composite
def scans(draw):
    """A few points, triangles, segments and objects.

    Segments may be shared, empty or unused, with any ids.
    """
    points = draw(st.integers(1, 15))
    step = draw(st.sampled_from([1, 1000, 10**12]))
    segment = st.integers(0, 7).map(lambda number: number * step)
    segments = draw(st.lists(segment, min_size=points, max_size=points))
    corner = st.integers(0, points - 1)
    triangles = draw(st.lists(st.tuples(corner, corner, corner), min_size=1, max_size=20))
    instances = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=5, unique=True))
    claims = [draw(st.lists(segment, max_size=4)) for _ in instances]
    return segments, triangles, list(zip(instances, claims, strict=True))


@settings(max_examples=300)
@given(scan=scans())
def test_objects_own_the_points_of_their_segments_and_the_triangles_between_them(scan):
    segments, triangles, claims = scan
    points = np.arange(len(segments))[:, None] * [1.0, 0.5, -1.0] + [0.0, 3.0, 0.25]
    groups = [
        Group(instance, f"thing {instance}", np.unique(np.array(ids, np.int64))) for instance, ids in claims
    ]
    objects, instances = group_objects(points, np.array(triangles), np.array(segments), groups)

    assert [thing.instance for thing in objects] == sorted(instance for instance, _ in claims)
    claimed = dict(claims)
    for thing in objects:
        owned = [row for row, segment in enumerate(segments) if segment in claimed[thing.instance]]
        np.testing.assert_array_equal(thing.vertices, points[owned].reshape(-1, 3))
        inner = [triangle for triangle in triangles if all(corner in owned for corner in triangle)]
        expected = [[owned.index(corner) for corner in triangle] for triangle in inner]
        np.testing.assert_array_equal(thing.triangles, np.array(expected, int).reshape(-1, 3))
        if owned:
            np.testing.assert_allclose(thing.centroid, sum(points[row] for row in owned) / len(owned))
        else:
            assert thing.centroid is None
    for row, segment in enumerate(segments):
        owners = [instance for instance, ids in claims if segment in ids]
        assert instances[row] == (owners[-1] if owners else -1)
