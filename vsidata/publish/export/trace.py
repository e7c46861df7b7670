"""Reasoning before an answer: a few sentences with the numbers of a question's evidence, for fine-tuning."""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic import RootModel

from vsidata.dataset.results import Row
from vsidata.plain_text import with_unit
from vsidata.rules.strict_yaml import read_packaged

_PLACE = re.compile(r"\{([^}]+)\}")
_SENTENCE = re.compile(r"(?<=[.])\s+")


class _Wordings(RootModel[dict[str, tuple[str, ...]]]):
    pass


@lru_cache
def wordings() -> Mapping[str, Sequence[str]]:
    """Topic → its wordings, from `traces.yaml`. Topics without wordings use those of `any`."""
    return read_packaged(_Wordings, __package__, "traces.yaml").root


def trace(row: Row, frames: Row | None, seed: int) -> str:
    """The reasoning before the answer to a question.

    Args:
        row: a row of the table of questions.
        frames: the scene's row in the table of frames, with `indices` and `seen`; None if it is unknown.
        seed: the random seed of the choice of a wording.
    """
    known = {name: text for name, text in _places(row, frames) if text}
    choices = wordings().get(row["topic"]) or wordings()["any"]
    drawn = hashlib.sha256(f"{seed}\ntrace\n{row['id']}".encode()).digest()
    wording = choices[int.from_bytes(drawn[:8]) % len(choices)]
    sentences = [
        _PLACE.sub(lambda place: known[place[1]], sentence)
        for sentence in _SENTENCE.split(wording)
        if {*_PLACE.findall(sentence)} <= known.keys()
    ]
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}" for sentence in sentences)


def _places(row: Row, frames: Row | None) -> Iterator[tuple[str, str]]:
    """What fills the places of a wording: name → text."""
    evidence = row["evidence"]
    things, value, margin = evidence["objects"], evidence["value"], evidence["margin"]
    words = {thing["role"]: thing["category"] for thing in reversed(things)}
    yield from words.items()
    yield "objects", _listed(dict.fromkeys(thing["category"] for thing in things))
    yield "seen", _seen(row, frames)
    yield "answer", with_unit(row["answer"], row["unit"])
    yield "value", f"{value:.2f}"
    yield from _value_in_words(value)
    if margin is not None:
        yield "margin metres", f"{margin:.2f} m"
        yield "margin degrees", f"{math.degrees(margin):.0f}°"
        yield "margin seconds", f"{margin:.1f} s"
    options = []
    for measure in evidence["measures"]:
        text = _with_unit(measure["value"], measure["unit"])
        if measure["name"].startswith("to "):
            options.append(f"{measure['name'][3:]} {text}")
        else:
            yield measure["name"], text
    yield "options", ", ".join(options)
    yield "nearest", row["answer"]
    moments = evidence["moments"]
    if len(moments) == len(things):
        in_order = sorted(zip(moments, things, strict=True), key=lambda pair: pair[0]["seconds"])
        yield "order", ", ".join(f"{thing['category']} at {one['seconds']:.1f} s" for one, thing in in_order)
    if row.get("frames") is not None and frames is not None:
        numbers = {frames["indices"][frame]: rank for rank, frame in enumerate(row["frames"], 1)}
        asked = [f"frame {numbers[one['frame']]}" for one in moments if one["frame"] in numbers]
        yield from ((f"frame {place}", text) for place, text in enumerate(asked, 1))
        if len(asked) == 1:
            yield "frame", asked[0]


def _value_in_words(value: float) -> Iterator[tuple[str, str]]:
    """The value in each unit that it may have. A wording uses the one of its topic."""
    yield "count", f"{value:.0f}"
    yield "metres", f"{value:.2f} m"
    yield "centimetres", f"{100 * value:.0f} cm"
    yield "area", f"{value:.1f} m²"
    yield "seconds", f"{value:.1f} s"
    yield "degrees", f"{abs(math.degrees(value)):.0f}°"
    yield "side", "left" if value > 0 else "right"


def _with_unit(value: float, unit: str) -> str:
    return f"{math.degrees(value):.0f}°" if unit == "rad" else f"{value:.2f} {unit}"


def _seen(row: Row, frames: Row | None) -> str:
    """`Frame 3 shows the sink`: for each object, the shown frame that has the most pixels of it."""
    if frames is None or not frames["seen"]:
        return ""
    shown: Sequence[int] = row.get("frames") or range(len(frames["indices"]))
    pixels = {entry["instance"]: entry["pixels"] for entry in frames["seen"]}
    best: dict[int, list[str]] = {}
    for thing in row["evidence"]["objects"]:
        shares = pixels.get(thing["instance"])
        largest = (
            max(((shares[frame], -rank) for rank, frame in enumerate(shown, 1)), default=(0, 0))
            if shares
            else (0, 0)
        )
        if largest[0] > 0:
            best.setdefault(-largest[1], []).append(thing["category"])
    parts = [f"frame {rank} shows {_listed(_counted(things))}" for rank, things in sorted(best.items())]
    return ", ".join(parts)


def _counted(things: Sequence[str]) -> list[str]:
    """`the sink`, or `2 of chair` if a frame shows several objects of one word best."""
    numbers = {thing: things.count(thing) for thing in things}
    return [f"the {thing}" if number == 1 else f"{number} × {thing}" for thing, number in numbers.items()]


def _listed(things: Any) -> str:
    *most, last = list(things) or [""]
    return f"{', '.join(most)} and {last}" if most else last
