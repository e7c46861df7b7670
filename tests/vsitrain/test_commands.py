"""Complete runs on the command line, from a build to a model, and refusals before a model is loaded."""

import errno
import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from transformers import AutoModelForImageTextToText, LlamaConfig, TrainerState

from tests.dataset.manifests import write_manifest
from tests.vsitrain import asked
from tests.vsitrain.data import builds
from tests.vsitrain.tiny_runs import CLIPS, parts
from tests.vsitrain.tiny_runs import asked as ask
from vsitrain.commands.app import main
from vsitrain.evaluation.settings import settings_for
from vsitrain.families import encode
from vsitrain.models.starting_model import base_of
from vsitrain.runs.provenance import read_provenance
from vsitrain.runs.rollouts import read_rollouts

SMALL = {
    "frames": 2,
    "max_pixels": 12544,
    "dtype": "float32",
    "max_steps": 2,
    "per_device_train_batch_size": 4,
    "max_completion_length": 6,
    "num_generations": 4,
    "report_to": "none",
    "save_strategy": "no",
}
ONLY_GRPO = ("max_completion_length", "num_generations")


@pytest.fixture
def data(tmp_path):
    return asked.build(tmp_path / "build")


@pytest.fixture
def vsitrain(tmp_path, monkeypatch, capfd):
    """Run a command; return its status and its output."""
    monkeypatch.chdir(tmp_path)

    def run(method, model, out="run", **settings):
        given = {
            "model_name_or_path": model,
            "data": tmp_path / "build",
            "output_dir": out,
            **SMALL,
            **settings,
        }
        words = [
            word
            for key, value in given.items()
            if value is not None and (method == "grpo" or key not in ONLY_GRPO)
            for word in [
                f"--{key}",
                *([] if value is True else map(str, value if isinstance(value, list) else [value])),
            ]
        ]
        monkeypatch.setattr("sys.argv", ["vsitrain", method, *words])
        status = 0
        try:
            main()
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, capfd.readouterr()

    return run


def test_sft_then_grpo_on_its_adapter_then_dpo_on_theirs(vsitrain, data, tiny, tmp_path, monkeypatch):
    lora = {"use_peft": "true", "lora_r": 4}
    status, said = vsitrain("sft", tiny(), "sft", learning_rate=1e-2, **lora)
    assert status == 0, said.err
    assert "parameters are trained, as an adapter" in said.out
    assert "Trained: 2 steps" in said.out
    assert "Next: draw the curves with `vsitrain curves sft`" in said.out
    status, said = vsitrain("grpo", "sft", "grpo", **lora)
    assert status == 0, said.err
    assert len(read_rollouts(tmp_path / "grpo" / "_rollouts")) == 2 * 4
    provenance = read_provenance(tmp_path / "grpo")
    assert (provenance.method, provenance.start, provenance.before["method"]) == ("grpo", "sft", "sft")
    assert provenance.rules == ("wide@12345678",)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    base = json.loads((tmp_path / "grpo" / "adapter_config.json").read_text())["base_model_name_or_path"]
    assert Path(base) == tmp_path / "grpo" / "_base"  # other programs find the base from any folder
    shutil.copytree(tmp_path / "grpo", elsewhere / "moved")
    assert Path(base_of("moved")) == Path("moved/_base")
    monkeypatch.chdir(tmp_path)
    status, said = vsitrain("dpo", "grpo", "dpo", **lora)
    assert status == 0, said.err
    _, processor = parts(tiny())
    batch = encode(processor, [ask("?")], [CLIPS["scene_a"]])
    logits = []
    for folder in (tiny(), "grpo/_base", "dpo/_base"):
        with torch.no_grad():
            logits.append(AutoModelForImageTextToText.from_pretrained(folder)(**batch).logits)
    assert (logits[0] - logits[1]).abs().max() > 1e-3  # GRPO started from the result of SFT


def test_same_command_with_last_resumes_an_interrupted_run(vsitrain, data, tiny, tmp_path):
    again = {"save_strategy": "steps", "save_steps": 1, "resume_from_checkpoint": "last"}
    assert vsitrain("sft", tiny(), max_steps=1, **again)[0] == 0
    status, said = vsitrain("sft", tiny(), max_steps=3, **again)
    assert status == 0
    state = json.loads((tmp_path / "run" / "trainer_state.json").read_text())
    assert state["global_step"] == 3
    assert "Trained: 3 steps" in said.out


