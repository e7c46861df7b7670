"""Patterns that fill a face once: paintings, screens, views from windows, texts, fronts of furniture."""

import cv2
import numpy as np
from numpy.random import Generator

from vsidata.synthetic.textures.drawing import (
    COLUMNS,
    ROWS,
    Tile,
    blank,
    boxes,
    grey,
    lettered,
    noise,
    pattern,
    varied_pattern,
)
from vsidata.synthetic.textures.repeating import wood


@varied_pattern("spine")
def _spine(rng: Generator) -> Tile:
    tile = grey(0.9 + 0.03 * noise(rng, 8, 8))
    boxes(tile, [(0.0, 0.08, 1.0, 0.11), (0.0, 0.86, 1.0, 0.90)], (1.0, 0.9, 0.55))
    boxes(tile, [(0.25, 0.2, 0.75, 0.65)], (1.0, 1.0, 0.92))
    boxes(tile, [(0.4, y, 0.6, y + 0.05) for y in np.arange(0.24, 0.6, 0.08)], (0.3, 0.3, 0.3))
    return tile


@varied_pattern("cover")
def _cover(rng: Generator) -> Tile:
    tile = grey(0.92 + 0.03 * noise(rng, 8, 8))
    boxes(tile, [(0.15, 0.12, 0.85, 0.34)], (1.0, 1.0, 0.94))
    boxes(tile, [(0.25, 0.18, 0.75, 0.21), (0.3, 0.25, 0.7, 0.28)], (0.2, 0.2, 0.2))
    cv2.circle(tile, (128, 165), 45, (1.0, 0.85, 0.4), -1)
    return tile


@varied_pattern("paper")
def _paper(rng: Generator) -> Tile:
    tile = blank(0.99, 0.99, 0.97)
    boxes(tile, [(0.12, y, rng.uniform(0.6, 0.9), y + 0.015) for y in np.arange(0.12, 0.9, 0.05)], (0.4,) * 3)
    return tile


@varied_pattern("desktop")
def _desktop(rng: Generator) -> Tile:
    tile = np.stack([0.15 + 0.1 * ROWS, 0.35 + 0.2 * ROWS, 0.65 + 0.2 * ROWS], axis=2).astype(np.float32)
    boxes(tile, [(0.08, 0.1, 0.62, 0.8)], (0.97, 0.97, 0.97))
    boxes(tile, [(0.08, 0.1, 0.62, 0.16)], (0.25, 0.45, 0.8))
    lines = [(0.12, y, rng.uniform(0.3, 0.58), y + 0.018) for y in np.arange(0.22, 0.76, 0.05)]
    boxes(tile, lines, (0.35, 0.35, 0.4))
    boxes(tile, [(0.67, 0.15, 0.93, 0.5)], (0.95, 0.8, 0.3))
    boxes(tile, [(0.0, 0.93, 1.0, 1.0)], (0.1, 0.12, 0.18))
    return tile


@varied_pattern("code")
def _code(rng: Generator) -> Tile:
    tile = blank(0.11, 0.12, 0.15)
    for y in np.arange(0.08, 0.9, 0.055):
        start = 0.08 + 0.06 * int(rng.integers(4))
        for colour in ((0.85, 0.55, 0.3), (0.5, 0.8, 0.5), (0.8, 0.82, 0.88)):
            end = start + rng.uniform(0.05, 0.2)
            boxes(tile, [(start, y, end, y + 0.022)], colour)
            start = end + 0.02
    boxes(tile, [(0.0, 0.0, 1.0, 0.05)], (0.25, 0.27, 0.32))
    return tile


@varied_pattern("film")
def _film(rng: Generator) -> Tile:
    tile = _outdoors(rng, horizon=0.6)
    cv2.circle(tile, (150, 120), 30, (0.9, 0.72, 0.58), -1)
    cv2.ellipse(tile, (150, 215), (62, 75), 0, 0, 360, (0.75, 0.2, 0.2), -1)
    boxes(tile, [(0.0, 0.86, 1.0, 0.97)], (0.1, 0.15, 0.45))
    boxes(tile, [(0.06, 0.89, 0.7, 0.93)], (0.95, 0.95, 0.95))
    return tile


