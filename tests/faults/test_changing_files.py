"""A file that changes while it is read: the scan is the one before or the one after, never a mixture."""

import os
import threading
from pathlib import Path

import orjson
import pytest

from tests.dataset import meta_info, small_scans
from vsidata import build as building
from vsidata.build import BuildOptions, build
from vsidata.dataset import results
from vsidata.process import Job, process_scene
from vsidata.questions.rules import load_rules
from vsidata.scene import Scene
from vsidata.sources.meta_info import MetaInfo
from vsidata.sources.registry import open_source
from vsidata.sources.scannet import ScanNet
from vsidata.streams.shown import Framing

NAME = "scene0000_00"
SEGMENTS = "_vh_clean_2.0.010000.segs.json"


class Touched(ScanNet):
    """A source one of whose files somebody writes to just after it was read."""

    def load(self, name: str) -> Scene:
        scene = super().load(name)
        if name == NAME:
            path = self._file(name, SEGMENTS)
            path.write_bytes(path.read_bytes() + b"\n")
        return scene


class Vanishing(ScanNet):
    """A source one of whose files is removed just after it was read."""

    def load(self, name: str) -> Scene:
        scene = super().load(name)
        if name == NAME:
            self._file(name, SEGMENTS).unlink()
        return scene


@pytest.mark.parametrize("source", [Touched, Vanishing])
def test_scan_whose_file_changes_is_set_aside_and_read_again(tmp_path, monkeypatch, source):
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


def test_scan_that_is_overwritten_again_and_again_is_never_mixed_of_two(tmp_path):
    """Two annotations in turn, written in place without a pause that a reader could rely on."""
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
                done.wait(0.03)  # longer than a tick of the clock that files are stamped with

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
    assert told, "the scan was never caught changing"


def test_meta_information_that_loses_a_room_while_it_is_read_sets_that_room_aside(tmp_path):
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
