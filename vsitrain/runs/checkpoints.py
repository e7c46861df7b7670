"""Checkpoints with the provenance of their model, and the model card of a run."""

import json
import math
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transformers import TrainerState
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR
from trl.trainer.base_trainer import _BaseTrainer

from vsidata.errors import OptionError, VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import read_regular
from vsitrain.pretrained import in_words
from vsitrain.runs.full_disk import is_full_disk
from vsitrain.runs.model_card import model_card
from vsitrain.runs.provenance import Provenance, write_provenance

STATE = "trainer_state.json"
"""The last file that the Trainer writes to a checkpoint. If it can be read, the checkpoint is complete."""


class WholeCheckpoints(_BaseTrainer):
    """Mixin for a trainer. If the disk is full, it leaves no incomplete checkpoint behind.

    Attributes:
        provenance: the provenance of the trained model; None if it is not known. Then the card is TRL's.
    """

    provenance: Provenance | None = None

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        folder = Path(str(self.args.output_dir)) / f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
        try:
            super()._save_checkpoint(model, trial)
        except Exception as error:  # some Rust libraries raise only this class
            if not is_full_disk(error):
                raise
            if self.args.should_save:
                shutil.rmtree(folder, ignore_errors=True)
            before = last_checkpoint(folder.parent)
            fault = f"cannot be written at step {self.state.global_step}: the disk is full"
            remedy = "Free space, or keep fewer checkpoints (save_total_limit). Then "
            remedy += f"resume from {before}." if before else "start again."
            raise VsiError(folder, fault, remedy) from error

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        super()._save(output_dir, state_dict)
        if self.provenance is not None and self.args.should_save:
            folder = Path(output_dir or str(self.args.output_dir))
            write_provenance(folder, self.provenance)
            self._write_card(folder, self.provenance, None)  # replaces PEFT's card, which has no content

    def create_model_card(  # type: ignore[override]
        self, model_name: str | None = None, dataset_name: str | None = None, tags: Any = None
    ) -> None:
        """Write README.md into the run's folder."""
        if self.provenance is None:
            super().create_model_card(model_name, dataset_name, tags)
        elif self.is_world_process_zero():
            self._write_card(Path(str(self.args.output_dir)), self.provenance, model_name)

    def _write_card(self, folder: Path, provenance: Provenance, name: str | None) -> None:
        adapter = hasattr(self.accelerator.unwrap_model(self.model), "peft_config")
        folder.mkdir(parents=True, exist_ok=True)
        text = model_card(name or Path(str(self.args.output_dir)).name, provenance, adapter=adapter)
        write_whole(folder / "README.md", [text.encode()])


def resumed_from(given: str | None, run: Path) -> str | None:
    """The checkpoint that a run resumes from; None if it starts from the beginning.

    Args:
        given: the folder of a checkpoint; None for a new run. `last` is the newest complete checkpoint of the
            run. If the run has no checkpoint, `last` starts a new run, so that the same command starts and
            resumes a run.
        run: the run's folder.

    Raises:
        OptionError: the folder is not a complete checkpoint, or no run wrote it.
    """
    if given is None:
        return None
    if given == "last":
        last = last_checkpoint(run)
        given = None if last is None else str(last)
    elif not _is_whole(Path(given)):
        fault = f"is not a complete checkpoint: {STATE} is missing or damaged."
        raise OptionError(given, fault, "Pass a folder checkpoint-…, or `last` for the newest complete one.")
    if given is not None:
        _check_state(Path(given) / STATE)
    return given


def _check_state(file: Path) -> None:
    """Refuse a damaged state of a trainer, before a trainer loads it."""
    with in_words(file, "is not what a run writes", "Resume from another checkpoint."):
        state: Any = TrainerState.load_from_json(str(file))
        steps = [it["step"] for it in state.log_history]
        if not all(type(step) is int and step >= 0 for step in (state.global_step, *steps)):
            raise ValueError("a step is not a number")
        for name in ("epoch", "best_metric", "total_flos"):
            value = getattr(state, name)
            if value is not None and (type(value) not in (int, float) or not math.isfinite(value)):
                raise ValueError(f"{name} is not a number")
        if not isinstance(state.best_model_checkpoint, str | None):
            raise ValueError("best_model_checkpoint is not a path")


def last_checkpoint(run: Path) -> Path | None:
    """The newest complete checkpoint of a run. A run that was killed may leave an incomplete one."""
    numbered = {
        int(found[1]): path
        for path in run.glob(f"{PREFIX_CHECKPOINT_DIR}-*")
        if (found := re.fullmatch(rf"{PREFIX_CHECKPOINT_DIR}-(\d+)", path.name))
    }
    return next(
        (numbered[step] for step in sorted(numbered, reverse=True) if _is_whole(numbered[step])), None
    )


def _is_whole(checkpoint: Path) -> bool:
    try:
        json.loads(read_regular(checkpoint / STATE))
    except (OSError, ValueError):
        return False
    return True


@contextmanager
def full_disk_in_words(run: Path) -> Iterator[None]:
    """Turn the error of a full disk into an error with a remedy, for any file of a run.

    Raises:
        VsiError: a disk is full.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, VsiError) or not is_full_disk(error):
            raise
        before = last_checkpoint(run)
        remedy = f"resume from {before}." if before else "start again."
        place = str(getattr(error, "filename", None) or run)
        fault = "cannot be written: the disk is full."
        raise VsiError(place, fault, f"Free space, and {remedy}") from error
