"""A model, an adapter and the benchmark are found by their names on the Hub. The hub is on loopback."""

import json
from dataclasses import replace

import pytest
import yaml

from tests.publish.hub.server import Blob, Repo
from tests.vsitrain import asked
from tests.vsitrain.evaluation import benchmark
from tests.vsitrain.test_checkpoints import KNOWN
from vsidata.errors import VsiError
from vsitrain.commands.app import main
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.plan import read_model_config
from vsitrain.runs.provenance import write_provenance
from vsitrain.scoring.predictions import read_entries


@pytest.fixture
def evaluate(hub, tmp_path, monkeypatch, capsys):
    """Run `vsitrain evaluate` with this hub as the Hub; return its status and its output."""
    monkeypatch.chdir(tmp_path)

    def run(model, data, *words):
        monkeypatch.setattr("sys.argv", ["vsitrain", "evaluate", "--model", model, "--data", data, *words])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capsys.readouterr()

    return run


def publish(hub, name, folder):
    """Publish everything in a folder as a repository; return its commit."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    lfs = (".safetensors", ".zip")
    repo = hub.repos[name] = Repo(private=False)
    blobs = {at: Blob(content, lfs=at.endswith(lfs)) for at, content in files.items()}
    return repo.commit("main", "all of it", "", blobs).oid


def copied(tiny, folder):
    folder.mkdir()
    for file in tiny().iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_model_and_benchmark_come_from_the_hub_and_their_commits_are_kept(hub, evaluate, tiny, tmp_path):
    model = copied(tiny, tmp_path / "model")
    write_provenance(model, replace(KNOWN, input_mode="images", num_frames=2, pixels=(3136, 3136)))
    (model / "training_args.bin").write_bytes(b"a pickle")
    commit = publish(hub, "lab/model", model)
    copy = benchmark.write(tmp_path / "copy", zipped=True)
    (copy / "pruned_ids.txt").write_text("1\n")
    data = publish(hub, "nyu-visionx/VSI-Bench", copy)
    status, said = evaluate("lab/model", "vsi-bench", "--out", "out", "--max-new-tokens", "2")
    assert status == 0, said.err
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (record["model"], record["revision"], record["weights_sha256"]) == ("lab/model", commit, None)
    assert (record["data"], record["data_revision"]) == ("vsi-bench", data)
    assert (record["input_mode"], record["num_frames"]) == ("images", 2)  # with its training prompts
    entries = read_entries(tmp_path / "out")
    assert {entry["frames"] for entry in entries} == {2}
    assert [entry["id"] for entry in entries if entry["pruned"]] == ["1"]
    assert not hub.asked("GET", "training_args.bin")
    status, said = evaluate("lab/model", "vsi-bench", "--out", "other", "--input-mode", "video")
    assert status == 2
    assert "was trained with input_mode images" in said.err


def test_a_build_comes_from_the_hub_with_its_frames(hub, evaluate, tiny, tmp_path, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", hub.address)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "datasets"))
    build = asked.build(tmp_path / "build")
    configs = [
        {"config_name": name, "data_files": [{"split": "train", "path": f"{name}/train-*.parquet"}]}
        for name in ("qa", "frames")
    ]
    (build / "README.md").write_text(f"---\n{yaml.safe_dump({'configs': configs})}---\n")
    commit = publish(hub, "lab/rooms", build)
    words = ["--frames", "2", "--max-new-tokens", "2"]
    status, said = evaluate(str(tiny()), "lab/rooms", "--out", "hub", *words)
    assert status == 0, said.err
    status, said = evaluate(str(tiny()), str(build), "--out", "folder", *words)
    assert status == 0, said.err
    assert read_entries(tmp_path / "hub") == read_entries(tmp_path / "folder")
    assert json.loads((tmp_path / "hub" / "run.json").read_text())["data_revision"] == commit


def test_a_name_that_does_not_exist_is_reported_in_a_message(hub, evaluate):
    status, said = evaluate("lab/nothing", "vsi-bench", "--out", "out")
    assert status == 2
    assert "lab/nothing: is not on the Hub, or this token may not see it" in said.err
    status, said = evaluate("runs/here/gone", "vsi-bench", "--out", "out")
    assert status == 2
    assert "runs/here/gone: is not a folder on this disk" in said.err


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><title>Log in</title>", b"[]"])
def test_a_server_that_is_not_a_hub_is_reported_in_a_message(
    hub, evaluate, tiny, tmp_path, monkeypatch, body
):
    monkeypatch.setattr("time.sleep", lambda _: None)  # the client tries again without pauses
    publish(hub, "lab/model", copied(tiny, tmp_path / "model"))
    for method in ("HEAD", "GET"):
        hub.fail(method, ".", 200, times=1_000, body=body)
    for model, data, named in (
        ("lab/model", "vsi-bench", "lab/model"),
        (str(tmp_path / "model"), "lab/rooms", "lab/rooms"),
    ):
        status, said = evaluate(model, data, "--out", "out")
        assert status == 2
        fault, _ = said.err.splitlines()[-2:]
        assert fault.startswith(f"{named}: "), said.err
    with pytest.raises(VsiError, match="configuration cannot be read"):
        read_model_config("lab/model")


def test_folders_are_distinguished_by_their_weights_and_settings(tiny, tmp_path):
    before = find_model(str(copied(tiny, tmp_path / "model")))
    assert before.revision is None
    write_provenance(before.folder, KNOWN)
    assert find_model(before.name) == before
    template = before.folder / "chat_template.jinja"
    template.write_text(template.read_text() + " ")
    other = find_model(before.name)
    assert other.weights_sha256 == before.weights_sha256
    assert other.settings_sha256 != before.settings_sha256
    weights = before.folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    assert find_model(before.name).weights_sha256 != before.weights_sha256
