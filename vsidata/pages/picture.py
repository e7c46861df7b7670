"""A floor plan as a picture: the room, its objects with labels, the path of the camera, evidence."""

import io
from dataclasses import asdict
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from vsidata.pages.evidence import Drawing
from vsidata.pages.evidence_picture import TONE_WORDS, TONES, draw_evidence, draw_rings
from vsidata.pages.frame_marks import asked_frames, frame_marks
from vsidata.pages.inspection import Inspection
from vsidata.pages.label_places import Label, place_labels
from vsidata.pages.top_view import PlanObject, Point, TopView
from vsidata.plain_text import in_a_line, with_unit
from vsidata.topics.question import Question

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ASKED, _UNASKED, _FLOOR, _WALL, _PATH = "#A9CDE8", "#E8E8E8", "#FBF8F1", "#4A4A4A", "#009E73"
_WIDTH, _LEAST_HEIGHT, _MOST_HEIGHT = 10.0, 5.0, 14.0  # inches
_ENTRY_WIDTH = 2.2  # inches, the width of a long entry of the legend
_MOST_PICTURES = 3  # below a plan
_AROUND = 0.35  # metres between the drawing and the edge


def picture(
    inspection: Inspection,
    question: Question | None = None,
    dpi: int = 150,
    *,
    width: float = _WIDTH,
    titled: bool = True,
) -> bytes:
    """A scene from above as a PNG, in metres.

    Args:
        inspection: the inspection of the scene.
        question: the question with the evidence to draw; None for the scene alone.
        dpi: pixels per inch.
        width: the width of the picture, inches. Letters keep their size: on a narrow picture they look
            larger.
        titled: whether the question and its answer are written above the plan.
    """
    from PIL import Image

    drawn, file = io.BytesIO(), io.BytesIO()
    figure(inspection, question, dpi, width=width, titled=titled).savefig(drawn, format="png")
    # The picture has few colours. With a palette, the file has a third of the size.
    palette = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    palette.save(file, format="png", optimize=True)
    return file.getvalue()


def figure(
    inspection: Inspection,
    question: Question | None = None,
    dpi: int = 150,
    *,
    width: float = _WIDTH,
    titled: bool = True,
) -> "Figure":
    """The picture of `picture` as a matplotlib figure, with the same arguments."""
    from matplotlib import rc_context

    with rc_context({"text.parse_math": False}):  # a label between two `$` is not a formula
        return _drawn(inspection, question, dpi, width, titled)


def _drawn(
    inspection: Inspection, question: Question | None, dpi: int, width: float, titled: bool
) -> "Figure":
    from matplotlib.figure import Figure

    plan = inspection.plan
    whole = Figure(dpi=dpi, layout="constrained")
    shown = _asked_rows(inspection, question)[:_MOST_PICTURES] if question else []
    title = _title(inspection, question) if titled else ""
    if question and shown:
        grid = whole.add_gridspec(2, len(shown), height_ratios=[3, 1])
        on = whole.add_subplot(grid[0, :])
        for place, row in enumerate(shown):
            _draw_frame(whole.add_subplot(grid[1, place]), inspection, question, row)
    else:
        on = whole.add_subplot()
    _set_up(whole, on, plan, width, lines_above=len(title.splitlines()), with_pictures=bool(shown))
    draw_rings(on, plan.outline, facecolor=_FLOOR, edgecolor=_WALL, linewidth=1.5, label="room")
    evidence = inspection.evidence(question) if question else None
    labels = draw_evidence(on, evidence) if evidence else []
    labels += _draw_objects(on, inspection, evidence)
    _draw_camera(on, plan, alpha=0.35 if evidence else 1)
    if title:
        whole.suptitle(title, fontsize=9, x=0.04, ha="left")
    _draw_legend(whole, on)
    place_labels(on, labels)
    return whole


def _asked_rows(inspection: Inspection, question: Question) -> list[int]:
    """The positions of the frames that a question asks about, among the picked frames."""
    if inspection.look is None:
        return []
    numbers = inspection.look.shown.numbers.tolist()
    return [numbers.index(number) for number in asked_frames(asdict(question)) if number in numbers]


def _draw_frame(on: "Axes", inspection: Inspection, question: Question, row: int) -> None:
    """Draw the picture of a frame with the evidence on it."""
    from PIL import Image

    if inspection.look is None:
        return
    shown = inspection.look.shown
    image = Image.open(io.BytesIO(shown.jpegs[row])).rotate(-(shown.orientation or 0), expand=True)
    width, height = image.size
    on.imshow(image)
    on.set_axis_off()
    on.set_title(f"frame {row + 1} of {len(shown.jpegs)}, {shown.timestamps[row]:.1f} s", fontsize=8)
    frames = {"width": shown.size[0], "height": shown.size[1], "orientation": shown.orientation}
    for mark in frame_marks(asdict(question), frames):
        if mark.number == int(shown.numbers[row]):
            x, y = np.array(mark.points).T * [[width], [height]]
            on.plot(x, y, color=TONES[mark.tone], linewidth=1.8)
            on.text(
                x.min(), y.min(), mark.label, color=TONES[mark.tone], fontsize=7, weight="bold", va="bottom"
            )


