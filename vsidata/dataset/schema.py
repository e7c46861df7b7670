"""The columns of a build's tables.

The types are declared once, for pyarrow. The `huggingface` entry of the schema's metadata repeats them in the
form of `datasets.Features`, so that `load_dataset` keeps them. Importing `datasets` for that would take a
second.
"""

import json
from typing import Any

import pyarrow as pa

from vsidata.dataset import first_release

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
"""A picture, as `datasets.Image` stores it: the complete JPEG, and a name for the file."""

SHARED_IMAGE = pa.struct([(field.name, pa.dictionary(pa.int32(), field.type)) for field in IMAGE])
"""A picture that many rows share. Parquet stores it once, and readers see it as `IMAGE`."""

_FLOATS = {pa.float32(): "float32", pa.float64(): "float64"}  # pyarrow calls them float and double


def _feature(kind: pa.DataType) -> Any:
    """A type in the form of `datasets.Features`."""
    if kind in (IMAGE, SHARED_IMAGE):
        return {"_type": "Image"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_fixed_size_list(kind):
        return {"feature": _feature(kind.value_type), "length": kind.list_size, "_type": "List"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    return {"dtype": _FLOATS.get(kind, str(kind)), "_type": "Value"}


def yaml_features(schema: pa.Schema) -> list[dict[str, Any]]:
    """The columns of a table in the form of a dataset card's `dataset_info`.

    This is the form of `datasets.Features._to_yaml_list`: `list: string` for a list, `struct:` for a record.
    """
    return [{"name": field.name, **_in_yaml(_feature(field.type))} for field in schema]


def _in_yaml(feature: Any) -> dict[str, Any]:
    match feature.get("_type"):
        case "Value":
            return {"dtype": feature["dtype"]}
        case "List":
            inner = _in_yaml(feature["feature"])
            short = next(iter(inner.values())) if inner.keys() in ({"dtype"}, {"struct"}) else inner
            return {"list": short} | ({"length": feature["length"]} if "length" in feature else {})
        case None:
            return {"struct": [{"name": name, **_in_yaml(inner)} for name, inner in feature.items()]}
        case other:
            return {"dtype": other.lower()}


def _with_features(fields: list[tuple[str, pa.DataType]]) -> pa.Schema:
    features = {name: _feature(kind) for name, kind in fields}
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


_MEASURE = pa.struct([("name", pa.string()), ("value", pa.float64()), ("unit", pa.string())])

EVIDENCE = pa.struct(
    [
        ("objects", first_release.OBJECTS),
        ("value", pa.float64()),
        ("margin", pa.float64()),
        ("measures", pa.list_(_MEASURE)),
        ("moments", pa.list_(pa.struct([("frame", pa.int64()), ("seconds", pa.float64())]))),
        (
            "shapes",
            pa.list_(
                pa.struct(
                    [
                        ("kind", pa.string()),
                        ("points", pa.list_(pa.list_(pa.float64()))),
                        ("role", pa.string()),
                        ("label", pa.string()),
                        ("picture", pa.int64()),
                    ]
                )
            ),
        ),
    ]
)
"""The reasons for an answer: `topics.question.Evidence`, field by field; the same for all topics."""

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
        ("evidence", EVIDENCE),
        ("frames", pa.list_(pa.int64())),
    ]
)
"""One row per question: `vsidata.topics.question.Question`, field by field.

`frames` has positions in `indices` of the scene's frames. A build without questions about certain frames does
not have this column.
"""

AREA_METHODS = ("floor", "vsibench", "vsi100k")
_VECTOR = pa.list_(pa.float64(), 3)
_BOX = pa.struct([("center", _VECTOR), ("extents", _VECTOR), ("axes", pa.list_(_VECTOR, 3))])

SCENES = _with_features(
    [
        ("dataset", pa.string()),
        ("scene_name", pa.string()),
        ("split", pa.string()),
        ("room", pa.string()),
        ("room_area", pa.float64()),
        ("room_area_method", pa.string()),
        ("room_areas", pa.struct([(method, pa.float64()) for method in AREA_METHODS])),
        ("room_outline", pa.list_(pa.list_(pa.list_(pa.float32(), 2)))),
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
"""One row per scene: its objects as measured for the questions. Metres and square metres, room frame (z up).

`room` is the same for all scans of a room of the dataset, by `Source.room_of`. Builds of the first release
lack it. `room_area` is the area in questions. `room_area_method` is the method of the rules, or `stated` if
the source states the area. `room_areas` has the area by every method. `room_outline` has the rings on the
ground plane around `room_area`; a ring around a hole runs clockwise. Both are None if the area is stated.
"""

ADDED = {"scenes": ("room",), "qa": ("frames",), "embedded": ("frames",)}
"""Columns that some builds lack, by table. They are optional for readers.

Builds of the first release lack all of them, and builds without questions about certain frames lack `frames`.
"""


def without(columns: pa.Schema, *names: str) -> pa.Schema:
    """The columns of a table without some of them."""
    return _with_features([(field.name, field.type) for field in columns if field.name not in names])


_MATRIX_3 = pa.list_(pa.list_(pa.float64(), 3), 3)
_MATRIX_4 = pa.list_(pa.list_(pa.float64(), 4), 4)

FRAMES = _with_features(
    [
        ("dataset", pa.string()),
        ("scene_name", pa.string()),
        ("images", pa.list_(IMAGE)),
        ("indices", pa.list_(pa.int64())),
        ("timestamps", pa.list_(pa.float64())),
        ("timed", pa.bool_()),
        ("fps", pa.float64()),
        ("width", pa.int64()),
        ("height", pa.int64()),
        ("orientation", pa.int64()),
        ("intrinsics", _MATRIX_3),
        ("poses", pa.list_(_MATRIX_4)),
        (
            "seen",
            pa.list_(
                pa.struct(
                    [
                        ("instance", pa.int64()),
                        ("first", pa.int64()),
                        ("pixels", pa.list_(pa.float64())),
                        ("surfaces", pa.list_(pa.float64())),
                        ("surface", pa.float64()),
                    ]
                )
            ),
        ),
        ("floor_seen", pa.float64()),
        ("camera_path", pa.list_(pa.struct([("seconds", pa.float64()), ("position", _VECTOR)]))),
    ]
)
"""One row per scene with frames: `vsidata.sources.streams.shown.ShownFrames` by field, and their visibility.

`indices` are the source's own numbers of the frames. `intrinsics` is the camera matrix of the stored pictures
(pixels). `poses` transform from the camera's frame (x right, y down, z forward) to the room frame (z up),
metres. `seen` (per object) and `floor_seen` are shares from `vsidata.measuring.sight.Sight`. `first` is the
first of `indices` that shows enough of the object to count as seen, or None. `camera_path` is the path of the
camera through the complete stream, from `vsidata.sources.streams.camera_path`. An unknown position is None.
"""

EMBEDDED = _with_features(
    [
        *((field.name, field.type) for field in QA),
        ("images", pa.list_(SHARED_IMAGE)),
        ("timestamps", pa.list_(pa.float64())),
        ("orientation", pa.int64()),
    ]
)
"""One row per question: the columns of `QA`, and pictures, times and orientation of its scene's frames."""
