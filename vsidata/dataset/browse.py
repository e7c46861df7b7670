"""Look at single questions of a build, with their evidence in words."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from vsidata.dataset import schema
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.results import Row
from vsidata.dataset.shard_rows import blame
from vsidata.errors import OptionError, VsiError
from vsidata.plain_text import in_a_line


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
    rows: list[Row] = questions.take(np.sort(chosen)).to_pylist()
    return rows


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
    return rows[0]


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


def in_words(row: Mapping[str, Any]) -> str:
    """A question, its answer and its evidence, over a few lines.

    Raises:
        VsiError: it is not what a build writes: nothing where a text or its evidence should be.
    """
    with blame(Path(f"question {row['id']}")):
        return _in_words(row)


def _in_words(row: Mapping[str, Any]) -> str:
    lines = [f"{row['id']}  {row['scene_name']}  {row['question_type']}", *row["question"].split("\n")]
    lines += row["options"] or []
    answer = " ".join(filter(None, (row["answer"], row["unit"])))
    if row["options"]:
        answer = f"{row['ground_truth']} ({answer})"
    lines += [f"→ {answer}", f"because {evidence_in_words(row)}"]
    return "\n  ".join(map(in_a_line, lines))


def evidence_in_words(row: Mapping[str, Any]) -> str:
    """Why the answer is what it is: `sink (object 12) to stove (object 7): boxes 1.52 m, surfaces 1.55 m`.

    What is said follows from the objects' roles, so that a topic with the same roles needs nothing new here.
    """
    evidence = row["evidence"]
    objects = evidence["objects"]
    names = [f"{thing['category']} (object {thing['instance']})" for thing in objects]
    roles = [thing["role"] for thing in objects]
    value, margin = evidence["value"], evidence["margin"]
    if not objects:
        return f"the room measures {value:.2f} m²"
    if roles[0] == "counted":
        ids = ", ".join(str(thing["instance"]) for thing in objects)
        return f"{objects[0]['category']}: {value:.0f} in the annotation (objects {ids})"
    if roles[0] == "measured":
        return f"the longest side of the box of {names[0]} is {100 * value:.1f} cm"
    if roles == ["first", "second"]:
        return f"{names[0]} to {names[1]}: {_apart(evidence)}"
    if evidence["option_distances"]:
        distances = [
            f"{name} {metres:.2f} m"
            for name, metres in zip(names[1:], evidence["option_distances"], strict=True)
        ]
        words = f"from {names[0]}: {', '.join(distances)}; the second nearest is {margin:.2f} m farther"
        if evidence["surface_distance"] is not None:
            words += f"; from surface to surface the nearest is {evidence['surface_distance']:.2f} m away"
        return words
    if roles == ["observer", "facing", "asked"]:
        side = "left" if value > 0 else "right"
        return (
            f"standing by {names[0]}, facing {names[1]}: "
            f"{names[2]} is {abs(math.degrees(value)):.0f}° to the {side}, "
            f"{math.degrees(margin):.0f}° from where the answer would change"
        )
    if evidence["seconds"]:
        in_order = sorted(zip(evidence["seconds"], names, strict=True))
        moments = [f"{name} at {seconds:.1f} s" for seconds, name in in_order]
        return f"first seen: {', '.join(moments)}; the closest two are {margin:.1f} s apart"
    if evidence["path"]:
        return (
            f"from {names[0]}, facing {names[1]}, to {', '.join(names[2:])}: {value:.1f} m of free floor; "
            f"the least clear turn is {math.degrees(margin):.0f}° from where the answer would change"
        )
    return f"{', '.join(names)}: {value:.3f}"


def _apart(evidence: Mapping[str, Any]) -> str:
    known = [
        f"{what} {evidence[key]:.2f} m"
        for what, key in (("boxes", "box_distance"), ("surfaces", "surface_distance"))
        if evidence[key] is not None
    ]
    if evidence["value"] not in (evidence["box_distance"], evidence["surface_distance"]):
        known.append(f"centres {evidence['value']:.2f} m")
    return f"{', '.join(known)} apart"
