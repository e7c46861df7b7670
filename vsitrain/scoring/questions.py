"""The questions that predictions answer: a build's, or VSI-Bench's own file."""

from pathlib import Path
from typing import Any

import orjson

from vsidata.errors import OptionError

Row = dict[str, Any]

_COLUMNS = ("id", "dataset", "scene_name", "question_type", "question", "ground_truth")


def read_questions(source: str, split: str = "train") -> list[Row]:
    """Questions with their right answers.

    Args:
        source: VSI-Bench's `.jsonl` or Parquet file, a build's folder, or a dataset on the Hub.
        split: of a build.

    Raises:
        OptionError: the source cannot be opened, has no question, or lacks a column.
    """
    path = Path(source)
    if path.is_file():
        rows = _from_file(path)
    else:
        from vsitrain.data.tables import load_table

        rows = load_table(source, "qa", split).remove_columns("evidence").to_list()
    if not rows:
        raise OptionError(source, "holds no question.", "Name VSI-Bench's test.jsonl, or a build.")
    if missing := [name for name in _COLUMNS if name not in rows[0]]:
        fault = f"its questions have no column {', '.join(missing)}."
        raise OptionError(source, fault, "Name VSI-Bench's test.jsonl, or a build.")
    return [{**row, "id": str(row["id"]), "options": row.get("options") or None} for row in rows]


def _from_file(path: Path) -> list[Row]:
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            rows: list[Row] = pq.read_table(path).to_pylist()
            return rows
        return [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        fault = f"cannot be read as questions: {error}."
        raise OptionError(path, fault, "Name VSI-Bench's test.jsonl or Parquet file.") from error
