"""Labels on a picture, beside what they name where there is room, and never on each other if that can be."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, sin, tau
from typing import TYPE_CHECKING

from vsidata.plain_text import in_a_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

_STEPS = (10, 18, 28, 40, 55, 75, 100)  # points from what is named, nearest first
_ANGLES = 16
_LEADER = 14  # points off from which a line leads back


@dataclass(frozen=True)
class Label:
    """A few words.

    Attributes:
        text: the words.
        at: what they name, in the units of the axes.
        color: of the words.
        size: of the letters, points.
        bold: whether they stand out.
    """

    text: str
    at: tuple[float, float]
    color: str = "black"
    size: float = 7
    bold: bool = False


def place(on: "Axes", labels: Sequence[Label]) -> None:
    """Write labels, the first ones on the best places.

    Args:
        on: the axes, with everything else drawn and their limits set.
        labels: those that matter most first.
    """
    figure = on.get_figure(root=True)
    if figure is None:
        return
    figure.draw_without_rendering()
    scale, inside = figure.dpi / 72, on.get_window_extent()
    taken: list[Bbox] = []
    for label in labels:
        weight = "bold" if label.bold else "normal"
        text = on.annotate(
            in_a_line(label.text),
            label.at,
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=label.size,
            color=label.color,
            fontweight=weight,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.65},
            zorder=20,
        )
        text.set_in_layout(False)
        box = text.get_window_extent()
        x, y = min(_offsets(), key=lambda offset: _cost(_moved(box, offset, scale), offset, taken, inside))
        text.set_position((x, y))
        taken.append(_moved(box, (x, y), scale))
        if max(abs(x), abs(y)) >= _LEADER:
            on.annotate(
                "",
                label.at,
                xytext=(x, y),
                textcoords="offset points",
                arrowprops={"arrowstyle": "-", "color": label.color, "linewidth": 0.5, "shrinkA": 6},
                zorder=19,
            ).set_in_layout(False)


def _offsets() -> Iterator[tuple[float, float]]:
    yield 0.0, 0.0
    for step in _STEPS:
        for number in range(_ANGLES):
            yield step * cos(tau * number / _ANGLES), step * sin(tau * number / _ANGLES)


def _moved(box: "Bbox", offset: tuple[float, float], scale: float) -> "Bbox":
    return box.translated(offset[0] * scale, offset[1] * scale)


def _cost(
    box: "Bbox", offset: tuple[float, float], taken: Iterable["Bbox"], inside: "Bbox"
) -> tuple[float, float]:
    """Square pixels on other labels or outside, then how far off: least is best."""
    covered = sum(_common(box, other) for other in taken)
    outside = box.width * box.height - _common(box, inside)
    return round(covered + outside), abs(complex(*offset))


def _common(a: "Bbox", b: "Bbox") -> float:
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    return width * height if width > 0 and height > 0 else 0.0
