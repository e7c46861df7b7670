"""Look at single questions of a build, with their evidence in words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from vsidata.dataset import schema
from vsidata.dataset.first_release import renewed
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.results import Row
from vsidata.dataset.shard_rows import blame
from vsidata.errors import OptionError, VsiError
from vsidata.plain_text import in_a_line
from vsidata.topics.explain import explain
from vsidata.topics.topic import Topic


def sample(out: Path, count: int, seed: int, topic: str | None = None) -> list[Row]:
    """Draw questions at random, evenly over the topics, so that a rare topic is seen too.

    Args:
        out: a build's folder.
        count: how many; fewer where the build has fewer.
        seed: the same one draws the same questions.
        topic: draw from this topic alone.

    Raises:
        OptionError: no build there, or no question of that topic.
        VsiError: its questions cannot be read.
    """
    with _readable(out):
        return _sample(_questions(out), count, seed, topic)


def _sample(questions: ds.Dataset, count: int, seed: int, topic: str | None) -> list[Row]:
    topics = np.array(questions.to_table(columns=["topic"])["topic"].to_pylist(), dtype=str)
    drawn = np.random.default_rng(seed).permutation(len(topics))
    if topic is not None:
        drawn = drawn[topics[drawn] == topic]
        if not len(drawn):
            raise OptionError(topic, "has no question here.", f"Choose from: {', '.join(np.unique(topics))}.")
    turn = np.zeros(len(drawn), dtype=int)  # how many of its topic were drawn before each
    for name in np.unique(topics):
        own = topics[drawn] == name
        turn[own] = np.arange(own.sum())
    chosen = drawn[np.argsort(turn, kind="stable")[:count]]
    return [renewed(row) for row in questions.take(np.sort(chosen)).to_pylist()]


def find(out: Path, question_id: str) -> Row:
    """The question with an id, or with an id that begins so.

    Raises:
        OptionError: no build there, no such question, or several.
        VsiError: its questions cannot be read.
    """
    with _readable(out):
        return _find(_questions(out), question_id)


def _find(questions: ds.Dataset, question_id: str) -> Row:
    rows: list[Row] = questions.filter(ds.field("id") == question_id).to_table().to_pylist()
    if not rows:
        beginning = [
            i for i in questions.to_table(columns=["id"])["id"].to_pylist() if i.startswith(question_id)
        ]
        if len(beginning) != 1:
            fault = (
                f"{len(beginning):,} questions have an id that begins so." if beginning else "is no id here."
            )
            raise OptionError(question_id, fault, "`vsidata sample` prints questions with their ids.")
        rows = questions.filter(ds.field("id") == beginning[0]).to_table().to_pylist()
    return renewed(rows[0])


def _questions(out: Path) -> ds.Dataset:
    shards = sorted((out / "qa").glob("*.parquet"))
    if not shards:
        raise OptionError(
            out, "holds no build: there is no qa/*.parquet in it.", "Name the --out of a build."
        )
    questions = ds.dataset(shards)
    if lacking := {*schema.QA.names} - {*questions.schema.names}:
        fault = f"has no column {', '.join(f'`{name}`' for name in sorted(lacking))}."
        raise VsiError(shards[0], fault, AGAIN)
    return questions


@contextmanager
def _readable(out: Path) -> Iterator[None]:
    with blame(out / "qa"):
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            raise VsiError(out / "qa", f"cannot be read: {' '.join(str(error).split())}", AGAIN) from error


def in_words(row: Mapping[str, Any], topic: Topic | None = None) -> str:
    """A question, its answer and its evidence, over a few lines; `topic`: as `explain` takes it.

    Raises:
        VsiError: it is not what a build writes: nothing where a text or its evidence should be.
    """
    with blame(Path(f"question {row['id']}")):
        return _in_words(row, topic)


def _in_words(row: Mapping[str, Any], topic: Topic | None) -> str:
    lines = [f"{row['id']}  {row['scene_name']}  {row['question_type']}", *row["question"].split("\n")]
    lines += row["options"] or []
    answer = " ".join(filter(None, (row["answer"], row["unit"])))
    if row["options"]:
        answer = f"{row['ground_truth']} ({answer})"
    lines += [f"→ {answer}", f"because {explain(row, topic)}"]
    return "\n  ".join(map(in_a_line, lines))
