"""`vsidata build --overwrite` replaces a build, and nothing else."""

import fcntl
import os
import shutil
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.dataset import meta_info
from tests.pipeline.test_build import digests
from vsidata.commands.app import app
from vsidata.dataset import claim
from vsidata.errors import OptionError, VsiError
from vsidata.pipeline import build as building
from vsidata.pipeline.build import BuildOptions, build


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return meta_info.write(tmp_path_factory.mktemp("rooms") / "rooms.json", 3)


def options(rooms, out, **more) -> BuildOptions:
    return BuildOptions(out=out, meta_info=(rooms,), rules="vsibench", workers=1, **more)


@pytest.fixture(scope="module")
def first(rooms, tmp_path_factory):
    """A finished build with seed 0."""
    return build(options(rooms, tmp_path_factory.mktemp("first") / "out")).out


@pytest.fixture(scope="module")
def second(rooms, tmp_path_factory):
    """Digests of a build with seed 1 in a new folder."""
    return digests(build(options(rooms, tmp_path_factory.mktemp("second") / "out", seed=1)).out)


@pytest.fixture
def out(first, tmp_path):
    return shutil.copytree(first, tmp_path / "out")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_other_options_give_the_bytes_of_a_new_folder(rooms, out, second):
    assert digests(build(options(rooms, out, seed=1, overwrite=True)).out) == second


def test_error_about_other_options_names_the_option_of_the_command(rooms, out):
    arguments = ["build", "--meta-info", rooms, "--rules", "vsibench", "--out", out, "--seed", 1]
    typed = [str(argument) for argument in arguments]
    with pytest.raises(OptionError, match="--seed was 0, is 1") as caught:
        CliRunner().invoke(app, typed, catch_exceptions=False)
    assert "--overwrite" in caught.value.remedy
    result = CliRunner().invoke(app, [*typed, "--overwrite"])
    assert result.exit_code == 0, result.output


def test_report_and_audit_of_the_old_build_are_removed_with_it(rooms, out, second):
    assert CliRunner().invoke(app, ["report", str(out)]).exit_code == 0
    (out / "audit.json").write_text("{}")
    (out / "qa" / "train-00001-of-00002.parquet").write_bytes(b"of an earlier merge")
    build(options(rooms, out, seed=1, overwrite=True))
    assert digests(out) == second  # so there is no report and no audit.json
    assert not (out / "report").exists()


def test_finished_build_with_the_same_options_is_built_again(rooms, out, first):
    assert build(options(rooms, out)).untouched
    old = (out / ".work" / "scenes" / "room0000.jsonl").stat().st_ino
    kept = (out / ".work" / "scenes" / "room0000.jsonl").open()  # an open file keeps its inode number
    done = build(options(rooms, out, overwrite=True))
    assert not done.untouched
    assert (out / ".work" / "scenes" / "room0000.jsonl").stat().st_ino != old
    assert digests(out) == digests(first)
    kept.close()


def test_unfinished_build_with_the_same_options_is_resumed(rooms, out, first):
    (out / ".work" / "merged").unlink()
    (out / "manifest.json").unlink()
    results = {path: path.stat().st_mtime_ns for path in (out / ".work" / "scenes").iterdir()}
    build(options(rooms, out, overwrite=True))
    assert {path: path.stat().st_mtime_ns for path in results} == results
    assert digests(out) == digests(first)


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "qa/mine.parquet",
        "scenes/train.csv",
        "frames/train-00000-of-00001.parquet/mine",
        "mine/file",
        "report/mine.html",
        ".work/mine",
        ".work/scenes/mine.txt",
    ],
)
def test_folder_with_any_other_file_is_refused_with_its_name_and_nothing_changes(rooms, out, name):
    foreign = out / name
    foreign.parent.mkdir(parents=True, exist_ok=True)
    foreign.write_text("mine")
    before = content(out)
    with pytest.raises(OptionError, match="is not a file of a build") as caught:
        build(options(rooms, out, seed=1, overwrite=True))
    assert foreign.is_relative_to(caught.value.file)
    assert Path(caught.value.file) != out
    assert content(out) == before


