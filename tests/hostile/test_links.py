"""In folders of unknown origin, no file outside and no file of the user is written, emptied or removed."""

import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.dataset import small_scans, streams
from tests.pages import builds, rooms
from vsidata.commands.app import app
from vsidata.dataset.build import Build
from vsidata.errors import OptionError, VsiError
from vsidata.files.atomic import whole_folder, write_whole
from vsidata.pages.site import write_report
from vsidata.pipeline.build import BuildOptions, build
from vsidata.synthetic.write import write_scans

NAME = "scene0000_00"
SHARD = "train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    out = tmp_path_factory.mktemp("by_hand") / "build"
    return builds.write(out, [rooms.room()], rooms.questions(), [rooms.footage()])


@pytest.fixture
def built(by_hand, tmp_path):
    """A copy of a build, which a test may change."""
    return shutil.copytree(by_hand, tmp_path / "build")


@pytest.fixture
def mine(tmp_path):
    """A folder of the user with files that must not change."""
    folder = tmp_path / "mine"
    (folder / "scenes").mkdir(parents=True)
    for name in ("file", "index.html", "x.parquet", SHARD, f"scenes/{SHARD}"):
        (folder / name).write_text("mine")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@contextmanager
def unchanged(*folders: Path):
    before = [content(folder) for folder in folders]
    yield
    assert [content(folder) for folder in folders] == before


