"""What a run logged, step by step: figures by name, as the Trainer keeps them in trainer_state.json."""

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
"""What the names of figures begin with that are mean rewards of one topic."""

Series = Sequence[tuple[int, float]]
"""Steps, rising, with the value logged at each."""


def read_history(run: Path) -> dict[str, Series]:
    """The figures of a run that ended, or of its newest checkpoint while it goes on.

    Args:
        run: the run's folder, or that of a checkpoint.

    Raises:
        VsiError: there is nothing of a run in it.
    """
    folder: Path | None = run if (run / STATE).is_file() else last_checkpoint(run)
    if folder is None:
        fault = f"holds no {STATE} and no whole checkpoint"
        raise VsiError(run, fault, "Name the output_dir of a run that has written a checkpoint.")
    try:
        return history_of(json.loads(read_regular(folder / STATE))["log_history"])
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
        raise VsiError(folder / STATE, fault, "Name another checkpoint.") from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        fault = f"cannot be read: {type(error).__name__}, {error!s:.200}"
        raise VsiError(folder / STATE, fault, "Name another checkpoint.") from error


def history_of(logged: Sequence[Mapping[str, Any]]) -> dict[str, Series]:
    """Figures by name from what the Trainer logged. What is no finite number is left out."""
    history: dict[str, list[tuple[int, float]]] = {}
    for entry in logged:
        for name, value in entry.items():
            if name not in ("step", "epoch") and isinstance(value, (int, float)) and math.isfinite(value):
                history.setdefault(name, []).append((int(entry["step"]), float(value)))
    return {name: tuple(values) for name, values in history.items()}


def first_and_last(series: Series, share: float = 0.1) -> tuple[float, float]:
    """Means of a series over a share of its values at its beginning and at its end, at least one."""
    count = max(1, round(share * len(series)))
    values = [value for _, value in series]
    return fmean(values[:count]), fmean(values[-count:])


def smoothed(series: Series, window: int) -> Series:
    """Each value's mean with those before it, `window` together at most."""
    values = [value for _, value in series]
    return tuple(
        (step, fmean(values[max(0, place + 1 - window) : place + 1]))
        for place, (step, _) in enumerate(series)
    )
