"""A full or read-only disk ends a build in two lines; the same command goes on from what it leaves."""

import pytest

from tests.faults import builds
from tests.test_build import digests

SCANS = 8


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return builds.write_scans(tmp_path_factory.mktemp("disk") / "root", SCANS)


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    return builds.built(root, tmp_path_factory.mktemp("whole") / "out")


def refused(ended) -> str:
    """The fault that a build ended with: two lines and no traceback."""
    assert ended.returncode == 2, ended.stderr
    fault, remedy = ended.stderr.splitlines()
    assert remedy.strip().endswith("it goes on from here.")
    return fault


@pytest.mark.parametrize(
    "kilobytes", [pytest.param(12, marks=pytest.mark.soak), pytest.param(120, marks=pytest.mark.soak), 300]
)
def test_full_disk_is_said_and_with_more_room_the_same_command_goes_on(root, whole, small_disk, kilobytes):
    """The disk fills up with the recipe, with the results of the scans, or with the last of them."""
    disk = small_disk(kilobytes)
    assert "No space left on device" in refused(builds.finish(root, disk / "out"))
    assert not (disk / "out" / "manifest.json").exists()
    assert not [path.name for path in disk.rglob("*.json*") if not path.stat().st_size]
    small_disk(20_000)
    ended = builds.finish(root, disk / "out")
    assert ended.returncode == 0, ended.stderr
    assert digests(disk / "out") == whole


@pytest.mark.soak
def test_disk_of_any_size_ends_a_build_in_two_lines_or_holds_it(root, whole, small_disk):
    ends = set()
    for kilobytes in range(8, 2000, 80):
        disk = small_disk(kilobytes)
        ended = builds.finish(root, disk / "out")
        ends.add(ended.returncode)
        if ended.returncode:
            assert "No space left on device" in refused(ended), kilobytes
        else:
            assert digests(disk / "out") == whole
    assert ends == {0, 2}


def test_read_only_disk_is_said_before_a_scan_is_read(root, small_disk):
    disk = small_disk(2000, "ro")
    ended = builds.finish(root, disk / "out")
    assert "cannot be written: Read-only file system" in refused(ended)
    assert "Found" not in ended.stdout


def test_disk_that_turns_read_only_ends_a_build_that_then_goes_on(root, whole, small_disk):
    disk = small_disk(20_000)
    assert builds.built(root, disk / "out") == whole
    (disk / "out" / "manifest.json").unlink()
    small_disk(20_000, "ro")
    assert "Read-only file system" in refused(builds.finish(root, disk / "out"))
    small_disk(20_000, "rw")
    assert builds.built(root, disk / "out") == whole
