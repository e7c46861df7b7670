"""The plan of a step."""

from dataclasses import replace
from typing import Any

from peft import LoraConfig

from vsitrain.data.messages import conversation
from vsitrain.doctor.clips import MODE, NoiseClips
from vsitrain.doctor.model import config_of, processor_of
from vsitrain.doctor.setup import Setup
from vsitrain.families import LORA_TARGETS, encode_rows
from vsitrain.plan import RunPlan, clip_size, find_device, measure_model, plan, workload_of
from vsitrain.prompts import target
from vsitrain.settings.run_options import Method


def plan_step(method: Method, setup: Setup, args: Any, rows: Any, *, share_features: bool = True) -> RunPlan:
    """The plan of a step. No weights are made.

    Args:
        method: the trainer.
        setup: the model and the settings.
        args: TRL's configuration, for one step.
        rows: the questions.
        share_features: whether the vision tower runs once per clip.
    """
    settings, row, config, processor = setup.settings, rows[0], config_of(setup), processor_of(setup)
    clip = clip_size(
        config,
        frames=settings.frames,
        height=settings.height,
        width=settings.width,
        min_pixels=settings.min_pixels,
        max_pixels=settings.max_pixels,
    )
    shown = NoiseClips(settings).clip(row["scene_name"], row["dataset"])
    (encoded,) = encode_rows(processor, [conversation(row, MODE, form="training", letters=True)], [shown])
    reply = processor.tokenizer(target(row, letters=True))["input_ids"]
    work = workload_of(
        method,
        args,
        questions=len(rows),
        clip=clip,
        text_tokens=len(encoded.input_ids) - clip.tokens,
        answer_tokens=len(reply) + 1,
        dtype=setup.size.dtype,
    )
    size = measure_model(config, lora=adapter_of(setup))
    return plan(size, replace(work, share_features=share_features), find_device())


def adapter_of(setup: Setup) -> LoraConfig:
    """The adapter that is trained, as in the recipes."""
    settings = setup.settings
    return LoraConfig(r=settings.lora_r, lora_alpha=settings.lora_alpha, target_modules=LORA_TARGETS)
