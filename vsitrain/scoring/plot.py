"""Evaluations as a picture: one panel per task, one point per run with its interval, references as lines."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vsidata.plain_text import in_a_line
from vsidata.topics.registry import TOPICS
from vsitrain.figure_file import write_figure
from vsitrain.scoring.compare_runs import ComparedRow
from vsitrain.scoring.tasks import TASKS, VSTI_HEADS

_TITLES = {"": "macro average"} | {task: TOPICS[task].title for task in TASKS} | VSTI_HEADS
_STYLES = ((0, (1, 1.5)), (0, (4, 2)), (0, (6, 1.5, 1, 1.5)), "solid")
"""Styles of the lines of references. They can be distinguished without colour."""

_COLUMNS = 3
_LEFT_OUT = "the key itself"  # the key scores 100 everywhere, and would only narrow the range of the others


def draw_comparison(rows: Sequence[ComparedRow], out: Path) -> None:
    """Draw the rows of a table.

    Args:
        rows: the rows of the table. Runs are filled points with their 95 % intervals, published rows are
            hollow points without intervals, and references are vertical lines.
        out: the picture; its suffix selects PNG, SVG or PDF.

    Raises:
        OptionError: the picture cannot be written.
    """
    from matplotlib import rc_context

    with rc_context({"text.parse_math": False}):  # a name between two `$` is not a formula
        _draw_rows(rows, out)


def _draw_rows(rows: Sequence[ComparedRow], out: Path) -> None:
    from matplotlib.figure import Figure

    points = [row for row in rows if row.kind in ("run", "published")]
    lines = [row for row in rows if row.kind == "reference" and row.name != _LEFT_OUT]
    tasks = [task for task in _TITLES if any(_figure(row, task) is not None for row in points)]
    height = -(-len(tasks) // _COLUMNS)
    figure = Figure(figsize=(12, height * (0.9 + 0.27 * len(points)) + 0.6), layout="constrained")
    places = figure.subplots(height, _COLUMNS, squeeze=False, sharey=True)
    for place, task in zip(places.ravel(), tasks, strict=False):
        for row, style in zip(lines, _STYLES, strict=False):
            if (at := _figure(row, task)) is not None:
                place.axvline(at, color="0.45", linewidth=1.1, linestyle=style, label=in_a_line(row.name))
        for height_of, row in enumerate(points):
            _draw(place, row, task, len(points) - 1 - height_of)
        place.set_title(_TITLES[task], fontsize=10, loc="left")
        place.set_yticks(range(len(points)), [in_a_line(row.name) for row in reversed(points)], fontsize=8)
        place.set_ylim(-0.6, len(points) - 0.4)
        place.tick_params(axis="x", labelsize=8)
        place.spines[["top", "right"]].set_visible(False)
    for place in places.ravel()[len(tasks) :]:
        place.set_visible(False)
    for place in places[-1]:
        place.set_xlabel("per cent", fontsize=8)
    figure.suptitle("Benchmark's own scorer; bars: 95 % intervals by room", fontsize=9, x=0.01, ha="left")
    labelled = [place.get_legend_handles_labels() for place in places.ravel()]
    handles = {name: it for its, names in labelled for it, name in zip(its, names, strict=True)}
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=6, fontsize=8, frameon=False
    )
    write_figure(figure, out)


def _draw(place: Any, row: ComparedRow, task: str, height: int) -> None:
    at = _figure(row, task)
    if at is None:
        return
    if row.kind == "published":
        place.plot(
            at, height, "D", color="white", markeredgecolor="tab:orange", markersize=5, label="published"
        )
        return
    low, high = row.spans[task]
    place.plot([low, high], [height, height], color="tab:blue", linewidth=1.6)
    place.plot(at, height, "o", color="tab:blue", markersize=5, label="evaluated here")


def _figure(row: ComparedRow, task: str) -> float | None:
    return row.average if not task else row.figures.get(task)
