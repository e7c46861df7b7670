"""An unreadable scan is skipped. A build in an unwritable folder does not start."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.dataset import small_scans
from tests.pipeline.test_build import digests
from vsidata.dataset import results
from vsidata.dataset.build import Build
from vsidata.errors import VsiError
from vsidata.pages.site import write_report
from vsidata.pipeline import build as building
from vsidata.pipeline.build import BuildOptions, build
from vsidata.pipeline.process import Job, process_scene
from vsidata.sources.registry import open_source
from vsidata.sources.streams.shown import Framing
from vsidata.topics.rule_set import load_rules

NAME = "scene0000_00"


@pytest.fixture
def place():
    """A folder that every user may enter and write to. Only the owner may enter pytest's folders."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture
def root(place):
    return small_scans.write(place / "root", 1, edge=0.3)


@pytest.fixture
def step_down():
    """Run as another user from the call to the end of the test. Permissions do not limit the superuser."""
    superuser = os.geteuid() == 0
    yield lambda: os.seteuid(65534) if superuser else None
    if superuser:
        os.seteuid(0)


def test_scan_in_a_forbidden_folder_is_skipped_whether_or_not_it_was_read_before(place, root, step_down):
    options = BuildOptions(out=place / "out", scannet_root=root, workers=1)
    assert build(options).failures == []
    source = open_source("scannet", [root])
    (place / "results").mkdir()
    (place / "results").chmod(0o777)
    (root / "scans" / NAME).chmod(0)
    step_down()
    assert not building._is_done(options.out / ".work" / "scenes", NAME, source, options)
    rules = load_rules("wide")
    job = Job(source, rules, 0, rules.default_topics, place / "results", Framing(4), True, False)
    process_scene(job, NAME)
    head = results.read_head(results.result_path(place / "results", NAME))
    assert head is not None
    assert head.failure is not None
    assert not head.trace
    assert head.failure["fault"] == "may not be read by this user."
    assert "Make it readable" in head.failure["remedy"]


def test_unwritable_folder_is_reported_before_a_scan_is_read(place, root, step_down):
    (place / "mine").mkdir()
    (place / "mine").chmod(0o555)
    step_down()
    with pytest.raises(VsiError, match="cannot be written: Permission denied") as caught:
        build(BuildOptions(out=place / "mine" / "out", scannet_root=root, workers=1))
    assert "fix the permissions" in caught.value.remedy


def give_away(folder: Path) -> None:
    """Give a folder and all its content to the user as which a test runs."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, -1)


@pytest.mark.parametrize("name", ["qa", "scenes", ".work"])
def test_read_only_folder_inside_a_build_is_reported_and_the_build_resumes_when_it_is_writable(
    place, root, step_down, name
):
    options = BuildOptions(out=place / "out", scannet_root=root, workers=1)
    build(options)
    whole = digests(options.out)
    (options.out / "manifest.json").unlink()
    (options.out / name).chmod(0o555)
    give_away(options.out)
    step_down()
    with pytest.raises(VsiError, match="cannot be written: Permission denied") as caught:
        build(options)
    assert name in caught.value.file
    (options.out / name).chmod(0o755)
    build(options)
    assert digests(options.out) == whole


@pytest.mark.parametrize("name", ["report", "report/scenes", "report/data"])
def test_read_only_folder_inside_a_report_is_reported_and_the_report_stays(place, root, step_down, name):
    out = build(BuildOptions(out=place / "out", scannet_root=root, workers=1)).out
    write_report(Build.open(out))
    whole = digests(out / "report")
    (out / name).chmod(0o555)
    give_away(out)
    step_down()
    with pytest.raises(VsiError, match="cannot be written: Permission denied") as caught:
        write_report(Build.open(out))
    assert caught.value.file == str(out / name)
    assert digests(out / "report") == whole
    assert not list(out.glob(".report*"))
    (out / name).chmod(0o755)
    write_report(Build.open(out))
    assert digests(out / "report") == whole
