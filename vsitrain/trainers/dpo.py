"""Direct preference optimisation on video: TRL's trainer, with pairs of right and wrong answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer

from vsitrain.families import refuse_blind_passes
from vsitrain.preferences import wrong_answer
from vsitrain.runs.checkpoints import WholeCheckpoints
from vsitrain.runs.publishing import CleanPush
from vsitrain.settings.ineffective import refuse_ineffective_args
from vsitrain.trainers.collate import PreferenceCollator, PromptMaker
from vsitrain.trainers.resume import ExactResume
from vsitrain.trainers.sft import as_vision
from vsitrain.trainers.spread import show_rows_to

if TYPE_CHECKING:
    from datasets import Dataset


class VideoDPOTrainer(CleanPush, WholeCheckpoints, ExactResume, DPOTrainer):
    """TRL's DPO trainer, which resumes full-parameter training from the checkpoint's own weights."""


def make_trainer(
    model: Any,
    args: DPOConfig,
    rows: "Dataset",
    asking: PromptMaker,
    *,
    wrong_answers: Sequence[str] = ("random",),
    eval_rows: "Dataset | None" = None,
    **more: Any,
) -> VideoDPOTrainer:
    """A trainer for pairs of a right and a wrong answer to the same question.

    Without an adapter, TRL loads the reference model from the path of `model`.

    Args:
        model: the loaded model, or its path.
        args: TRL's configuration. Its seed draws the wrong answers. Prompts are never truncated, because the
            question is at their end.
        rows: questions, from `load_questions`.
        asking: the maker of prompts. Its store must contain the scenes of `eval_rows` too.
        wrong_answers: kinds of wrong answers; the first kind that applies to a question is used.
        eval_rows: questions to evaluate on during training.
        **more: further arguments of TRL's trainer: `peft_config`, `callbacks`, `ref_model`.

    Raises:
        OptionError: no wrong answer can be made for a question, or `args` have a setting without effect, such
            as `max_length`.
        VsiError: the family of the model is not supported.
    """
    collator = PreferenceCollator(asking, tuple(wrong_answers), args.seed)
    for questions in filter(None, (rows, eval_rows)):
        for row in questions:
            wrong_answer(row, wrong_answers, letters=asking.letters, seed=args.seed)
    refuse_ineffective_args("dpo", args)
    args.remove_unused_columns = False  # the collator needs the columns of the questions
    trainer = VideoDPOTrainer(
        model=model,
        args=args,
        train_dataset=as_vision(rows),
        eval_dataset=None if eval_rows is None else as_vision(eval_rows),
        data_collator=collator,
        processing_class=asking.processor,
        **more,
    )
    for guarded in filter(None, (trainer.model, trainer.ref_model)):
        refuse_blind_passes(trainer.accelerator.unwrap_model(guarded))
    show_rows_to(trainer, asking.processor)
    return trainer
