"""Functions that draw patterns, and the list of patterns by name.

A tile is (SIDE, SIDE, 3) from 0 to 1, red first, the first row at the top.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SIDE = 256
"""Pixels per side of a tile."""

Grey = NDArray[np.float32]
Tile = NDArray[np.float32]
Colour = tuple[float, float, float]
Painter = Callable[[], Tile]
VariedPainter = Callable[[Generator], Tile]

PAINTERS: dict[str, VariedPainter] = {}
"""The function that paints each pattern from a random generator.

Names that differ only in a final number are variants of one pattern.
"""

ROWS, COLUMNS = (np.asarray(grid, dtype=np.float32) for grid in np.mgrid[:SIDE, :SIDE] / SIDE)
"""Return the position of each pixel from the top and from the left, as shares of the tile."""


def pattern(name: str) -> Callable[[Painter], Painter]:
    """Register a painter without random variations."""

    def register(painter: Painter) -> Painter:
        PAINTERS[name] = lambda _: painter()
        return painter

    return register


def varied_pattern(*names: str) -> Callable[[VariedPainter], VariedPainter]:
    """Register a painter with random variations. Each of several names is one variant."""

    def register(painter: VariedPainter) -> VariedPainter:
        PAINTERS.update(dict.fromkeys(names, painter))
        return painter

    return register


def noise(rng: Generator, down: float, across: float) -> Grey:
    """Return (SIDE, SIDE) periodic noise of unit variance.

    It is smooth over `down` pixels vertically and `across` pixels horizontally.
    """
    spectrum = np.fft.fft2(rng.standard_normal((SIDE, SIDE)))
    damp = [np.exp(-2 * (np.pi * np.fft.fftfreq(SIDE) * length) ** 2) for length in (down, across)]
    smooth = np.fft.ifft2(spectrum * np.outer(*damp)).real
    return np.asarray(smooth / smooth.std(), dtype=np.float32)


def grey(values: Grey) -> Tile:
    """Return a tile of the shades in an array (SIDE, SIDE)."""
    return np.repeat(values[:, :, None], 3, axis=2).astype(np.float32)


def blank(red: float = 1.0, green: float = 1.0, blue: float = 1.0) -> Tile:
    """Return a tile of one colour."""
    return np.full((SIDE, SIDE, 3), (red, green, blue), dtype=np.float32)


def boxes(tile: Tile, where: list[tuple[float, float, float, float]], colour: Colour) -> None:
    """Fill rectangles (left, top, right, bottom), which are given as shares of the tile."""
    for left, top, right, bottom in where:
        x0, y0, x1, y1 = (round(SIDE * share) for share in (left, top, right, bottom))
        tile[y0:y1, x0:x1] = colour


def lettered(tile: Tile, text: str, colour: Colour) -> Tile:
    """Write a text across the middle of a tile. The text is nearly as wide as the tile."""
    font, thick = cv2.FONT_HERSHEY_DUPLEX, 8
    (width, _), _ = cv2.getTextSize(text, font, 1.0, thick)
    size = 0.85 * SIDE / width
    (width, height), _ = cv2.getTextSize(text, font, size, thick)
    mask = np.zeros((SIDE, SIDE), dtype=np.uint8)
    cv2.putText(mask, text, ((SIDE - width) // 2, (SIDE + height) // 2), font, size, (255,), thick)
    return np.where(mask[:, :, None] > 0, np.array(colour, dtype=np.float32), tile)
