"""The questions to train or evaluate on: which of a build's rows, and how often each."""

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
    """Rows of a build's `qa` table, without a picture; they lie in a mapped file, not in memory.

    Args:
        source: a build's folder, or the name of a dataset on the Hub.
        split: `train`, or `validation`, which holds other rooms.
        question_types: question types or topics to take; None for all. A topic stands for all of its types.
        weights: question type or topic → how often each of its questions is shown: 1 once, as what is not
            named; 2 twice; 0.5 half of them; 2.5 all of them twice and half of them once more; 0 none. A
            type's own weight goes before its topic's. Of n questions come round(weight · n) rows; the odd
            ones are drawn with the seed and the name, so that another weight elsewhere changes nothing here.
        limit: at most so many of these rows, drawn with the seed; those of a smaller limit are among those of
            a greater one.
        seed: of the draws.

    Returns:
        The rows in the build's own order, with the columns of `vsidata.dataset.schema.QA`.

    Raises:
        OptionError: the source cannot be opened, a name is unknown, nothing is left, or a row's answer
            cannot be scored.
    """
    rows = load_table(source, "qa", split)
    if missing := set(schema.QA.names) - {*rows.column_names}:
        fault = f"its questions have no column {', '.join(sorted(missing))}."
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
            source, f"no question of the split {split} is left.", "Name more types, or greater weights."
        )
    chosen = rows.select(places)
    check_answers(source, chosen)
    return chosen


def _refuse_unknown(
    source: str, names: Mapping[str, float] | Sequence[str], types: Names, topics: Names
) -> None:
    known = {*types.tolist(), *topics.tolist()}
    if unknown := set(names) - known:
        fault = f"has no question of the type or topic {', '.join(sorted(unknown))}."
        raise OptionError(source, fault, f"Choose from: {', '.join(sorted(known))}.")


def _mixed(types: Names, topics: Names, weights: Mapping[str, float], seed: int) -> NDArray[np.intp]:
    """Places of the rows that the weights give, rising; a row that is shown twice stands there twice."""
    named_by = np.where(np.isin(types, list(weights)), types, topics)
    taken = [np.flatnonzero(~np.isin(named_by, list(weights)))]
    for name, weight in weights.items():
        own = np.flatnonzero(named_by == name)
        whole, odd = divmod(round(weight * len(own)), max(len(own), 1))
        rng = np.random.default_rng([seed, *name.encode()])
        taken += [np.tile(own, whole), rng.choice(own, odd, replace=False)]
    return np.sort(np.concatenate(taken))
