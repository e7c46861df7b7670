"""`vsidata export`: its output, the questions that it leaves out, and the inputs that it refuses."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.dataset import small_scans
from tests.publish.export.conftest import NAMES
from tests.sources.streams.sens_bytes import jpeg
from vsidata.commands.app import app
from vsidata.dataset.build import Build
from vsidata.errors import BuildError, OptionError, VsiError
from vsidata.pipeline.build import BuildOptions, build
from vsidata.publish.export.export import export
from vsidata.publish.export.terms import terms


def run(*arguments) -> str:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_output_names_the_written_and_left_out_questions_and_the_next_step(built, tmp_path):
    said = run(built, "--to", "llama-factory", "--out", tmp_path / "out")
    lines = said.splitlines()
    assert lines[0] == (
        f"Written: 342 questions (train 228, validation 114) about 3 scenes in {tmp_path / 'out'}, "
        "with the frames of each scene as a video."
    )
    assert lines[1] == "Left out: 114 questions about scenes without frames."
    assert lines[2].startswith("Next: ")
    assert str(tmp_path / "out") in lines[2]
    assert lines[3].startswith("Terms: ")
    assert sorted(path.name for path in (tmp_path / "out" / "videos").iterdir()) == [
        f"{name}.mp4" for name in NAMES[:3]
    ]


def test_json_has_the_same_facts(built, tmp_path):
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


def test_the_default_folder_is_next_to_the_build(built, tmp_path):
    here = shutil.copytree(built, tmp_path / "mine")
    run(here, "--to", "easyr1")
    assert (tmp_path / "mine-easyr1" / "train.jsonl").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "mine-easyr1"]


def test_an_export_of_scannet_scans_stays_under_scannets_terms(built, tmp_path):
    here = shutil.copytree(built, tmp_path / "mine")
    assert "Apache" in terms(Build.open(here).manifest)
    manifest = json.loads((here / "manifest.json").read_text())
    manifest["datasets"] = {"scannet": 1, "synthetic": 1}
    (here / "manifest.json").write_text(json.dumps(manifest))
    said = run(here, "--to", "easyr1", "--out", tmp_path / "out")
    assert "ScanNet" in said.splitlines()[-1]
    assert "ScanNet" in (tmp_path / "out" / "TERMS.txt").read_text()


def test_a_build_without_frames_is_refused_with_the_remedy(tmp_path):
    root = small_scans.write(tmp_path / "root", 1)
    out = build(BuildOptions(out=tmp_path / "built", scannet_root=root, workers=1)).out
    with pytest.raises(OptionError, match="--frames 16") as caught:
        export(Build.open(out), "ms-swift", tmp_path / "out")
    assert caught.value.file == str(out)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_build_is_refused(tmp_path):
    with pytest.raises(OptionError, match="is not a build"):
        export(Build.open(tmp_path), "ms-swift", tmp_path / "out")


def test_a_folder_with_files_is_not_written_to(built, tmp_path):
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(OptionError, match="already"):
        export(Build.open(built), "ms-swift", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_written_to(built, tmp_path):
    (tmp_path / "out").mkdir()
    export(Build.open(built), "easyr1", tmp_path / "out")
    assert (tmp_path / "out" / "train.jsonl").is_file()


def test_media_that_a_format_does_not_accept_are_refused(built, tmp_path):
    with pytest.raises(OptionError, match="mp4"):
        export(Build.open(built), "video-r1", tmp_path / "out", "frames")


def test_an_interrupted_export_leaves_nothing_behind(built, tmp_path):
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(Build.open(built), "ms-swift", tmp_path / "out", done=stop)
    assert list(tmp_path.iterdir()) == []


def altered(built, tmp_path, table: str, change) -> Path:
    """A copy of a build with the rows of its training shard changed."""
    here = Path(shutil.copytree(built, tmp_path / "mine"))
    (shard,) = (here / table).glob("train-*.parquet")
    rows = pq.read_table(shard)
    pq.write_table(pa.Table.from_pylist(change(rows.to_pylist()), schema=rows.schema), shard)
    return here


def without_words(rows):
    return [{**rows[0], "question": None}, *rows[1:]]


def small_among_others(rows):
    rows[0]["images"][3]["bytes"] = jpeg(90, 32, 24)
    return rows


@pytest.mark.parametrize("media", ["mp4", "frames"])
@pytest.mark.parametrize(
    ("table", "change", "fault"),
    [
        ("frames", lambda rows: rows * 2, "has frames of the scene scene0000_00 twice"),
        ("frames", small_among_others, "frame 3: is a JPEG of 32 × 24 pixels in a stream of 64 × 48"),
        ("qa", without_words, "has a question without text"),
    ],
)
def test_a_build_that_was_altered_is_refused_and_nothing_is_left(
    built, tmp_path, media, table, change, fault
):
    here = altered(built, tmp_path, table, change)
    with pytest.raises(BuildError, match=fault):
        export(Build.open(here), "ms-swift", tmp_path / "out", media)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_column_of_another_type_is_refused(built, tmp_path):
    here = Path(shutil.copytree(built, tmp_path / "mine"))
    (shard,) = (here / "frames").glob("train-*.parquet")
    rows = pq.read_table(shard)
    place = rows.schema.get_field_index("images")
    pq.write_table(rows.set_column(place, "images", pa.array([7] * len(rows))), shard)
    with pytest.raises(VsiError, match="cannot be read"):
        export(Build.open(here), "ms-swift", tmp_path / "out")


def test_two_exports_into_one_folder_do_not_mix(built, tmp_path):
    """The second export begins and ends while the first is at its first scene."""
    out = tmp_path / "out"

    def another() -> None:
        if not out.exists():
            export(Build.open(built), "easyr1", out, "frames")

    with pytest.raises(OptionError, match="already"):
        export(Build.open(built), "ms-swift", out, "mp4", done=another)
    alone = export(Build.open(built), "easyr1", tmp_path / "alone", "frames").out
    names = sorted(path.relative_to(alone) for path in alone.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert all((out / name).read_bytes() == (alone / name).read_bytes() for name in names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "out"]


def test_a_full_disk_ends_the_command_in_two_lines(built, tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600));"
    command = f"{limit} from vsidata.commands.app import main; main()"
    arguments = ["export", built, "--to", "ms-swift", "--out", tmp_path / "out"]
    ended = subprocess.run(
        [sys.executable, "-c", command, *map(str, arguments)], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert "readable frames; 6 were written" in ended.stderr
    assert len(ended.stderr.splitlines()) == 2, ended.stderr
    assert ended.stdout == ""
    assert list(tmp_path.iterdir()) == []
