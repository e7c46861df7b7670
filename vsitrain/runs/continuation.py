"""Check what differs when a run resumes from a checkpoint, and record it."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vsidata.errors import OptionError
from vsitrain.runs.provenance import Provenance, read_provenance

_SEEN = (
    "method",
    "rules",
    "questions",
    "questions_sha256",
    "frames_sha256",
    "wording",
    "letters",
    "input_mode",
    "num_frames",
    "pixels",
    "blank",
)
"""Settings that decide what the model is shown. Digests of the data are compared, so its path may change."""

_PAID = ("rewards", "reward_weights", "length_window", "wrong_answers")
"""Settings that decide what the model is rewarded for."""


def continue_provenance(checkpoint: str, now: Provenance, *, accept: bool) -> Provenance:
    """The provenance of a run that resumes from a checkpoint.

    Args:
        checkpoint: the folder of the checkpoint.
        now: the provenance of the run with its present settings.
        accept: whether to resume even if data, frames or rewards differ. The change is recorded.

    Returns:
        `now`, with the earlier changes of the run and this one.

    Raises:
        OptionError: data, frames or rewards differ, and `accept` is not set.
    """
    before = read_provenance(checkpoint)
    if before is None:  # made by another program, or before checkpoints had a provenance
        return now
    pairs = _pairs(before, now)
    changed = {name: (was, becomes) for name, (was, becomes) in pairs.items() if was != becomes}
    if changed and not accept:
        listed = "; ".join(f"{name}: {_short(was)} → {_short(now)}" for name, (was, now) in changed.items())
        fault = f"was made with other data, frames or rewards ({listed})."
        remedy = (
            "Use the settings of that run, or start a new run in another --output_dir. To resume anyway, "
            "pass --accept_changes true: the model's provenance then lists the changes."
        )
        raise OptionError(checkpoint, fault, remedy)
    changes = list(before.changes)
    if changed:
        number = Path(checkpoint).name.rpartition("-")[2]
        step = int(number) if number.isdecimal() else None  # None if the checkpoint was renamed
        changes.append({"step": step, "changed": {name: list(pair) for name, pair in changed.items()}})
    return replace(now, changes=tuple(changes))


def _pairs(before: Provenance, now: Provenance) -> dict[str, tuple[Any, Any]]:
    """Name of a recorded setting → its values in the checkpoint and in the run.

    The settings are those that may not change silently.
    """
    old = {name: value for name, value in asdict(before).items() if name in _SEEN and value is not None}
    old |= {name: before.settings[name] for name in _PAID if name in before.settings}
    new = asdict(now) | {name: now.settings.get(name) for name in _PAID}
    return {name: (_plain(was), _plain(new[name])) for name, was in old.items()}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:12]}…"