def test_a_run_is_not_overwritten_by_default_and_does_not_resume_with_other_frames(
    vsitrain, data, tiny, tmp_path
):
    saving = {"save_strategy": "steps", "save_steps": 1}
    assert vsitrain("sft", tiny(), max_steps=1, **saving)[0] == 0
    weights = (tmp_path / "run" / "model.safetensors").read_bytes()
    status, said = vsitrain("sft", tiny(), max_steps=2, learning_rate=1e-2, **saving)
    assert status == 2
    assert "run: already contains a model" in said.err
    resuming = {**saving, "resume_from_checkpoint": "last", "max_steps": 2, "frames": 1}
    status, said = vsitrain("sft", tiny(), **resuming)
    assert status == 2
    assert "num_frames: 2 → 1" in said.err
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == weights
    status, said = vsitrain("sft", tiny(), accept_changes="true", **resuming)
    assert status == 0, said.err
    (change,) = read_provenance(tmp_path / "run").changes
    assert change == {"step": 1, "changed": {"num_frames": [2, 1]}}
    status, said = vsitrain("sft", tiny(), max_steps=1, overwrite="true", **saving)
    assert status == 0, said.err
    assert sorted(path.name for path in (tmp_path / "run").glob("checkpoint-*")) == ["checkpoint-1"]
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == weights


def test_plan_is_printed_and_nothing_is_written(vsitrain, data, tiny, tmp_path):
    status, said = vsitrain("grpo", tiny(), plan=True)
    assert status == 0
    for part in ("tokens", "parameters", "trained", "Memory of each device", "GPU hours"):
        assert part in said.out
    status, said = vsitrain("grpo", tiny(), json=True)
    assert json.loads(said.out)["work"]["method"] == "grpo"
    assert not (tmp_path / "run").exists()


@pytest.fixture
def no_model(monkeypatch):
    """Make loading a model an error."""

    def load(*_, **__):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("vsitrain.trainers.train.load_model", load)
    monkeypatch.setattr("vsitrain.trainers.train.merge_adapter", load)


def spoil(data, fault):
    """Write a build with one fault."""
    frames = [builds.footage(scene, 3, (84, 84)) for scene in asked.SCENES]
    rows = list(asked.ROWS)
    if fault == "no frames":
        frames = []
    elif fault == "a scene without":
        frames = frames[1:]
    elif fault == "a damaged JPEG":
        picture = frames[0]["images"][2]
        frames[0]["images"][2] = {**picture, "bytes": picture["bytes"][:100]}
    elif fault == "no answer":
        rows[0] = {**rows[0], "answer": None, "ground_truth": None}
    return builds.write(data, rows, frames)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("no frames", "contains no frames"),
        ("a scene without", "has no frames of 1 of 3 scenes: scene0000_00"),
        ("a damaged JPEG", "frame 2 of the scene scene0000_00"),
        ("no answer", "its ground_truth is missing"),
    ],
)
def test_data_that_cannot_be_trained_on_is_refused_before_a_model_is_loaded(
    vsitrain, tiny, tmp_path, no_model, fault, words
):
    spoil(tmp_path / "build", fault)
    status, said = vsitrain("grpo", tiny())
    assert status == 2
    assert words in said.err
    assert "Traceback" not in said.err


