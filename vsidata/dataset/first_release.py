"""Convert the evidence of builds of the first release to the current form.

The first release had a column for each measured value of any topic. The only stored shape was the path of a
route. Reports computed all other shapes.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from vsidata.dataset.results import Row

OBJECTS = pa.list_(pa.struct([("role", pa.string()), ("instance", pa.int64()), ("category", pa.string())]))

EVIDENCE = pa.struct(
    [
        ("objects", OBJECTS),
        ("value", pa.float64()),
        ("box_distance", pa.float64()),
        ("surface_distance", pa.float64()),
        ("option_distances", pa.list_(pa.float64())),
        ("margin", pa.float64()),
        ("seconds", pa.list_(pa.float64())),
        ("path", pa.list_(pa.list_(pa.float64(), 2))),
    ]
)
"""The column `evidence` of the first release."""


ADDED = ("room", "frames")
"""Columns that later releases added."""


def columns_as_written(columns: pa.Schema) -> pa.Schema:
    """The columns of a current table that the first release wrote."""
    kept = [field for field in columns if field.name not in ADDED]
    then = [pa.field("evidence", EVIDENCE) if field.name == "evidence" else field for field in kept]
    return pa.schema(then, metadata=columns.metadata)


def is_of_first_release(stored: pa.Schema) -> bool:
    """Return whether a shard has the evidence of the first release."""
    place = stored.get_field_index("evidence")
    return place >= 0 and any(field.name == "box_distance" for field in stored.field(place).type)


def in_current_shape(row: Row) -> Row:
    """A row of a table of questions with its evidence in the current form; unchanged if it has that form."""
    evidence = row.get("evidence")
    if not evidence or "box_distance" not in evidence:
        return row
    return row | {
        "evidence": {
            "objects": evidence["objects"],
            "value": evidence["value"],
            "margin": evidence["margin"],
            "measures": [*_measures(evidence)],
            "moments": [{"frame": None, "seconds": seconds} for seconds in evidence["seconds"] or ()],
            "shapes": [*_path_shape(evidence)],
        }
    }


def _measures(evidence: Row) -> Iterator[Row]:
    for name, column in (("boxes", "box_distance"), ("surfaces", "surface_distance")):
        if evidence[column] is not None:
            yield {"name": name, "value": evidence[column], "unit": "m"}
    if distances := evidence["option_distances"]:
        options = [thing["category"] for thing in evidence["objects"] if thing["role"] == "option"]
        for category, metres in zip(options, distances, strict=True):
            yield {"name": f"to {category}", "value": metres, "unit": "m"}


def _path_shape(evidence: Row) -> Iterator[Row]:
    """A path on the ground plane, with a number at each stop."""
    points = [[x, y, 0.0] for x, y in evidence["path"] or ()]
    if len(points) > 1:
        yield _shape("arrow", points, f"{evidence['value']:.1f} m")
        for number, at in enumerate(points):
            yield _shape("point", [at], str(number) if number else "start")


def _shape(kind: str, points: list[list[float]], label: str) -> dict[str, Any]:
    return {"kind": kind, "points": points, "role": "answer", "label": label, "picture": None}
