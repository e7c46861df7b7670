"""The commands build, sample and show, as a user types them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.dataset import meta_info
from vsidata.commands.app import app
from vsidata.engines import local
from vsidata.pipeline import build as building
from vsidata.scene import Scene
from vsidata.sources.meta_info import MetaInfo


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def rooms(tmp_path):
    return meta_info.write(tmp_path / "rooms.json", 4, broken=(2,))


@pytest.fixture
def arguments(rooms, tmp_path):
    return ("build", "--meta-info", rooms, "--rules", "vsibench", "--out", tmp_path / "out")


def test_build_ends_with_the_drop_table_and_three_lines(arguments, tmp_path):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "Found 4 scenes to use."
    assert lines[1].startswith("topic")
    written, set_aside, following = lines[-3:]
    assert written.startswith("Written: ")
    assert "about 3 scenes" in written
    assert set_aside.startswith("Skipped: 1 (room0002: rooms.json: ")
    assert following.startswith("Next: ")


def test_names_of_a_users_list_that_match_no_known_scan_are_counted_at_the_start_and_in_the_manifest(
    arguments, tmp_path
):
    one, several = tmp_path / "one.csv", tmp_path / "several.csv"
    # scene0191_00 is a name of ScanNet, and room0001 is in the source, so both are known.
    one.write_text("dataset,scene_name\nscannet,scene0191_00\nmade,room0001\nscannet,kitchen\n")
    several.write_text(
        "dataset,scene_name\n" + "".join(f"multiscan,scene_0000{number}_00\n" for number in range(4))
    )
    result = run(*arguments, "--forbid", one, "--forbid", several)
    assert result.exit_code == 0, result.output
    begin = result.output.partition("topic ")[0].splitlines()
    assert "one.csv: 1 name matches no known scan (kitchen)." in begin
    assert (
        "several.csv: 4 names match no known scan (scene_00000_00, scene_00001_00, scene_00002_00)." in begin
    )
    guard = json.loads((tmp_path / "out/manifest.json").read_bytes())["leak_guard"]
    assert guard["unknown"] == {"one.csv": 1, "several.csv": 4}


def test_a_list_of_known_names_adds_no_line_to_the_output(arguments, tmp_path):
    known = tmp_path / "known.csv"
    known.write_text("dataset,scene_name\nscannet,scene0191_00\n")
    result = run(*arguments, "--forbid", known)
    assert "no known scan" not in result.output
    assert "unknown" not in json.loads((tmp_path / "out/manifest.json").read_bytes())["leak_guard"]


def test_second_build_says_that_nothing_changed(arguments, rooms):
    meta_info.write(rooms, 4)
    run(*arguments)
    result = run(*arguments)
    assert (result.exit_code, "was complete already, and nothing changed" in result.output) == (0, True)


def test_strict_build_fails_if_a_scan_was_skipped(arguments, rooms):
    assert run(*arguments, "--strict").exit_code == 1
    meta_info.write(rooms, 4)
    assert run(*arguments, "--strict").exit_code == 0


def test_build_without_a_usable_scan_fails_with_a_message(rooms, arguments):
    meta_info.write(rooms, 2, broken=(0, 1))
    result = run(*arguments)
    assert result.exit_code == 1
    found, nothing, following = result.output.splitlines()  # no table without a row
    assert found == "Found 2 scenes to use."
    assert "no scan could be used" in nothing
    assert following == "Fix a scan, then run the same command again."


def test_summary_as_json_is_the_only_output(arguments):
    summary = json.loads(run(*arguments, "--json").output)
    assert summary["scenes"] == {"train": 3}
    assert [failure["scene_name"] for failure in summary["set_aside"]] == ["room0002"]
    assert set(summary["questions"]["train"]) >= {"object_counting", "room_size_estimation"}
    assert summary["drops"]


LEFT_OUT = "8 scans: 7 used, 1 not in the train list (it shows a benchmark room)"


@pytest.fixture
def scannet(tmp_path):
    """Eight scans of four rooms, with ScanNet's names. VSI-Bench shows the room of scene0025_00."""
    names = [f"{room}_{scan:02}" for room in ("scene0000", "scene0191") for scan in range(3)]
    entries = [meta_info.entry(number, "scannet") for number in range(8)]
    file = tmp_path / "scannet.json"
    file.write_text(json.dumps(dict(zip([*names, "scene0001_00", "scene0025_00"], entries, strict=True))))
    return ("build", "--meta-info", file, "--rules", "vsibench", "--out", tmp_path / "out")


def test_output_manifest_and_card_state_the_left_out_scans_and_the_reason(scannet, tmp_path):
    result = run(*scannet)
    assert result.exit_code == 0, result.output
    assert f"{LEFT_OUT}." in result.output.splitlines()
    assert LEFT_OUT in (tmp_path / "out" / "README.md").read_text()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["selection"]["used"] == len(manifest["inputs"]) == 7
    assert manifest["selection"]["not_in_list_of_benchmark"] == 1
    assert manifest["leak_guard"]["not_in_list"] == {"vsibench.csv": 1}