def blind(folder):
    LlamaConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=9).save_pretrained(
        folder
    )
    return folder


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": "sing"}, "is not a prompt mode"),
        ({"rewards": "kindness"}, "`kindness` is not a reward"),
        ({"rewards": "format"}, "format"),
        ({"use_vllm": "true", "input_mode": "images"}, "pip install 'vsi100k[vllm]'"),
        ({"report_to": "trackio"}, "trackio"),
        ({"report_to": "wandb"}, "wandb"),
        ({"data": "nowhere"}, "nowhere"),
        ({"num_generations": 3}, "num_generations"),
        ({"per_device_train_batch_size": 64}, "questions"),
        ({"resume_from_checkpoint": "run/checkpoint-9"}, "is not a complete checkpoint"),
        ({"device": "abacus"}, "abacus"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_a_model_is_loaded(
    vsitrain, data, tiny, no_model, changes, words
):
    status, said = vsitrain("grpo", tiny(), **changes)
    assert status == 2, said
    assert words in said.err
    assert "Traceback" not in said.err


def test_a_model_without_vision_is_refused_before_it_is_loaded(vsitrain, data, tmp_path, no_model):
    status, said = vsitrain("grpo", blind(tmp_path / "blind"))
    assert status == 2
    assert "but the supported families are" in said.err


def test_a_model_that_was_shown_videos_is_not_shown_images(
    vsitrain, data, tiny, no_model, tmp_path, monkeypatch
):
    (tmp_path / "model").mkdir()
    for file in tiny().iterdir():
        (tmp_path / "model" / file.name).write_bytes(file.read_bytes())
    from tests.vsitrain.test_checkpoints import KNOWN
    from vsitrain.runs.provenance import write_provenance

    write_provenance(tmp_path / "model", KNOWN)
    status, said = vsitrain("sft", "model", input_mode="images")
    assert status == 2
    assert "was trained with input_mode video" in said.err


def test_blank_runs_learn_the_same_from_any_pictures_and_record_this(vsitrain, data, tiny, tmp_path):
    how = {"blank": "true", "freeze_vision": "false", "learning_rate": 0.01}
    assert vsitrain("sft", tiny(), out="first", **how)[0] == 0
    frames = tmp_path / "build" / "frames" / "train-00000-of-00001.parquet"
    other = pq.read_table(frames)
    turned = [row | {"images": row["images"][::-1]} for row in other.to_pylist()]
    pq.write_table(pa.Table.from_pylist(turned, schema=other.schema), frames, row_group_size=1)
    write_manifest(tmp_path / "build")
    assert vsitrain("sft", tiny(), out="second", **how)[0] == 0
    assert vsitrain("sft", tiny(), out="seeing", **how | {"blank": "false"})[0] == 0
    first, second, seeing = (parts(tmp_path / out)[0].state_dict() for out in ("first", "second", "seeing"))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], seeing[name]) for name in first)
    assert read_provenance(tmp_path / "first").blank
    assert not read_provenance(tmp_path / "seeing").blank
    assert settings_for(str(tmp_path / "first")).blank
    assert "black frames" in (tmp_path / "first" / "README.md").read_text()


def test_video_to_vllm_is_refused_with_a_message(vsitrain, data, tiny, no_model, monkeypatch):
    monkeypatch.setattr(
        "vsitrain.trainers.preparation.check_packages", lambda _: None
    )  # vLLM seems to be installed
    status, said = vsitrain("grpo", tiny(), use_vllm="true")
    assert status == 2
    assert "Set input_mode: images" in said.err


def test_options_of_trl_are_accepted_by_their_names(vsitrain, tiny, tmp_path):
    data = asked.build(tmp_path / "build")
    frames = [builds.footage(scene, 3, (84, 84)) for scene in asked.SCENES[:1]]
    builds.write(data, asked.ROWS[:1], frames, split="validation")
    settings = {
        "rewards": "min_ratio match format",
        "prompt": "think",
        "reward_weights": "1 0.5 0.25",
        "scale_rewards": "batch",
        "epsilon_high": 0.28,
        "mask_truncated_completions": "true",
        "top_entropy_quantile": 0.8,
        "eval_strategy": "steps",
        "eval_steps": 1,
        "num_generations_eval": 2,
        "per_device_eval_batch_size": 2,
        "log_completions": "true",
        "num_completions_to_print": 1,
        "logging_steps": 1,
        "report_to": "tensorboard",
    }
    words = {key: value.split() if isinstance(value, str) else [value] for key, value in settings.items()}
    status, said = vsitrain("grpo", tiny(), **words)
    assert status == 0, said.err
    logged = json.loads((tmp_path / "run" / "trainer_state.json").read_text())["log_history"]
    assert sum("eval_reward" in entry for entry in logged) == 2
    assert all("entropy" in entry for entry in logged if "reward" in entry)
    table = read_rollouts(tmp_path / "run" / "_rollouts").to_pandas()
    parts_of = table[["reward_min_ratio", "reward_match", "reward_format"]].fillna(0)
    assert (parts_of @ [1, 0.5, 0.25]).tolist() == pytest.approx(table.reward.tolist(), abs=1e-6)
    assert list((tmp_path / "run" / "completions").glob("*.parquet"))
    assert list((tmp_path / "run").rglob("events.out.tfevents.*"))


def test_grpo_reports_a_full_disk_when_it_writes_files_beside_checkpoints(vsitrain, data, tiny, monkeypatch):
    def full(_, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    monkeypatch.setattr(TrainerState, "save_to_json", full)
    status, said = vsitrain("grpo", tiny(), max_steps=1)
    assert status == 2
    assert "cannot be written: the disk is full.\n  Free space, and start again." in said.err
    assert "Traceback" not in said.err
