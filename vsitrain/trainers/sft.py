"""Supervised fine-tuning on video: TRL's trainer, with clips that are decoded when a batch needs them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from vsitrain.families import refuse_blind_passes
from vsitrain.runs.checkpoints import WholeCheckpoints
from vsitrain.runs.publishing import CleanPush
from vsitrain.settings.ineffective import refuse_ineffective_args
from vsitrain.trainers.collate import AnswerCollator, PromptMaker
from vsitrain.trainers.resume import ExactResume
from vsitrain.trainers.spread import show_rows_to

if TYPE_CHECKING:
    from datasets import Dataset


class VideoSFTTrainer(CleanPush, WholeCheckpoints, ExactResume, SFTTrainer):
    """TRL's SFT trainer, which resumes full-parameter training from the checkpoint's own weights."""


def make_trainer(
    model: Any,
    args: SFTConfig,
    rows: "Dataset",
    asking: PromptMaker,
    *,
    eval_rows: "Dataset | None" = None,
    **more: Any,
) -> VideoSFTTrainer:
    """A trainer for questions and right answers, as in arXiv 2504.00883. The loss counts only the reply.

    Args:
        model: the loaded model, or its path.
        args: TRL's configuration. Prompts are never truncated, because the question is at their end.
        rows: questions, from `load_questions`.
        asking: the maker of prompts. Its store must contain the scenes of `eval_rows` too.
        eval_rows: questions to evaluate on during training.
        **more: further arguments of TRL's trainer: `peft_config`, `callbacks`.

    Raises:
        OptionError: `args` have a setting without effect, such as `max_length`.
        VsiError: the family of the model is not supported.
    """
    refuse_ineffective_args("sft", args)
    args.remove_unused_columns = False  # the collator needs the columns of the questions
    trainer = VideoSFTTrainer(
        model=model,
        args=args,
        train_dataset=as_vision(rows),
        eval_dataset=None if eval_rows is None else as_vision(eval_rows),
        data_collator=AnswerCollator(asking),
        processing_class=asking.processor,
        **more,
    )
    refuse_blind_passes(trainer.model)
    show_rows_to(trainer, asking.processor)
    return trainer


def as_vision(rows: "Dataset") -> "Dataset":
    """Add a column `images` to each row. TRL passes rows with this column to the collator unchanged."""
    return rows.with_transform(_with_images)


def _with_images(batch: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {**batch, "images": [[] for _ in next(iter(batch.values()))]}
