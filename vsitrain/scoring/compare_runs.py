"""Compare runs with each other, with the paper, with references and with published rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from vsidata.errors import OptionError
from vsitrain.scoring.centres import rooms_of_meta_info, with_centre_answers
from vsitrain.scoring.predictions import match_predictions, read_predictions, read_record
from vsitrain.scoring.published import (
    Published,
    published_beside,
    published_questions,
    published_row,
)
from vsitrain.scoring.references import reference_scores
from vsitrain.scoring.score import Scores, score
from vsitrain.scoring.score_files import own_questions
from vsitrain.scoring.score_text import on_references
from vsitrain.scoring.vsti import other_version

Kind = Literal["run", "difference", "reference", "published"]
Span = tuple[float, float]


@dataclass(frozen=True)
class ComparedRow:
    """A row of the table, in per cent.

    Attributes:
        name: the name of the run, the reference or the published model.
        mode: the prompt mode; empty if it is not known or does not apply.
        average: the macro average; None if not all tasks were answered.
        figures: the score of each task; a task that was not asked is missing.
        kind: the kind of the row.
        spans: 95 % interval by task. The key "" has the interval of the average.
        against: the row that gains are computed against; None for no gains.
    """

    name: str
    average: float | None
    figures: Mapping[str, float]
    mode: str = ""
    kind: Kind = "run"
    spans: Mapping[str, Span] = field(default_factory=dict)
    against: "ComparedRow | None" = None


@dataclass(frozen=True)
class Comparison:
    """A table with the scores of several runs.

    Attributes:
        rows: the rows, in order.
        notes: remarks for the reader.
    """

    rows: list[ComparedRow]
    notes: list[str]


def compare_runs(
    runs: Sequence[Path],
    *,
    base: Path | None = None,
    by_mode: bool = False,
    paper: bool = False,
    published: Sequence[str] = (),
    references: bool = True,
    meta_info: Sequence[Path] = (),
) -> Comparison:
    """Put evaluations side by side.

    Args:
        runs: folders of evaluations, in the order of the rows.
        base: the evaluation of the starting model. Its row comes first, and the gains of the others are
            computed against it.
        by_mode: whether gains are computed against the vanilla mode of the same model, if it is among the
            runs.
        paper: whether each run is followed by its difference to the paper's row of that model and mode.
        published: names of published rows to add.
        references: whether to add references without a model.
        meta_info: files with the boxes of VSI-Bench's rooms, for the answers by centres.

    Raises:
        OptionError: a run is not complete, or was asked other questions than the first.
    """
    folders = [*([base] if base else []), *runs]
    questions = own_questions(folders[0])
    scores = [_scores(folder, questions) for folder in folders]
    rows: list[ComparedRow] = []
    notes: list[str] = []
    beside: list[Published] = []
    for folder, its in zip(folders, scores, strict=True):
        record = read_record(folder)
        mode = (record.get("prompt") or {}).get("name", "")
        name = folder.resolve().parent.name if folder.name == mode else folder.name  # a mode of a study
        row = row_of(name, its, mode=mode, against=rows[0] if base and rows else None)
        rows.append(row)
        theirs = published_beside(record) if paper else None
        if theirs:
            rows.append(_difference(row, theirs))
            beside.append(theirs)
        elif paper:
            notes.append(f"The paper has no row for the model, method and prompt mode of {row.name}.")
    if by_mode:
        vanilla = {row.name: row for row in rows if row.mode == "vanilla" and row.kind == "run"}
        rows = [_gaining(row, vanilla.get(row.name)) for row in rows]
    if references:
        asked = with_centre_answers(questions, rooms_of_meta_info(meta_info)) if meta_info else questions
        known = reference_scores(asked)
        rows += [_reference(name, scores, len(asked)) for name, scores in known.items()]
        notes += on_references(scores[0], known)
    shown = {row.name: row for row in (*beside, *map(published_row, published))}
    rows += [
        ComparedRow(row.name, row.average, row.figures, row.run.get("asked", ""), "published")
        for row in shown.values()
    ]
    if shown and len(questions) != published_questions():
        notes.append(
            f"The published rows are for VSI-Bench's {published_questions():,} questions, the other rows for "
            f"{len(questions):,}."
        )
    return Comparison(rows, notes)


def row_of(
    name: str, scores: Scores, *, mode: str = "", kind: Kind = "run", against: ComparedRow | None = None
) -> ComparedRow:
    """Return the row of a table for the scores of a run."""
    figures = {task: 100 * figure.official for task, figure in scores.tasks.items()}
    named = {**scores.tasks, "": scores.macro}
    spans = {task: (100 * figure.low, 100 * figure.high) for task, figure in named.items()}
    return ComparedRow(name, 100 * scores.macro.official, figures, mode, kind, spans, against)


def _scores(folder: Path, questions: Sequence[Mapping[str, Any]]) -> Scores:
    ours = own_questions(folder)
    if _keys(ours) != _keys(questions):
        fault = (
            other_version(ours, questions)
            or f"has other questions than the first evaluation: {len(ours):,}, not {len(questions):,}."
        )
        raise OptionError(folder, fault, "Compare evaluations of the same questions.")
    return score(*match_predictions(questions, read_predictions(folder), folder, missing_as_wrong=False))


def _keys(rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    return {(row["id"], row["question"], row["ground_truth"]) for row in rows}


def _gaining(row: ComparedRow, on: ComparedRow | None) -> ComparedRow:
    return replace(row, against=on) if on and on is not row and row.kind == "run" else row


def _reference(name: str, scores: Scores, questions: int) -> ComparedRow:
    row = row_of(name, scores, kind="reference")
    return (
        row if scores.micro.questions == questions else ComparedRow(name, None, row.figures, kind="reference")
    )


def _difference(row: ComparedRow, theirs: Published) -> ComparedRow:
    figures = {
        task: ours - theirs.figures[task] for task, ours in row.figures.items() if task in theirs.figures
    }
    same = row.figures.keys() == theirs.figures.keys()
    average = row.average - theirs.average if same and row.average is not None else None
    return ComparedRow(f"{row.name} − {theirs.name}", average, figures, row.mode, "difference")
