"""A full or read-only disk ends a build with a message of two lines. The same command resumes the build."""

import shutil

import pytest
from typer.testing import CliRunner

from tests.faults import builds
from tests.pipeline.test_build import digests
from vsidata.analysis.audit.audit import write_audit
from vsidata.commands.app import app
from vsidata.dataset.build import Build
from vsidata.errors import OptionError, VsiError
from vsidata.pages.site import write_report

SCANS = 8


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return builds.write_scans(tmp_path_factory.mktemp("disk") / "root", SCANS)


@pytest.fixture(scope="module")
def finished(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    builds.built(root, out)
    return out


@pytest.fixture(scope="module")
def whole(finished):
    return digests(finished)


def refused(ended) -> str:
    """Return the fault with which a build ended. The message has two lines and no traceback."""
    assert ended.returncode == 2, ended.stderr
    fault, remedy = ended.stderr.splitlines()
    assert remedy.strip().endswith("run the same command again to resume.")
    return fault


@pytest.mark.parametrize(
    "kilobytes", [pytest.param(12, marks=pytest.mark.soak), pytest.param(120, marks=pytest.mark.soak), 300]
)
def test_full_disk_is_reported_and_the_build_resumes_with_more_space(root, whole, small_disk, kilobytes):
    """The disk is full at the recipe, at the results of the scans, or at the last result."""
    disk = small_disk(kilobytes)
    assert "No space left on device" in refused(builds.finish(root, disk / "out"))
    assert not (disk / "out" / "manifest.json").exists()
    assert not [path.name for path in disk.rglob("*.json*") if not path.stat().st_size]
    small_disk(20_000)
    ended = builds.finish(root, disk / "out")
    assert ended.returncode == 0, ended.stderr
    assert digests(disk / "out") == whole


@pytest.mark.soak
def test_on_a_disk_of_any_size_a_build_ends_with_two_lines_or_is_complete(root, whole, small_disk):
    ends = set()
    for kilobytes in range(8, 4_000, 160):
        disk = small_disk(kilobytes)
        ended = builds.finish(root, disk / "out")
        ends.add(ended.returncode)
        if ended.returncode:
            assert "No space left on device" in refused(ended), kilobytes
        else:
            assert digests(disk / "out") == whole
    assert ends == {0, 2}


def test_read_only_disk_is_reported_before_a_scan_is_read(root, small_disk):
    disk = small_disk(2000, "ro")
    ended = builds.finish(root, disk / "out")
    assert "cannot be written: Read-only file system" in refused(ended)
    assert "Found" not in ended.stdout


def test_build_interrupted_by_a_read_only_disk_resumes(root, whole, small_disk):
    disk = small_disk(20_000)
    assert builds.built(root, disk / "out") == whole
    (disk / "out" / "manifest.json").unlink()
    small_disk(20_000, "ro")
    assert "Read-only file system" in refused(builds.finish(root, disk / "out"))
    small_disk(20_000, "rw")
    assert builds.built(root, disk / "out") == whole


# --- other commands on a full disk


@pytest.fixture
def full_disk(finished, small_disk):
    """A build on a disk, and a function that leaves a number of kilobytes free on it."""
    disk = small_disk(20_000)
    build = shutil.copytree(finished, disk / "build")

    def leave(kilobytes: int):
        used = -(-shutil.disk_usage(disk).used // 1024)
        return small_disk(used + kilobytes)

    return build, leave


def ends_in_words(*arguments: object) -> None:
    ran = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert isinstance(ran.exception, VsiError), repr(ran.exception)
    assert "No space left on device" in str(ran.exception) or "Free space" in ran.exception.remedy


def names(folder) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if ".work" not in path.parts}


@pytest.mark.parametrize("kilobytes", [0, 60])
def test_export_report_and_audit_end_with_a_message_on_a_full_disk_and_leave_no_files(full_disk, kilobytes):
    build, leave = full_disk
    disk = leave(kilobytes)
    before = names(disk)
    for media in ("mp4", "frames"):
        ends_in_words("export", build, "--to", "ms-swift", "--media", media, "--out", disk / "out")
        assert names(disk) == before
    ends_in_words("report", build)
    assert names(disk) == before
    with pytest.raises(OptionError, match="No space left on device"):
        write_audit(build, {"scores": "0" * 100_000})
    assert names(disk) == before
    leave(20_000)
    assert write_report(Build.open(build)).index.is_file()


def test_report_on_a_full_disk_keeps_the_previous_report(full_disk):
    build, leave = full_disk
    report = write_report(Build.open(build)).index.parent
    before = {path: path.read_bytes() for path in report.rglob("*") if path.is_file()}
    leave(60)
    ends_in_words("report", build)
    assert {path: path.read_bytes() for path in report.rglob("*") if path.is_file()} == before
    assert not list(build.glob(".report*"))
