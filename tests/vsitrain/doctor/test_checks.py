"""The checks of vsitrain doctor on a tiny model."""

import sys
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.vsitrain.evaluation import stand_in_vllm
from vsitrain.commands.app import main
from vsitrain.doctor import checks, training_steps
from vsitrain.doctor.check_result import DONE
from vsitrain.doctor.clips import questions
from vsitrain.doctor.setup import SETTINGS, setup_for
from vsitrain.doctor.step_plan import plan_step
from vsitrain.settings.recipe import read_recipe

RECIPES = Path(__file__).parents[3] / "recipes"
LIKE = ("qwen2-vl-2b", "qwen2-vl-7b", "qwen3-vl-2b")


@pytest.mark.parametrize("like", LIKE[::2])
@pytest.mark.parametrize("name", list(checks.CHECKS)[:3])
def test_step_is_measured_beside_its_plan(like, name):
    planned, found = checks.CHECKS[name](setup_for(like, "cpu"), name)
    assert (found.check, found.result) == (name, DONE)
    assert found.planned_peak == planned.planned_peak > 0
    # The weights alone have 4 bytes per parameter.
    assert found.peak > 4 * 150_000
    assert found.seconds > 0
    assert found.planned_seconds is None  # it would be that of a GPU


def test_only_the_check_without_shared_features_runs_the_tower_in_every_pass(monkeypatch):
    shared = []
    trainer = training_steps.VideoGRPOTrainer

    class Seen(trainer):
        def _get_per_token_logps_and_entropies(self, *args, **more):
            shared.append(all(row.features is not None for row in self._rows))
            return super()._get_per_token_logps_and_entropies(*args, **more)

    monkeypatch.setattr(training_steps, "VideoGRPOTrainer", Seen)
    setup = setup_for("qwen2-vl-2b", "cpu")
    for name in list(checks.CHECKS)[1:3]:
        list(checks.CHECKS[name](setup, name))
    half = len(shared) // 2
    assert shared == [True] * half + [False] * half


def test_vllm_is_skipped_if_it_is_not_installed(monkeypatch):
    monkeypatch.setattr("vsitrain.doctor.vllm_reply.find_spec", lambda _: None)
    (found,) = checks.CHECKS["vLLM, one reply"](setup_for("qwen2-vl-2b", "cpu"), "vLLM")
    assert found.result.startswith("skipped: vLLM is not installed")


def test_vllm_replies_to_frames_without_weights_on_the_disk(monkeypatch):
    stand_in_vllm.__spec__ = ModuleSpec("vllm", None)
    monkeypatch.setitem(sys.modules, "vllm", stand_in_vllm)
    monkeypatch.setattr("vsitrain.doctor.vllm_reply.find_spec", lambda _: stand_in_vllm.__spec__)
    stand_in_vllm.LLM.made.clear()
    setup = setup_for("qwen3-vl-2b", "cpu")
    found = list(checks.CHECKS["vLLM, one reply"](setup, "vLLM"))[-1]
    assert found.result == DONE, found
    (engine,) = stand_in_vllm.LLM.made
    assert engine.load_format == "dummy"
    assert engine.limit == {"image": setup.settings.frames}


@pytest.mark.parametrize("method", ["sft", "grpo"])
def test_settings_of_a_real_size_are_those_of_the_recipes(method):
    file = {"sft": "sft/qwen2-vl-2b.yaml", "grpo": "grpo/qwen2-vl-2b-vanilla.yaml"}[method]
    recipe = read_recipe(RECIPES / file).settings
    settings = SETTINGS["real"]
    for key in ("frames", "min_pixels", "max_pixels", "lora_r", "lora_alpha"):
        assert getattr(settings, key) == recipe[key]
    for key, value in getattr(settings, method).items():
        assert value == recipe[key]


@pytest.mark.parametrize("like", LIKE)
def test_plan_at_real_size_counts_one_pass_of_the_tower_per_clip_and_42_without_sharing(like):
    setup = replace(setup_for(like, "cuda"), device="cpu")
    args = training_steps.grpo_args(setup, "none")
    rows = questions(8)
    shared, plain = (plan_step("grpo", setup, args, rows, share_features=share) for share in (True, False))
    assert shared.hours.inputs["looks"] == 8
    assert plain.hours.inputs["looks"] == 8 * 42
    assert shared.memory.total < plain.memory.total
    differ = {
        name for name, count in shared.hours.operations.items() if count != plain.hours.operations[name]
    }
    assert differ == {"vision tower"}


def test_command_prints_the_report_and_the_reason_for_what_it_skips(monkeypatch, capsys):
    monkeypatch.setattr(checks, "CHECKS", dict(list(checks.CHECKS.items())[:1]))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["vsitrain", "doctor", "--like", "qwen3-vl-2b"])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert end.value.code in (0, None), said.err
    assert "qwen3-vl-2b at its real size | skipped: PyTorch finds no GPU." in said.out
    assert "| SFT, one step | done | " in said.out
    assert "| model | tiny qwen3-vl, random weights, float32 |" in said.out
