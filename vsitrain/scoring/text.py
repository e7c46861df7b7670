"""Scores as a person reads them, and as a program does."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from vsitrain.scoring.score import Figure, Scores

References = Mapping[str, Scores]
"""Scores of what answers without a model, by what a table calls it."""


def as_table(scores: Scores, references: References) -> Table:
    """A row a task, then the averages; in per cent, as the field writes them."""
    table = Table(box=None, pad_edge=False)
    table.add_column("task", no_wrap=True)
    for name in ("questions", "official", "95 % by scene", "lenient", *references):
        table.add_column(name, justify="right")
    for task, figure in scores.tasks.items():
        others = [reference.tasks[task].official for reference in references.values()]
        table.add_row(task, *_cells(figure), *map(_percent, others))
    macros = [reference.macro.official for reference in references.values()]
    micros = [reference.micro.official for reference in references.values()]
    table.add_row("macro", *_cells(scores.macro), *map(_percent, macros))
    table.add_row("micro", *_cells(scores.micro), *map(_percent, micros))
    for name, figure in scores.datasets.items():
        macros = [reference.datasets[name].official for reference in references.values()]
        table.add_row(f"macro over {name}", *_cells(figure), *map(_percent, macros))
    return table


def closing_lines(scores: Scores) -> list[str]:
    """What a reader of the table must know beside it."""
    lines = [
        "macro: mean of the tasks; micro: mean of the questions.",
        "official: the benchmark's own scorer (first word, Python's float, no other dress), whose average is "
        "the macro one.",
        f"95 %: when the {scores.scenes:,} scenes are drawn again.",
    ]
    if scores.empty:
        lines.append(f"{scores.empty:,} replies are empty; they count as wrong.")
    for reason, count in scores.without_reply.items():
        lines.append(f"{count:,} questions have no reply and count as wrong: {reason}.")
    return lines


def as_json(scores: Scores, references: References) -> dict[str, Any]:
    """The same as plain data, shares between 0 and 1."""
    return {**asdict(scores), "references": {name: asdict(it) for name, it in references.items()}}


def _cells(figure: Figure) -> tuple[str, ...]:
    interval = f"{_percent(figure.low)} to {_percent(figure.high)}"
    return f"{figure.questions:,}", _percent(figure.official), interval, _percent(figure.lenient)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
