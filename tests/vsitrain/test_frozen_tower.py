"""No gradient goes back through a frozen vision tower, as the number of operations shows."""

from functools import partial

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForImageTextToText, AutoProcessor

from tests.vsitrain import asked, tiny_runs
from tests.vsitrain.plan.planned import sft
from tests.vsitrain.plan.test_plan import worked_out
from tests.vsitrain.tiny_runs import asked as prompt
from tests.vsitrain.tiny_runs import noise, parts
from vsitrain.families import LORA_TARGETS, encode, keep_gradients_out_of_the_tower
from vsitrain.models.tiny import TINY, make_tiny
from vsitrain.plan import ClipSize, find_device, measure_model, plan
from vsitrain.settings.config import read_config
from vsitrain.trainers import grpo, spread, train
from vsitrain.trainers.preparation import prepare

MIDDLING = TINY.model_copy(
    update={
        "hidden_size": 128,
        "intermediate_size": 512,
        "vision_hidden_size": 256,
        "vision_layers": 4,
        "vision_heads": 4,
    }
)
TOWERS = ("visual", "vision_tower")


def tower_of(model):
    inner = model.get_base_model().model if hasattr(model, "get_base_model") else model.model
    return next(getattr(inner, name) for name in TOWERS if hasattr(inner, name))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return asked.build(tmp_path_factory.mktemp("tower") / "build")


@pytest.fixture
def spread_weights(monkeypatch):
    """Act as if weights were split over processes. Then the tower runs in every pass."""
    for module in (grpo, spread):
        monkeypatch.setattr(module, "spreads_weights", lambda _: True)


def one_step(folder, data, out, *, method="sft", **changes):
    """The trainer after a step with checkpointing, and the number of operations of the tower in this step."""
    given = {
        "model_name_or_path": folder,
        "data": data,
        "output_dir": out,
        "frames": 2,
        "max_pixels": 12544,
        "max_steps": 1,
        "dtype": "float32",
        "use_peft": "true",
        "lora_r": 4,
        "lora_dropout": 0,
        "gradient_checkpointing": "true",
        "per_device_train_batch_size": 4,
        "learning_rate": 0.01,
        "report_to": "none",
        "save_strategy": "no",
        **changes,
    }
    words = [word for key, value in given.items() for word in (f"--{key}", str(value))]
    trainer = train.make_trainer(prepare(method, read_config(method, None, words)))
    grads = []
    last = tower_of(trainer.model).blocks[-1]
    last.register_forward_hook(lambda *passed: grads.append(passed[-1].requires_grad))
    with FlopCounterMode(display=False) as counted:
        trainer.train()
    return trainer, counted.get_total_flops(), any(grads)


def adapter(trainer):
    return {name: it.detach().clone() for name, it in trainer.model.named_parameters() if it.requires_grad}


@pytest.mark.slow
@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_adapter_is_bitwise_the_same_and_takes_fewer_operations(
    tiny, data, tmp_path, monkeypatch, spread_weights, method
):
    shut, fewer, ran_back = one_step(tiny(), data, tmp_path / "shut", method=method)
    monkeypatch.setattr(train, "keep_gradients_out_of_the_tower", lambda _: None)
    left, more, did_run_back = one_step(tiny(), data, tmp_path / "left", method=method)
    assert did_run_back
    assert not ran_back
    assert fewer < more
    assert adapter(shut).keys() == adapter(left).keys()
    for name, tensor in adapter(left).items():
        assert torch.equal(adapter(shut)[name], tensor), name


