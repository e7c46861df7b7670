"""One step of SFT, and one of GRPO, with random weights.

Each check first yields its plan, so that the plan is in the report even if the step fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import Any

from transformers import PrinterCallback
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.sft_config import SFTConfig

from vsitrain.data.messages import conversation
from vsitrain.doctor.check_result import DONE, UNFINISHED, CheckResult
from vsitrain.doctor.clips import MODE, NoiseClips, questions
from vsitrain.doctor.model import model_of, processor_of
from vsitrain.doctor.setup import Setup
from vsitrain.doctor.step_meter import StepMeter
from vsitrain.doctor.step_plan import adapter_of, plan_step
from vsitrain.plan import RunPlan
from vsitrain.trainers.collate import PromptMaker
from vsitrain.trainers.grpo import VideoGRPOTrainer
from vsitrain.trainers.sft import make_trainer


def sft_step(setup: Setup, check: str) -> Iterator[CheckResult]:
    """One step of SFT."""
    with TemporaryDirectory() as folder:
        args = SFTConfig(**_common(setup, folder), **setup.settings.sft)
        rows = questions(args.per_device_train_batch_size * args.gradient_accumulation_steps)
        yield (found := _planned(check, setup, plan_step("sft", setup, args, rows)))
        asking = PromptMaker(processor_of(setup), NoiseClips(setup.settings), MODE, letters=True)
        trainer = make_trainer(model_of(setup), args, rows, asking, peft_config=adapter_of(setup))
        yield _measured(found, trainer)


def grpo_step(setup: Setup, check: str, *, share_features: bool) -> Iterator[CheckResult]:
    """One step of GRPO with its generation.

    Args:
        setup: the model and the settings.
        check: the name of the check.
        share_features: whether the vision tower runs once per clip, or in every pass.
    """
    with TemporaryDirectory() as folder:
        args = grpo_args(setup, folder)
        completions = args.per_device_train_batch_size * args.gradient_accumulation_steps
        rows = questions(completions // setup.settings.grpo["num_generations"])
        planned = plan_step("grpo", setup, args, rows, share_features=share_features)
        yield (found := _planned(check, setup, planned))
        store = NoiseClips(setup.settings)
        trainer = VideoGRPOTrainer(
            model_of(setup),
            _alternating,
            args,
            rows.map(lambda row: {"prompt": conversation(row, MODE, form="training", letters=True)}),
            processing_class=processor_of(setup),
            clip_of=lambda row: store.clip(row["scene_name"], row["dataset"]),
            share_features=share_features,
            peft_config=adapter_of(setup),
        )
        yield _measured(found, trainer)


def grpo_args(setup: Setup, folder: str) -> GRPOConfig:
    """TRL's configuration for a step. All replies have the maximum length, as in the plan."""
    settings = setup.settings.grpo
    return GRPOConfig(
        **_common(setup, folder),
        **settings,
        loss_type="grpo",
        remove_unused_columns=False,
        generation_kwargs={"min_new_tokens": settings["max_completion_length"]},
    )


def _alternating(completions: Sequence[Any], **_: Any) -> list[float]:
    """Rewards that differ within a group, because equal rewards would give gradients of zero."""
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


def _planned(check: str, setup: Setup, planned: RunPlan) -> CheckResult:
    """The numbers of a plan. Its time is that of a GPU, so it is left out on a CPU."""
    memory = planned.memory
    on_cpu = setup.device == "cpu"
    return CheckResult(
        check,
        UNFINISHED,
        planned_peak=memory.total - memory.reserve,
        planned_seconds=None if on_cpu else planned.hours.gpu_hours * 3600,
    )


def _measured(found: CheckResult, trainer: Any) -> CheckResult:
    meter = StepMeter()
    trainer.add_callback(meter)
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return replace(found, result=DONE, peak=meter.peak, seconds=meter.seconds)
