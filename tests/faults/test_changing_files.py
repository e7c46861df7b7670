"""If a file changes while it is read, the scan is the old or the new scan, never a mixture."""

import os
import shutil
import threading
from pathlib import Path

import orjson
import pytest

from tests.dataset import meta_info, small_scans, streams
from tests.pipeline.test_build import digests
from vsidata.dataset import results
from vsidata.pipeline import build as building
from vsidata.pipeline.build import BuildOptions, build
from vsidata.pipeline.process import Job, process_scene
from vsidata.scene import Scene
from vsidata.sources.meta_info import MetaInfo
from vsidata.sources.registry import open_source
from vsidata.sources.scannet import ScanNet
from vsidata.sources.streams.shown import Framing
from vsidata.topics.rule_set import load_rules

NAME = "scene0000_00"
SEGMENTS = "_vh_clean_2.0.010000.segs.json"


class Touched(ScanNet):
    """A source with a file that another process overwrites just after the source has read it."""

    def load(self, name: str) -> Scene:
        scene = super().load(name)
        if name == NAME:
            path = self._file(name, SEGMENTS)
            path.write_bytes(path.read_bytes() + b"\n")
        return scene


class Vanishing(ScanNet):
    """A source with a file that is removed just after the source has read it."""

    def load(self, name: str) -> Scene:
        scene = super().load(name)
        if name == NAME:
            self._file(name, SEGMENTS).unlink()
        return scene


@pytest.mark.parametrize("source", [Touched, Vanishing])
def test_scan_that_changes_while_it_is_read_is_skipped_and_read_again_later(tmp_path, monkeypatch, source):
    root = small_scans.write(tmp_path / "root", 2, edge=0.3)
    options = BuildOptions(out=tmp_path / "out", scannet_root=root, workers=1)
    original = building.open_source
    monkeypatch.setattr(building, "open_source", lambda _, paths: source.open(paths))
    summary = build(options)
    (failure,) = summary.failures
    assert failure["scene_name"] == NAME
    assert failure["fault"] == "its files changed while they were read."
    assert "Run the same command again" in failure["remedy"]
    assert "Traceback" not in (options.out / "build.log").read_text()
    monkeypatch.setattr(building, "open_source", original)
    if source is Touched:
        assert build(options).failures == []


def job(root: Path, folder: Path) -> Job:
    rules = load_rules("wide")
    topics = rules.default_topics
    return Job(open_source("scannet", [root]), rules, 0, topics, folder, Framing(0), True, False)


def read_back(folder: Path) -> tuple[results.Head | None, list[results.Row]]:
    path = results.result_path(folder, NAME)
    head = results.read_head(path)
    return head, results.read_rows(path)[1] if head and head.failure is None else []


def test_scan_that_is_overwritten_again_and_again_is_never_a_mixture_of_two(tmp_path):
    """Write two annotations in turn, in place. There is no pause in which a reader is safe."""
    root = small_scans.write(tmp_path / "root", 1, edge=0.3)
    path = root / "scans" / NAME / f"{NAME}.aggregation.json"
    first = path.read_bytes()
    second = first.replace(b'"chair"', b'"stool"')
    expected = []
    for content in (first, second):
        path.write_bytes(content)
        process_scene(job(root, tmp_path), NAME)
        expected.append((read_back(tmp_path)[0].inputs, read_back(tmp_path)[1]))
    assert expected[0] != expected[1]
    done = threading.Event()

    def overwrite() -> None:
        while not done.is_set():
            for content in (first, second):
                with path.open("wb") as file:
                    for start in range(0, len(content), 200):
                        file.write(content[start : start + 200])
                        file.flush()
                done.wait(0.03)  # longer than the resolution of file times

    writer = threading.Thread(target=overwrite)
    writer.start()
    told = set()
    try:
        for _ in range(15):
            process_scene(job(root, tmp_path), NAME)
            head, questions = read_back(tmp_path)
            assert head is not None
            assert not head.trace
            if head.failure:
                told.add(head.failure["fault"])
            else:
                assert (head.inputs, questions) in expected
    finally:
        done.set()
        writer.join()
    assert told, "the scan never changed while it was read"