@contextmanager
def no_waiting(seconds: int = 60):
    """Interrupt a read that blocks on a pipe, so that the test fails instead of hanging."""

    def end(*_: object) -> None:
        raise AssertionError(f"it blocked for more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def command(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refused(*arguments: object) -> str:
    """Return the output of a command that ends with an error message."""
    ran = command(*arguments)
    assert isinstance(ran.exception, VsiError), (arguments, ran.output, repr(ran.exception))
    return str(ran.exception)


# --- report


@pytest.mark.parametrize(
    "name", [".report-unfinished", ".report.lock", ".report.0123456789abcdef.unfinished"]
)
def test_report_neither_empties_nor_removes_the_target_of_a_link(built, mine, name):
    for target in (mine, mine / "file"):
        (built / name).unlink(missing_ok=True)
        (built / name).symlink_to(target)
        with unchanged(mine):
            command("report", built)


def test_report_is_not_written_through_a_link(built, mine):
    (built / "report").symlink_to(mine)
    with unchanged(mine):
        assert "is not a report" in refused("report", built)
    assert (built / "report").is_symlink()


@pytest.mark.parametrize(
    "names", [["index.html"], ["index.html", "report.css", "data/mine.js"], ["index.html", "data/build.js"]]
)
def test_a_folder_of_the_user_with_the_name_report_is_not_replaced(built, names):
    for name in names:
        (built / "report" / name).parent.mkdir(parents=True, exist_ok=True)
        (built / "report" / name).write_text("mine")
    with unchanged(built):
        assert "is not a report" in refused("report", built)


@pytest.mark.parametrize("name", ["notes.txt", "scenes/notes.txt", "data/more/plan.png", "before/mine.txt"])
def test_a_file_of_the_user_in_a_report_is_reported_and_kept(built, name):
    report = write_report(Build.open(built)).index.parent
    (report / name).parent.mkdir(exist_ok=True)
    (report / name).write_text("mine")
    with unchanged(built):
        said = refused("report", built)
    assert str(report / name.removesuffix("/plan.png")) in said


# --- manifests


HOSTILE_SHARDS = [
    "scenes/train-/../../../x",
    "../mine/scenes/" + SHARD,
    "qa/../../mine/" + SHARD,
    "/etc/passwd",
    "scenes/train-00000-of-00001.parquet/../../../mine/file",
    "rooms/" + SHARD,
    "qa/train-00000-of-00001.parquet\n",
    "",
]
HOSTILE_SPLITS = ["../../mine/x", "a/b", "", "..", "train\n", "t" * 200]


def commands(build: Path, out: Path) -> list[tuple[object, ...]]:
    """Every command that reads the manifest of a build."""
    return [
        ("report", build),
        ("audit", build),
        ("debias", build, "--out", out),
        ("verify", build),
        ("push", build, "--repo-id", "lab/rooms", "--dry-run"),
        ("compare", build, build),
    ]


def restate(build: Path, change) -> None:
    manifest = json.loads((build / "manifest.json").read_text())
    change(manifest)
    (build / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", HOSTILE_SHARDS)
def test_every_command_refuses_a_shard_outside_the_build(built, mine, tmp_path, name):
    stated = {"rows": 1, "bytes": 4, "sha256": "0" * 64}
    restate(built, lambda manifest: manifest["files"].update({name: stated}))
    with unchanged(mine, built):
        for typed in commands(built, tmp_path / "out" / "less"):
            said = refused(*typed)
            assert "manifest.json" in said, typed
            assert "not a shard of a known table" in said, typed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build", "mine"]


@pytest.mark.parametrize("name", HOSTILE_SPLITS)
@pytest.mark.parametrize("key", ["scenes", "questions"])
def test_every_command_refuses_a_split_that_leads_outside_the_build(built, mine, tmp_path, name, key):
    restate(built, lambda manifest: manifest[key].update({name: manifest[key]["train"]}))
    with unchanged(mine, built):
        for typed in commands(built, tmp_path / "out" / "less"):
            assert "not a name of a split" in refused(*typed), typed


# --- builds


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    root = small_scans.write(tmp_path_factory.mktemp("root"), 1, edge=0.3)
    streams.write(root, NAME, streams.sens(4, size=(64, 48)))
    return root


@pytest.fixture(scope="module")
def finished(scans, tmp_path_factory):
    return build(options(scans, tmp_path_factory.mktemp("finished") / "out")).out


def options(scans: Path, out: Path) -> BuildOptions:
    return BuildOptions(out=out, scannet_root=scans, workers=1, frames=2, visibility=False)


@pytest.fixture
def stopped(finished, tmp_path):
    """A build that was interrupted before its merge."""
    out = shutil.copytree(finished, tmp_path / "out")
    (out / "manifest.json").unlink()
    return out


def replace(path: Path, target: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize(
    "name",
    [
        ".work",
        ".work/lock",
        ".work/scenes",
        ".work/scenes/other.jsonl",
        ".work/reports",
        "qa",
        "scenes",
        "frames",
        "embedded",
        "build.log",
    ],
)
def test_build_does_not_write_through_links(scans, stopped, mine, name):
    whole = {"lock": "file", "build.log": "file", "other.jsonl": "file"}
    target = mine / whole[Path(name).name] if Path(name).name in whole else mine
    if name == ".work":
        shutil.copytree(stopped / ".work", mine, dirs_exist_ok=True)
    replace(stopped / name, target)
    with unchanged(mine), pytest.raises(OptionError, match="nothing is written through a link"):
        build(options(scans, stopped))
    assert (stopped / name).is_symlink()


def test_lock_file_with_a_second_name_is_not_emptied(scans, stopped, mine):
    (stopped / ".work" / "lock").unlink()
    (stopped / ".work" / "lock").hardlink_to(mine / "file")
    with unchanged(mine):
        build(options(scans, stopped))


def test_log_is_not_appended_to_a_file_with_a_second_name(scans, stopped, mine):
    (stopped / "build.log").unlink()
    (stopped / "build.log").hardlink_to(mine / "file")
    with unchanged(mine), pytest.raises(OptionError, match="hard link"):
        build(options(scans, stopped))


def test_log_that_is_a_pipe_does_not_block(scans, stopped):
    (stopped / "build.log").unlink()
    os.mkfifo(stopped / "build.log")
    with no_waiting(), pytest.raises(OptionError, match="not a regular file"):
        build(options(scans, stopped))


def test_folder_of_the_user_with_a_subfolder_work_is_not_a_build(scans, mine):
    (mine / ".work" / "scenes").mkdir(parents=True)
    (mine / "README.md").write_text("mine")
    with unchanged(mine), pytest.raises(OptionError, match="is not a build"):
        build(options(scans, mine))


def test_build_that_was_killed_before_it_wrote_its_recipe_resumes(scans, finished, tmp_path):
    out = tmp_path / "out"
    (out / ".work" / "scenes").mkdir(parents=True)
    (out / ".work" / "lock").touch()
    (out / ".work" / "recipe.json.0123456789abcdef.unfinished").write_text("{")
    build(options(scans, out))
    assert not list(out.rglob("*.unfinished"))
    assert (out / "qa" / SHARD).read_bytes() == (finished / "qa" / SHARD).read_bytes()


def test_unfinished_files_of_the_user_are_kept_and_do_not_stop_a_build(scans, stopped, finished):
    own = [
        "notes.unfinished/plan.txt",
        "plan.unfinished",
        "qa/mine.unfinished/deep.txt",
        "qa/mine.parquet",
        ".work/qa-train-00000.unfinished/x",
        ".work/scenes/mine.unfinished/x",
    ]
    for name in own:
        (stopped / name).parent.mkdir(parents=True, exist_ok=True)
        (stopped / name).write_text("mine")
    build(options(scans, stopped))
    assert {name: (stopped / name).read_text() for name in own} == dict.fromkeys(own, "mine")
    assert (stopped / "qa" / SHARD).read_bytes() == (finished / "qa" / SHARD).read_bytes()


def test_files_of_killed_merges_are_removed(scans, stopped):
    left = [
        ".work/shards.0123456789abcdef.unfinished/qa-train-00000.unfinished",
        ".work/scenes/x.jsonl.0123456789abcdef.unfinished",
        "manifest.json.0123456789abcdef.unfinished",
    ]
    for name in left:
        (stopped / name).parent.mkdir(exist_ok=True)
        (stopped / name).write_text("half")
    build(options(scans, stopped))
    assert not list(stopped.rglob("*.unfinished"))


# --- new folders


def test_a_folder_with_the_name_unfinished_next_to_the_new_folder_is_kept(finished, tmp_path):
    for name in ("less", "exported", "scans/scene0000_00"):
        (tmp_path / f"{name}.unfinished").mkdir(parents=True)
        (tmp_path / f"{name}.unfinished" / "mine.txt").write_text("mine")
    assert command("export", finished, "--to", "ms-swift", "--out", tmp_path / "exported").exit_code == 0
    command("debias", finished, "--out", tmp_path / "less")
    with whole_folder(tmp_path / "scans" / "scene0000_00"):
        pass
    assert len(list(tmp_path.rglob("mine.txt"))) == 3


def test_two_writers_of_one_folder_do_not_mix_their_files(tmp_path):
    def both():
        with whole_folder(tmp_path / "out") as first:
            (first / "first").touch()
            with whole_folder(tmp_path / "out") as second:
                assert second != first
                (second / "second").touch()

    with pytest.raises(OptionError, match="already exists"):
        both()
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "second"]


def test_files_of_ended_runs_are_removed_and_files_of_current_runs_are_kept(tmp_path):
    dead = tmp_path / "out.0123456789abcdef.unfinished"
    (dead / "frames").mkdir(parents=True)
    other = tmp_path / "outing.0123456789abcdef.unfinished"
    other.mkdir()
    with whole_folder(tmp_path / "out") as living:
        assert not dead.exists()
        with whole_folder(tmp_path / "out"):
            assert living.is_dir()
    assert sorted(tmp_path.iterdir()) == [tmp_path / "out", other]


def test_a_new_folder_may_be_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with whole_folder(Path()) as folder:
        (folder / "x").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_deep_chain_of_reports_is_refused(built):
    place = os.open(write_report(Build.open(built)).index.parent, os.O_RDONLY)
    for _ in range(1500):  # deeper than Python's recursion limit and the largest length of a path
        os.mkdir("before", dir_fd=place)
        inside = os.open("before", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inside
    os.close(place)
    try:
        assert "is not a file of a report" in refused("report", built)
    finally:
        subprocess.run(["rm", "-r", built / "report"], check=True)


def test_a_new_folder_has_the_permissions_of_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        with whole_folder(tmp_path / "out") as folder:
            write_whole(folder / "file", [b""])
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out" / "file").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", ["scans", "truth"])
def test_synthetic_scans_are_not_written_through_a_link(tmp_path, mine, name):
    root = tmp_path / "root"
    write_scans(root, scenes=1, seed=0, plain=True, vertices=2_000)
    shutil.move(root / name, mine / name)
    (root / name).symlink_to(mine / name)
    with unchanged(mine), pytest.raises(OptionError, match="nothing is written through a link"):
        write_scans(root, scenes=2, seed=0, plain=True, vertices=2_000)


def test_a_file_that_the_user_passes_may_not_be_a_link_or_a_device(tmp_path, mine):
    (tmp_path / "link").symlink_to(mine / "file")
    (tmp_path / "nowhere").symlink_to(mine / "new")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with unchanged(mine):
        for name in ("link", "nowhere", "pipe", "folder"):
            with no_waiting(), pytest.raises(OptionError):
                write_whole(tmp_path / name, [b"ours"])
    assert not (mine / "new").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "mine", "nowhere", "pipe"]


def test_subset_of_a_copy_that_consists_of_links_contains_complete_files(finished, tmp_path):
    """The Hub's cache contains links to files that have checksums as names."""
    from vsidata.dataset.subset import write_subset

    cache = tmp_path / "cache"
    for number, path in enumerate(sorted(path for path in finished.rglob("*") if path.is_file())):
        (cache / "blobs").mkdir(parents=True, exist_ok=True)
        link = cache / "snapshot" / path.relative_to(finished)
        link.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, cache / "blobs" / str(number))
        link.symlink_to(os.path.relpath(cache / "blobs" / str(number), link.parent))
    write_subset(
        Build.open(cache / "snapshot"),
        {row["id"] for row in pq.read_table(finished / "qa").to_pylist()[::2]},
        tmp_path / "less",
        reason="none",
        added={},
        beside={},
    )
    for table in ("scenes", "frames"):
        copy = tmp_path / "less" / table / SHARD
        assert not copy.is_symlink()
        assert copy.read_bytes() == (finished / table / SHARD).read_bytes()


