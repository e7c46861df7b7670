"""The questions that predictions answer, from a build, from VSI-Bench or from VSTI-Bench."""

import codecs
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from vsidata.errors import OptionError
from vsidata.files.safe_files import LARGEST_LINES, check_regular, read_regular
from vsitrain.scoring.benchmark import Benchmark, find_benchmark
from vsitrain.scoring.centres import rooms_of_build, with_centre_answers
from vsitrain.scoring.tasks import NUMBERS
from vsitrain.scoring.vsti import is_vsti, vsti_rows

Row = dict[str, Any]

_COLUMNS = ("id", "dataset", "scene_name", "question_type", "question", "ground_truth")
_OPTIONAL = ("answer", "unit", "room")
_RIGHT = "Pass vsi-bench, a copy of its test.jsonl or Parquet file, a copy of VSTI-Bench's file, or a build."


def split_of(source: str, asked: str | None, warned: Callable[[str], None] = lambda _: None) -> str:
    """The split of a source that is scored.

    Args:
        source: the source, as for `read_questions`.
        asked: the split that the user chose; None for `validation`, or for `train` if there is no validation
            split.
        warned: called with a warning if the user chose no split and only `train` exists.

    Raises:
        OptionError: the source cannot be opened.
        VsiError: the Hub cannot be reached.
    """
    if asked is not None or find_benchmark(source) is not None:
        return asked or "test"
    from vsitrain.data.tables import evaluation_split

    split = evaluation_split(source)
    if split == "train":
        warned(
            f"{source} has no validation split, so its train split is scored. A model that was trained on "
            "this build has seen these questions. To hold out rooms, run `vsidata build --holdout 10%`."
        )
    return split


def read_questions(source: str, split: str | None = None) -> list[Row]:
    """Read questions with their right answers. The rows of a build also have the answers by centres.

    Args:
        source: `vsi-bench`, a copy of it or its `.jsonl` or Parquet file, a build's folder, or a build on
            the Hub.
        split: the split of a build, as for `split_of`.

    Raises:
        OptionError: the source cannot be opened, has no questions, lacks a column, or contains a question
            without a right answer.
        VsiError: the Hub cannot be reached.
    """
    benchmark = find_benchmark(source)
    rows = _of_build(source, split_of(source, split)) if benchmark is None else _of_benchmark(benchmark)
    return checked_rows(source, rows)


def checked_rows(source: str, rows: Sequence[Any]) -> list[Row]:
    """Check that rows can be scored, and return them with ids as text.

    Raises:
        OptionError: there are no rows, a row lacks a column or a right answer, or an id occurs twice. The
            error names the first such row.
    """
    if not rows:
        raise OptionError(source, "contains no questions.", _RIGHT)
    for number, row in enumerate(rows, start=1):
        if fault := _fault(row):
            raise OptionError(source, f"contains question {number}, which {fault}.", _RIGHT)
    found = [{**row, "id": str(row["id"]), "options": row.get("options") or None} for row in rows]
    twice, times = Counter(row["id"] for row in found).most_common(1)[0]
    if times > 1:
        fault = f"contains {times} questions with the id {twice}."
        raise OptionError(source, fault, "Give each question its own id.")
    return found


def _fault(row: Any) -> str | None:
    if not isinstance(row, dict):
        return "is not an object"
    if not isinstance(row.get("id", 0), str | int):
        return f"has an id that is neither text nor a number: {row['id']!r:.40}"
    if missing := [name for name in _COLUMNS if row.get(name) is None]:
        return f"has no {', '.join(missing)}"
    stated = [*_COLUMNS[1:], *(name for name in _OPTIONAL if row.get(name) is not None)]
    if wrong := [name for name in stated if not isinstance(row[name], str)]:
        return f"has a {wrong[0]} that is not a text: {row[wrong[0]]!r:.40}"
    options, truth = row.get("options"), row["ground_truth"]
    if options:
        if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
            return f"has options that are not a list of texts: {options!r:.60}"
        if truth not in [option.partition(".")[0] for option in options]:
            return f"has no option for its ground_truth {truth!r:.40}"
    elif row["question_type"] in NUMBERS and not _is_positive(truth):
        return f"has the ground_truth {truth!r:.40}, not a positive number"
    return None


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < math.inf
    except ValueError:
        return False


def _of_build(source: str, split: str) -> list[Row]:
    from vsitrain.data.tables import load_table

    rows: list[Row] = load_table(source, "qa", split).remove_columns("evidence").to_list()
    try:
        scenes = load_table(source, "scenes", split)
    except OptionError:  # the table of scenes was edited, but the questions are complete
        return rows
    known = scenes.select_columns([name for name in _OF_ROOMS if name in scenes.column_names]).to_list()
    room_of = {(scene["dataset"], scene["scene_name"]): scene.get("room") for scene in known}
    rows = [{**row, "room": room_of.get((row["dataset"], row["scene_name"]))} for row in rows]
    return with_centre_answers(rows, rooms_of_build(known))


_OF_ROOMS = ("dataset", "scene_name", "objects", "room")
"""Columns of the table of scenes that are read. Builds of the first release have no column `room`."""


def _of_benchmark(benchmark: Benchmark) -> list[Row]:
    rows = _from_file(benchmark.questions)
    if is_vsti(rows):
        return vsti_rows(rows)
    if benchmark.pruned is None:
        return rows
    return [
        {"pruned": str(row.get("id")) in benchmark.pruned, **row} if isinstance(row, dict) else row
        for row in rows
    ]


def _from_file(path: Path) -> list[Row]:
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            check_regular(path)
            rows: list[Row] = pq.read_table(path).to_pylist()
            return rows
        text = read_regular(path, LARGEST_LINES).removeprefix(codecs.BOM_UTF8)
        if text.lstrip().startswith(b"["):  # VSTI-Bench's test.json is one list
            listed: list[Row] = orjson.loads(text)
            return listed
        return [orjson.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        fault = f"cannot be read as questions: {error}."
        remedy = "Pass the benchmark's test.jsonl, test.json or Parquet file."
        raise OptionError(path, fault, remedy) from error
