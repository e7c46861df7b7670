"""Show single questions of a build, with their evidence in words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vsidata.dataset.build import Build
from vsidata.dataset.results import Row
from vsidata.dataset.shard_reading import damage_of
from vsidata.errors import OptionError
from vsidata.plain_text import in_a_line, with_unit
from vsidata.topics.explain import explain
from vsidata.topics.topic import Topic

Array = npt.NDArray[np.int64]


def sample(build: Build, count: int, seed: int, chosen: Sequence[str] | None = None) -> list[Row]:
    """Draw questions at random, evenly over the topics. So rare topics are included too.

    Args:
        build: the build.
        count: number of questions; fewer if the build has fewer.
        seed: the random seed; the same seed draws the same questions.
        chosen: the topics to draw from; None for all.

    Raises:
        OptionError: the build has no questions of a chosen topic.
        BuildError: the questions cannot be read.
    """
    with damage_of(build.folder / "qa"):
        topics = np.array(build.questions(columns=["topic"])["topic"].to_pylist(), dtype=str)
        drawn = np.random.default_rng(seed).permutation(len(topics))
        if chosen is not None:
            if missing := [topic for topic in chosen if topic not in topics]:
                remedy = f"Choose from: {', '.join(np.unique(topics))}."
                raise OptionError(missing[0], "has no questions in this build.", remedy)
            drawn = drawn[np.isin(topics[drawn], chosen)]
        turn = np.zeros(len(drawn), dtype=int)  # for each question, the number of earlier ones of its topic
        for name in np.unique(topics):
            own = topics[drawn] == name
            turn[own] = np.arange(own.sum())
        return _at(build, np.sort(drawn[np.argsort(turn, kind="stable")[:count]]))


def find(build: Build, question_id: str) -> Row:
    """The question with an id, or with an id that begins with the given text.

    Raises:
        OptionError: no question or several questions match.
        BuildError: the questions cannot be read.
    """
    with damage_of(build.folder / "qa"):
        ids = build.questions(columns=["id"])["id"].to_pylist()
        places = [place for place, its_id in enumerate(ids) if its_id == question_id]
        places = places or [place for place, its_id in enumerate(ids) if its_id.startswith(question_id)]
        if not places or (ids[places[0]] != question_id and len(places) > 1):
            begins = f"is the beginning of {len(places):,} ids."
            fault = begins if places else "is not an id of this build."
            raise OptionError(question_id, fault, "Run `vsidata sample` to print questions with their ids.")
        return _at(build, np.array(places[:1]))[0]


def _at(build: Build, places: Array) -> list[Row]:
    """The questions at these rows, in ascending order. Only a part of the table is in memory at a time."""
    rows: list[Row] = []
    first = 0
    for part in build.parts("qa"):
        here = places[(places >= first) & (places < first + len(part))]
        rows += part.take(here - first).to_pylist()
        first += len(part)
    return rows


def in_words(row: Mapping[str, Any], topic: Topic | None = None) -> str:
    """A question, its answer and its evidence, in a few lines.

    Args:
        row: a row of `schema.QA`.
        topic: the topic, as for `vsidata.topics.explain.explain`.

    Raises:
        VsiError: the row is damaged: a text or the evidence is missing.
    """
    with damage_of(Path(f"question {row['id']}")):
        return _in_words(row, topic)


def _in_words(row: Mapping[str, Any], topic: Topic | None) -> str:
    lines = [f"{row['id']}  {row['scene_name']}  {row['question_type']}", *row["question"].split("\n")]
    lines += row["options"] or []
    answer = with_unit(row["answer"], row["unit"])
    if row["options"]:
        answer = f"{row['ground_truth']} ({answer})"
    lines += [f"→ {answer}", f"because {explain(row, topic)}"]
    if row.get("frames") is not None:
        lines.append(f"shown with frames {_ranges(row['frames'])} of the scene, counted from 1")
    return "\n  ".join(map(in_a_line, lines))


def _ranges(places: Sequence[int]) -> str:
    """Rising positions from 0 as numbers from 1: `1 to 3, 6`."""
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place:
            runs[-1][-1] = place + 1
        else:
            runs.append([place + 1, place + 1])
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in runs)
