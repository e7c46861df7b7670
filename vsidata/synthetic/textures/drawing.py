"""Drawing functions for patterns, and the painters of patterns by name.

A tile is (SIDE, SIDE, 3) from 0 to 1, red first, the first row at the top.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SIDE = 256
"""Pixels of a tile's side."""

Grey = NDArray[np.float32]
Tile = NDArray[np.float32]
Colour = tuple[float, float, float]
Painter = Callable[[], Tile]
VariedPainter = Callable[[Generator], Tile]

PAINTERS: dict[str, VariedPainter] = {}
"""Functions from a random generator to a tile. Names that differ only in a final number are variants."""

ROWS, COLUMNS = (np.asarray(grid, dtype=np.float32) for grid in np.mgrid[:SIDE, :SIDE] / SIDE)
"""Position of each pixel, in shares of the tile from the top and from the left."""


def pattern(name: str) -> Callable[[Painter], Painter]:
    """Register a painter without random variations."""

    def register(painter: Painter) -> Painter:
        PAINTERS[name] = lambda _: painter()
        return painter

    return register


def varied_pattern(*names: str) -> Callable[[VariedPainter], VariedPainter]:
    """Register a painter with random variations; several names are several variants."""

    def register(painter: VariedPainter) -> VariedPainter:
        PAINTERS.update(dict.fromkeys(names, painter))
        return painter

    return register


def noise(rng: Generator, down: float, across: float) -> Grey:
    """(SIDE, SIDE) periodic noise of unit variance, smooth over this many pixels down and across."""
    spectrum = np.fft.fft2(rng.standard_normal((SIDE, SIDE)))
    damp = [np.exp(-2 * (np.pi * np.fft.fftfreq(SIDE) * length) ** 2) for length in (down, across)]
    smooth = np.fft.ifft2(spectrum * np.outer(*damp)).real
    return np.asarray(smooth / smooth.std(), dtype=np.float32)


def grey(values: Grey) -> Tile:
    """A tile of shades (SIDE, SIDE)."""
    return np.repeat(values[:, :, None], 3, axis=2).astype(np.float32)


def blank(red: float = 1.0, green: float = 1.0, blue: float = 1.0) -> Tile:
    """A tile of one colour."""
    return np.full((SIDE, SIDE, 3), (red, green, blue), dtype=np.float32)


def boxes(tile: Tile, where: list[tuple[float, float, float, float]], colour: Colour) -> None:
    """Fill rectangles (left, top, right, bottom) given in shares of the tile."""
    for left, top, right, bottom in where:
        x0, y0, x1, y1 = (round(SIDE * share) for share in (left, top, right, bottom))
        tile[y0:y1, x0:x1] = colour


def lettered(tile: Tile, text: str, colour: Colour) -> Tile:
    """Write across the middle of a tile, nearly as wide as it is."""
    font, thick = cv2.FONT_HERSHEY_DUPLEX, 8
    (width, _), _ = cv2.getTextSize(text, font, 1.0, thick)
    size = 0.85 * SIDE / width
    (width, height), _ = cv2.getTextSize(text, font, size, thick)
    mask = np.zeros((SIDE, SIDE), dtype=np.uint8)
    cv2.putText(mask, text, ((SIDE - width) // 2, (SIDE + height) // 2), font, size, (255,), thick)
    return np.where(mask[:, :, None] > 0, np.array(colour, dtype=np.float32), tile)