@pytest.mark.slow
def test_adapter_of_grpo_is_bitwise_the_same_if_rewards_differ(tiny, tmp_path, monkeypatch, spread_weights):
    lora = {"peft_config": LoraConfig(r=4, target_modules=LORA_TARGETS)}
    how = {"options": lora, "gradient_checkpointing": True, "learning_rate": 0.01, "max_steps": 2}

    def step(name, shut):
        def loaded(folder):
            model, processor = parts(folder)
            if shut:
                keep_gradients_out_of_the_tower(model)
            return model, processor

        monkeypatch.setattr(tiny_runs, "parts", loaded)
        run = tiny_runs.trainer(tiny(), tmp_path / name, **how)
        before = adapter(run)
        with FlopCounterMode(display=False) as counted:
            run.train()
        (spread,) = {it["reward_std"] > 0 for it in run.state.log_history if "reward_std" in it}
        assert spread  # otherwise the advantages are 0, and nothing is learned
        changed = [name for name, it in adapter(run).items() if not torch.equal(it, before[name])]
        assert len(changed) == len(before)
        return adapter(run), counted.get_total_flops()

    shut, fewer = step("shut", shut=True)
    left, more = step("left", shut=False)
    assert fewer < more
    for name, tensor in left.items():
        assert torch.equal(shut[name], tensor), name


def test_a_trained_tower_gets_its_gradients(tiny, data, tmp_path):
    changes = {"use_peft": "false", "freeze_vision": "false"}
    trainer, _, ran_back = one_step(tiny(), data, tmp_path, **changes)
    before = tower_of(AutoModelForImageTextToText.from_pretrained(tiny()))
    after = dict(tower_of(trainer.model).named_parameters())
    assert ran_back
    assert all(not torch.equal(after[name], it) for name, it in before.named_parameters() if it.ndim > 1)


def test_adapter_of_the_tower_gets_its_gradients(tiny, data, tmp_path):
    targets = {"lora_target_modules": "all-linear"}
    trainer, _, ran_back = one_step(tiny(), data, tmp_path, **targets)
    in_tower = [
        it for name, it in tower_of(trainer.model).named_parameters() if "blocks" in name and "lora_B" in name
    ]
    assert ran_back
    assert in_tower
    assert all(it.abs().max() > 0 for it in in_tower)


def counted(model, batch, replies, *, backward):
    def run():
        hidden = model.model(**batch).last_hidden_state[:, -replies:]
        loss = model.lm_head(hidden).float().sum()
        if backward:
            loss.backward()

    with FlopCounterMode(display=False) as flops:
        run() if backward else torch.no_grad()(run)()
    return flops.get_total_flops()


@pytest.mark.parametrize("family", ["qwen2-vl", "qwen2.5-vl"])
def test_backward_pass_takes_as_many_operations_as_planned(tmp_path, family):
    make_tiny(tmp_path, MIDDLING.model_copy(update={"family": family}))
    processor = AutoProcessor.from_pretrained(tmp_path)
    batch = encode(processor, [prompt("?" * 40)], [noise(4, 84, 84)])
    lora = LoraConfig(r=4, target_modules=LORA_TARGETS)
    backward = {}
    for shut in (True, False):
        base = AutoModelForImageTextToText.from_pretrained(tmp_path, attn_implementation="eager")
        if shut:
            keep_gradients_out_of_the_tower(base)
        model = get_peft_model(base, lora)
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
        model.train()
        count = partial(counted, model.get_base_model(), batch, 4)
        backward[shut] = count(backward=True) - count(backward=False)
    size = measure_model(base.config, lora=lora)
    patches, tokens = len(batch["pixel_values_videos"]), batch["input_ids"].shape[1]
    clip = ClipSize(patches // 4, tokens - patches // 4, patches)
    work = sft(clip=clip, text_tokens=-4, completion_tokens=4, micro_batch=1, questions=1)
    hours = plan(size, work, find_device("H100")).hours
    of = {**hours.inputs}
    for name, formula in hours.formulas.items():
        of[name] = worked_out(formula, of)
    assert of["tokens"] == tokens
    # This is the model's own head, which computes its logits only once.
    assert backward[True] == pytest.approx(of["backward"] - 2 * of["P_head"] * 4, rel=0.05)
    assert backward[False] > 3 * backward[True]