def test_shares_of_rooms_and_questions_held_out_are_printed(scannet):
    lines = run(*scannet, "--holdout", "34%").output.splitlines()
    (held,) = [line for line in lines if line.startswith("Held out for validation: ")]
    summary = json.loads(run(*scannet, "--holdout", "34%", "--json").output)
    asked = {split: sum(topics.values()) for split, topics in summary["questions"].items()}
    both = sum(asked.values())
    share = f"{asked['validation']:,} of {both:,} questions ({asked['validation'] / both:.1%})"
    assert held == f"Held out for validation: 1 of 3 rooms (33.3%), {share}."


def test_config_file_and_command_line_together(rooms, tmp_path):
    config = tmp_path / "build.yaml"
    config.write_text(
        f"meta-info: [{rooms}]\nrules: vsibench\ntopics: [object_counting]\nout: {tmp_path / 'no'}\n"
    )
    result = run("build", "--config", config, "--out", tmp_path / "yes", "--json")
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.output)["questions"]["train"]) == {"object_counting"}
    assert not (tmp_path / "no").exists()


def test_sample_and_show_print_evidence_in_words(arguments, tmp_path):
    run(*arguments)
    result = run("sample", tmp_path / "out", "-n", 5)
    assert result.output.count("because ") == 5
    question = result.output.split()[0]
    assert run("show", tmp_path / "out", question[:12]).output.splitlines()[0].startswith(question)
    row = json.loads(run("show", tmp_path / "out", question, "--json").output)
    assert row["id"] == question


def test_usage_error_is_two_lines_and_no_traceback(capfd, monkeypatch, tmp_path):
    from vsidata.commands.app import main

    monkeypatch.setattr("sys.argv", ["vsidata", "build", "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    error = capfd.readouterr().err.splitlines()
    assert len(error) == 2
    assert error[0].startswith("vsidata build: ")


class Deadly(MetaInfo):
    """A source with a second room that kills the process that reads it."""

    def load(self, name: str) -> Scene:
        if name == "room0001":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().load(name)


def test_scan_that_kills_its_worker_is_skipped_by_name(rooms, tmp_path, monkeypatch):
    meta_info.write(rooms, 4)
    monkeypatch.setattr(building, "open_source", lambda _, paths: Deadly.open(paths))
    options = building.BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules="vsibench", workers=2)
    summary = building.build(options)
    (failure,) = summary.failures
    assert failure["scene_name"] == "room0001"
    assert "SIGKILL" in failure["fault"]
    assert "--workers" in failure["remedy"]
    assert sum(summary.manifest.scenes.values()) == 3


class Defective(MetaInfo):
    """A source with a defect of its own."""

    def load(self, name: str) -> Scene:
        if name == "room0001":
            raise KeyError("unforeseen")
        return super().load(name)


def test_defect_of_the_program_skips_the_scan_with_its_traceback_in_the_log(rooms, tmp_path, monkeypatch):
    meta_info.write(rooms, 4)
    monkeypatch.setattr(building, "open_source", lambda _, paths: Defective.open(paths))
    out = tmp_path / "out"
    (failure,) = building.build(building.BuildOptions(out=out, meta_info=(rooms,), rules="vsibench")).failures
    assert "KeyError: 'unforeseen'" in failure["fault"]
    assert "report" in failure["remedy"]
    assert 'raise KeyError("unforeseen")' in (out / "build.log").read_text()
    assert "Traceback" not in (out / "failures.jsonl").read_text()


@pytest.mark.parametrize("bytes_a_file", [2_000, 20_000], ids=["recipe", "results"])
def test_build_that_may_not_write_ends_with_two_lines_and_can_be_resumed(
    arguments, rooms, tmp_path, bytes_a_file
):
    """A limit on the size of files stands in for a full disk: it fails at the same calls."""
    limited = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_a_file}, -1));"
        "from vsidata.commands.app import main; main()"
    )
    command = [sys.executable, "-c", limited, *map(str, arguments)]
    stopped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert stopped.returncode == 2, stopped.stderr
    fault, remedy = stopped.stderr.splitlines()
    assert "File too large" in fault
    assert "run the same command again" in remedy
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert run(*arguments).exit_code == 0


def test_interrupted_build_says_how_to_resume(arguments, monkeypatch):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(local, "run", interrupt)
    result = run(*arguments)
    assert result.exit_code == 130
    assert "Interrupted. Run the same command again to resume." in result.output


def test_paths_with_spaces_are_accepted(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    rooms = meta_info.write(folder / "my rooms.json", 2)
    result = run("build", "--meta-info", rooms, "--rules", "vsibench", "--out", folder / "my build")
    assert result.exit_code == 0, result.output
    assert Path(folder / "my build" / "qa").is_dir()
