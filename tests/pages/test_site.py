"""A report as a folder: its files, equal bytes, complete at any moment, and no write outside the folder."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.dataset import small_scans, streams
from tests.pages import builds, rooms
from vsidata.commands.app import app
from vsidata.dataset import schema
from vsidata.dataset.build import Build
from vsidata.errors import OptionError, VsiError
from vsidata.files.safe_files import private_name
from vsidata.pages import site
from vsidata.pages.site import page_file_name, write_report
from vsidata.pipeline.build import BuildOptions, build
from vsidata.publish.hub.release import release

NAME = "scene0000_00"


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    """A build of three scans, two with a stream and one that cannot be used."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 3)
    streams.write(root, NAME, streams.sens(40))
    (root / "scans/scene0001_00/scene0001_00.aggregation.json").unlink()
    out = tmp_path_factory.mktemp("built") / "out"
    return build(BuildOptions(out=out, scannet_root=root, visibility=False, frames=4, workers=1)).out


@pytest.fixture
def built(tmp_path) -> Path:
    return builds.write(tmp_path / "build", [rooms.room()], rooms.questions(), [rooms.footage()])


def delivered(path: Path):
    """The data that a script of the report delivers."""
    text = path.read_text()
    assert text.startswith("report.deliver(")
    assert text.endswith(");\n")
    return json.loads(text.removeprefix("report.deliver(").removesuffix(");\n"))


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def command(*arguments: object):
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_report_has_each_scene_with_its_plan_and_questions(real):
    done = write_report(Build.open(real))
    scene = delivered(done.index.parent / "scenes" / f"{NAME}.js")
    lines = delivered(done.index.parent / "data" / "scenes.js")
    assert [line["name"] for line in lines] == [NAME, "scene0002_00"]
    assert sum(line["questions"] for line in lines) == done.questions == len(_asked(real))
    assert len(scene["frames"]) == 4
    assert scene["frames"][0]["picture"].startswith("data:image/jpeg;base64,")
    assert scene["frames"][3]["at"][0] == pytest.approx(3.9)  # frame 39 of the camera along x
    assert len(scene["objects"]) == len(small_scans.FURNITURE) + 1
    (outline,) = scene["outline"]
    assert len(outline) > 10
    assert {question["id"] for question in scene["questions"]} <= {row["id"] for row in _asked(real)}


def _asked(folder):
    return pq.read_table(folder / "qa").to_pylist()


def test_overview_counts_what_the_manifest_counts_and_names_the_skipped_scans(real):
    overview = delivered(write_report(Build.open(real)).index.parent / "data" / "build.js")
    manifest = Build.open(real).manifest
    assert overview["questions"] == manifest.questions
    assert overview["drops"] == manifest.drops
    (failure,) = overview["failures"]
    assert failure["scene_name"] == "scene0001_00"
    assert failure["remedy"]
    assert overview["audit"] is None
    letters = [one for one in overview["charts"] if one["of"] == "letters"]
    asked = [row for row in _asked(real) if row["options"]]
    assert sum(bar["count"] for one in letters for bar in one["bars"]) == len(asked)


def test_same_build_gives_the_same_bytes_for_any_hash_seed_and_folder(real, tmp_path):
    first = content(write_report(Build.open(real)).index.parent)
    moved = shutil.copytree(real, tmp_path / "elsewhere")
    code = "import sys; from pathlib import Path; from vsidata.dataset.build import Build; "
    code += "from vsidata.pages.site import write_report; write_report(Build.open(Path(sys.argv[1])))"
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, moved], env=env, check=True)
    assert content(moved / "report") == first


def test_command_prints_the_written_file_and_the_next_step(built):
    ran = command(built)
    assert ran.exit_code == 0
    assert "8 questions about 1 scene," in ran.stdout
    assert "report/index.html" in ran.stdout
    figures = json.loads(command(built, "--json").stdout)
    assert figures["questions"] == 8
    assert figures["bytes"] == sum(map(len, content(built / "report").values()))


def test_pictures_of_datasets_with_terms_come_with_a_warning(tmp_path):
    theirs = builds.write(
        tmp_path / "build", [rooms.room()], rooms.questions(), [rooms.footage()], dataset="scannet"
    )
    assert "pictures of ScanNet" in command(theirs).stdout
    assert delivered(theirs / "report/data/build.js")["pictures_of"] == "ScanNet"


def test_area_that_is_stated_is_marked_as_stated(tmp_path):
    room = {**rooms.room(), "room_outline": None, "room_areas": None, "room_area_method": "stated"}
    built = builds.write(tmp_path / "build", [room], rooms.questions())
    scene = delivered(write_report(Build.open(built)).index.parent / "scenes" / f"{NAME}.js")
    said = {question["topic"]: question["rule"] for question in scene["questions"] if question["rule"]}
    assert [*said] == ["room_size_estimation"]
    assert "makers of the scan state this area" in said["room_size_estimation"]


def test_report_is_never_uploaded_with_its_build(real):
    write_report(Build.open(real))
    up = release(Build.open(real), "lab/rooms", "main", pictures=True, gated=False)
    assert not [path for path in up.entries if path.startswith("report")]


# --- complete at any moment


def test_interrupted_run_keeps_the_previous_report(built, monkeypatch):
    before = content(write_report(Build.open(built)).index.parent)
    (built / "failures.jsonl").write_bytes(orjson.dumps({"scene_name": "new"}))

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(site, "overview", stop)
    with pytest.raises(KeyboardInterrupt):
        write_report(Build.open(built))
    assert content(built / "report") == before
    assert sorted(path.name for path in built.iterdir()) == sorted(
        ["failures.jsonl", "frames", "manifest.json", "qa", "report", "scenes"]
    )


