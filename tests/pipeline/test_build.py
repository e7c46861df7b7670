"""A build has the same bytes for the same input, and no scan is lost without a message."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.dataset import meta_info
from vsidata.errors import OptionError, VsiError
from vsidata.pipeline.build import BuildOptions, build


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a build, by its path.

    The log is not included, because it may differ between runs.
    """
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "build.log" and ".work" not in path.parts
    }


def command(*arguments: object) -> list[str]:
    return [
        sys.executable,
        "-c",
        "from vsidata.commands.app import main; main()",
        "build",
        *map(str, arguments),
    ]


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """Twelve rooms; number 5 cannot be used."""
    return meta_info.write(tmp_path_factory.mktemp("rooms") / "rooms.json", 12, broken=(5,))


@pytest.fixture(scope="module")
def built(rooms, tmp_path_factory):
    out = tmp_path_factory.mktemp("built") / "out"
    return build(BuildOptions(out=out, meta_info=(rooms,), rules="vsibench", workers=1))


def test_every_scan_is_written_or_listed_with_its_fault_and_remedy(built):
    assert sum(built.manifest.scenes.values()) == 11
    (failure,) = [json.loads(line) for line in (built.out / "failures.jsonl").read_text().splitlines()]
    assert failure["scene_name"] == "room0005"
    assert failure["file"].endswith("rooms.json")
    assert "-1.0" in failure["fault"]
    assert failure["remedy"]


def test_output_contains_the_files_that_the_readme_lists_and_nothing_else(built):
    assert sorted(digests(built.out)) == [
        "README.md",
        "failures.jsonl",
        "manifest.json",
        "qa/train-00000-of-00001.parquet",
        "scenes/train-00000-of-00001.parquet",
    ]
    assert (built.out / "build.log").exists()


@pytest.mark.parametrize(("workers", "hash_seed"), [(2, "1"), (3, "random")])
def test_bytes_do_not_depend_on_workers_or_hash_seed(built, rooms, tmp_path, workers, hash_seed):
    arguments = ("--meta-info", rooms, "--rules", "vsibench", "--out", tmp_path / "out", "--workers", workers)
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command(*arguments), env=environment, check=True, capture_output=True)
    assert digests(tmp_path / "out") == digests(built.out)


def test_seed_changes_the_drawn_questions(built, rooms, tmp_path):
    other = build(BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules="vsibench", seed=1))
    assert (
        digests(other.out)["qa/train-00000-of-00001.parquet"]
        != digests(built.out)["qa/train-00000-of-00001.parquet"]
    )


def test_killed_build_resumes_and_ends_with_the_same_bytes(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 80)
    whole = build(BuildOptions(out=tmp_path / "whole", meta_info=(rooms,), rules="vsibench"))
    out = tmp_path / "killed"
    arguments = command("--meta-info", rooms, "--rules", "vsibench", "--out", out, "--workers", 2)
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, start_new_session=True)
    results = out / ".work" / "scenes"
    while not (results.is_dir() and len(list(results.glob("*.jsonl"))) >= 10):
        assert process.poll() is None, "the build ended before it could be killed"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in results.glob("*.jsonl")}
    assert 10 <= len(kept) < 80
    assert not (out / "manifest.json").exists()
    build(BuildOptions(out=out, meta_info=(rooms,), rules="vsibench"))
    assert digests(out) == digests(whole.out)
    assert all(path.stat().st_mtime_ns == changed for path, changed in kept.items())


def test_second_run_of_a_finished_build_does_not_change_it(rooms, tmp_path):
    options = BuildOptions(
        out=tmp_path / "out", meta_info=(rooms,), rules="vsibench", scenes=("room000[0-3]",)
    )
    first = build(options)
    files = {path: path.stat().st_mtime_ns for path in options.out.rglob("*") if path.name != "lock"}
    second = build(options)
    assert (first.untouched, second.untouched) == (False, True)
    assert second.manifest.plain() == json.loads((options.out / "manifest.json").read_bytes())
    assert files == {path: path.stat().st_mtime_ns for path in options.out.rglob("*") if path.name != "lock"}


def test_damaged_shard_is_written_again(built, rooms, tmp_path):
    options = BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules="vsibench")
    build(options)
    (options.out / "qa" / "train-00000-of-00001.parquet").write_bytes(b"damaged")
    (options.out / "qa" / "train-00001-of-00002.parquet").write_bytes(b"of an earlier merge")
    build(options)
    assert digests(options.out) == digests(built.out)


