"""Supervised fine-tuning on video: TRL's trainer, with clips decoded as batches need them."""

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
    """A trainer on questions and their right answers, as in arXiv 2504.00883; the loss is on the reply alone.

    Args:
        model: loaded, or its path.
        args: of TRL. Prompts are never cut: their end is the question.
        rows: questions, from `load_questions`.
        asking: how they become prompts. Its store must know the scenes of `eval_rows` too.
        eval_rows: questions to evaluate on during training.
        **more: as TRL's trainer takes it: `peft_config`, `callbacks`.

    Raises:
        OptionError: `args` have a setting that would do nothing, such as `max_length`.
        VsiError: the model is of no family that can be shown a video.
    """
    refuse_ineffective_args("sft", args)
    args.remove_unused_columns = False  # the collator asks for the question's own columns
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
    """Rows that TRL leaves to the collator: it takes a dataset for one of pictures by its column `images`."""
    return rows.with_transform(_with_images)


def _with_images(batch: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {**batch, "images": [[] for _ in next(iter(batch.values()))]}
