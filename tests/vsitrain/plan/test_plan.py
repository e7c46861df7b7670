"""The complete plan: the formulas of its time, its refusal with numbers, its text and data."""

import ast
import json
import math
import operator
import re
from types import SimpleNamespace

import pytest
from peft import LoraConfig
from trl import DPOConfig, GRPOConfig, SFTConfig

from tests.vsitrain.plan.planned import CLIP, grpo, real_model, sft
from vsidata.errors import OptionError
from vsitrain.families import LORA_TARGETS
from vsitrain.plan import ClipSize, as_json, as_text, find_device, plan, refuse_if_too_large, workload_of
from vsitrain.plan.devices import _table, device_of
from vsitrain.plan.refusal import changes

LORA = real_model("qwen2-vl-2b", lora=LoraConfig(r=64, target_modules=LORA_TARGETS))
FULL = real_model("qwen2-vl-2b")
LARGE = real_model("qwen2-vl-7b")
_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def worked_out(formula, values):
    """Evaluate a formula as the plan prints it."""

    def of(node):
        if isinstance(node, ast.BinOp):
            return _OPERATIONS[type(node.op)](of(node.left), of(node.right))
        if isinstance(node, ast.Call):
            assert node.func.id == "max"
            return max(of(it) for it in node.args)
        return values[node.id] if isinstance(node, ast.Name) else node.value

    return of(ast.parse(formula, mode="eval").body)


@pytest.mark.parametrize(
    "work", [grpo(), grpo(reference=False, iterations=2), sft(), sft(method="dpo", reference=True)]
)
@pytest.mark.parametrize("model", [LORA, FULL])
def test_printed_formulas_with_the_printed_inputs_give_the_printed_hours(model, work):
    hours = plan(model, work, find_device("A100 80GB")).hours
    values = dict(hours.inputs)
    for name, formula in hours.formulas.items():
        values[name] = worked_out(formula, values)
    assert {stage: values[stage] for stage in hours.seconds} == pytest.approx(dict(hours.seconds))
    assert hours.gpu_hours == pytest.approx(sum(hours.seconds.values()) / 3600)


NO_CLIP = {"clip": ClipSize(0, 0, 0), "text_tokens": 1000, "completion_tokens": 0}


def flops(model, **changes):
    """FLOPs of training a token, in 1,000 texts of 1,000 tokens each."""
    return sum(plan(model, sft(**NO_CLIP, **changes), find_device("H100")).hours.operations.values()) / 1e6


def test_training_all_parameters_takes_six_flops_per_parameter_and_token_plus_attention():
    # Chowdhery et al. 2022 (PaLM), appendix B: 6 N + 12 L H Q T per token.
    layers = FULL.parts["language model"]
    assert flops(FULL, checkpointing=False) == pytest.approx(6 * layers + 12 * 28 * 12 * 128 * 1000)


def test_adapter_saves_the_gradients_of_weights_and_checkpointing_adds_a_forward_pass():
    layers, adapter = FULL.parts["language model"], LORA.trained_total
    saved = flops(FULL, checkpointing=False) - flops(LORA, checkpointing=False)
    assert saved == pytest.approx(2 * layers - 6 * adapter)
    again = flops(LORA) - flops(LORA, checkpointing=False)
    assert again == pytest.approx(2 * (layers + adapter) + 4 * 28 * 12 * 128 * 1000)


def test_short_replies_of_a_small_model_are_limited_by_kernel_launches_and_long_caches_by_memory():
    short = plan(LORA, grpo(), find_device("H100")).hours
    assert short.seconds["replies"] == pytest.approx(14612 * 32 * 28 * short.inputs["launch"])
    long = plan(LARGE, grpo(completion_tokens=4096), find_device("RTX 4090")).hours
    rate = long.inputs["bandwidth"] * long.inputs["bandwidth_share"]
    assert long.seconds["replies"] == pytest.approx(14612 * 4096 * long.inputs["read"] / rate)


def test_paper_s_2b_run_is_of_the_order_of_its_120_gpu_hours():
    # One pass over 117k questions; the paper states neither its GPU nor how much of the data it used.
    hours = plan(LORA, grpo(), find_device("A100 80GB")).hours.gpu_hours
    assert 60 < hours < 240