def test_repaired_scan_is_added_to_the_build_as_if_it_had_never_been_damaged(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 6, broken=(2,))
    options = BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules="vsibench")
    assert len(build(options).failures) == 1
    meta_info.write(rooms, 6)
    assert build(options).failures == []
    whole = build(options.model_copy(update={"out": tmp_path / "whole"}))
    assert digests(options.out) == digests(whole.out)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 7}, "--seed was 0, is 7"),
        ({"rules": "vsi100k"}, "--rules was vsibench, is vsi100k"),
        ({"topics": ("object_counting",)}, "--topics was [object_counting, "),
        ({"per_scene": {"object_counting": 1}}, "--per-scene object_counting was not set, is 1"),
        ({"scenes": ("room0001",)}, "--scenes was not set, is [room0001]"),
        ({"holdout": 0.2}, "--holdout was 0.0, is 0.2"),
        ({"allow_benchmark_scenes": True}, "--allow-benchmark-scenes was false, is true"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_options_in_the_same_folder_are_refused_and_the_error_shows_them(built, rooms, change, named):
    before = digests(built.out)
    options = BuildOptions(**{"out": built.out, "meta_info": (rooms,), "rules": "vsibench", **change})
    with pytest.raises(OptionError, match="with other options") as caught:
        build(options)
    assert named in caught.value.fault
    assert digests(built.out) == before


def test_changed_rules_are_refused_and_the_error_states_the_changed_rule(rooms, tmp_path):
    rules = tmp_path / "mine.yaml"
    rules.write_text("extends: vsibench\n")
    options = BuildOptions(
        out=tmp_path / "out", meta_info=(rooms,), rules=rules, scenes=("room0000",), workers=1
    )
    build(options)
    rules.write_text("extends: vsibench\nwhy: other words alone change nothing\n")
    build(options)
    rules.write_text("extends: vsibench\ntopics: {object_rel_distance: {min_gap: 0.4}}\n")
    with pytest.raises(OptionError) as caught:
        build(options)
    found = "has a build with other options: topics.object_rel_distance.min_gap was 0.15 m, is 0.4 m."
    assert caught.value.fault == found


def test_rule_set_that_lacks_a_rule_is_refused_and_the_error_states_the_rule_and_its_value(rooms, tmp_path):
    options = {"out": tmp_path / "out", "meta_info": (rooms,), "scenes": ("room0000",), "workers": 1}
    build(BuildOptions(**options, rules="vsibench"))
    with pytest.raises(OptionError) as caught:
        build(BuildOptions(**options, rules="vsi100k"))
    lines = caught.value.fault.removeprefix("has a build with other options: ").split("; ")
    assert "--rules was vsibench, is vsi100k" in lines
    assert "topics.object_abs_distance.min_distance was 0.2 m, is 0 m" in lines
    assert "topics.object_abs_distance.between was boxes, is positions" in lines
    assert "topics.object_counting.exclude was [], is [wall, floor, ceiling, object]" in lines
    assert not any("'labels':" in line or "'value':" in line for line in lines)


def test_missing_recipe_is_an_error_with_a_remedy(rooms, tmp_path):
    options = BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules="vsibench", scenes=("room0000",))
    build(options)
    recipe = options.out / ".work" / "recipe.json"
    recipe.write_bytes(recipe.read_bytes()[:50])
    with pytest.raises(VsiError, match="is damaged") as caught:
        build(options)
    assert caught.value.file == str(recipe)
    assert "--overwrite" in caught.value.remedy  # tests/dataset/test_overwrite.py applies this remedy


def test_folder_with_other_files_is_not_changed(rooms, tmp_path):
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(OptionError, match="is not empty and is not a build"):
        build(BuildOptions(out=tmp_path, meta_info=(rooms,)))
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_second_build_in_a_folder_in_use_is_refused(rooms, tmp_path):
    import fcntl

    options = BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules="vsibench", scenes=("room0000",))
    build(options)
    with (options.out / ".work" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OptionError, match="is in use by another build"):
            build(options)


def test_folder_that_cannot_be_made_is_an_error_with_a_remedy(rooms, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(VsiError, match="Not a directory"):
        build(BuildOptions(out=tmp_path / "file" / "out", meta_info=(rooms,)))


def test_shards_that_cannot_be_written_are_an_error_with_a_remedy(rooms, tmp_path):
    options = BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules="vsibench", scenes=("room0000",))
    build(options)
    shutil.rmtree(options.out / "qa")
    (options.out / "qa").touch()
    with pytest.raises(VsiError, match="cannot be written: File exists") as caught:
        build(options)
    assert caught.value.file == str(options.out / "qa")
    assert "run the same command again to resume" in caught.value.remedy


def test_topic_that_needs_more_than_the_source_has_is_left_out_with_that_reason(rooms, tmp_path):
    drops = build(BuildOptions(out=tmp_path, meta_info=(rooms,), rules="vsi100k", workers=1)).manifest.drops
    assert {topic: list(reasons) for topic, reasons in drops.items()} == {
        "object_abs_distance": ["the source has neither boxes nor surfaces to measure the distance"],
        "object_rel_distance": ["the source has neither boxes nor surfaces to measure the distance"],
        "object_rel_direction": ["the source has no vertices for the positions of objects"],
    }


def test_error_of_an_unknown_topic_lists_the_topics(rooms, tmp_path):
    with pytest.raises(OptionError, match="object_counting"):
        build(BuildOptions(out=tmp_path / "out", meta_info=(rooms,), topics=("counting",)))
    assert not (tmp_path / "out").exists()
