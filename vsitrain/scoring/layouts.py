"""Tables in the layouts of the papers, in Markdown, CSV and LaTeX."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from vsitrain.scoring.compare_runs import ComparedRow
from vsitrain.scoring.tasks import TASKS, VSTI_HEADS

_HEADS = ("Count", "Abs.Dist", "Obj.Size", "Room", "Rel.Dist", "Rel.Dir", "Route", "Order")
"""The names of the tasks in the paper."""

LAYOUTS: Mapping[str, tuple[str, str]] = {"models": ("Model", "Mode"), "modes": ("Model", "Prompt")}
"""The names of the first columns: in the paper's Table 2 of models, and in Table 1 of prompt modes."""

_MARKS = {"run": "", "difference": " (difference)", "reference": " (reference)", "published": " (published)"}


def markdown(rows: Sequence[ComparedRow], first: tuple[str, str]) -> str:
    """The table in Markdown."""
    columns = _columns(rows)
    heads = [*first, "Avg", *columns.values()]
    rule = ["---", "---", *["---:"] * (1 + len(columns))]
    lines = [heads, rule, *(_cells(row, columns) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def comma_separated(rows: Sequence[ComparedRow], first: tuple[str, str]) -> str:  # noqa: ARG001 - it has every column
    """The table as CSV, with separate columns for figures, gains and the kind of each row."""
    columns = _columns(rows)
    names = ["average", *columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["model", "prompt", "kind", *names, *(f"{name} gain" for name in names)])
    for row in rows:
        gains = [_plain(gain, sign=True) for gain in _gains(row, columns)]
        figures = [_plain(figure) for figure in _figures(row, columns)]
        writer.writerow([row.name, row.mode, row.kind, *figures, *gains])
    return text.getvalue().rstrip("\n")


def latex(rows: Sequence[ComparedRow], first: tuple[str, str]) -> str:
    """The table in LaTeX, for `booktabs`."""
    columns = _columns(rows)
    head = " & ".join([*first, "Avg", *columns.values()]) + r" \\"
    lines = [rf"\begin{{tabular}}{{ll{'r' * (1 + len(columns))}}}", r"\toprule", head]
    for _, group in groupby(rows, key=lambda row: "run" if row.kind == "difference" else row.kind):
        body = (" & ".join(map(_escaped, _cells(row, columns))) + r" \\" for row in group)
        lines += [r"\midrule", *body]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


FORMATS: Mapping[str, Callable[[Sequence[ComparedRow], tuple[str, str]], str]] = {
    "markdown": markdown,
    "csv": comma_separated,
    "latex": latex,
}


def _columns(rows: Sequence[ComparedRow]) -> Mapping[str, str]:
    """The tasks of the columns with their heads: those of VSTI-Bench, of VSI-Bench, or of both."""
    asked = {task for row in rows for task in row.figures}
    others = VSTI_HEADS if asked.intersection(VSTI_HEADS) else {}
    own = dict(zip(TASKS, _HEADS, strict=True)) if asked.intersection(TASKS) or not others else {}
    return {**own, **others}


def _cells(row: ComparedRow, columns: Iterable[str]) -> list[str]:
    names = [f"{row.name}{_MARKS[row.kind]}", row.mode or "–"]
    sign = row.kind == "difference"
    figures = [_plain(figure, sign=sign) or "–" for figure in _figures(row, columns)]
    gains = [f" ({_plain(gain, sign=True)})" if gain is not None else "" for gain in _gains(row, columns)]
    return [*names, *(f"{figure}{gain}" for figure, gain in zip(figures, gains, strict=True))]


def _figures(row: ComparedRow, columns: Iterable[str]) -> list[float | None]:
    return [row.average, *(row.figures.get(task) for task in columns)]


def _gains(row: ComparedRow, columns: Iterable[str]) -> list[float | None]:
    """The differences between a row and the row that it is compared with."""
    if row.against is None:
        return [None for _ in _figures(row, columns)]
    return [
        None if ours is None or theirs is None else ours - theirs
        for ours, theirs in zip(_figures(row, columns), _figures(row.against, columns), strict=True)
    ]


def _plain(figure: float | None, *, sign: bool = False) -> str:
    if figure is None:
        return ""
    return f"{figure:+.1f}" if sign else f"{figure:.1f}"


def _escaped(text: str) -> str:
    swaps = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "–": "--", "−": "$-$"}
    return "".join(swaps.get(letter, letter) for letter in text)
