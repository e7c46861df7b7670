"""An independent reader and our reader give the same stream. The stream fits the mesh and the recipe."""

import json

import numpy as np
import open3d as o3d
import pytest
from plyfile import PlyData

from tests.sources.streams import sens_bytes
from vsidata.sources.streams.registry import open_stream
from vsidata.synthetic.film import film
from vsidata.synthetic.layout import lay_out
from vsidata.synthetic.write import write_scans

FRAMES = 17

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("film")
    write_scans(root, scenes=2, seed=0, frames=FRAMES, workers=2)
    return root


@pytest.fixture(scope="module", params=[0, 1])
def scan(root, request):
    return sorted((root / "scans").iterdir())[request.param]


@pytest.fixture(scope="module")
def stream(scan):
    return open_stream(scan, scan.name)


@pytest.fixture(scope="module")
def truth(root, scan):
    return json.loads((root / "truth" / f"{scan.name}.json").read_text())


def _text(scan):
    lines = (scan / f"{scan.name}.txt").read_text().splitlines()
    return dict(line.split(" = ") for line in lines)


def _mesh(scan):
    mesh = PlyData.read(scan / f"{scan.name}_vh_clean_2.ply")
    points = np.column_stack([mesh["vertex"][axis] for axis in "xyz"]).astype(np.float32)
    return points, np.vstack(mesh["face"]["vertex_indices"]).astype(np.uint32)


def _unprojected(stream, position, step=4):
    """Return the points of a depth picture in the frame of the stored poses."""
    depth = stream.depth(position)[::step, ::step]
    rows, columns = np.mgrid[: depth.shape[0], : depth.shape[1]] * step
    matrix = stream.depth_matrix
    x = (columns - matrix[0, 2]) / matrix[0, 0] * depth
    y = (rows - matrix[1, 2]) / matrix[1, 1] * depth
    points = np.stack([x, y, depth], axis=-1)[depth > 0]
    pose = stream.poses[position]
    return points @ pose[:3, :3].T + pose[:3, 3]


def test_independent_reader_agrees_with_our_reader_and_the_text_file(scan, stream):
    text = _text(scan)
    intrinsic = np.eye(4, dtype=np.float32)
    for key, place in {"fx": (0, 0), "fy": (1, 1), "mx": (0, 2), "my": (1, 2)}.items():
        intrinsic[place] = np.float32(text[f"{key}_color"])
    read = sens_bytes.read((scan / f"{scan.name}.sens").read_bytes(), intrinsic)
    assert len(read.frames) == len(stream) == FRAMES
    assert text["numColorFrames"] == text["numDepthFrames"] == str(FRAMES)
    assert read.size == stream.size == (int(text["colorWidth"]), int(text["colorHeight"])) == (640, 480)
    assert read.depth_size == (int(text["depthWidth"]), int(text["depthHeight"])) == (320, 240)
    assert (read.version, read.depth_shift) == (4, 1000.0)
    assert float(text["fx_depth"]) == pytest.approx(float(text["fx_color"]) / 2, abs=1e-6)
    for position, frame in enumerate(read.frames):
        assert frame.jpeg == stream.jpeg(position)
        assert np.array_equal(frame.pose, stream.poses[position].astype(np.float32))


def test_times_rise_at_the_stated_rate(stream, truth):
    assert stream.timed
    assert np.allclose(np.diff(stream.timestamps), 1 / truth["frames"]["rate"], atol=1e-5)


def test_lost_poses_are_minus_infinity_and_listed_in_the_truth(stream, truth):
    lost = truth["frames"]["lost"]
    assert lost
    assert np.flatnonzero(~stream.valid).tolist() == lost
    assert np.isneginf(stream.poses[lost]).all()


