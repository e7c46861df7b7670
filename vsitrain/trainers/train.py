"""Train a prepared run, and save its model."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PrinterCallback

from vsitrain.data.messages import conversation
from vsitrain.data.named_frames import clip_of
from vsitrain.families import keep_gradients_out_of_the_tower
from vsitrain.models.starting_model import (
    adapter_config,
    is_adapter,
    load_model,
    merge_adapter,
    name_base,
    weights_dtype,
)
from vsitrain.rewards import reward_functions
from vsitrain.runs.checkpoints import full_disk_in_words, resumed_from
from vsitrain.runs.continuation import continue_provenance
from vsitrain.runs.history import Series, history_of
from vsitrain.runs.provenance import MERGED
from vsitrain.runs.publishing import make_repository
from vsitrain.runs.run_folder import claim_run_folder, refuse_linked_run
from vsitrain.trainers.preparation import Preparation, starting_from
from vsitrain.trainers.run_provenance import provenance_of

_LEFT_OUT = ("rules", "evidence")
"""Columns of a question that neither its clip nor its rewards nor the log of rollouts need."""


@dataclass(frozen=True)
class Trained:
    """A finished run.

    Attributes:
        folder: the folder of the model, `output_dir`.
        steps: number of steps, including those before a checkpoint.
        seconds: duration of this part of the run.
        history: the figures that were logged, by name.
    """

    folder: Path
    steps: int
    seconds: float
    history: Mapping[str, Series]


def train(prepared: Preparation, *, callbacks: Sequence[Any] = ()) -> Trained:
    """Train, save the model with its processor, and push it if the recipe has push_to_hub.

    Args:
        prepared: the run.
        callbacks: further callbacks of the trainer.

    Raises:
        OptionError: the folder contains another run, or the checkpoint was made with other data.
        VsiError: the model does not fit the preparation, a checkpoint cannot be read or written, or the Hub
            refuses the model.
    """
    with full_disk_in_words(Path(prepared.config.training.output_dir)):
        return _train(prepared, callbacks)


def _train(prepared: Preparation, callbacks: Sequence[Any]) -> Trained:
    provenance = provenance_of(prepared)
    args = prepared.config.training
    start = prepared.config.model.model_name_or_path
    out = Path(args.output_dir)
    options = prepared.config.options
    resumed = resumed_from(args.resume_from_checkpoint, out)
    with args.main_process_first(local=args.save_on_each_node, desc="preparing the folder of the run"):
        if resumed is not None:
            provenance = continue_provenance(resumed, provenance, accept=options.accept_changes)
        else:
            claim_run_folder(out, start=start, overwrite=options.overwrite)
        refuse_linked_run(out)
        if is_adapter(start) and args.should_save:
            merge_adapter(start, out / MERGED, dtype=prepared.config.model.dtype)
    if is_adapter(start):
        prepared = starting_from(prepared, (out / MERGED).resolve())
    pushes = args.push_to_hub and args.process_index == 0
    repository = make_repository(args, prepared.config.hub_token) if pushes else None
    args.disable_tqdm = True
    trainer = make_trainer(prepared)
    trainer.remove_callback(PrinterCallback)
    trainer.provenance = provenance
    trainer.repository = repository
    if is_adapter(start) and args.push_to_hub:
        name_base(trainer.model, MERGED)
    for callback in callbacks:
        trainer.add_callback(callback)
    began = time.monotonic()
    trainer.train(resume_from_checkpoint=resumed)
    trainer.save_state()
    if args.push_to_hub:
        trainer.push_to_hub()  # saves, too
    else:
        trainer.save_model(str(out))
    seconds = time.monotonic() - began
    return Trained(out, trainer.state.global_step, seconds, history_of(trainer.state.log_history))


def make_trainer(prepared: Preparation, **more: Any) -> Any:
    """The trainer of a run, with its model loaded."""
    config = prepared.config
    dtype = weights_dtype(config.model, config.training)
    model = load_model(config.model, dtype=dtype, train_vision=not config.options.freeze_vision)
    if not prepared.plan.model.trains_vision:
        keep_gradients_out_of_the_tower(model)
    more = {"peft_config": adapter_config(config.model), **more}
    makers = {"grpo": _grpo, "sft": _sft, "dpo": _dpo}
    return makers[prepared.method](prepared, model, more)


def _grpo(prepared: Preparation, model: Any, more: dict[str, Any]) -> Any:
    from vsitrain.runs.alarms import AlarmCallback
    from vsitrain.runs.rollouts import ROLLOUTS
    from vsitrain.trainers.grpo import VideoGRPOTrainer

    config, store = prepared.config, prepared.store
    options, args = config.options, config.training
    args.remove_unused_columns = False
    rewards = reward_functions(
        options.rewards, mode=prepared.mode, letters=options.letters, lengths=options.length_window
    )
    trainer = VideoGRPOTrainer(
        model,
        rewards,
        args,
        _grpo_rows(prepared, prepared.rows),
        eval_dataset=None if prepared.eval_rows is None else _grpo_rows(prepared, prepared.eval_rows),
        processing_class=prepared.processor,
        clip_of=lambda row: store.clip(*clip_of(row)),
        input_mode=options.input_mode,
        rollouts=Path(args.output_dir) / ROLLOUTS if options.rollout_log else None,
        **more,
    )
    trainer.add_callback(AlarmCallback())
    return trainer


def _sft(prepared: Preparation, model: Any, more: dict[str, Any]) -> Any:
    from vsitrain.trainers.sft import make_trainer

    rows, eval_rows = prepared.rows, prepared.eval_rows
    return make_trainer(
        model, prepared.config.training, rows, _prompt_maker(prepared), eval_rows=eval_rows, **more
    )


def _dpo(prepared: Preparation, model: Any, more: dict[str, Any]) -> Any:
    from vsitrain.trainers.dpo import make_trainer

    return make_trainer(
        model,
        prepared.config.training,
        prepared.rows,
        _prompt_maker(prepared),
        wrong_answers=prepared.config.options.wrong_answers,
        eval_rows=prepared.eval_rows,
        **more,
    )


def _prompt_maker(prepared: Preparation) -> Any:
    from vsitrain.trainers.collate import PromptMaker

    options = prepared.config.options
    return PromptMaker(prepared.processor, prepared.store, prepared.mode, options.letters, options.input_mode)


def _grpo_rows(prepared: Preparation, rows: Any) -> Any:
    """Rows for GRPO: the columns that rewards need, and the messages of the prompt, without clips."""
    mode, letters = prepared.mode, prepared.config.options.letters
    return rows.remove_columns(list(_LEFT_OUT)).map(
        lambda row: {"prompt": conversation(row, mode, form="training", letters=letters)}
    )
