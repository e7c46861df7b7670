"""The page of columns, from the types of the tables and the meanings beside them."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

import pyarrow as pa
import yaml

from scripts.docs.markdown import code, prose, table
from scripts.docs.markdown import page as joined
from vsidata.dataset.columns import fields, meanings
from vsidata.dataset.schema import EMBEDDED, FRAMES, IMAGE, QA, SCENES, SHARED_IMAGE

TABLES = {
    "qa": (QA, "One row per question."),
    "scenes": (SCENES, "One row per scene, with its objects as the questions use them."),
    "frames": (FRAMES, "One row per scene with frames, and what they show."),
    "embedded": (
        EMBEDDED,
        "One row per question with the frames of its scene inside, for streaming. Only builds with `--embed` "
        "have this table. It has every column of [qa](#qa), and these:",
    ),
}


def page() -> str:
    """Every column of every table."""
    return joined(
        "# Columns",
        "A build has up to four tables, each in Parquet shards. Lengths are in metres, areas in square "
        "metres, angles in radians and times in seconds. Positions are in the frame of the room, where z "
        "points up. A path leads to a field inside a column: `.` into a record, `[]` into a list.",
        *(part for name, (columns, about) in TABLES.items() for part in _table(name, columns, about)),
        "## Evaluations { #evaluations }",
        "`vsitrain evaluate` writes two files. `vsitrain score` and `vsitrain table` read them. `score` also "
        "accepts predictions of other programs: JSON lines with `id` and `prediction`.",
        *(part for name, found in evaluation_fields().items() for part in _file(name, found)),
    )


def evaluation_fields() -> dict[str, dict[str, dict[str, str]]]:
    """File of an evaluation → field → its type, unit and meaning."""
    # Importing the package of the file would import torch, which the extra `docs` does not contain.
    text = resources.files("vsitrain").joinpath("evaluation/fields.yaml").read_text("utf-8")
    return dict(yaml.safe_load(text))


def _table(name: str, columns: pa.Schema, about: str) -> Iterator[str]:
    yield f"## {name} {{ #{name} }}"
    yield about
    known = meanings()[name]
    rows = (
        (code(path), prose(known[path].meaning), _kind(kind), known[path].unit)
        for path, kind in fields(columns)
        if not (name == "embedded" and path in meanings()["qa"])
    )
    yield table(("column", "meaning", "type", "unit"), rows)


def _file(name: str, found: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield f"### {name} {{ #{name.replace('.', '-')} }}"
    rows = (
        (code(field), prose(about["meaning"]), about["type"], about.get("unit", ""))
        for field, about in found.items()
    )
    yield table(("field", "meaning", "type", "unit"), rows)


def _kind(kind: pa.DataType) -> str:
    """A type in words: `3 × 3 float64`, `list of string`."""
    if kind in (IMAGE, SHARED_IMAGE):
        return "image"
    sizes = []
    while pa.types.is_fixed_size_list(kind):
        sizes.append(str(kind.list_size))
        kind = kind.value_type
    if sizes:
        return f"{' × '.join(sizes)} {_kind(kind)}"
    if pa.types.is_list(kind):
        return f"list of {_kind(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "record"
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    return {"double": "float64", "float": "float32"}.get(str(kind), str(kind))
