"""Blind answers: random ones, and the most common ones."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from vsidata.analysis.blind.constants import FOLDS, best_answer, fold_of_rooms
from vsidata.sources.official import room_of_row
from vsitrain.answers import is_angle, option_words
from vsitrain.scoring.official import is_number
from vsitrain.scoring.predictions import Prediction

Row = Mapping[str, Any]

_SEED = 0


def constant(rows: Sequence[Row]) -> list[Prediction]:
    """One answer per question type: the answer that scores best on these questions. No model can know it."""
    best = _constants(rows, lambda row: row["question_type"])
    return [_reply(row, best[row["question_type"]]) for row in rows]


def category_constant(rows: Sequence[Row]) -> list[Prediction]:
    """For each question, the answer that scores best on the same question about other rooms.

    The rooms are split into five parts. The answers for one part come from the other four. A question that
    these four parts do not contain gets the constant of its type. `How many chair(s) …` and `… longest
    dimension … of the bed` are usually asked about many rooms.
    """
    fold_of = fold_of_rooms(map(room_of_row, rows))
    replies: dict[str, str] = {}
    for fold in range(FOLDS):
        others = [row for row in rows if fold_of[room_of_row(row)] != fold]
        by_words = _constants(others, _words)
        by_type = _constants(others, lambda row: row["question_type"])
        for row in rows:
            if fold_of[room_of_row(row)] == fold:
                known = by_words if not row.get("options") else {}
                replies[row["id"]] = known.get(_words(row)) or by_type.get(row["question_type"], "")
    return [_reply(row, replies[row["id"]]) for row in rows]


def chance(rows: Sequence[Row]) -> list[Prediction]:
    """For each question, the answer to a random question of its type, or a random option."""
    rng = np.random.default_rng(_SEED)
    listed: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        listed[row["question_type"]].append(row["ground_truth"])
    answers = {kind: np.array(texts) for kind, texts in listed.items()}  # once, not for each draw
    return [
        _reply(
            row,
            str(rng.choice(list("ABCDEFGH"[: len(option_words(row["options"]))])))
            if row.get("options")
            else str(rng.choice(answers[row["question_type"]])),
        )
        for row in rows
    ]


def _words(row: Row) -> str:
    return f"{row['question_type']} {row['question']}"


def _constants(rows: Iterable[Row], group_of: Callable[[Row], str]) -> dict[str, str]:
    """The answer that scores best on all questions of a group, by group."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[group_of(row)].append(row)
    return {name: _best_answer(group) for name, group in groups.items()}


def _best_answer(rows: Sequence[Row]) -> str:
    truths = [row["ground_truth"] for row in rows]
    return best_answer(truths, number=is_number(rows[0]), angle=is_angle(rows[0].get("unit")))


def _reply(row: Row, text: str) -> Prediction:
    return Prediction(row["id"], text)
