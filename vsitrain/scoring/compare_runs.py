"""Runs side by side, with what each gained and how far it is from the paper, references, published rows."""

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

Kind = Literal["run", "difference", "reference", "published"]
Span = tuple[float, float]


@dataclass(frozen=True)
class ComparedRow:
    """A row of the table, in per cent.

    Attributes:
        name: of the run, the reference or the published model.
        mode: that it was asked in; empty where that is not known or says nothing.
        average: macro; None where not all tasks were answered.
        figures: by task; a task that was not asked is missing.
        kind: what it is.
        spans: 95 % intervals by task, and of the average under "".
        against: the row that the gains are against; None for no gains.
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
    """A table.

    Attributes:
        rows: in its order.
        notes: what its reader must know.
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
        base: the evaluation of the model that they started from: its row comes first, the others gain on it.
        by_mode: whether each gains on the vanilla mode of the same model, where that is among the runs.
        paper: whether each is followed by how far it is from the paper's row of that model and mode.
        published: names of published rows to add.
        references: whether to add what is scored without a model.
        meta_info: files with the boxes of VSI-Bench's rooms, for the answers between centres.

    Raises:
        OptionError: a run is not whole, or was asked other questions than the first.
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
        name = folder.resolve().parent.name if folder.name == mode else folder.name  # of a study's modes
        row = row_of(name, its, mode=mode, against=rows[0] if base and rows else None)
        rows.append(row)
        theirs = published_beside(record) if paper else None
        if theirs:
            rows.append(_difference(row, theirs))
            beside.append(theirs)
        elif paper:
            notes.append(
                f"The paper has no row for {row.name}: its model, method and prompt mode are others."
            )
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
            f"The published rows are of VSI-Bench's {published_questions():,} questions, those computed here "
            f"of {len(questions):,}."
        )
    return Comparison(rows, notes)


def row_of(
    name: str, scores: Scores, *, mode: str = "", kind: Kind = "run", against: ComparedRow | None = None
) -> ComparedRow:
    """The row of scores."""
    figures = {task: 100 * figure.official for task, figure in scores.tasks.items()}
    named = {**scores.tasks, "": scores.macro}
    spans = {task: (100 * figure.low, 100 * figure.high) for task, figure in named.items()}
    return ComparedRow(name, 100 * scores.macro.official, figures, mode, kind, spans, against)


def _scores(folder: Path, questions: Sequence[Mapping[str, Any]]) -> Scores:
    ours = own_questions(folder)
    if _keys(ours) != _keys(questions):
        fault = f"was asked other questions than the first: {len(ours):,}, and {len(questions):,} there."
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
