"""The evidence of a question on the pictures of its frames."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vsidata.dataset.results import Row
from vsidata.topics.question import Role

Place = tuple[float, float]
"""A place on an upright picture: shares of its width from the left and of its height from the top."""


@dataclass(frozen=True)
class FrameMark:
    """A line on an upright picture.

    Attributes:
        number: the source's number of the frame.
        points: its points, in order.
        tone: the tone of the line.
        label: the text beside it; empty for no text.
    """

    number: int
    points: tuple[Place, ...]
    tone: Role
    label: str = ""


def asked_frames(question: Mapping[str, Any]) -> tuple[int, ...]:
    """The source's numbers of the frames that a question asks about; empty if it is about the whole video."""
    if question.get("frames") is None:
        return ()
    return tuple(one["frame"] for one in question["evidence"]["moments"] if one["frame"] is not None)


def frame_marks(question: Mapping[str, Any], frames: Row | None) -> tuple[FrameMark, ...]:
    """The shapes of a question's evidence that are drawn on pictures.

    Args:
        question: a row of `schema.QA`, or a `Question` as a dictionary.
        frames: the scene's row of `schema.FRAMES`; None if it has no frames.
    """
    if frames is None:
        return ()
    size, turn = (frames["width"], frames["height"]), frames["orientation"] or 0
    return tuple(
        FrameMark(
            shape["picture"],
            tuple(_upright(point, size, turn) for point in shape["points"]),
            shape["role"],
            shape["label"],
        )
        for shape in question["evidence"]["shapes"]
        if shape["picture"] is not None
    )


def _upright(point: tuple[float, ...], size: tuple[int, int], turn: int) -> Place:
    """A pixel of a stored picture as a place on the picture after a clockwise turn, degrees."""
    x, y = ((value + 0.5) / side for value, side in zip(point, size, strict=True))
    match turn:
        case 90:
            return 1 - y, x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return y, 1 - x
        case _:
            return x, y
