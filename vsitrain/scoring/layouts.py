"""Tables in the layouts of the paper, in Markdown, CSV and LaTeX."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from vsitrain.scoring.compare_runs import ComparedRow
from vsitrain.scoring.tasks import TASKS

_HEADS = ("Count", "Abs.Dist", "Obj.Size", "Room", "Rel.Dist", "Rel.Dir", "Route", "Order")
"""The names of the tasks in the paper."""

LAYOUTS: Mapping[str, tuple[str, str]] = {"models": ("Model", "Mode"), "modes": ("Model", "Prompt")}
"""The names of the first columns: in the paper's Table 2 of models, and in Table 1 of prompt modes."""

_MARKS = {"run": "", "difference": " (difference)", "reference": " (reference)", "published": " (published)"}


def markdown(rows: Sequence[ComparedRow], first: tuple[str, str]) -> str:
    """The table in Markdown."""
    heads = [*first, "Avg", *_HEADS]
    rule = ["---", "---", *["---:"] * (1 + len(_HEADS))]
    lines = [heads, rule, *(_cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def comma_separated(rows: Sequence[ComparedRow], first: tuple[str, str]) -> str:  # noqa: ARG001 - it has every column
    """The table as CSV, with separate columns for figures, gains and the kind of each row."""
    names = ["average", *TASKS]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["model", "prompt", "kind", *names, *(f"{name} gain" for name in names)])
    for row in rows:
        gains = [_plain(gain, sign=True) for gain in _gains(row)]
        writer.writerow([row.name, row.mode, row.kind, *(_plain(figure) for figure in _figures(row)), *gains])
    return text.getvalue().rstrip("\n")


def latex(rows: Sequence[ComparedRow], first: tuple[str, str]) -> str:
    """The table in LaTeX, for `booktabs`."""
    head = " & ".join([*first, "Avg", *_HEADS]) + r" \\"
    columns = f"ll{'r' * (1 + len(_HEADS))}"
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head]
    for _, group in groupby(rows, key=lambda row: "run" if row.kind == "difference" else row.kind):
        body = (" & ".join(map(_escaped, _cells(row))) + r" \\" for row in group)
        lines += [r"\midrule", *body]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


FORMATS: Mapping[str, Callable[[Sequence[ComparedRow], tuple[str, str]], str]] = {
    "markdown": markdown,
    "csv": comma_separated,
    "latex": latex,
}


def _cells(row: ComparedRow) -> list[str]:
    names = [f"{row.name}{_MARKS[row.kind]}", row.mode or "–"]
    sign = row.kind == "difference"
    figures = [_plain(figure, sign=sign) or "–" for figure in _figures(row)]
    gains = [f" ({_plain(gain, sign=True)})" if gain is not None else "" for gain in _gains(row)]
    return [*names, *(f"{figure}{gain}" for figure, gain in zip(figures, gains, strict=True))]


def _figures(row: ComparedRow) -> list[float | None]:
    return [row.average, *(row.figures.get(task) for task in TASKS)]


def _gains(row: ComparedRow) -> list[float | None]:
    """The differences between a row and the row that it is compared with."""
    if row.against is None:
        return [None] * (1 + len(TASKS))
    return [
        None if ours is None or theirs is None else ours - theirs
        for ours, theirs in zip(_figures(row), _figures(row.against), strict=True)
    ]


def _plain(figure: float | None, *, sign: bool = False) -> str:
    if figure is None:
        return ""
    return f"{figure:+.1f}" if sign else f"{figure:.1f}"


def _escaped(text: str) -> str:
    swaps = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "–": "--", "−": "$-$"}
    return "".join(swaps.get(letter, letter) for letter in text)
