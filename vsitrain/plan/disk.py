"""The disk space of a run, and the refusal of a run that does not fit on the disk."""

import math
import shutil
from pathlib import Path
from typing import Any

from vsidata.errors import OptionError
from vsitrain.plan.plan import RunPlan

_GIB = 2**30


def disk_bytes(plan: RunPlan, args: Any) -> int:
    """Maximum size in bytes of the checkpoints of a run and its model on disk.

    Args:
        plan: the plan of the run.
        args: TRL's configuration, which states when checkpoints are written and how many are kept. For a
            moment there is one more checkpoint than are kept, because the oldest one is removed last.
    """
    written = _checkpoints(plan.schedule.steps, args)
    keep: int | None = args.save_total_limit
    kept = written if keep is None else min(written, keep + 1)
    return (kept + 1) * plan.checkpoint_bytes


def refuse_if_no_room(plan: RunPlan, args: Any) -> None:
    """Refuse a run with checkpoints that would fill the disk of its `output_dir`.

    Raises:
        OptionError: the disk has too little free space; the error states both sizes.
    """
    out = Path(args.output_dir).absolute()
    there = next(folder for folder in (out, *out.parents) if folder.exists())
    needed, free = disk_bytes(plan, args), shutil.disk_usage(there).free
    if needed > free:
        fault = (
            f"has {free / _GIB:.1f} GiB free, but the run's checkpoints, each of "
            f"{plan.checkpoint_bytes / _GIB:.1f} GiB, take up to {needed / _GIB:.1f} GiB"
        )
        remedy = "Free space, pass another output_dir, or keep fewer checkpoints (save_total_limit)."
        raise OptionError(there, fault, remedy)


def _checkpoints(steps: int, args: Any) -> int:
    if args.save_strategy == "no":
        return 0
    if args.save_strategy == "epoch":
        return math.ceil(float(args.num_train_epochs))
    every: float = args.save_steps
    if every < 1:
        every = math.ceil(every * steps)
    return math.ceil(steps / every)
