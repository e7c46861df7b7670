"""Runs side by side, as in the paper's Table 2: a row a run, with what it gained, and published rows."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import yaml

from vsidata.errors import OptionError
from vsitrain.scoring.score import Scores
from vsitrain.scoring.tasks import TASKS

_HEADS = ("Count", "Abs.Dist", "Obj.Size", "Room", "Rel.Dist", "Rel.Dir", "Route", "Order")
"""What the paper calls the tasks."""


@dataclass(frozen=True)
class Row:
    """A row of the table, in per cent.

    Attributes:
        name: of the run or the published model.
        average: macro.
        figures: by task; a task that was not asked is missing.
        published: whether others computed it.
        against: the row that the gains are against; None for no gains.
    """

    name: str
    average: float
    figures: Mapping[str, float]
    published: bool = False
    against: "Row | None" = None


def row_of(name: str, scores: Scores, against: Row | None = None) -> Row:
    """The row of a run."""
    figures = {task: 100 * figure.official for task, figure in scores.tasks.items()}
    return Row(name, 100 * scores.macro.official, figures, against=against)


def published_rows() -> dict[str, Row]:
    """The published rows by name. Source: published.yaml."""
    stored = yaml.safe_load(resources.files(__package__).joinpath("published.yaml").read_text("utf-8"))
    return {
        row["name"]: Row(
            row["name"],
            row["average"],
            dict(zip(stored["columns"], row["figures"], strict=True)),
            published=True,
        )
        for row in stored["rows"]
    }


def published_row(name: str) -> Row:
    """A published row.

    Raises:
        OptionError: there is none of that name.
    """
    rows = published_rows()
    if name not in rows:
        raise OptionError(name, "is no published row.", f"Choose from: {', '.join(rows)}.")
    return rows[name]


def markdown(rows: Sequence[Row]) -> str:
    """The table in Markdown."""
    lines = [["model", "Avg", *_HEADS], ["---", *["---:"] * (1 + len(_HEADS))], *_cells(rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def comma_separated(rows: Sequence[Row]) -> str:
    """The table as CSV, figures without gains, and whether they are published."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["model", "published", "average", *TASKS])
    for row in rows:
        figures = (row.figures.get(task) for task in TASKS)
        cells = ["" if figure is None else f"{figure:.1f}" for figure in figures]
        writer.writerow([row.name, row.published, f"{row.average:.1f}", *cells])
    return text.getvalue().rstrip("\n")


def latex(rows: Sequence[Row]) -> str:
    """The table in LaTeX, for `booktabs`."""
    body = [" & ".join(map(_escaped, line)) + r" \\" for line in _cells(rows)]
    head = " & ".join(["Model", "Avg", *_HEADS]) + r" \\"
    columns = f"l{'r' * (1 + len(_HEADS))}"
    begin, end = rf"\begin{{tabular}}{{{columns}}}", r"\end{tabular}"
    return "\n".join([begin, r"\toprule", head, r"\midrule", *body, r"\bottomrule", end])


FORMATS: Mapping[str, Callable[[Sequence[Row]], str]] = {
    "markdown": markdown,
    "csv": comma_separated,
    "latex": latex,
}


def _cells(rows: Sequence[Row]) -> list[list[str]]:
    return [
        [
            f"{row.name} (published)" if row.published else row.name,
            _cell(row.average, row.against.average if row.against else None),
            *(
                _cell(row.figures.get(task), row.against.figures.get(task) if row.against else None)
                for task in TASKS
            ),
        ]
        for row in rows
    ]


def _cell(figure: float | None, against: float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:.1f}" if against is None else f"{figure:.1f} ({figure - against:+.1f})"


def _escaped(text: str) -> str:
    return text.replace("&", r"\&").replace("%", r"\%").replace("_", r"\_").replace("–", "--")
