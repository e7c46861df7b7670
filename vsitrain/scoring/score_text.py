"""Scores as text for people, and as JSON for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from vsidata.plain_text import counted
from vsitrain.scoring.published import Published, published_questions
from vsitrain.scoring.references import REFERENCES
from vsitrain.scoring.score import Figure, Scores
from vsitrain.scoring.tasks import TASKS

References = Mapping[str, Scores]
"""Scores of the references without a model, by their names in a table."""

_KEY, _CENTRES = REFERENCES["key"][0], REFERENCES["centre_distance"][0]
_SPAN = "95 % by room"
_REASONS = 5  # number of reasons that are listed; further reasons are only counted


def as_table(scores: Scores, references: References, published: Sequence[Published] = ()) -> Table:
    """The scores as a table: one row per task, then the averages, in per cent."""
    table = Table(box=None, pad_edge=False)
    table.add_column("task", no_wrap=True)
    marked = [f"{row.name} *" for row in published]
    for name in ("asked", "official", _SPAN, "lenient", *references, *marked):
        table.add_column(name, justify="right", no_wrap=name == _SPAN)
    for task, figure in scores.tasks.items():
        others = [reference.tasks.get(task) for reference in references.values()]
        stated = [row.figures.get(task) for row in published]
        table.add_row(task, *_cells(figure), *map(_official, others), *map(_stated, stated))
    averages = [row.average for row in published]
    whole = [it if it.tasks.keys() == scores.tasks.keys() else None for it in references.values()]
    macros = [it.macro if it else None for it in whole]
    table.add_row("macro", *_cells(scores.macro), *map(_official, macros), *map(_stated, averages))
    micros = [it.micro if it else None for it in whole]
    table.add_row("micro", *_cells(scores.micro), *map(_official, micros))
    for name, figure in scores.datasets.items():
        macros = [it.datasets.get(name) if it else None for it in whole]
        table.add_row(f"macro over {name}", *_cells(figure), *map(_official, macros))
    if scores.debiased:
        macros = [it.debiased if it else None for it in whole]
        table.add_row("macro, debiased subset", *_cells(scores.debiased), *map(_official, macros))
    for frames, figure in scores.frames.items() if len(scores.frames) > 1 else ():
        table.add_row(f"macro over {frames} frames", *_cells(figure))
    return table


def closing_lines(scores: Scores, references: References, published: Sequence[Published] = ()) -> list[str]:
    """The explanations below the table."""
    lines = [
        "macro: mean of the tasks; micro: mean of the questions.",
        "official: the benchmark's own scorer. It reads only the first word, and numbers as Python's float "
        "does. Its average is macro.",
        f"95 %: interval over draws of the {counted(scores.rooms, 'room')}.",
        *on_references(scores, references),
    ]
    if scores.version:
        lines.append(scores.version)
    if published:
        lines.append(f"*: as published, for {published_questions():,} questions; not computed here.")
    if scores.empty:
        lines.append(f"Empty replies, which count as wrong: {scores.empty:,}.")
    if scores.without_reply:
        total = sum(scores.without_reply.values())
        lines.append(f"{total:,} of {scores.micro.questions:,} questions have no reply and count as wrong:")
        common = sorted(scores.without_reply.items(), key=lambda it: -it[1])
        lines += [f"  {count:,}: {reason}" for reason, count in common[:_REASONS]]
        if len(common) > _REASONS:
            rest = sum(count for _, count in common[_REASONS:])
            lines.append(f"  {rest:,}: other reasons ({len(common) - _REASONS:,}), see the predictions.")
    return lines


def on_references(scores: Scores, references: References) -> Iterator[str]:
    """Explanations of the references next to scores of the same questions, one line each."""
    key = references.get(_KEY)
    if key is not None and min(key.macro.official, key.macro.lenient) < 1:
        yield (
            f"{_KEY}: the right answers, scored as replies, get {_percent(key.macro.official)} (official) "
            f"and {_percent(key.macro.lenient)} (lenient), because some of them cannot be read as answers."
        )
    between = references.get(_CENTRES)
    if between is not None:
        asked = sum(scores.tasks[task].questions for task in between.tasks if task in scores.tasks)
        yield (
            "between centres: exact distances between the centres of boxes, although a question may ask for "
            f"closest points. Known for {between.micro.questions:,} of {asked:,} questions of these tasks."
        )
    elif any("distance" in task for task in TASKS if task in scores.tasks):
        yield (
            "between centres: not known, because the data has no boxes of these rooms. A build has them; for "
            "VSI-Bench, pass --meta-info."
        )


def as_json(scores: Scores, references: References, published: Sequence[Published] = ()) -> dict[str, Any]:
    """The scores as plain data: shares between 0 and 1, except published figures, which are in per cent."""
    return {
        **asdict(scores),
        "references": {name: asdict(it) for name, it in references.items()},
        "published": {it.name: {"average": it.average, **it.figures} for it in published},
    }


def _cells(figure: Figure) -> tuple[str, ...]:
    interval = f"{_percent(figure.low)} to {_percent(figure.high)}"
    return f"{figure.questions:,}", _percent(figure.official), interval, _percent(figure.lenient)


def _official(figure: Figure | None) -> str:
    return "–" if figure is None else _percent(figure.official)


def _stated(percent: float | None) -> str:
    return "–" if percent is None else f"{percent:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
