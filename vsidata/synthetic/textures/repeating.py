"""Patterns that repeat: grain, weave, boards, tiles.

Opposite edges match, so copies have no seam between them.
"""

import numpy as np
from numpy.random import Generator

from vsidata.synthetic.textures.drawing import COLUMNS, ROWS, Tile, grey, noise, varied_pattern


@varied_pattern("plain")
def _plain(rng: Generator) -> Tile:
    return grey(0.97 + 0.012 * noise(rng, 20, 20) + 0.006 * noise(rng, 1, 1))


@varied_pattern("plaster")
def _plaster(rng: Generator) -> Tile:
    return grey(0.965 + 0.01 * noise(rng, 2, 2) + 0.006 * noise(rng, 30, 30))


@varied_pattern("wood")
def wood(rng: Generator) -> Tile:
    """Return grain with lines that run down the tile."""
    bend = noise(rng, 60, 12)
    rings = np.sin(2 * np.pi * (7 * COLUMNS + 0.55 * bend))
    return grey(0.86 + 0.07 * rings + 0.04 * noise(rng, 30, 0.8) + 0.03 * bend)


@varied_pattern("planks")
def _planks(rng: Generator) -> Tile:
    grain = 0.03 * noise(rng, 30, 0.8)
    board = (COLUMNS * 8).astype(int)
    piece = ((ROWS + 0.37 * board) % 1 * 2).astype(int)
    tone = rng.uniform(0.78, 0.98, (8, 2))[board, piece]
    seam = ((COLUMNS * 8) % 1 < 0.05) | ((ROWS + 0.37 * board) % 0.5 < 0.008)
    return grey((tone + grain) * np.where(seam, 0.6, 1.0))


@varied_pattern("tiles")
def _tiles(rng: Generator) -> Tile:
    square = rng.uniform(0.9, 1.0, (4, 4))[(ROWS * 4).astype(int), (COLUMNS * 4).astype(int)]
    joint = ((ROWS * 4) % 1 < 0.04) | ((COLUMNS * 4) % 1 < 0.04)
    return grey((square + 0.01 * noise(rng, 3, 3)) * np.where(joint, 0.68, 1.0))


@varied_pattern("checker")
def _checker(rng: Generator) -> Tile:
    even = ((ROWS * 4).astype(int) + (COLUMNS * 4).astype(int)) % 2
    joint = ((ROWS * 4) % 1 < 0.03) | ((COLUMNS * 4) % 1 < 0.03)
    return grey((np.where(even, 0.98, 0.62) + 0.012 * noise(rng, 3, 3)) * np.where(joint, 0.75, 1.0))


@varied_pattern("carpet")
def _carpet(rng: Generator) -> Tile:
    return grey(0.84 + 0.06 * noise(rng, 1, 1) + 0.035 * noise(rng, 9, 9))


@varied_pattern("fabric")
def _fabric(rng: Generator) -> Tile:
    weave = np.sin(2 * np.pi * 64 * ROWS) * np.sin(2 * np.pi * 64 * COLUMNS)
    return grey(0.88 + 0.05 * weave + 0.03 * noise(rng, 1.2, 1.2) + 0.035 * noise(rng, 14, 14))


@varied_pattern("stripes")
def _stripes(rng: Generator) -> Tile:
    band = (COLUMNS * 6) % 1 < 0.45
    return grey(np.where(band, 0.95, 0.72) + 0.03 * noise(rng, 1, 1) + 0.02 * noise(rng, 14, 14))


@varied_pattern("plaid")
def _plaid(rng: Generator) -> Tile:
    tone = 0.95 - 0.16 * ((COLUMNS * 4) % 1 < 0.4) - 0.16 * ((ROWS * 4) % 1 < 0.4)
    thin = ((COLUMNS * 4) % 1 > 0.68) & ((COLUMNS * 4) % 1 < 0.74)
    thin |= ((ROWS * 4) % 1 > 0.68) & ((ROWS * 4) % 1 < 0.74)
    return grey(np.where(thin, 1.0, tone) + 0.03 * noise(rng, 1, 1))


@varied_pattern("metal")
def _metal(rng: Generator) -> Tile:
    return grey(0.9 + 0.035 * noise(rng, 0.8, 60) + 0.03 * np.sin(2 * np.pi * ROWS))


@varied_pattern("stone")
def _stone(rng: Generator) -> Tile:
    fleck = noise(rng, 1.5, 1.5)
    return grey(0.88 + 0.05 * noise(rng, 6, 6) + np.where(fleck > 1.3, -0.25, 0) + 0.1 * (fleck < -1.6))


@varied_pattern("leaf")
def _leaf(rng: Generator) -> Tile:
    tone = 0.72 + 0.16 * np.sign(noise(rng, 7, 4)) + 0.1 * noise(rng, 2, 2)
    return np.asarray(np.stack([tone * 0.9, tone, tone * 0.8], axis=2), dtype=np.float32)


@varied_pattern("wicker")
def _wicker(rng: Generator) -> Tile:
    weave = np.sin(2 * np.pi * 16 * ROWS + np.pi * ((COLUMNS * 16).astype(int) % 2))
    return grey(0.8 + 0.16 * weave + 0.03 * noise(rng, 2, 2))


@varied_pattern("cardboard")
def _cardboard(rng: Generator) -> Tile:
    return grey(0.93 + 0.015 * np.sin(2 * np.pi * 40 * COLUMNS) + 0.025 * noise(rng, 8, 8))