def test_depth_agrees_with_the_stored_mesh_and_not_with_the_aligned_mesh(scan, stream, truth):
    alignment = np.array(_text(scan)["axisAlignment"].split(), dtype=float).reshape(4, 4)
    assert abs(np.arctan2(alignment[1, 0], alignment[0, 0])) > 0.1
    points, triangles = _mesh(scan)
    rays = o3d.t.geometry.RaycastingScene(nthreads=1)
    rays.add_triangles(o3d.core.Tensor(points), o3d.core.Tensor(triangles))
    found = np.concatenate([_unprojected(stream, position) for position in np.flatnonzero(stream.valid)])

    def away(places):
        return np.median(rays.compute_distance(o3d.core.Tensor(places.astype(np.float32))).numpy())

    turned = found @ alignment[:3, :3].T + alignment[:3, 3]
    assert away(found) < 0.01
    assert away(turned) > 0.1
    # The floor of the aligned room is at zero. The share of points there is the share of pixels that show the
    # floor.
    (floor,) = (str(thing["instance"]) for thing in truth["objects"] if thing["label"] == "floor")
    counted = [truth["frames"]["pixels"][position] for position in np.flatnonzero(stream.valid)]
    share = sum(pixels.get(floor, 0) for pixels in counted) / sum(sum(pixels.values()) for pixels in counted)
    assert (np.abs(turned[:, 2]) < 0.005).mean() == pytest.approx(share, abs=0.02)


def test_pixels_in_the_truth_agree_with_scanned_vertices_seen_through_the_depth(scan, stream, truth):
    points, _ = _mesh(scan)
    segments = np.array(
        json.loads((scan / f"{scan.name}_vh_clean_2.0.010000.segs.json").read_text())["segIndices"]
    )
    groups = json.loads((scan / f"{scan.name}.aggregation.json").read_text())["segGroups"]
    width, height = stream.size
    checked = 0
    for position in np.flatnonzero(stream.valid):
        counted = truth["frames"]["pixels"][position]
        pose = stream.poses[position]
        own = (points - pose[:3, 3]) @ pose[:3, :3]
        z = np.maximum(own[:, 2], 1e-6)
        x, y = (own[:, :2] / z[:, None] * np.diag(stream.color_matrix)[:2] + stream.color_matrix[:2, 2]).T
        inside = (own[:, 2] > 0.05) & (x >= 0) & (y >= 0) & (x < width - 1) & (y < height - 1)
        rows, columns = (np.where(inside, place, 0).astype(int) // 2 for place in (y, x))
        seen = inside & (np.abs(stream.depth(position)[rows, columns] - own[:, 2]) < 0.015)
        for group in groups:
            mine = seen[np.isin(segments, group["segments"])].sum()
            pixels = counted.get(str(group["objectId"]), 0)
            if mine > 60:  # more than stray flecks and flaws of the annotation
                assert pixels > 0, group["label"]
                checked += 1
            elif pixels > 0.05 * width * height and group["label"].strip() not in ("wall", "ceiling"):
                assert mine > 0, group["label"]  # walls are scanned only up to some height
    assert checked > 30


def test_pixel_counts_in_the_truth_are_of_known_objects_and_fit_into_the_frame(truth):
    known = {thing["instance"] for thing in truth["objects"] + truth["unseen"]}
    width, height = truth["frames"]["size"]
    assert len(truth["frames"]["pixels"]) == FRAMES
    for counted in truth["frames"]["pixels"]:
        assert {int(instance) for instance in counted} <= known
        assert 0.5 * width * height < sum(counted.values()) <= width * height


def test_frames_have_the_same_bytes_in_another_process(root, truth, tmp_path, scan):
    room = lay_out(truth["seed"], truth["index"])
    told = film(tmp_path / "again.sens", room, np.array(truth["axis_alignment"]), FRAMES)
    assert (tmp_path / "again.sens").read_bytes() == (scan / f"{scan.name}.sens").read_bytes()
    assert json.loads(json.dumps(told)) == truth["frames"]


def test_scan_and_rest_of_the_truth_are_the_same_with_and_without_frames(root, synthetic_root):
    for path in synthetic_root.rglob("*.ply"):
        assert (root / path.relative_to(synthetic_root)).read_bytes() == path.read_bytes()
    for path in (synthetic_root / "truth").iterdir():
        filmed = json.loads((root / "truth" / path.name).read_text())
        assert {key: value for key, value in filmed.items() if key != "frames"} == json.loads(
            path.read_text()
        )
