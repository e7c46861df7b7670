"""The figures that a run logged at each step, by name, from the Trainer's trainer_state.json."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from vsidata.errors import VsiError
from vsidata.files.safe_files import read_regular
from vsitrain.runs.checkpoints import STATE, last_checkpoint

BY_TOPIC = "rewards_by_topic/"
"""Prefix of the names of figures that are mean rewards of one topic."""

Series = Sequence[tuple[int, float]]
"""Steps in increasing order, each with the value that was logged."""


def read_history(run: Path) -> dict[str, Series]:
    """The figures of a finished run, or of the newest checkpoint of a run in progress.

    Args:
        run: the folder of a run or of a checkpoint.

    Raises:
        VsiError: the folder contains no run.
    """
    folder: Path | None = run if (run / STATE).is_file() else last_checkpoint(run)
    if folder is None:
        fault = f"contains no {STATE} and no complete checkpoint"
        raise VsiError(run, fault, "Pass the output_dir of a run that has written a checkpoint.")
    try:
        return history_of(json.loads(read_regular(folder / STATE))["log_history"])
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
        raise VsiError(folder / STATE, fault, "Pass another checkpoint.") from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        fault = f"cannot be read: {type(error).__name__}, {error!s:.200}"
        raise VsiError(folder / STATE, fault, "Pass another checkpoint.") from error


def history_of(logged: Sequence[Mapping[str, Any]]) -> dict[str, Series]:
    """Figures by name from the Trainer's log. Values that are not finite numbers are left out."""
    history: dict[str, list[tuple[int, float]]] = {}
    for entry in logged:
        for name, value in entry.items():
            if name not in ("step", "epoch") and isinstance(value, (int, float)) and math.isfinite(value):
                history.setdefault(name, []).append((int(entry["step"]), float(value)))
    return {name: tuple(values) for name, values in history.items()}


def first_and_last(series: Series, share: float = 0.1) -> tuple[float, float]:
    """The mean of the first values of a series, and that of the last values.

    Args:
        series: a series.
        share: the share of the values in each mean. At least one value is used.
    """
    count = max(1, round(share * len(series)))
    values = [value for _, value in series]
    return fmean(values[:count]), fmean(values[-count:])


def smoothed(series: Series, window: int) -> Series:
    """The moving mean of a series: of each value and those before it, at most `window` values."""
    values = [value for _, value in series]
    return tuple(
        (step, fmean(values[max(0, place + 1 - window) : place + 1]))
        for place, (step, _) in enumerate(series)
    )
