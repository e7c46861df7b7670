"""The rules of measurement in words, for the definitions of topics. The keys are those of the rules."""

from vsidata.topics.topic import Stated

_BETWEEN = {
    "boxes": "between the closest points of their boxes.",
    "surfaces": "between the closest points of their surfaces; the plan draws those of their boxes.",
    "positions": "between the means of their vertices.",
}
_BOX = {
    "minimal": "An object's box is the smallest one around its vertices, upright or not.",
    "upright": "An object's box is the upright one with the smallest base around its vertices.",
}


def distance_in_words(what: str, rules: Stated, measurement: Stated) -> str:
    """A sentence such as `The distance … is measured, between …`, and the definition of a box if needed."""
    between = rules["between"]
    sentences = [f"{what}, {_BETWEEN[between]}" if between in _BETWEEN else f"{what}."]
    if between == "boxes":
        sentences.append(box(measurement))
    return " ".join(filter(None, sentences))


def box(measurement: Stated) -> str:
    """The definition of an object's box; empty if the rules give another name."""
    return _BOX.get(measurement["box"], "")
