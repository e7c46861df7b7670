"""Choose the questions to train or evaluate on from the rows of a build."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vsidata.dataset import schema
from vsidata.errors import OptionError
from vsitrain.data.answer_check import check_answers
from vsitrain.data.tables import load_table

if TYPE_CHECKING:
    from datasets import Dataset

Names = NDArray[np.str_]


def load_questions(
    source: str,
    split: str,
    *,
    question_types: Sequence[str] | None = None,
    weights: Mapping[str, float] | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> "Dataset":
    """Rows of a build's `qa` table, without pictures. The rows are in a memory-mapped file.

    Args:
        source: a build's folder, or the name of a dataset on the Hub.
        split: `train`, or `validation`, which contains other rooms.
        question_types: question types or topics to use; None for all. A topic includes all of its types.
        weights: question type or topic → how often each of its questions is shown. The default is 1. 2 shows
            every question twice, 0.5 shows half of the questions, and 0 shows none. 2.5 shows every question
            twice, and half of them a third time. A type's weight overrides its topic's. n questions give
            round(weight · n) rows. The questions of the fractional part are drawn with the seed and the name,
            so that other weights do not change them.
        limit: maximum number of rows, drawn with the seed. The rows of a smaller limit are among those of a
            larger one.
        seed: the random seed.

    Returns:
        The rows in the build's own order, with the columns of `vsidata.dataset.schema.QA`.

    Raises:
        OptionError: the source cannot be opened, a name is unknown, no rows are left, or a row's answer
            cannot be scored.
    """
    rows = load_table(source, "qa", split)
    if missing := {*schema.QA.names} - {*schema.ADDED["qa"], *rows.column_names}:
        fault = f"has no column {', '.join(sorted(missing))} in its questions."
        raise OptionError(source, fault, "Build it again with `vsidata build`.")
    columns = rows.select_columns(["question_type", "topic"]).with_format("arrow")[:]
    types, topics = (np.array(columns[name].to_pylist(), dtype=str) for name in columns.column_names)
    places = np.arange(len(rows))
    if question_types is not None:
        _refuse_unknown(source, question_types, types, topics)
        places = np.flatnonzero(np.isin(types, question_types) | np.isin(topics, question_types))
    if weights is not None:
        _refuse_unknown(source, weights, types, topics)
        places = places[_mixed(types[places], topics[places], weights, seed)]
    if limit is not None and limit < len(places):
        places = np.sort(np.random.default_rng(seed).permutation(places)[:limit])
    if not len(places):
        raise OptionError(
            source, f"has no matching questions in the split {split}.", "Pass more types, or larger weights."
        )
    chosen = rows.select(places)
    check_answers(source, chosen)
    return chosen


def _refuse_unknown(
    source: str, names: Mapping[str, float] | Sequence[str], types: Names, topics: Names
) -> None:
    known = {*types.tolist(), *topics.tolist()}
    if unknown := set(names) - known:
        fault = f"has no questions of the type or topic {', '.join(sorted(unknown))}."
        raise OptionError(source, fault, f"Choose from: {', '.join(sorted(known))}.")


def _mixed(types: Names, topics: Names, weights: Mapping[str, float], seed: int) -> NDArray[np.intp]:
    """Indices of the rows by the weights, in increasing order. A row that is shown twice appears twice."""
    named_by = np.where(np.isin(types, list(weights)), types, topics)
    taken = [np.flatnonzero(~np.isin(named_by, list(weights)))]
    for name, weight in weights.items():
        own = np.flatnonzero(named_by == name)
        whole, odd = divmod(round(weight * len(own)), max(len(own), 1))
        rng = np.random.default_rng([seed, *name.encode()])
        taken += [np.tile(own, whole), rng.choice(own, odd, replace=False)]
    return np.sort(np.concatenate(taken))
