"""A run, from what was prepared to a saved model."""

from pathlib import Path
from typing import Any

from vsitrain.data.messages import conversation
from vsitrain.preparation import Preparation, starting_from
from vsitrain.rewards import reward_functions
from vsitrain.starting_model import adapter_config, is_adapter, load_model, merge_adapter

_MERGED = "base"
"""Folder of a run that holds the model it starts from, where that was an adapter on its base."""

_LEFT_OUT = ("rules", "evidence")
"""Columns of a question that neither its clip nor its rewards nor the log of rollouts need."""


def train(prepared: Preparation) -> Path:
    """Train, and save the model with its processor.

    Returns:
        The folder of the model: `output_dir`.

    Raises:
        VsiError: the model does not fit what was prepared.
    """
    start = prepared.config.model.model_name_or_path
    out = Path(prepared.config.training.output_dir)
    if is_adapter(start):
        merged = merge_adapter(start, out / _MERGED, dtype=prepared.config.model.dtype)
        prepared = starting_from(prepared, merged)
    trainer = make_trainer(prepared)
    trainer.train(resume_from_checkpoint=_resumed(prepared.config.training))
    trainer.save_model(str(out))
    if prepared.config.training.push_to_hub:
        trainer.push_to_hub()
    return out


def make_trainer(prepared: Preparation, **more: Any) -> Any:
    """The trainer of a run, its model loaded."""
    config = prepared.config
    model = load_model(config.model, train_vision=not config.options.freeze_vision)
    more = {"peft_config": adapter_config(config.model), **more}
    makers = {"grpo": _grpo, "sft": _sft, "dpo": _dpo}
    return makers[prepared.method](prepared, model, more)


def _grpo(prepared: Preparation, model: Any, more: dict[str, Any]) -> Any:
    from vsitrain.video import VideoGRPOTrainer

    config, store = prepared.config, prepared.store
    options = config.options
    config.training.remove_unused_columns = False
    return VideoGRPOTrainer(
        model,
        reward_functions(
            options.rewards, mode=prepared.mode, letters=options.letters, lengths=options.length_window
        ),
        config.training,
        _asked(prepared, prepared.rows),
        eval_dataset=None if prepared.eval_rows is None else _asked(prepared, prepared.eval_rows),
        processing_class=prepared.processor,
        clip_of=lambda row: store.clip(row["scene_name"], row["dataset"]),
        input_mode=options.input_mode,
        **more,
    )


def _sft(prepared: Preparation, model: Any, more: dict[str, Any]) -> Any:
    from vsitrain.sft import make_trainer

    rows, eval_rows = prepared.rows, prepared.eval_rows
    return make_trainer(model, prepared.config.training, rows, _asking(prepared), eval_rows=eval_rows, **more)


def _dpo(prepared: Preparation, model: Any, more: dict[str, Any]) -> Any:
    from vsitrain.dpo import make_trainer

    return make_trainer(
        model,
        prepared.config.training,
        prepared.rows,
        _asking(prepared),
        wrong_answers=prepared.config.options.wrong_answers,
        eval_rows=prepared.eval_rows,
        **more,
    )


def _asking(prepared: Preparation) -> Any:
    from vsitrain.collate import Asking

    options = prepared.config.options
    return Asking(prepared.processor, prepared.store, prepared.mode, options.letters, options.input_mode)


def _asked(prepared: Preparation, rows: Any) -> Any:
    """Rows as GRPO takes them: what rewards need, and the messages of the prompt. No clip among them."""
    mode, letters = prepared.mode, prepared.config.options.letters
    return rows.remove_columns(list(_LEFT_OUT)).map(
        lambda row: {"prompt": conversation(row, mode, form="training", letters=letters)}
    )


def _resumed(args: Any) -> bool | str | None:
    """What to resume from: a checkpoint's folder, or `last` for the newest of the run."""
    given = args.resume_from_checkpoint
    return True if given == "last" else given
