"""`vsidata check` finds poses that do not fit the mesh, and the share of the answers that depends on it."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vsidata.analysis.pose_check import pose_findings
from vsidata.sources.registry import open_source
from vsidata.synthetic.write import write_scans

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    """A scan, and its stream of 24 frames with depth."""
    root = tmp_path_factory.mktemp("filmed")
    write_scans(root, scenes=1, seed=5, frames=24, frame_size=(320, 240))
    source = open_source("scannet", [root])
    (name,) = source.names()
    return source.load(name), source.stream(name, 90)


def off(metres, degrees, seed):
    """A rigid displacement (4, 4) in a random direction."""
    rng = np.random.default_rng(seed)
    way, axis = (vector / np.linalg.norm(vector) for vector in rng.normal(size=(2, 3)))
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(math.radians(degrees) * axis).as_matrix()
    matrix[:3, 3] = metres * way
    return matrix


def displaced(stream, change):
    """The stream with other poses where it has poses."""
    poses = stream.poses.copy()
    poses[stream.valid] = [change(number, pose) for number, pose in enumerate(poses[stream.valid])]
    return replace(stream, poses=poses)


def test_poses_of_the_recipe_fit(filmed):
    assert pose_findings(*filmed) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_displaced_camera_is_named_with_the_share_of_answers_that_would_change(filmed, seed):
    scene, stream = filmed
    by = off(0.03, 2, seed)
    (found,) = pose_findings(scene, displaced(stream, lambda _, pose: pose @ by))
    stated = (
        r"off by ([\d.]+) cm and ([\d.]+)° in the frame of the camera; with corrected poses, (\d+)% of (\d+)"
    )
    centimetres, degrees, changed, answers = re.search(stated, found.text).groups()
    assert found.kind == "poses"
    assert float(centimetres) == pytest.approx(3, abs=0.3)
    assert float(degrees) == pytest.approx(2, abs=0.2)
    assert int(answers) > 20
    assert 0 < int(changed) < 100


def test_a_mesh_that_is_not_aligned_to_the_poses_is_named(filmed):
    scene, stream = filmed
    by = off(0.03, 2, 7)
    (found,) = pose_findings(scene, displaced(stream, lambda _, pose: by @ pose))
    assert "in the frame of the room" in found.text
    assert float(re.search(r"and ([\d.]+)°", found.text)[1]) == pytest.approx(2, abs=0.2)


def test_independent_errors_of_the_assumed_size_are_not_reported(filmed):
    scene, stream = filmed
    assert pose_findings(scene, displaced(stream, lambda number, pose: pose @ off(0.02, 1, number))) == []


def test_large_independent_errors_are_named(filmed):
    scene, stream = filmed
    found = pose_findings(scene, displaced(stream, lambda number, pose: pose @ off(0.10, 6, number)))
    assert "differ from frame to frame" in found[-1].text


def test_a_stream_without_depth_is_not_judged(filmed):
    scene, stream = filmed
    assert pose_findings(scene, replace(stream, depth_matrix=None)) == []
