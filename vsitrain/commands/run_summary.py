"""The lines that a training command prints at its end."""

from collections.abc import Mapping

from vsitrain.runs.history import Series, first_and_last
from vsitrain.trainers.train import Trained

_FIGURE = {"grpo": "reward", "sft": "loss", "dpo": "loss"}


def closing_lines(method: str, trained: Trained) -> list[str]:
    """The change of the most important figure, the folder of the model, and the next command."""
    changed = _changed(_FIGURE[method], trained.history)
    return [
        f"Trained: {trained.steps:,} steps in {trained.seconds:,.0f} s{changed}.",
        f"Saved: {trained.folder}. Its README.md describes how to ask the model.",
        f"Next: draw the curves with `vsitrain curves {trained.folder}`.",
    ]


def _changed(name: str, history: Mapping[str, Series]) -> str:
    series = history.get(name, ())
    if len(series) < 2:
        return ""
    first, last = first_and_last(series)
    return f"; mean {name} {first:.3f} in the first tenth of the steps, {last:.3f} in the last tenth"
