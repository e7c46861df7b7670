"""Submissions to Slurm, and the lock of the folder by its jobs. Small programs answer like Slurm."""

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.dataset import meta_info
from vsidata.engines import slurm as slurm_engine
from vsidata.engines.shared_disk import local_disk
from vsidata.engines.submission import Submission, closing_lines
from vsidata.errors import OptionError, VsiError
from vsidata.pipeline.build import BuildOptions, build
from vsidata.pipeline.options import read_options

pytest.importorskip("datatrove", reason="the extra `cluster` is not installed")
dill = pytest.importorskip("dill", reason="the extra `cluster` is not installed")

RECIPE = Path(__file__).parents[2] / "recipes/slurm/build.yaml"
SETTINGS = {"partition": "cpu", "time": "1:00:00"}


@pytest.fixture
def rooms(tmp_path):
    return meta_info.write(tmp_path / "rooms.json", 3)


@pytest.fixture
def options(rooms, tmp_path):
    return BuildOptions(
        out=tmp_path / "out",
        meta_info=(rooms,),
        rules="vsibench",
        engine="slurm",
        workers=2,
        slurm=SETTINGS,
    )


@pytest.fixture
def answer(tmp_path, monkeypatch):
    """Put a program on the PATH: `answer("squeue", "echo RUNNING")`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def put(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    keep = f'cat "$file" >>{tmp_path}/scripts; echo "$@" >>{tmp_path}/asked'
    put("sbatch", f"for file; do :; done; {keep}; echo Submitted batch job 7")
    put("squeue", "echo PENDING")
    return put


def test_submission_is_an_array_and_a_second_job_with_the_same_name(options, answer, tmp_path):
    submitted = build(options)
    assert isinstance(submitted, Submission)
    assert (submitted.scenes, submitted.ranks) == (3, 2)
    array, merge = (tmp_path / "asked").read_text().splitlines()
    assert "--dependency" not in array
    assert "--dependency=afterany:7" in merge
    scripts = (tmp_path / "scripts").read_text()
    assert scripts.count("#SBATCH --partition=cpu\n#SBATCH") == 2
    assert scripts.count("#SBATCH --time=1:00:00\n") == 2
    assert scripts.count("#SBATCH --array=0-1\n") == 1
    assert set(re.findall(r"--job-name=(\S+)", scripts)) == {submitted.name}
    assert "vsidata build --config" in scripts
    assert not (options.out / "manifest.json").exists()
    watch, stop = closing_lines(submitted)[1:3]
    assert f"squeue --name={submitted.name}" in watch
    assert f"scancel --name={submitted.name}" in stop


def test_recipe_is_submitted_unchanged(rooms, answer, tmp_path):
    given = {"meta-info": (rooms,), "frames": 0, "out": tmp_path / "out"}
    assert build(read_options(RECIPE, given)).ranks == 3
    scripts = (tmp_path / "scripts").read_text()
    for line in ("partition=cpu", "time=1:00:00", "mem-per-cpu=2G"):
        assert scripts.count(f"#SBATCH --{line}\n") == 2


def test_no_other_build_starts_while_jobs_are_queued(options, answer):
    submitted = build(options)
    for engine in ("slurm", "local"):
        with pytest.raises(
            OptionError, match=rf"is the output of running Slurm jobs \({submitted.name}\)"
        ) as caught:
            build(options.model_copy(update={"engine": engine}))
        assert f"scancel --name={submitted.name}" in caught.value.remedy
    answer("squeue", "printf 'COMPLETED\\nCOMPLETING\\n'")
    with pytest.raises(OptionError, match="is the output of running Slurm jobs"):
        build(options)


def test_queued_jobs_stop_an_overwriting_build_before_it_removes_anything(options, answer):
    build(options)
    before = sorted(options.out.rglob("*"))
    other = options.model_copy(update={"engine": "local", "seed": 1, "overwrite": True})
    with pytest.raises(OptionError, match="is the output of running Slurm jobs"):
        build(other)
    assert sorted(options.out.rglob("*")) == before
    answer("squeue", "")
    assert build(other).manifest.options.seed == 1


def test_the_job_that_merges_does_not_overwrite_results_of_the_others(options, answer):
    build(options.model_copy(update={"engine": "local"}))
    build(options.model_copy(update={"seed": 1, "overwrite": True}))
    again = read_options(options.out / ".work" / "options.json", {})
    assert (again.seed, again.overwrite) == (1, False)


@pytest.mark.parametrize("left", ["", "CANCELLED\nFAILED\n"], ids=["forgotten", "ended"])
def test_jobs_that_have_ended_do_not_lock_a_folder(options, answer, left):
    build(options)
    answer("squeue", f"printf '{left}'")
    assert build(options.model_copy(update={"engine": "local"})).manifest.scenes == {"train": 3}


def test_the_job_that_merges_may_enter_the_locked_folder(options, answer, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_NAME", build(options).name)
    assert build(options.model_copy(update={"engine": "local"})).manifest.scenes == {"train": 3}


def test_job_that_merges_into_a_finished_build_uses_the_new_results_of_changed_scans(
    options, answer, monkeypatch, tmp_path
):
    local = {"engine": "local", "workers": 1}
    before = build(options.model_copy(update=local)).manifest
    (rooms,) = options.meta_info
    text = rooms.read_text()
    rooms.write_text(text.replace('"chair"', '"stool"'))
    assert rooms.read_text() != text
    submitted = build(options)
    with (options.out / ".work" / "executor.pik").open("rb") as file:
        executor = dill.load(file)  # the command that the tasks of the array run
    for rank in range(submitted.ranks):
        executor.pipeline[0](None, rank, submitted.ranks)
    monkeypatch.setenv("SLURM_JOB_NAME", submitted.name)
    merged = build(options.model_copy(update=local))
    anew = build(options.model_copy(update={**local, "out": tmp_path / "anew"}))
    assert merged.manifest == anew.manifest
    assert merged.manifest.inputs != before.inputs
    assert not merged.untouched


def test_if_squeue_fails_the_folder_stays_locked_and_the_error_names_the_lock_file(options, answer):
    build(options)
    for script in ("echo no controller >&2; exit 1", None):
        if script:
            answer("squeue", script)
        else:
            Path(os.environ["PATH"].partition(":")[0], "squeue").unlink()
        with pytest.raises(OptionError, match="squeue failed") as caught:
            build(options.model_copy(update={"engine": "local"}))
        assert f"delete {options.out / '.work' / 'submitted'}" in caught.value.remedy


def test_the_folder_is_locked_before_the_first_job_is_submitted(options, answer):
    answer("sbatch", "kill -9 $PPID")
    if (process := os.fork()) == 0:
        build(options)
        os._exit(0)
    assert os.waitpid(process, 0)[1] == 9
    with pytest.raises(OptionError, match="is the output of running Slurm jobs"):
        build(options)


def test_refused_job_is_an_error_and_does_not_lock_the_folder(options, answer):
    answer("sbatch", "echo invalid partition >&2; exit 1")
    answer("scancel", "")
    with pytest.raises(VsiError, match="refused a job with exit status 1"):
        build(options)
    assert build(options.model_copy(update={"engine": "local"})).manifest.scenes == {"train": 3}


def test_without_work_the_build_is_merged_here_and_not_submitted(options, answer):
    whole = build(options.model_copy(update={"engine": "local"}))
    (whole.out / "manifest.json").unlink()
    assert build(options).manifest == whole.manifest


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"slurm": {"time": "60"}}, "needs --slurm partition="),
        ({"slurm": {"partition": "cpu"}}, "needs --slurm time="),
        ({"slurm": {**SETTINGS, "array": "0-3"}}, "sets `array`"),
        ({"workers": None}, "needs the number of tasks"),
        ({"out": "a folder"}, "not safe in a batch script"),
        ({"engine": "sluurm"}, "sluurm is not an engine"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_settings_that_slurm_would_refuse_are_refused_before_the_submission(
    options, answer, change, fault, tmp_path
):
    if "out" in change:
        change = {"out": tmp_path / change["out"]}
    with pytest.raises(OptionError, match=fault):
        build(options.model_copy(update=change))
    assert not (tmp_path / "asked").exists()


def test_missing_slurm_is_reported(options, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VsiError, match="sbatch: is not on the PATH"):
        build(options)


def test_settings_are_written_like_options_of_sbatch(tmp_path):
    def slurm(given):
        return BuildOptions(out=tmp_path, slurm=given).slurm

    assert slurm(["partition=cpu", "exclude=a,b", "comment=x=y", "exclusive"]) == {
        "partition": "cpu",
        "exclude": "a,b",
        "comment": "x=y",
        "exclusive": "",
    }
    with pytest.raises(ValueError, match="write the value of `time` in quotes"):
        slurm({"partition": "cpu", "time": 7200})
    for name, value in (
        ("comment", "a\n#SBATCH --uid=0"),
        ("comment", "a\rb"),
        ("comment", "a\x85b"),
        ("comment", "a' --uid=0 'b"),
        ("comment", "a\\"),
        ("comment\nrm -r *", "a"),
        ("comment=a --uid", "0"),
        ("--comment", "a"),
        ("", "a"),
    ):
        with pytest.raises(ValueError, match=r"is not an option of sbatch|has a control character"):
            slurm({"partition": "cpu", "time": "2:00:00", name: value})


def test_value_with_spaces_is_one_word_of_its_line(options, answer, tmp_path):
    settings = {**SETTINGS, "comment": "a # b --uid=0 $(touch /tmp/x) `y`", "exclusive": ""}
    build(options.model_copy(update={"slurm": settings}))
    directives = [
        shlex.split(line.removeprefix("#SBATCH "))
        for line in (tmp_path / "scripts").read_text().splitlines()
        if line.startswith("#SBATCH ")
    ]
    assert all(len(words) == 1 for words in directives)
    assert directives.count([f"--comment={settings['comment']}"]) == 2
    assert directives.count(["--exclusive"]) == 2


@pytest.mark.parametrize("claim", [b"", b"\xff", b"a\0b", b"vsidata-0 --clusters=all", b"x" * 9999])
def test_a_lock_file_of_another_program_is_refused_without_squeue(options, answer, claim):
    work = options.out / ".work"
    work.mkdir(parents=True)
    (work / "submitted").write_bytes(claim)
    answer("squeue", f"touch {options.out}/asked")
    with pytest.raises(OptionError, match="is not the name of a build's jobs"):
        slurm_engine.refuse_submitted(options.out, work)
    assert not (options.out / "asked").exists()


def test_disk_of_this_machine_is_distinguished_from_a_shared_disk(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/home {tmp_path} nfs4 rw 0 0\n")
    assert local_disk(tmp_path / "out", mounts) is None
    assert local_disk(tmp_path.parent, mounts) == "ext4"