def _outdoors(rng: Generator, horizon: float) -> Tile:
    """Paint sky, clouds, a forest and grass."""
    sky = np.stack([0.55 + 0.35 * ROWS, 0.75 + 0.2 * ROWS, 0.98 - 0.02 * ROWS], axis=2)
    cloud = np.clip(noise(rng, 10, 30), 0, 1)[:, :, None]
    sky = sky * (1 - 0.8 * cloud) + 0.8 * cloud
    trees = horizon - 0.09 - 0.045 * noise(rng, 400, 9)[0]
    green = grey(0.6 + 0.16 * noise(rng, 4, 4)) * np.array([0.35, 0.6, 0.25])
    grass = grey(0.85 + 0.06 * noise(rng, 3, 3)) * np.array([0.55, 0.75, 0.35])
    tile = np.where((trees < ROWS)[:, :, None], green, sky)
    return np.asarray(np.where((horizon < ROWS)[:, :, None], grass, tile), dtype=np.float32)


@varied_pattern("outside 0", "outside 1")
def _outside(rng: Generator) -> Tile:
    return _outdoors(rng, horizon=rng.uniform(0.72, 0.8))


@varied_pattern("outside 2")
def _street(rng: Generator) -> Tile:
    tile = _outdoors(rng, horizon=0.85)
    for left, top, shade in ((0.05, 0.35, 0.7), (0.4, 0.2, 0.55), (0.72, 0.45, 0.78)):
        boxes(tile, [(left, top, left + 0.26, 0.86)], (shade, shade * 0.85, shade * 0.75))
        panes = [
            (left + x, y, left + x + 0.04, y + 0.06)
            for x in (0.03, 0.11, 0.19)
            for y in np.arange(top + 0.05, 0.76, 0.11)
        ]
        boxes(tile, panes, (0.25, 0.3, 0.4))
    return tile


@varied_pattern("painting 0")
def _landscape(rng: Generator) -> Tile:
    tile = blank(0.55, 0.75, 0.92)
    cv2.circle(tile, (190, 60), 26, (1.0, 0.9, 0.5), -1)
    for points, colour in (
        ([(0, 160), (70, 60), (150, 170)], (0.45, 0.42, 0.55)),
        ([(90, 170), (180, 90), (256, 165)], (0.35, 0.4, 0.5)),
    ):
        cv2.fillPoly(tile, [np.array(points, np.int32)], colour)
    tile[160:] = (0.4, 0.62, 0.32)
    tile[205:] = (0.3, 0.5, 0.65)
    return np.clip(tile + 0.03 * noise(rng, 3, 3)[:, :, None], 0, 1)


@varied_pattern("painting 1")
def _abstract(rng: Generator) -> Tile:
    tile = blank(0.95, 0.92, 0.85)
    for _ in range(9):
        x, y, w, h = rng.uniform(0, 0.8), rng.uniform(0, 0.8), *rng.uniform(0.1, 0.4, 2)
        colours = ((0.85, 0.2, 0.15), (0.15, 0.3, 0.7), (0.98, 0.8, 0.15), (0.1, 0.1, 0.1), (0.2, 0.6, 0.5))
        boxes(tile, [(x, y, min(x + w, 1), min(y + h, 1))], colours[int(rng.integers(len(colours)))])
    return tile


@varied_pattern("painting 2")
def _flowers(rng: Generator) -> Tile:
    tile = blank(0.25, 0.3, 0.32) + 0.04 * noise(rng, 12, 12)[:, :, None]
    tile = np.ascontiguousarray(tile, dtype=np.float32)
    cv2.ellipse(tile, (128, 210), (38, 42), 0, 0, 360, (0.75, 0.8, 0.85), -1)
    for _ in range(16):
        x, y = (int(value) for value in rng.normal((128, 110), (38, 32)))
        cv2.line(tile, (128, 180), (x, y), (0.25, 0.5, 0.25), 2)
        cv2.circle(tile, (x, y), int(rng.integers(10, 19)), tuple(rng.uniform((0.7, 0.2, 0.3), 1.0)), -1)
        cv2.circle(tile, (x, y), 5, (1.0, 0.9, 0.3), -1)
    return tile