# --- irregular files


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def vast(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 41)


IRREGULAR = [pipe, endless, vast]


@pytest.mark.parametrize("make", IRREGULAR, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["manifest.json", f"qa/{SHARD}", f"scenes/{SHARD}", f"frames/{SHARD}"])
def test_an_irregular_file_is_not_read_and_does_not_block(built, tmp_path, make, name):
    (built / name).unlink()
    make(built / name)
    reads = {
        "manifest.json": ["report", "audit", "debias", "verify", "push", "compare"],
        f"qa/{SHARD}": ["report", "audit", "debias", "verify", "push", "export", "compare"],
        f"scenes/{SHARD}": ["report", "verify", "push"],
        f"frames/{SHARD}": ["report", "verify", "push", "export"],
    }
    typed = {str(line[0]): line for line in commands(built, tmp_path / "less")}
    typed["export"] = ("export", built, "--to", "ms-swift", "--out", tmp_path / "exported")
    for reader in reads[name]:
        with no_waiting():
            ran = command(*typed[reader])
        words = str(ran.exception) + ran.output
        assert ran.exit_code, reader
        assert "regular file" in words or "bytes" in words, (reader, words)
        assert "Errno" not in words
        assert Path(name).name in words or reader in ("debias", "export"), (reader, words)
    assert not (tmp_path / "less").exists()
    assert not (tmp_path / "exported").exists()


