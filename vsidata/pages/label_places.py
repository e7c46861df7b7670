"""Labels on a picture. A label is on the thing that it names, or beside it if another label is in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vsidata.plain_text import in_a_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The maximum number of rounds in which overlapping labels are moved apart. 57 labels of a furnished room need
# 11 rounds. The default of adjustText is a limit in seconds: the picture would depend on the computer.
_MOST_ROUNDS = 500
_LEADER = {"arrowstyle": "-", "color": "#707070", "linewidth": 0.5}  # from a label to the thing that it names


@dataclass(frozen=True)
class Label:
    """A few words on a picture.

    Attributes:
        text: the words.
        at: the place that the words name, in the units of the axes.
        color: the colour of the words.
        size: the font size, points.
        bold: whether the words are bold.
    """

    text: str
    at: tuple[float, float]
    color: str = "black"
    size: float = 7
    bold: bool = False


def place_labels(on: "Axes", labels: Sequence[Label]) -> None:
    """Write labels so that they do not hide each other.

    Args:
        on: the axes, with everything else drawn and their limits set.
        labels: in any order.
    """
    from adjustText import adjust_text

    texts = [
        on.text(
            *label.at,
            in_a_line(label.text),
            ha="center",
            va="center",
            fontsize=label.size,
            color=label.color,
            fontweight="bold" if label.bold else "normal",
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.65},
            zorder=20,
            in_layout=False,
        )
        for label in labels
    ]
    if texts:
        adjust_text(
            texts,
            ax=on,
            avoid_self=False,
            prevent_crossings=False,
            iter_lim=_MOST_ROUNDS,
            arrowprops=_LEADER,
        )