@pytest.mark.parametrize("name", ["qa", "report", "README.md", ".work/scenes/x.jsonl", ".work/logs/x", "x"])
def test_nothing_is_removed_through_a_link(rooms, out, tmp_path, name):
    mine = tmp_path / "mine"
    mine.mkdir()
    for shard in (out / "qa").iterdir():
        shutil.copy(shard, mine)
    link = out / name
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(mine if link.suffix == "" else mine / "train-00000-of-00001.parquet")
    before = content(mine), content(out)
    with pytest.raises(OptionError) as caught:
        build(options(rooms, out, seed=1, overwrite=True))
    assert caught.value.file == str(link)
    assert (content(mine), content(out)) == before
    assert link.is_symlink()


def test_folder_without_a_build_is_refused_and_gets_no_file(rooms, tmp_path):
    for name in ("README.md", "manifest.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(OptionError, match="is not a build"):
        build(options(rooms, tmp_path, overwrite=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "manifest.json"]


@pytest.mark.parametrize("damage", ["cut", "list", "gone", "all gone"])
def test_build_with_a_damaged_or_lost_recipe_is_refused_and_the_remedy_works(rooms, out, second, damage):
    recipe = out / ".work" / "recipe.json"
    match damage:
        case "cut":
            recipe.write_bytes(recipe.read_bytes()[:50])
        case "list":
            recipe.write_text("[]")
        case "gone":
            recipe.unlink()
        case _:
            shutil.rmtree(out / ".work")
    with pytest.raises(VsiError) as caught:
        build(options(rooms, out, seed=1))
    assert "--overwrite" in caught.value.remedy
    assert digests(build(options(rooms, out, seed=1, overwrite=True)).out) == second


def test_results_without_a_recipe_are_never_used_by_this_build(rooms, out):
    for path in out.iterdir():
        if path.name != ".work":
            (shutil.rmtree if path.is_dir() else Path.unlink)(path)
    for name in ("recipe.json", "merged"):
        (out / ".work" / name).unlink()
    with pytest.raises(OptionError, match="file with its options is missing") as caught:
        build(options(rooms, out, seed=1))
    assert "--overwrite" in caught.value.remedy


def test_build_in_use_or_with_a_report_in_progress_is_kept(rooms, out):
    before = digests(out)
    with (out / ".work" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OptionError, match="is in use by another build"):
            build(options(rooms, out, seed=1, overwrite=True))
    with (out / ".report.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OptionError, match="written by another command"):
            build(options(rooms, out, seed=1, overwrite=True))
    (out / ".report.lock").unlink()
    assert digests(out) == before


def kill_after(steps: int, options: BuildOptions) -> None:
    """Run a build in a separate process, which is killed after `steps` removals."""
    if process := os.fork():
        assert os.waitpid(process, 0)[1] == signal.SIGKILL
        return
    left = iter(range(steps))

    def counted(change):
        def instead(*given, **how):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*given, **how)

        return instead

    Path.unlink = counted(Path.unlink)
    claim.write_whole = counted(claim.write_whole)  # it writes the new recipe after the last removal
    build(options)
    os._exit(0)


@pytest.mark.parametrize("removed", [0, 1, 6, 10])
def test_build_killed_between_any_two_removals_can_be_resumed_as_the_old_or_the_new_one(
    rooms, out, first, second, tmp_path, removed
):
    new = options(rooms, out, seed=1, overwrite=True)
    kill_after(removed, new)
    assert (out / "manifest.json").exists() == (removed == 0)
    old = shutil.copytree(out, tmp_path / "old")
    assert digests(build(options(rooms, old)).out) == digests(first)
    assert digests(build(new).out) == second


def test_build_killed_after_the_new_recipe_was_written_keeps_its_results(rooms, out, second, monkeypatch):
    new = options(rooms, out, seed=1, overwrite=True)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(building, "merge", stop)
        with pytest.raises(KeyboardInterrupt):
            build(new)
    results = {path: path.stat().st_mtime_ns for path in (out / ".work" / "scenes").iterdir()}
    assert len(results) == 3
    assert digests(build(new).out) == second
    assert {path: path.stat().st_mtime_ns for path in results} == results
