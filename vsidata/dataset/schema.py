"""The columns of a build's two tables.

The types are declared once, for pyarrow. The `huggingface` entry of the schema's metadata repeats them in the
words of `datasets.Features`, so that `load_dataset` keeps them; importing `datasets` for that takes a second.
"""

import json
from typing import Any

import pyarrow as pa


def _feature(kind: pa.DataType) -> Any:
    """A type in the words of `datasets.Features`."""
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_fixed_size_list(kind):
        return {"feature": _feature(kind.value_type), "length": kind.list_size, "_type": "List"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    return {"dtype": "float64" if kind == pa.float64() else str(kind), "_type": "Value"}


def _with_features(fields: list[tuple[str, pa.DataType]]) -> pa.Schema:
    features = {name: _feature(kind) for name, kind in fields}
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


_OBJECT_OF_QUESTION = pa.struct([("role", pa.string()), ("instance", pa.int64()), ("category", pa.string())])

QA = _with_features(
    [
        ("id", pa.string()),
        ("dataset", pa.string()),
        ("scene_name", pa.string()),
        ("topic", pa.string()),
        ("question_type", pa.string()),
        ("question", pa.string()),
        ("options", pa.list_(pa.string())),
        ("ground_truth", pa.string()),
        ("answer", pa.string()),
        ("unit", pa.string()),
        ("rules", pa.string()),
        (
            "evidence",
            pa.struct(
                [
                    ("objects", pa.list_(_OBJECT_OF_QUESTION)),
                    ("value", pa.float64()),
                    ("box_distance", pa.float64()),
                    ("surface_distance", pa.float64()),
                    ("option_distances", pa.list_(pa.float64())),
                    ("margin", pa.float64()),
                ]
            ),
        ),
    ]
)
"""One row a question: `vsidata.questions.question.Question`, field by field."""

AREA_METHODS = ("floor", "vsibench", "vsi100k")
_VECTOR = pa.list_(pa.float64(), 3)
_BOX = pa.struct([("center", _VECTOR), ("extents", _VECTOR), ("axes", pa.list_(_VECTOR, 3))])

SCENES = _with_features(
    [
        ("dataset", pa.string()),
        ("scene_name", pa.string()),
        ("split", pa.string()),
        ("room_area", pa.float64()),
        ("room_area_method", pa.string()),
        ("room_areas", pa.struct([(method, pa.float64()) for method in AREA_METHODS])),
        (
            "objects",
            pa.list_(
                pa.struct(
                    [
                        ("instance", pa.int64()),
                        ("label", pa.string()),
                        ("category", pa.string()),
                        ("box", _BOX),
                        ("centroid", _VECTOR),
                    ]
                )
            ),
        ),
    ]
)
"""One row a scene: its objects as the questions saw them. Metres and square metres, room frame (z up).

`room_area` is the one asked about, by `room_area_method`: the rules' own, or `stated` if the source says it.
`room_areas` holds the area by every method; None where it is stated.
"""
