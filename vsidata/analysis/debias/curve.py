"""Plots of the blind score against the number of questions: one per question type, in one SVG."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from vsidata.plain_text import in_a_line

_WIDTH, _HEIGHT, _GAP = 240, 150, 44  # pixels: the size of one plot, and the gap between two
_COLUMNS = 3


def curves_as_svg(record: Mapping[str, Any]) -> str:
    """The curves of a record, from `record.as_json`.

    The x axis is the number of questions left. It runs from all questions on the left to 0 on the right. The
    y axis is the score, from 0 to 100. The solid line is the score of the forest, and the dashed line is the
    score of a constant, both learned in other rooms. A dot is the final measurement.
    """
    kinds = {kind: own for kind, own in record["types"].items() if own["rounds"]}
    rows = -(-len(kinds) // _COLUMNS)
    width, height = _COLUMNS * (_WIDTH + _GAP) + _GAP, rows * (_HEIGHT + 2 * _GAP) + _GAP
    body = [
        f'<g transform="translate({_GAP + (place % _COLUMNS) * (_WIDTH + _GAP)} '
        f'{_GAP + (place // _COLUMNS) * (_HEIGHT + 2 * _GAP)})">{"".join(_picture(kind, own))}</g>'
        for place, (kind, own) in enumerate(kinds.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="11" fill="#222">'
        "<title>Questions kept, and the blind score (without the video)</title>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<text x="{_GAP}" y="16">Blind scores. Solid line: a forest on the words. Dashed line: a constant. '
        f"Dot: the final measurement.</text>{''.join(body)}</svg>\n"
    )


def _picture(kind: str, own: Mapping[str, Any]) -> Iterator[str]:
    rounds, all_ = own["rounds"], own["questions"][0]
    yield f'<text y="-8" font-weight="bold">{escape(in_a_line(kind))}</text>'
    yield f'<path d="M0 0V{_HEIGHT}H{_WIDTH}" fill="none" stroke="#888"/>'
    for percent in (50, 100):
        yield f'<text x="-4" y="{_y_of(percent / 100) + 4:g}" text-anchor="end">{percent}</text>'
    for share in (1.0, 0.5, 0.0):
        words = f"{round(share * all_):,}"
        yield f'<text x="{_x_of(share):g}" y="{_HEIGHT + 14}" text-anchor="middle">{words}</text>'
    yield f'<text x="{_WIDTH / 2}" y="{_HEIGHT + 28}" text-anchor="middle">questions left</text>'
    for key, dash in (("constant", ' stroke-dasharray="4 3"'), ("forest", "")):
        points = [(one["questions"] / all_, one[key]) for one in rounds]
        yield f'<polyline points="{_points(points)}" fill="none" stroke="#1f5fa8" stroke-width="1.5"{dash}/>'
    if "forest" in own["after"]:
        x, y = _x_of(own["questions"][1] / all_), _y_of(own["after"]["forest"])
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1f5fa8"/>'


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_x_of(share):.1f},{_y_of(score):.1f}" for share, score in points)


def _x_of(share: float) -> float:
    return (1 - share) * _WIDTH


def _y_of(score: float) -> float:
    return (1 - score) * _HEIGHT