def _set_up(
    whole: "Figure", on: "Axes", plan: TopView, width: float, lines_above: int, *, with_pictures: bool
) -> None:
    """Set up axes in metres with a grid line per metre, and a figure with the proportions of the plan."""
    (left, low), (right, high) = plan.bounds
    on.set(xlim=(left - _AROUND, right + _AROUND), ylim=(low - _AROUND, high + _AROUND), aspect="equal")
    on.set_xticks(np.arange(np.ceil(left), right + 0.01))
    on.set_yticks(np.arange(np.ceil(low), high + 0.01))
    on.set_xlabel("x, m", fontsize=8)
    on.set_ylabel("y, m", fontsize=8)
    on.tick_params(labelsize=8, length=0)
    on.grid(color="#EEEEEE", linewidth=0.6)
    on.set_axisbelow(True)
    for side in on.spines.values():
        side.set_visible(False)
    proportion = (high - low + 2 * _AROUND) / (right - left + 2 * _AROUND)
    height = 0.92 * width * proportion + 0.9 + 0.16 * lines_above
    height = min(max(height, _LEAST_HEIGHT), _MOST_HEIGHT) * (4 / 3 if with_pictures else 1)
    whole.set_size_inches(width, height)


def _title(inspection: Inspection, question: Question | None) -> str:
    area = inspection.measured.room_area
    if question is None:
        return f"{in_a_line(inspection.scene.name)}{'' if area is None else f', {area:.1f} m²'}"
    answer = with_unit(question.answer, question.unit)
    if question.options:
        answer = f"{question.ground_truth}. {answer}"
    lines = [*question.question.split("\n"), "  ".join(question.options or ()), f"→ {answer}"]
    return "\n".join(fill(in_a_line(line), 140) for line in lines if line)


def _draw_objects(on: "Axes", inspection: Inspection, evidence: Drawing | None) -> list[Label]:
    """Draw footprints from low to high: objects of the question in their tones, all others faint."""
    from matplotlib.patches import Polygon

    marked = {thing.instance: thing for thing in evidence.objects} if evidence else {}
    asked = {
        thing.instance: not inspection.asked_about(thing).startswith("no:")
        for thing in inspection.scene.objects
    }
    drawn = [thing for thing in inspection.plan.objects.values() if thing.footprint]
    labels = []
    said: set[str] = set()
    for thing in sorted(drawn, key=lambda thing: (thing.instance in marked, (thing.heights or (0, 0))[1])):
        mark = marked.get(thing.instance)
        if mark:
            style = {"facecolor": TONES[mark.tone], "edgecolor": TONES[mark.tone], "alpha": 0.45}
            word = TONE_WORDS[mark.tone]
            labels.append(Label(mark.label, _middle(thing), TONES[mark.tone], size=9, bold=True))
        else:
            style = {"facecolor": _ASKED if asked[thing.instance] else _UNASKED, "edgecolor": "#5B7083"}
            style |= {"alpha": 0.25 if evidence else 0.85}
            word = "other objects"
            if not evidence:
                word = "asked about" if asked[thing.instance] else "not asked about"
                colour = "black" if asked[thing.instance] else "#707070"
                labels.append(Label(f"{thing.category} {thing.instance}", _middle(thing), colour))
        label = "_" if word in said else word
        said.add(word)
        on.add_patch(Polygon(thing.footprint, closed=True, linewidth=0.7, label=label, zorder=3, **style))
    return labels


def _middle(thing: PlanObject) -> Point:
    return thing.middle or thing.footprint[0]


def _draw_legend(whole: "Figure", on: "Axes") -> None:
    """Draw the legend below the plan, so that the plan keeps its space."""
    handles, words = on.get_legend_handles_labels()
    most = int(whole.get_figwidth() / _ENTRY_WIDTH)
    ncols = len(words) if len(words) <= most + 1 else most
    whole.legend(handles, words, loc="outside lower center", ncols=ncols, fontsize=8, frameon=False)


def _draw_camera(on: "Axes", plan: TopView, alpha: float) -> None:
    style: dict[str, Any] = {"color": _PATH, "linewidth": 1, "alpha": alpha, "zorder": 2.5}
    for number, stretch in enumerate(plan.path):
        on.plot(*zip(*stretch, strict=True), label="_" if number else "path of the camera", **style)
    looks = [(*frame.at, *frame.towards) for frame in plan.frames if frame.at and frame.towards]
    if looks:
        x, y, along, across = np.array(looks).T
        size: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 4, "width": 0.0025}
        on.plot([], [], ">", color=_PATH, alpha=alpha, label="a frame and its viewing direction")
        on.quiver(x, y, along, across, color=_PATH, alpha=alpha, zorder=4, **size)