def test_devices_share_the_work():
    one = plan(LORA, grpo(max_steps=100), find_device("A100 80GB"))
    two = plan(LORA, grpo(max_steps=100, processes=2), find_device("A100 80GB"))
    assert two.schedule.sequences == 2 * one.schedule.sequences
    assert two.hours.gpu_hours == pytest.approx(2 * one.hours.gpu_hours)


def test_run_that_fits_is_accepted():
    refuse_if_too_large(plan(LORA, grpo(), find_device("A100 80GB")))


def test_run_that_does_not_fit_is_refused_with_numbers_and_each_single_change_that_helps():
    planned = plan(LORA, grpo(micro_batch=28), find_device("RTX 4090"))
    with pytest.raises(OptionError) as caught:
        refuse_if_too_large(planned)
    needed, has = re.findall(r"([\d.]+) GiB", caught.value.fault)[:2]
    assert float(needed) == pytest.approx(planned.memory.total / 2**30, abs=0.05)
    assert float(has) == 24
    offered = dict(re.findall(r"([^;:]*: ?\d*|half [^:]*): ([\d.]+) GiB", caught.value.remedy))
    assert any("steps_per_generation: 4" in name for name in offered)
    assert all(float(total) <= 24 for total in offered.values())


def test_every_proposed_change_leaves_a_run_that_trl_accepts():
    for model, work in ((LORA, grpo()), (FULL, grpo(checkpointing=False, micro_batch=7)), (FULL, sft())):
        for _, changed, other in changes(model, work):
            planned = plan(changed, other, find_device("H100"))
            assert planned.memory.total < plan(model, work, find_device("H100")).memory.total * 1.001
            if other.processes == work.processes:
                assert (
                    planned.schedule.prompts <= plan(model, work, find_device("H100")).schedule.prompts + 100
                )


def test_run_that_needs_several_changes_gets_several_proposals():
    with pytest.raises(OptionError, match=r"These together make it fit: .*; then ") as caught:
        refuse_if_too_large(plan(LARGE, grpo(), find_device("A100 40GB")))
    totals = [float(number) for number in re.findall(r"([\d.]+) GiB", caught.value.remedy)]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] <= 40 < totals[-2]


def test_model_larger_than_the_device_is_refused_with_a_message():
    small = device_of("NVIDIA T4", 2 * 2**30)
    with pytest.raises(OptionError, match="Choose a smaller model, or a larger device"):
        refuse_if_too_large(plan(LORA, sft(micro_batch=1), small))


@pytest.mark.parametrize("name", ["RTX 4090", "rtx4090", "h100", "A100 80gb", "a10040GB"])
def test_device_is_found_by_its_name_in_any_spelling(name):
    assert find_device(name).name in _table()


def test_error_for_an_unknown_device_lists_the_known_devices():
    with pytest.raises(OptionError, match="Choose from: RTX 4090, A100 40GB, A100 80GB, H100, H200"):
        find_device("TPU")


def test_device_of_this_machine_has_the_memory_that_it_reports_and_the_speed_of_its_type():
    here = device_of("NVIDIA A100-SXM4-80GB", 85_000_000_000)
    assert (here.memory, here.measured, here.speed_of) == (85_000_000_000, True, "A100 80GB")
    assert device_of("NVIDIA A100-SXM4-40GB", 1).speed_of == "A100 40GB"
    unknown = device_of("Some card", 10)
    assert (unknown.name, unknown.memory, unknown.speed_of) == ("Some card", 10, "RTX 4090")


