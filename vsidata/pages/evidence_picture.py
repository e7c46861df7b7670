"""The evidence of a question, drawn on a floor plan."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vsidata.pages.evidence import Drawing, Line, Sector
from vsidata.pages.label_places import Label
from vsidata.pages.top_view import Point, Points
from vsidata.topics.question import Role

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The colours of Okabe and Ito. Colour-blind people can distinguish them.
TONES: Mapping[Role, str] = {
    "answer": "#D55E00",
    "given": "#0072B2",
    "other": "#767676",
    "margin": "#E69F00",
}
TONE_WORDS: Mapping[Role, str] = {
    "answer": "the answer",
    "given": "what the question states",
    "other": "other answers",
    "margin": "too close to another answer",
}


def draw_evidence(on: "Axes", evidence: Drawing) -> list[Label]:
    """Draw areas, sectors, lines and places in the colours of their tones.

    Returns:
        Their labels, which are not drawn yet.
    """
    from matplotlib.patches import Wedge

    labels = []
    for patch in filter(lambda patch: patch.rings, evidence.patches):
        tone = TONES[patch.tone]
        look = {"facecolor": tone, "edgecolor": tone, "alpha": 0.25, "linewidth": 2}
        draw_rings(on, patch.rings, label=TONE_WORDS[patch.tone], **look)
        labels.append(Label(patch.label, _mean(patch.rings[0]), tone, size=11, bold=True))
    first_margin = next((sector for sector in evidence.sectors if sector.tone == "margin"), None)
    for sector in evidence.sectors:
        start, end = np.degrees([sector.start, sector.end]).tolist()
        wedge = Wedge(sector.center, sector.radius, start, end, linewidth=0, zorder=2)
        wedge.set(facecolor=TONES[sector.tone], alpha=0.3 if sector.tone == "margin" else 0.12)
        wedge.set_label(TONE_WORDS["margin"] if sector is first_margin else "_")
        on.add_patch(wedge)
        labels.append(Label(sector.label, _in_sector(on, sector), TONES[sector.tone], size=8))
    for line in evidence.lines:
        tone = TONES[line.tone]
        on.plot(*zip(*line.points, strict=True), color=tone, linewidth=1.8, zorder=6)
        if line.arrow:
            arrow = {"arrowstyle": "-|>", "color": tone, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
            on.annotate("", line.points[-1], line.points[-2], arrowprops=arrow, zorder=6)
        labels.append(Label(line.label, _halfway(line), tone, size=9, bold=True))
    for spot in evidence.spots:
        on.plot(*spot.at, "o", color=TONES[spot.tone], markersize=4, zorder=7)
        labels.append(Label(spot.label, spot.at, TONES[spot.tone], size=9, bold=True))
    return [label for label in labels if label.text]


def _mean(points: Points) -> Point:
    x, y = np.mean(points, axis=0).tolist()
    return x, y


def _in_sector(on: "Axes", sector: Sector) -> Point:
    """A point in the middle of a sector, or nearer to the centre of the disc if that is outside the axes."""
    middle = (sector.start + sector.end) / 2
    (left, right), (low, high) = on.get_xlim(), on.get_ylim()
    for share in (0.6, 0.5, 0.4, 0.3, 0.2, 0.1):
        x = sector.center[0] + share * sector.radius * float(np.cos(middle))
        y = sector.center[1] + share * sector.radius * float(np.sin(middle))
        if left < x < right and low < y < high:
            break
    return x, y


def _halfway(line: Line) -> Point:
    """The point halfway along a line."""
    points = np.array(line.points)
    along = np.insert(np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)), 0, 0.0)
    x, y = (float(np.interp(along[-1] / 2, along, column)) for column in points.T)
    return x, y


def draw_rings(on: "Axes", rings: Iterable[Points], **style: Any) -> None:
    """Draw the area that rings enclose, without holes."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if paths := [Path([*ring, ring[0]], closed=True) for ring in rings]:
        on.add_patch(PathPatch(Path.make_compound_path(*paths), **style))
