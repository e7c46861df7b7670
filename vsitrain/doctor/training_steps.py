"""One step of SFT, and one of GRPO, with random weights."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import Any

import torch
from peft import LoraConfig
from transformers import PrinterCallback
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.sft_config import SFTConfig

from vsitrain.data.messages import conversation
from vsitrain.doctor.clips import NoiseClips, questions
from vsitrain.doctor.finding import DONE, UNFINISHED, Finding
from vsitrain.doctor.setup import Setup
from vsitrain.doctor.step_meter import StepMeter
from vsitrain.families import LORA_TARGETS, encode_rows, keep_gradients_out_of_the_tower, limit_pixels
from vsitrain.models.tiny import random_model
from vsitrain.plan import RunPlan, clip_size, find_device, measure_model, plan, workload_of
from vsitrain.prompts import prompt_mode, target
from vsitrain.settings.run_options import Method
from vsitrain.trainers.collate import PromptMaker
from vsitrain.trainers.grpo import VideoGRPOTrainer
from vsitrain.trainers.sft import make_trainer

_MODE = prompt_mode("vanilla")


def sft_step(setup: Setup, check: str) -> Iterator[Finding]:
    """One step of SFT: first the plan, then the plan with the measured numbers."""
    with TemporaryDirectory() as folder:
        args = SFTConfig(**_common(setup, folder), **setup.settings.sft)
        model, processor = _model(setup)
        rows = questions(args.per_device_train_batch_size * args.gradient_accumulation_steps)
        planned = _plan("sft", setup, args, model.config, processor, rows)
        yield (found := _planned(check, setup, planned))
        asking = PromptMaker(processor, NoiseClips(setup.settings), _MODE, letters=True)
        trainer = make_trainer(model, args, rows, asking, peft_config=_adapter(setup))
        yield _measured(found, trainer)


def grpo_step(setup: Setup, check: str, *, share_features: bool) -> Iterator[Finding]:
    """One step of GRPO with its generation, with or without shared features: the plan, then the result."""
    settings = setup.settings
    with TemporaryDirectory() as folder:
        length = settings.grpo["max_completion_length"]
        args = GRPOConfig(
            **_common(setup, folder),
            **settings.grpo,
            loss_type="grpo",
            remove_unused_columns=False,
            generation_kwargs={"min_new_tokens": length},  # the plan counts replies of maximum length
        )
        model, processor = _model(setup)
        clips = args.per_device_train_batch_size * args.gradient_accumulation_steps // args.num_generations
        rows = questions(clips)
        planned = _plan("grpo", setup, args, model.config, processor, rows, share_features=share_features)
        yield (found := _planned(check, setup, planned))
        store = NoiseClips(settings)
        trainer = VideoGRPOTrainer(
            model,
            _alternating,
            args,
            rows.map(lambda row: {"prompt": conversation(row, _MODE, form="training", letters=True)}),
            processing_class=processor,
            clip_of=lambda row: store.clip(row["scene_name"], row["dataset"]),
            share_features=share_features,
            peft_config=_adapter(setup),
        )
        yield _measured(found, trainer)


def _alternating(completions: Sequence[Any], **_: Any) -> list[float]:
    """Rewards that differ within a group, because equal rewards give no gradients."""
    return [float(number % 2) for number in range(len(completions))]


def _common(setup: Setup, folder: str) -> dict[str, Any]:
    on_cpu = setup.device == "cpu"
    return {
        "output_dir": folder,
        "max_steps": 1,
        "learning_rate": 1e-5,
        "gradient_checkpointing": True,
        "use_cpu": on_cpu,
        "bf16": not on_cpu,
        "report_to": "none",
        "save_strategy": "no",
        "logging_steps": 1,
        "disable_tqdm": True,
    }


def _model(setup: Setup) -> tuple[Any, Any]:
    with torch.device(setup.device):
        model, processor = random_model(setup.size)
    keep_gradients_out_of_the_tower(model)
    settings = setup.settings
    limit_pixels(
        processor, min_pixels=settings.min_pixels, max_pixels=settings.max_pixels, frames=settings.frames
    )
    return model, processor


def _adapter(setup: Setup) -> LoraConfig:
    settings = setup.settings
    return LoraConfig(r=settings.lora_r, lora_alpha=settings.lora_alpha, target_modules=LORA_TARGETS)


def _plan(
    method: Method,
    setup: Setup,
    args: Any,
    config: Any,
    processor: Any,
    rows: Any,
    *,
    share_features: bool = True,
) -> RunPlan:
    settings, row = setup.settings, rows[0]
    clip = clip_size(
        config,
        frames=settings.frames,
        height=settings.height,
        width=settings.width,
        min_pixels=settings.min_pixels,
        max_pixels=settings.max_pixels,
    )
    shown = NoiseClips(settings).clip(row["scene_name"], row["dataset"])
    asked = conversation(row, _MODE, form="training", letters=True)
    (encoded,) = encode_rows(processor, [asked], [shown])
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
    size = measure_model(config, lora=_adapter(setup))
    return plan(size, replace(work, share_features=share_features), find_device())


def _planned(check: str, setup: Setup, planned: RunPlan) -> Finding:
    """The numbers of a plan. Its time is that of a GPU, so it is left out on a CPU."""
    memory = planned.memory
    on_cpu = setup.device == "cpu"
    return Finding(
        check,
        UNFINISHED,
        planned_peak=memory.total - memory.reserve,
        planned_seconds=None if on_cpu else planned.hours.gpu_hours * 3600,
    )


def _measured(found: Finding, trainer: Any) -> Finding:
    meter = StepMeter()
    trainer.add_callback(meter)
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return replace(found, result=DONE, peak=meter.peak, seconds=meter.seconds)
