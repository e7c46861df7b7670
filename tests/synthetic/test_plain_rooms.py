"""Plain rooms, filmed from their corners, with small pictures and coarse meshes, for small models."""

import json

import numpy as np
import pytest
from plyfile import PlyData

from vsidata.errors import OptionError
from vsidata.sources.streams.registry import open_stream
from vsidata.synthetic.camera import picture_size
from vsidata.synthetic.corners import corners
from vsidata.synthetic.layout import STRUCTURE, lay_out
from vsidata.synthetic.write import write_scans

ROOMS = [lay_out(5, index, plain=True) for index in range(200)]


def test_plain_rooms_are_rectangles_of_evenly_spread_sizes_with_few_objects():
    areas = np.array([room.plan.area for room in ROOMS])
    assert all(len(room.plan.outline) == 4 for room in ROOMS)
    assert areas.min() >= 5
    assert areas.max() <= 70
    # The numbers of sizes below and above the geometric mean of the limits are similar.
    assert 80 <= (areas < np.sqrt(5 * 70)).sum() <= 120

    def things(room):
        return sum(item.label not in STRUCTURE for item in room.items)

    usual = [lay_out(5, index) for index in range(200)]
    assert np.mean([*map(things, ROOMS)]) < 0.5 * np.mean([*map(things, usual)])


@pytest.mark.parametrize("count", [4, 8])
def test_cameras_look_from_one_corner_after_another_to_the_middle(count):
    for room in ROOMS[:20]:
        poses = corners(room, count)
        assert poses.shape == (count, 4, 4)
        low, high = room.plan.outline.min(axis=0), room.plan.outline.max(axis=0)
        own = (poses[:, :2, 3] - (low + high) / 2) / (high - low) * 2
        wanted = np.repeat([[-1, -1], [1, -1], [1, 1], [-1, 1]], count // 4, axis=0)
        assert np.abs(own).max() < 1
        assert ((own * wanted).sum(axis=1) > 0).all()
        for pose in poses:
            assert np.allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3))
            ahead = pose[:2, 2] / np.linalg.norm(pose[:2, 2])
            to_middle = (low + high) / 2 - pose[:2, 3]
            assert np.allclose(ahead, to_middle / np.linalg.norm(to_middle), atol=1e-6)


def test_small_pictures_and_coarse_scans_are_written_as_requested(tmp_path):
    how = {"frame_size": (112, 84), "view": "corners", "plain": True, "vertices": 8000}
    names = write_scans(tmp_path, scenes=2, seed=5, frames=4, **how)
    for name in names:
        folder = tmp_path / "scans" / name
        mesh = PlyData.read(folder / f"{name}_vh_clean_2.ply")
        assert 4000 <= len(mesh["vertex"]) <= 16_000
        stream = open_stream(folder, name)
        assert stream.size == (112, 84)
        assert stream.valid.sum() == 4
        truth = json.loads((tmp_path / "truth" / f"{name}.json").read_text())
        room = lay_out(5, truth["index"], plain=True)
        assert truth["room"]["area"] == pytest.approx(room.plan.area, abs=1e-6)
        seen = np.array(truth["axis_alignment"]) @ stream.poses
        assert np.allclose(seen, corners(room, 4), atol=1e-4)


@pytest.mark.parametrize("text", ["640", "640x", "8x8", "640x480x3", "99999x100", "a x b"])
def test_sizes_that_no_video_can_have_are_refused(text):
    with pytest.raises(OptionError, match="640x480"):
        picture_size(text)