@varied_pattern("painting 3")
def _portrait(rng: Generator) -> Tile:
    tile = grey(0.45 + 0.05 * noise(rng, 10, 10)) * np.array([0.75, 0.6, 0.45], dtype=np.float32)
    tile = np.ascontiguousarray(tile, dtype=np.float32)
    cv2.ellipse(tile, (128, 250), (85, 85), 0, 0, 360, (0.2, 0.22, 0.4), -1)
    cv2.ellipse(tile, (128, 100), (52, 62), 0, 0, 360, (0.25, 0.16, 0.1), -1)
    cv2.ellipse(tile, (128, 115), (40, 52), 0, 0, 360, (0.88, 0.7, 0.56), -1)
    for x in (112, 144):
        cv2.circle(tile, (x, 108), 5, (0.15, 0.12, 0.1), -1)
    cv2.ellipse(tile, (128, 140), (14, 5), 0, 0, 180, (0.65, 0.25, 0.25), -1)
    return tile


@pattern("mirror")
def _mirror() -> Tile:
    sheen = 0.8 + 0.12 * np.sin(2 * np.pi * (1.2 * COLUMNS + 0.9 * ROWS)) + 0.05 * (COLUMNS - ROWS)
    return np.asarray(np.stack([sheen * 0.92, sheen * 0.98, sheen], axis=2), dtype=np.float32)


@pattern("glass")
def _glass() -> Tile:
    streak = ((COLUMNS + 0.6 * ROWS) % 0.5 < 0.09) | ((COLUMNS + 0.6 * ROWS + 0.38) % 0.5 < 0.03)
    return grey(np.where(streak, 1.0, 0.86))


@pattern("keys")
def _keys() -> Tile:
    cap = ((COLUMNS * 15) % 1 > 0.16) & ((ROWS * 1.0) % 1 > 0.1)
    return grey(np.where(cap, 1.0, 0.35))


@pattern("piano keys")
def _piano_keys() -> Tile:
    return grey(np.where((COLUMNS * 35) % 1 < 0.12, 0.25, 1.0))


@pattern("dial")
def _dial() -> Tile:
    tile = blank()
    for hour in range(12):
        x, y = np.sin(hour * np.pi / 6), np.cos(hour * np.pi / 6)
        ends = [(round(128 + r * x), round(128 + r * y)) for r in (88, 108)]
        cv2.line(tile, ends[0], ends[1], (0.1, 0.1, 0.1), 8 if hour % 3 == 0 else 4)
    return tile


@varied_pattern("writing")
def _writing(rng: Generator) -> Tile:
    tile = blank()
    inks = ((0.1, 0.2, 0.6), (0.7, 0.1, 0.1), (0.1, 0.1, 0.1))
    for line in range(6):
        x, y = 24.0, 36 + 34 * line
        ink = inks[int(rng.integers(3))]
        while x < rng.uniform(120, 225):
            points = np.column_stack([x + np.linspace(0, 18, 6), y + rng.uniform(-8, 8, 6)])
            cv2.polylines(tile, [points.astype(np.int32)], False, ink, 2)
            x += 24
    cv2.rectangle(tile, (160, 150), (232, 210), inks[0], 2)
    cv2.arrowedLine(tile, (120, 180), (158, 180), inks[1], 2)
    return tile


@varied_pattern("chalk")
def _chalk(rng: Generator) -> Tile:
    stroke = _writing(rng).min(axis=2, keepdims=True) < 0.9
    board = np.array([0.16, 0.26, 0.22]) + 0.02 * noise(rng, 20, 20)[:, :, None]
    return np.where(stroke, 0.92, board).astype(np.float32)