@pytest.mark.parametrize("make", IRREGULAR, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["audit.json", "failures.jsonl", "README.md"])
def test_other_irregular_files_of_a_build_do_not_block(built, make, name):
    (built / name).unlink(missing_ok=True)
    make(built / name)
    with no_waiting():
        ran = command("verify" if name == "README.md" else "report", built)
    assert ran.exit_code
    assert name in str(ran.exception) + ran.output


@pytest.mark.parametrize(
    ("name", "make"),
    [
        (".work/merged", pipe),
        (".work/merged", endless),
        (".work/scenes/scene0000_00.jsonl", pipe),
        (".work/scenes/scene0000_00.frames.arrow", pipe),
        (".work/scenes/scene0000_00.frames.arrow", vast),
    ],
)
def test_irregular_results_of_a_build_do_not_block(scans, finished, stopped, tmp_path, name, make):
    out = stopped if "frames" in name else shutil.copytree(finished, tmp_path / "whole")
    (out / name).unlink()
    make(out / name)
    with no_waiting():
        if make is endless:
            with pytest.raises(OptionError, match="is a link"):
                build(options(scans, out))
        elif make is pipe and "frames" in name:
            with pytest.raises(VsiError, match=r"regular file|bytes"):
                build(options(scans, out))
        else:
            build(options(scans, out))
            assert (out / "qa" / SHARD).read_bytes() == (finished / "qa" / SHARD).read_bytes()