def test_files_of_a_killed_run_are_removed(built):
    whole = content(write_report(Build.open(built)).index.parent)
    left = built / private_name(".report")
    (left / "scenes").mkdir(parents=True)
    (left / "scenes" / "half.js").write_text("repo")
    assert content(write_report(Build.open(built)).index.parent) == whole
    assert not left.exists()
    assert not list(built.glob(".report*"))


def test_report_moved_by_a_killed_run_is_restored(built, monkeypatch):
    whole = content(write_report(Build.open(built)).index.parent)
    left = built / private_name(".report")
    left.mkdir()
    (built / "report").rename(left / "before")
    monkeypatch.setattr(site, "overview", lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        write_report(Build.open(built))
    assert content(built / "report") == whole


def test_second_report_at_the_same_time_is_refused(built):
    with site._in_place_of(built / "report"), pytest.raises(OptionError, match="another command"):
        write_report(Build.open(built))
    assert not list(built.glob(".report*"))


# --- builds without a report


def test_folder_without_a_build_is_refused(tmp_path):
    ran = command(tmp_path)
    assert isinstance(ran.exception, OptionError)
    assert "is not a build" in str(ran.exception)


@pytest.mark.parametrize("table", ["qa", "scenes", "frames"])
def test_damaged_shard_is_named(built, table):
    path = built / table / "train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(VsiError, match="cannot be read") as caught:
        write_report(Build.open(built))
    assert caught.value.file == str(path)
    assert "vsidata verify" in caught.value.remedy
    assert not (built / "report").exists()


def test_missing_shard_is_named(built):
    (built / "qa" / "train-00000-of-00001.parquet").unlink()
    with pytest.raises(VsiError, match="is missing"):
        write_report(Build.open(built))


def test_question_about_a_missing_scene_is_named(tmp_path):
    lost = builds.write(tmp_path / "build", [rooms.room()], rooms.questions("scene0009_00"))
    with pytest.raises(VsiError, match="scene0009_00"):
        write_report(Build.open(lost))


@pytest.mark.parametrize(
    ("table", "columns"),
    [("qa", schema.QA), ("scenes", schema.SCENES), ("frames", schema.FRAMES)],
    ids=["qa", "scenes", "frames"],
)
def test_build_with_any_null_column_gets_a_report_or_an_error(tmp_path, table, columns):
    for column in columns.names:
        scene, asked, footage = rooms.room(), rooms.questions(), rooms.footage()
        for row in {"qa": asked, "scenes": [scene], "frames": [footage]}[table]:
            row[column] = None
        built = builds.write(tmp_path / column, [scene], asked, [footage])
        with suppress(VsiError):
            write_report(Build.open(built))
        assert (built / "report" / "index.html").is_file() or not (built / "report").exists()


@pytest.mark.parametrize(
    "key", ["rules", "options", "scenes", "drops", "versions", "leak_guard", "questions"]
)
def test_manifest_that_lacks_a_key_is_named(built, key):
    manifest = json.loads((built / "manifest.json").read_text())
    del manifest[key]
    (built / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(VsiError, match=r"manifest\.json"):
        write_report(Build.open(built))


def test_table_with_other_columns_is_named(built):
    path = built / "scenes" / "train-00000-of-00001.parquet"
    pq.write_table(pq.read_table(path).append_column("more", pa.array([1])), path)
    with pytest.raises(VsiError, match="more"):
        write_report(Build.open(built))


def test_folder_that_cannot_be_written_is_named(built):
    (built / ".report.lock").mkdir()
    with pytest.raises(VsiError, match="cannot be written"):
        write_report(Build.open(built))


def test_folder_report_of_the_user_is_not_changed(built):
    (built / "report").mkdir()
    (built / "report" / "mine.txt").write_text("my report")
    with pytest.raises(OptionError, match="is not a report"):
        write_report(Build.open(built))
    assert (built / "report" / "mine.txt").read_text() == "my report"


def test_damaged_audit_is_named(built):
    (built / "audit.json").write_text("{")
    with pytest.raises(VsiError, match=r"audit\.json"):
        write_report(Build.open(built))


# --- hostile names

HOSTILE = [
    "../../evil",
    "a/b",
    "..",
    "<script>alert(1)</script>",
    "x" * 300,
    "a b",
    "%2e%2e%2fevil",
    "ä\u2028",
]


def test_scene_names_stay_inside_the_report(tmp_path):
    scenes = [rooms.room(name) for name in HOSTILE]
    asked = [row for name in HOSTILE for row in rooms.questions(name)]
    built = builds.write(tmp_path / "build", scenes, asked)
    report = write_report(Build.open(built)).index.parent
    files = {path.stem for path in (report / "scenes").iterdir()}
    assert files == {page_file_name(name) for name in HOSTILE}
    assert len(files) == len(HOSTILE)
    assert all(name.isascii() and "/" not in name and len(name) <= 80 for name in files)
    assert not (tmp_path / "evil.js").exists()
    assert {delivered(path)["name"] for path in (report / "scenes").iterdir()} == {*HOSTILE}


def test_plain_names_keep_their_names():
    assert page_file_name(NAME) == NAME
    assert page_file_name("scene/1") == hashlib.sha256(b"scene/1").hexdigest()[:32]


def test_pages_are_those_of_the_package_for_any_content_of_the_build(built):
    static = Path(site.__file__).parent / "static"
    report = write_report(Build.open(built)).index.parent
    pages = [path.name for path in static.iterdir()]
    assert {"index.html", "scene.html", "report.css"} <= {*pages}
    for name in pages:
        assert (report / name).read_bytes() == (static / name).read_bytes()
