"""The objects that the frames of a stream show. A scan is read from the disk; its cameras are set by hand."""

import numpy as np
import pytest

from tests.frame_streams import BareStream, bare_stream
from tests.geometry.test_visibility import CAMERA, looking
from tests.scans import ALIGNMENT, small_scan
from vsidata.measuring.sight import Sight
from vsidata.measuring.viewer import viewer
from vsidata.scene import Array, Scene
from vsidata.sources.registry import open_source
from vsidata.sources.streams.frames import Depth
from vsidata.topics.rule_set import load_rules

RULES = load_rules("wide").visibility
FLOOR, WALL, TABLE, CHAIR = range(4)  # instances, in the order of the small scan's parts


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The small room, read from the disk. Its mesh is turned and shifted there."""
    root = tmp_path_factory.mktemp("scan")
    small_scan().write(root)
    return open_source("scannet", [root]).load("scene0000_00")


def on_disk(poses: Array) -> Array:
    """Convert poses in the room frame to poses in the mesh's frame, as in a stream."""
    return np.linalg.inv(ALIGNMENT) @ poses


def sight(scan: Scene, poses: Array) -> Sight:
    looks = viewer(scan, bare_stream(on_disk(poses), matrix=CAMERA.matrix))
    assert looks is not None
    return looks.sight(np.arange(len(poses)), RULES)


def test_poses_of_a_turned_scan_see_the_objects_in_front_of_them_in_the_room(scan: Scene) -> None:
    # The table's side at x = 0.5 is 0.8 m by 0.75 m. At its distance, 1.5 m, the picture is 3 m by 2.25 m.
    seen = sight(scan, looking((-1, 1.4, 0.375), "+x"))
    assert seen.pixels[0, TABLE] == pytest.approx(0.8 * 0.75 / (3 * 2.25), abs=0.003)
    surface = 2 * (1.5 * 0.8 + 1.5 * 0.75 + 0.8 * 0.75)
    assert seen.surface[TABLE] == pytest.approx(0.8 * 0.75 / surface, abs=0.03)
    assert seen.pixels[0, CHAIR] < 0.02  # behind the table; it is 15 cm higher


def test_without_the_alignment_the_same_poses_see_other_objects(scan: Scene) -> None:
    poses = looking((-1, 1.4, 0.375), "+x")
    unaligned = Scene(**vars(scan) | {"alignment": None})
    assert sight(unaligned, poses).pixels[0, TABLE] != pytest.approx(
        sight(scan, poses).pixels[0, TABLE], abs=0.02
    )


def test_frames_together_show_a_part_that_no_single_frame_shows(scan: Scene) -> None:
    both_sides = np.concatenate([looking((-1, 1.4, 0.375), "+x"), looking((1.25, 0.1, 0.375), "+y")])
    seen = sight(scan, both_sides)
    assert seen.surface[TABLE] == pytest.approx(seen.surfaces[:, TABLE].sum(), abs=0.02)
    assert (seen.surfaces[:, TABLE] > 0.1).all()


def test_an_object_is_absent_if_it_is_far_outside_the_picture_or_behind_another(scan: Scene) -> None:
    # Close to the table, its side hides the chair. A camera that is turned away shows neither object.
    poses = np.concatenate(
        [
            looking((-1, 1.4, 1.2), "+x"),
            looking((0.2, 1.4, 0.2), "+x"),
            looking((-1, 1.4, 0.375), "-x"),
        ]
    )
    looks = viewer(scan, bare_stream(on_disk(poses), matrix=CAMERA.matrix))
    assert looks is not None
    posed = looks.posed(np.arange(3), RULES, 0, (640, 480))
    assert [posed.lacks(frame, TABLE) for frame in range(3)] == [False, False, True]
    assert [posed.lacks(frame, CHAIR) for frame in range(3)] == [False, True, True]
    assert (posed.sight.pixels[posed.absent] == 0).all()


def test_floor_is_seen_if_enough_of_its_surface_is_seen(scan: Scene) -> None:
    # The camera is 1 m above one end of the room and looks along the room. The picture shows the far part of
    # the floor.
    assert (whole := sight(scan, looking((-2, 1.5, 1.2), "+x")).floor) is not None
    assert (none := sight(scan, looking((-2, 1.5, 1.2), "-x")).floor) is not None
    assert whole > 0.5
    assert none == 0


