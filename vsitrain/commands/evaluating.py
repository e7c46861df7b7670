"""The part that `evaluate` and `study` share: asking a model."""

import os
from pathlib import Path
from typing import Any

from vsitrain.commands.packages import require_packages


def ask(model: str, data: str, out: Path, **how: Any) -> bool:
    """Ask a model the questions of a build. The same call resumes an interrupted evaluation.

    Returns:
        True in the process that prints the results, False in the others.
    """
    require_packages()
    from vsidata.screen.terminal import console, progress
    from vsitrain.commands.quiet import quiet
    from vsitrain.evaluation.evaluate_model import evaluate_model

    quiet()
    helps = os.environ.get("RANK", "0") != "0"  # only the first process shows progress
    with progress(console(stderr=True, quiet=helps)) as bar:
        task = bar.add_task("questions", total=None)
        return evaluate_model(
            model,
            data,
            out,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            **how,
        )