def test_meta_information_that_loses_a_room_while_it_is_read_skips_that_room(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 2)
    source = MetaInfo.open([rooms])
    content = orjson.loads(rooms.read_bytes())
    for left in ({"room0000": content["room0000"]}, {**content, "room0001": 7}):
        rooms.write_bytes(orjson.dumps(left))
        os.utime(rooms, ns=(len(left), len(left)))
        rules = load_rules("vsibench")
        job = Job(source, rules, 0, rules.default_topics, tmp_path, Framing(0), True, False)
        process_scene(job, "room0001")
        head = results.read_head(results.result_path(tmp_path, "room0001"))
        assert head.failure is not None
        assert not head.trace
        assert "room0001" in head.failure["fault"]


@pytest.fixture
def finished(tmp_path):
    """Return the options of a complete build of two scans, one of which has a stream."""
    root = small_scans.write(tmp_path / "root", 2, edge=0.6)
    streams.write(root, NAME, streams.sens(4))
    options = BuildOptions(out=tmp_path / "out", scannet_root=root, frames=2, visibility=False, workers=1)
    build(options)
    assert build(options).untouched
    return options


def replace_and_restore_the_times(path: Path, old: bytes, new: bytes) -> None:
    status, content = path.stat(), path.read_bytes()
    assert old in content
    assert len(old) == len(new)
    path.write_bytes(content.replace(old, new))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    small_scans.mark(path.parents[2])


@pytest.mark.parametrize("scan", [NAME, "scene0001_00"])
def test_changed_scan_with_the_old_size_and_time_is_read_again(finished, scan):
    path = finished.scannet_root / "scans" / scan / f"{scan}.aggregation.json"
    replace_and_restore_the_times(path, b'"chair"', b'"stool"')
    assert not build(finished).untouched
    shutil.copytree(finished.scannet_root, other := finished.out.parent / "other")
    fresh = finished.model_copy(update={"out": finished.out.parent / "fresh", "scannet_root": other})
    build(fresh)
    assert digests(finished.out) == digests(fresh.out)


def test_changed_stream_with_the_old_size_and_time_is_read_again(finished):
    path = finished.scannet_root / "scans" / NAME / f"{NAME}.sens"
    content = path.read_bytes()
    replace_and_restore_the_times(path, content[-60:], bytes(60))
    assert not build(finished).untouched


def test_copy_of_the_scans_with_their_times_is_not_read_again(finished):
    """The copy has new change times (ctime). So the content of meshes and annotations is compared."""
    before = digests(finished.out)
    (finished.scannet_root / "scans" / NAME / f"{NAME}.sens").unlink()
    small_scans.mark(finished.scannet_root)
    assert not build(finished).untouched
    copy = shutil.copytree(finished.scannet_root, finished.out.parent / "copy")
    assert build(finished.model_copy(update={"scannet_root": copy})).untouched
    for path in copy.rglob("*.json"):
        path.chmod(0o600)
    assert build(finished.model_copy(update={"scannet_root": copy})).untouched
    assert digests(finished.out) != before


def cut_at_a_line(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("jsonl", cut_at_a_line),
        *((kind, harm) for kind in ("jsonl", "arrow") for harm in (cut_in_half, change_a_byte, Path.unlink)),
    ],
)
def test_damaged_result_is_made_again(finished, kind, harm):
    before = digests(finished.out)
    results_folder = finished.out / ".work" / "scenes"
    (path,) = results_folder.glob(f"{NAME}*.{kind}")
    harm(path)
    (finished.out / ".work" / "merged").unlink()  # as if the build had been interrupted before its merge
    assert build(finished).failures == []
    assert digests(finished.out) == before


def test_result_that_is_damaged_before_the_merge_skips_its_scan(finished, monkeypatch):
    (finished.out / ".work" / "merged").unlink()
    monkeypatch.setattr(building, "_is_done", lambda *_: True)
    cut_at_a_line(finished.out / ".work" / "scenes" / f"{NAME}.jsonl")
    (failure,) = build(finished).failures
    assert failure["scene_name"] == NAME
    assert "cut short or damaged" in failure["fault"]
    monkeypatch.undo()
    assert build(finished).failures == []
