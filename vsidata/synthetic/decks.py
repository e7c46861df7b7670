"""The decks of furniture: the free upper surfaces on which other objects may stand.

Decks are in the own frame of the furniture: x across, y deep with the front at +y, z up. The origin is the
middle of the underside.
"""

from collections.abc import Callable
from dataclasses import dataclass

Size = tuple[float, float, float]


@dataclass(frozen=True)
class Deck:
    """A level rectangle from (x0, y0) to (x1, y1) at height z, with `room` free metres above it."""

    x0: float
    x1: float
    y0: float
    y1: float
    z: float
    room: float = 9.0


BED_MATTRESS = 0.52  # share of the height; above is the headboard
BED_HEADBOARD = 0.07  # metres deep
COUCH_SEAT, COUCH_ARM, COUCH_BACK = 0.52, 0.10, 0.28  # shares of height, width and depth
CHAIR_SEAT, CHAIR_BACK = 0.50, 0.14  # shares of height and depth
SHELF_BOARD = 0.025  # metres thick


def shelf_levels(size: Size) -> list[float]:
    """Return the heights of the undersides of a shelf's boards, from the lowest to the top board."""
    height = size[2]
    count = max(2, round(height / 0.36) + 1)
    step = (height - SHELF_BOARD) / (count - 1)
    return [step * index for index in range(count)]


def decks(shape: str, size: Size) -> list[Deck]:
    """Return the decks of a shape. A shape without its own rule has one: its flat top."""
    return _DECKS.get(shape, _top)(size)


def _top(size: Size) -> list[Deck]:
    width, depth, height = size
    return [Deck(-width / 2, width / 2, -depth / 2, depth / 2, height)]


def _bed(size: Size) -> list[Deck]:
    width, depth, height = size
    return [Deck(-width / 2, width / 2, -depth / 2 + BED_HEADBOARD, depth / 2, BED_MATTRESS * height)]


def _couch(size: Size) -> list[Deck]:
    width, depth, height = size
    half = width / 2 * (1 - 2 * COUCH_ARM)
    return [Deck(-half, half, -depth / 2 + COUCH_BACK * depth, depth / 2, COUCH_SEAT * height)]


def _chair(size: Size) -> list[Deck]:
    width, depth, height = size
    return [Deck(-width / 2, width / 2, -depth / 2 + CHAIR_BACK * depth, depth / 2, CHAIR_SEAT * height)]


def _office_chair(size: Size) -> list[Deck]:
    width, depth, height = size
    return [Deck(-0.36 * width, 0.36 * width, -0.26 * depth, 0.4 * depth, CHAIR_SEAT * height)]


def _shelf(size: Size) -> list[Deck]:
    width, depth, _ = size
    levels = shelf_levels(size)
    step = levels[1] - levels[0] - SHELF_BOARD
    half = width / 2 - SHELF_BOARD
    inside = [
        Deck(-half, half, -depth / 2 + SHELF_BOARD, depth / 2, z + SHELF_BOARD, step) for z in levels[:-1]
    ]
    return inside + [deck for deck in _top(size) if deck.z < 1.7]


def _toilet(size: Size) -> list[Deck]:
    width, depth, height = size
    return [Deck(-width / 2, width / 2, -depth / 2, -depth / 2 + 0.25 * depth, height)]


def _bathtub(size: Size) -> list[Deck]:
    width, depth, height = size
    return [Deck(-width / 2, width / 2, -depth / 2, -depth / 2 + 0.12, height)]


_DECKS: dict[str, Callable[[Size], list[Deck]]] = {
    "bed": _bed,
    "couch": _couch,
    "armchair": _couch,
    "chair": _chair,
    "office_chair": _office_chair,
    "bookshelf": _shelf,
    "toilet": _toilet,
    "bathtub": _bathtub,
}
