"""What a run says at its end."""

from collections.abc import Mapping

from vsitrain.runs.history import Series, first_and_last
from vsitrain.trainers.train import Trained

_TOLD = {"grpo": "reward", "sft": "loss", "dpo": "loss"}


def closing_lines(method: str, trained: Trained) -> list[str]:
    """What became of the figure that matters most, where the model is, and where to look next."""
    changed = _changed(_TOLD[method], trained.history)
    return [
        f"Trained: {trained.steps:,} steps in {trained.seconds:,.0f} s{changed}.",
        f"Saved: {trained.folder}; its README.md says how to ask it.",
        f"Next: see the curves with `vsitrain curves {trained.folder}`.",
    ]


def _changed(name: str, history: Mapping[str, Series]) -> str:
    series = history.get(name, ())
    if len(series) < 2:
        return ""
    first, last = first_and_last(series)
    return f"; {name} {first:.3f} in the first tenth of them, {last:.3f} in the last"
