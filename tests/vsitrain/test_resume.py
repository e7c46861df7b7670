"""A resumed run ends as if it had never been interrupted."""

import pytest
import torch
from peft import LoraConfig
from safetensors.torch import load_file, save_file

from tests.vsitrain.tiny_runs import SHAPES, questions, trainer
from vsidata.errors import VsiError
from vsitrain.families import LORA_TARGETS

_ONE_BY_ONE = {"gradient_accumulation_steps": 1, "max_steps": 6, "save_strategy": "steps", "save_steps": 1}


def _run(folder, out, resume=None, *, lora=False, **changes):
    """Six steps over three questions, so two epochs."""
    options = {"peft_config": LoraConfig(r=4, target_modules=LORA_TARGETS)} if lora else {}
    run = trainer(folder, out, data=questions(SHAPES), options=options, **{**_ONE_BY_ONE, **changes})
    run.train(resume_from_checkpoint=None if resume is None else str(resume))
    return run


def _end_alike(one, other) -> bool:
    first, second = dict(one.model.named_parameters()), dict(other.model.named_parameters())
    return all(torch.equal(first[name], second[name]) for name in first)


def test_a_run_resumed_at_any_step_ends_like_an_uninterrupted_run(tiny, tmp_path):
    whole = _run(tiny(), tmp_path / "whole")
    for step in (2, 3, 4):  # within the first epoch, between the two, within the second
        resumed = _run(tiny(), tmp_path / str(step), tmp_path / "whole" / f"checkpoint-{step}")
        assert _end_alike(whole, resumed)
        assert [log["loss"] for log in resumed.state.log_history[:6]] == [
            log["loss"] for log in whole.state.log_history[:6]
        ]


def test_run_with_an_adapter_resumes_the_same_way(tiny, tmp_path):
    whole = _run(tiny(), tmp_path / "whole", lora=True)
    resumed = _run(tiny(), tmp_path / "resumed", tmp_path / "whole" / "checkpoint-4", lora=True)
    assert _end_alike(whole, resumed)


def test_a_run_resumes_exactly_between_generations_that_serve_two_steps(tiny, tmp_path):
    twice = {"steps_per_generation": 2, "per_device_train_batch_size": 2}
    whole = _run(tiny(), tmp_path / "whole", **twice)
    assert _end_alike(whole, _run(tiny(), tmp_path / "4", tmp_path / "whole" / "checkpoint-4", **twice))


def test_every_family_resumes_from_the_weights_of_the_checkpoint(each_tiny, tmp_path):
    trained = _run(each_tiny, tmp_path, max_steps=2)
    resumed = trainer(each_tiny, tmp_path / "more")
    assert not _end_alike(trained, resumed)
    resumed._load_from_checkpoint(str(tmp_path / "checkpoint-2"))
    assert _end_alike(trained, resumed)


def test_resuming_between_two_generations_warns_that_the_run_will_differ(tiny, tmp_path, caplog):
    twice = {"steps_per_generation": 2, "per_device_train_batch_size": 2, "max_steps": 3}
    _run(tiny(), tmp_path, **twice)
    _run(tiny(), tmp_path / "even", tmp_path / "checkpoint-2", **twice)
    assert "uninterrupted" not in caplog.text
    _run(tiny(), tmp_path / "odd", tmp_path / "checkpoint-1", **twice)
    assert "resumes at step 1, but completions serve 2 steps" in caplog.text
    assert "differs from that of an uninterrupted run" in caplog.text


def test_checkpoint_without_some_weights_is_refused(tiny, tmp_path):
    _run(tiny(), tmp_path, max_steps=1)
    file = tmp_path / "checkpoint-1" / "model.safetensors"
    tensors = load_file(file)
    lost = next(name for name in tensors if name.endswith("layers.0.mlp.up_proj.weight"))
    save_file({name: tensor for name, tensor in tensors.items() if name != lost}, file, {"format": "pt"})
    with pytest.raises(VsiError, match=r"has no weights for 1 tensors of the model, such as .*up_proj"):
        trainer(tiny(), tmp_path / "more")._load_from_checkpoint(str(file.parent))