@varied_pattern("notes")
def _notes(rng: Generator) -> Tile:
    tile = grey(0.75 + 0.06 * noise(rng, 2, 2)) * np.array([0.85, 0.66, 0.42], dtype=np.float32)
    tile = np.ascontiguousarray(tile, dtype=np.float32)
    papers = ((0.98, 0.97, 0.92), (0.98, 0.9, 0.4), (0.65, 0.85, 0.95), (0.95, 0.6, 0.6), (0.7, 0.9, 0.6))
    for column in range(5):
        for row in range(3):
            x, y = 0.05 + 0.19 * column + rng.uniform(0, 0.04), 0.06 + 0.3 * row + rng.uniform(0, 0.05)
            wide, high = rng.uniform(0.1, 0.15), rng.uniform(0.15, 0.24)
            boxes(tile, [(x, y, x + wide, y + high)], papers[int(rng.integers(len(papers)))])
            lines = [
                (x + 0.02, y + dy, x + wide - 0.02, y + dy + 0.01)
                for dy in np.arange(0.04, high - 0.03, 0.03)
            ]
            boxes(tile, lines, (0.4, 0.4, 0.45))
    return tile


@varied_pattern("fronts")
def _fronts(rng: Generator) -> Tile:
    """Paint three drawers above three doors."""
    tile = wood(rng).transpose(1, 0, 2).copy()
    boxes(tile, [(x - 0.004, 0.0, x + 0.004, 1.0) for x in (0.33, 0.67)], (0.3, 0.3, 0.3))
    boxes(tile, [(0.0, 0.24, 1.0, 0.26), (0.0, 0.93, 1.0, 1.0)], (0.3, 0.3, 0.3))
    boxes(tile, [(x - 0.05, 0.11, x + 0.05, 0.14) for x in (0.165, 0.5, 0.835)], (0.15, 0.15, 0.15))
    boxes(tile, [(x, 0.36, x + 0.015, 0.5) for x in (0.285, 0.62, 0.95)], (0.15, 0.15, 0.15))
    return tile


@pattern("notice")
def _notice() -> Tile:
    tile = blank(0.05, 0.5, 0.25)
    return lettered(tile, "EXIT", (1.0, 1.0, 1.0))


@varied_pattern("parcel")
def _parcel(rng: Generator) -> Tile:
    tile = grey(0.93 + 0.02 * noise(rng, 8, 8))
    boxes(tile, [(0.44, 0.0, 0.56, 1.0)], (1.15, 1.1, 1.0))
    for x in (36, 66):
        cv2.arrowedLine(tile, (x, 225), (x, 180), (0.35, 0.3, 0.25), 5, tipLength=0.4)
    return tile


@varied_pattern("rug")
def _rug(rng: Generator) -> Tile:
    tile = grey(0.9 + 0.04 * noise(rng, 1, 1))
    edge = np.minimum.reduce([ROWS, COLUMNS, 1 - ROWS, 1 - COLUMNS])
    tile[(edge > 0.05) & (edge < 0.09)] *= 0.55
    diamond = np.abs(ROWS - 0.5) + np.abs(COLUMNS - 0.5)
    tile[(diamond > 0.16) & (diamond < 0.22)] *= 0.55
    tile[diamond < 0.08] *= 0.6
    return tile


@pattern("printed")
def _printed() -> Tile:
    """Paint a printed label."""
    tile = blank()
    boxes(tile, [(0.1, 0.3, 0.9, 0.45), (0.2, 0.55, 0.8, 0.62)], (0.3, 0.35, 0.6))
    return tile


@pattern("buttons")
def _buttons() -> Tile:
    knob = ((COLUMNS * 3) % 1 > 0.3) & ((ROWS * 4) % 1 > 0.3)
    return grey(np.where(knob, 1.0, 0.4))


@pattern("digits")
def _digits() -> Tile:
    tile = blank(0.05, 0.05, 0.06)
    return lettered(tile, "10:42", (1.0, 0.25, 0.2))
