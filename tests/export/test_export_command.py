"""`vsidata export`: what it says, what it leaves out, and what it refuses."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from tests.dataset import small_scans
from tests.export.conftest import NAMES
from vsidata.build import BuildOptions, build
from vsidata.cli import app
from vsidata.errors import OptionError
from vsidata.export.export import export
from vsidata.export.terms import terms


def run(*arguments) -> str:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_it_says_what_was_written_left_out_and_comes_next(built, tmp_path):
    said = run(built, "--to", "llama-factory", "--out", tmp_path / "out")
    lines = said.splitlines()
    assert lines[0] == (
        f"Written: 342 questions (train 228, validation 114) about 3 scenes in {tmp_path / 'out'}, "
        "their frames as a video each."
    )
    assert lines[1] == "Left out: 114 questions about scenes without frames."
    assert lines[2].startswith("Next: ")
    assert str(tmp_path / "out") in lines[2]
    assert lines[3].startswith("Terms: ")
    assert sorted(path.name for path in (tmp_path / "out" / "videos").iterdir()) == [
        f"{name}.mp4" for name in NAMES[:3]
    ]


def test_json_says_the_same(built, tmp_path):
    said = json.loads(
        run(built, "--to", "ms-swift", "--out", tmp_path / "out", "--media", "frames", "--json")
    )
    assert said == {
        "out": str(tmp_path / "out"),
        "to": "ms-swift",
        "media": "frames",
        "questions": {"train": 228, "validation": 114},
        "scenes": 3,
        "left_out": 114,
    }


def test_by_default_the_folder_stands_beside_the_build(built, tmp_path):
    here = shutil.copytree(built, tmp_path / "mine")
    run(here, "--to", "easyr1")
    assert (tmp_path / "mine-easyr1" / "train.jsonl").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "mine-easyr1"]


def test_what_derives_from_scannet_stays_under_its_terms(built, tmp_path):
    here = shutil.copytree(built, tmp_path / "mine")
    assert "Apache" in terms(here)
    manifest = json.loads((here / "manifest.json").read_text())
    manifest["datasets"] = {"scannet": 1, "synthetic": 1}
    (here / "manifest.json").write_text(json.dumps(manifest))
    said = run(here, "--to", "easyr1", "--out", tmp_path / "out")
    assert "ScanNet" in said.splitlines()[-1]
    assert "ScanNet" in (tmp_path / "out" / "TERMS.txt").read_text()
    (here / "manifest.json").unlink()
    assert "their makers" in terms(here)


def test_a_build_without_frames_is_refused_with_the_remedy(tmp_path):
    root = small_scans.write(tmp_path / "root", 1)
    out = build(BuildOptions(out=tmp_path / "built", scannet_root=root, workers=1)).out
    with pytest.raises(OptionError, match="--frames 16") as caught:
        export(out, "ms-swift", tmp_path / "out")
    assert caught.value.file == str(out)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_build_is_refused(tmp_path):
    with pytest.raises(OptionError, match="holds no build"):
        export(tmp_path, "ms-swift", tmp_path / "out")


def test_a_folder_that_holds_something_is_not_written_to(built, tmp_path):
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(OptionError, match="already"):
        export(built, "ms-swift", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_written_to(built, tmp_path):
    (tmp_path / "out").mkdir()
    export(built, "easyr1", tmp_path / "out")
    assert (tmp_path / "out" / "train.jsonl").is_file()


def test_media_that_a_format_does_not_take_are_refused(built, tmp_path):
    with pytest.raises(OptionError, match="mp4"):
        export(built, "video-r1", tmp_path / "out", "frames")


def test_an_export_that_is_stopped_leaves_nothing_behind(built, tmp_path):
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(built, "ms-swift", tmp_path / "out", done=stop)
    assert list(tmp_path.iterdir()) == []