def test_timeline_has_the_position_and_time_of_each_frame(scan: Scene) -> None:
    poses = np.repeat(looking((-1, 1.4, 0.375), "+x"), 91, axis=0)
    looks = viewer(scan, bare_stream(on_disk(poses), rate=30, matrix=CAMERA.matrix))
    assert looks is not None
    timeline = looks.timeline(rate=2)
    assert timeline.positions.tolist() == [0, 15, 30, 45, 60, 75, 90]
    assert timeline.seconds == pytest.approx(np.arange(7) / 2)
    assert looks.sight(np.array([3, 60]), RULES).seconds == pytest.approx([0.1, 2.0])


def test_first_seen_is_the_first_frame_that_shows_enough(scan: Scene) -> None:
    turned_away, close, far = (
        looking((-1, 1.4, 0.4), "-x"),
        looking((-1, 1.4, 0.4), "+x"),
        looking((-9, 1.4, 0.4), "+x"),
    )
    seen = sight(scan, np.concatenate([turned_away, far, close]))
    assert seen.first([TABLE], least=1e-4) == 1
    assert seen.first([TABLE], least=0.05) == 2
    assert seen.first([TABLE], least=0.5) is None
    assert seen.first([TABLE, CHAIR], least=1e-4) == 1


def test_frames_with_lost_poses_see_no_objects(scan: Scene) -> None:
    poses = on_disk(np.repeat(looking((-1, 1.4, 0.4), "+x"), 3, axis=0))
    poses[1] = -np.inf
    stream = bare_stream(poses, rate=2, matrix=CAMERA.matrix)
    stream.valid[1] = False
    looks = viewer(scan, stream)
    assert looks is not None
    assert looks.timeline(rate=2).positions.tolist() == [0, 2]


class Measuring(BareStream):
    """A stream with depth: 1 m in the first frame, not measured in the second."""

    def depth(self, position: int) -> Depth:
        return np.full((48, 64), 1 - position, dtype=np.float32)


def test_measured_depth_in_front_of_an_object_hides_it_in_that_frame(scan: Scene) -> None:
    # The table's side is 1.5 m away. The surface that was measured in front of it is not in the scan.
    stream = bare_stream(on_disk(np.repeat(looking((-1, 1.4, 0.375), "+x"), 2, axis=0)), 2, CAMERA.matrix)
    small = np.diag([0.1, 0.1, 1]) @ CAMERA.matrix
    looks = viewer(scan, Measuring(**vars(stream) | {"depth_size": (64, 48), "depth_matrix": small}))
    assert looks is not None
    seen = looks.sight(np.arange(2), RULES)
    assert seen.pixels[0, TABLE] == seen.surfaces[0, TABLE] == 0
    assert seen.pixels[1, TABLE] > 0.08
    assert seen.surfaces[1, TABLE] > 0.1
    assert looks.timeline(rate=2).first([TABLE], least=1e-4) == 1


def test_scenes_of_boxes_and_streams_without_cameras_have_no_viewer(scan: Scene) -> None:
    poses = looking((0, 0, 0))
    assert viewer(scan, bare_stream(poses, matrix=None)) is None
    assert viewer(scan, bare_stream(None, matrix=CAMERA.matrix)) is None
    boxes_only = Scene("arkitscenes", "1", ())
    assert viewer(boxes_only, bare_stream(poses, matrix=CAMERA.matrix)) is None
    lost = bare_stream(np.full((1, 4, 4), -np.inf), matrix=CAMERA.matrix)
    lost.valid[:] = False
    assert viewer(scan, lost) is None


def test_an_object_is_seen_only_with_enough_pixels_and_enough_surface(scan: Scene) -> None:
    near, far = (sight(scan, looking((x, 1.4, 1.3), "+x")) for x in (-1, -40))
    assert near.shows(TABLE)
    assert not far.shows(TABLE)
    assert far.surface[TABLE] > RULES.surface.value
    assert not near.shows(99)


def test_scan_on_disk_is_turned() -> None:
    """If the scan were not turned, the tests above would prove nothing."""
    assert not np.allclose(ALIGNMENT, np.eye(4))