def test_without_a_device_the_plan_is_for_the_smallest_one(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert (find_device().name, find_device().memory) == ("RTX 4090", 24 * 2**30)


def test_text_states_trained_parts_memory_and_time():
    text = as_text(plan(LORA, grpo(), find_device("A100 80GB")))
    assert "2,208,985,600" in text
    assert "trained     73,859,072, an adapter (LoRA): language model 73,859,072" in text
    assert re.search(r"prompts shown +116,896 of 1,028 tokens", text)
    assert re.search(r"together +\d+\.\d\d\n", text)
    assert re.search(r"Time, [\d.]+ GPU hours: 1 device × the sum of", text)
    assert "P_language" in text
    assert max(map(len, text.splitlines())) < 140


@pytest.mark.parametrize(
    ("zero", "offloaded"),
    [
        ({"stage": 2}, "nothing"),
        ({"stage": 2, "offload_optimizer": {"device": "none"}}, "nothing"),
        ({"stage": 2, "offload_optimizer": {"device": "cpu"}}, "optimizer"),
        (
            {"stage": 3, "offload_optimizer": {"device": "cpu"}, "offload_param": {"device": "nvme"}},
            "weights",
        ),
    ],
)
def test_offload_is_read_from_deepspeed_s_configuration(tmp_path, zero, offloaded):
    args = SFTConfig(output_dir=str(tmp_path), use_cpu=True, bf16=False)
    plugin = SimpleNamespace(zero_stage=zero["stage"], deepspeed_config={"zero_optimization": zero})
    told = SimpleNamespace(**{**vars(args), "deepspeed_plugin": plugin, "world_size": 8})
    how = {"questions": 10, "clip": CLIP, "text_tokens": 1, "answer_tokens": 1, "dtype": None}
    assert workload_of("sft", told, **how).offloaded == offloaded


def test_offload_is_read_from_the_fsdp_settings_of_accelerate(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    args = SFTConfig(output_dir=str(tmp_path), use_cpu=True, bf16=False)
    how = {"questions": 10, "clip": CLIP, "text_tokens": 1, "answer_tokens": 1, "dtype": None}
    assert workload_of("sft", args, **how).offloaded == "nothing"
    monkeypatch.setenv("FSDP_OFFLOAD_PARAMS", "true")
    assert workload_of("sft", args, **how).offloaded == "weights"


def test_data_is_complete_and_plain_json():
    planned = plan(FULL, grpo(), find_device("H200"))
    data = json.loads(json.dumps(as_json(planned)))
    assert data["memory"]["total"] == planned.memory.total
    assert data["hours"]["gpu_hours"] == planned.hours.gpu_hours
    assert data["assumptions"]["utilisation"]["source"]
    assert data["model"]["trained_total"] == FULL.total


def test_workload_is_read_from_trl_s_configurations(tmp_path):
    common = {"output_dir": str(tmp_path), "use_cpu": True, "bf16": False, "report_to": "none"}
    told = {"questions": 10, "clip": CLIP, "text_tokens": 90, "answer_tokens": 6, "dtype": "bfloat16"}
    args = GRPOConfig(
        **common,
        per_device_train_batch_size=7,
        gradient_accumulation_steps=4,
        num_generations=14,
        max_completion_length=48,
        beta=1e-4,
        num_iterations=2,
        optim="adamw_8bit",
    )
    work = workload_of("grpo", args, **told)
    assert (work.generated, work.generations, work.iterations, work.reference) == (28, 14, 2, True)
    assert (work.completion_tokens, work.weight_bytes, work.compute_bytes) == (48, 2, 2)
    assert (work.checkpointing, work.optimizer, work.sharding, work.vllm) == (
        True,
        "adamw_8bit",
        "none",
        None,
    )
    assert not workload_of("grpo", GRPOConfig(**common), **told).reference
    dpo = workload_of("dpo", DPOConfig(**common, per_device_train_batch_size=3), **told)
    assert (dpo.sequences, dpo.reference, dpo.completion_tokens, dpo.generated) == (6, True, 6, 0)
    args = SFTConfig(**common, per_device_train_batch_size=3, gradient_checkpointing=False)
    work = workload_of("sft", args, **{**told, "dtype": "float32"}, processes=8, sharding="zero3")
    assert (work.sequences, work.reference, work.checkpointing) == (3, False, False)
    assert (work.weight_bytes, work.compute_bytes, work.processes, work.sharding) == (4, 4, 8, "zero3")


def test_hours_of_every_method_are_finite_numbers():
    for model in (LORA, FULL):
        for work in (grpo(), sft()):
            assert math.isfinite(plan(model, work, find_device("H100")).hours.gpu_hours)
