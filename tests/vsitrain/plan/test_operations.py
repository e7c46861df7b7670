"""The planned operations and memory equal those that PyTorch counts while a model trains."""

import pytest
from peft import LoraConfig
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForImageTextToText, AutoProcessor, TrainerCallback
from trl.trainer import utils as trl_utils

from tests.vsitrain import tiny_runs
from tests.vsitrain.plan.allocator import peak_in
from tests.vsitrain.tiny_runs import asked, noise
from vsitrain.families import LANGUAGE, LORA_TARGETS, encode_rows, limit_pixels
from vsitrain.models.tiny import TINY, make_tiny
from vsitrain.plan import clip_size, find_device, measure_model, plan, workload_of

SHAPES = {
    "qwen2-vl": {"hidden_size": 192, "intermediate_size": 768, "layers": 3, "vision_hidden_size": 96},
    "qwen2.5-vl": {"hidden_size": 128, "intermediate_size": 640, "layers": 4, "vision_hidden_size": 128},
    "qwen3-vl": {"hidden_size": 256, "intermediate_size": 512, "layers": 2, "vision_hidden_size": 160},
}
"""Three models of other families, depths and widths."""

FRAMES, HEIGHT, WIDTH = 4, 112, 140
LIMITS = {"min_pixels": TINY.pixels[0], "max_pixels": TINY.pixels[1]}


def size_of(family):
    return TINY.model_copy(update={"family": family, "vision_layers": 3, **SHAPES[family]})


def run_of(family, folder, monkeypatch, *, trained, attention="eager", dtype="float32", **changes):
    """A trainer of GRPO on clips of one size, and its plan."""
    make_tiny(folder / "model", size_of(family))

    def opened(path):
        model = AutoModelForImageTextToText.from_pretrained(path, attn_implementation=attention, dtype=dtype)
        if trained == "language model":
            for name, it in model.named_parameters():
                it.requires_grad_(any(part in name for part in LANGUAGE))
        processor = AutoProcessor.from_pretrained(path)
        limit_pixels(processor, **LIMITS, frames=FRAMES)
        return model, processor

    monkeypatch.setattr(tiny_runs, "parts", opened)
    # As on a GPU, where the head reads replies alone.
    monkeypatch.setattr(trl_utils, "_use_triton", lambda _: True)
    lora = LoraConfig(r=8, target_modules=LORA_TARGETS) if trained == "adapter" else None
    scenes = [f"scene_{letter}" for letter in "ab"]
    run = tiny_runs.trainer(
        folder / "model",
        folder / "run",
        clips={scene: noise(FRAMES, HEIGHT, WIDTH, seed) for seed, scene in enumerate(scenes)},
        data=tiny_runs.questions(scenes),
        options={"peft_config": lora},
        max_completion_length=8,
        generation_kwargs={"min_new_tokens": 8},
        gradient_checkpointing=True,
        **changes,
    )
    if run.ref_model is not None:
        run.accelerator.unwrap_model(run.ref_model).set_attn_implementation(attention)
    config = run.accelerator.unwrap_model(run.model).config
    clip = clip_size(config, frames=FRAMES, height=HEIGHT, width=WIDTH, **LIMITS)
    rows = encode_rows(run.processing_class, [asked("How large is scene_b?")], [noise(FRAMES, HEIGHT, WIDTH)])
    work = workload_of(
        "grpo",
        run.args,
        questions=len(scenes),
        clip=clip,
        text_tokens=len(rows[0].input_ids) - clip.tokens,
        answer_tokens=1,
        dtype=dtype,
    )
    frozen = ("vision tower", "projector") if trained == "language model" else ()
    return run, plan(measure_model(config, lora=lora, frozen=frozen), work, find_device("H100"))


@pytest.mark.parametrize("trained", ["adapter", "language model", "everything"])
@pytest.mark.parametrize("family", SHAPES)
def test_planned_operations_of_a_round_are_those_that_torch_counts(family, tmp_path, monkeypatch, trained):
    run, planned = run_of(family, tmp_path, monkeypatch, trained=trained)
    with FlopCounterMode(display=False) as counted:
        run.train()
    found = sum(planned.hours.operations.values())
    assert found == pytest.approx(counted.get_total_flops(), rel=0.05)


class SecondStep(TrainerCallback):
    """Records the bytes at the peak of the second step, in addition to those before it."""

    def on_step_begin(self, _, state, __, **___):
        if state.global_step == 1:
            self.recorded = profile(activities=[ProfilerActivity.CPU], profile_memory=True)
            self.recorded.start()

    def on_step_end(self, _, state, __, **___):
        if state.global_step == 2:
            self.recorded.stop()
            self.peak = peak_in(self.recorded)


@pytest.mark.slow
@pytest.mark.parametrize("family", SHAPES)
def test_planned_memory_of_a_step_with_its_generation_is_what_torch_allocates(family, tmp_path, monkeypatch):
    how = {"attention": "sdpa", "dtype": "bfloat16", "bf16": True, "per_device_train_batch_size": 2}
    how |= {"gradient_accumulation_steps": 4, "max_steps": 2}
    run, planned = run_of(family, tmp_path, monkeypatch, trained="adapter", **how)
    seen = SecondStep()
    run.add_callback(seen)
    # PyTorch's profiler does not record memory that another thread allocates.
    monkeypatch.setattr(run._ahead, "queue", lambda rows: rows)
    monkeypatch.setattr(run._ahead, "take", run._prepared)
    run.train()
    # The pixels of the two clips stay in the machine's memory, which is also the memory of the device here.
    pixels = {id(row.vision): sum(it.nbytes for it in row.vision.values()) for row in run._rows}
    phases = planned.memory.phases
    assert sum(phases[planned.memory.peak].values()) == pytest.approx(
        seen.peak - 2 * max(pixels.values()), rel=0.1
    )
