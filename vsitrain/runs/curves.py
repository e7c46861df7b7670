"""The curves of a run as a picture: rewards by topic, and the figures that show problems first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vsitrain.figure_file import write_figure
from vsitrain.runs.alarms import read_alarms
from vsitrain.runs.history import BY_TOPIC, Series, read_history, smoothed

_WINDOWS = 20
"""Each curve is smoothed over a window of a twentieth of its steps."""


@dataclass(frozen=True)
class Panel:
    """A panel of the picture.

    Attributes:
        title: the text above the panel.
        names: the names of the figures that it shows, each with its name in the legend.
        unit: the unit of the vertical axis.
    """

    title: str
    names: Mapping[str, str]
    unit: str = ""


_PANELS = (
    Panel("reward", {"reward": "all together"}),
    Panel("loss", {"loss": "training", "eval_loss": "evaluation"}),
    Panel("reward of evaluation", {"eval_reward": "all together"}),
    Panel("right answers preferred", {"rewards/accuracies": "share"}),
    Panel("margin of right over wrong answers", {"rewards/margins": "margin"}),
    Panel("KL from the starting model", {"kl": "KL"}, "nats per token"),
    Panel("entropy", {"entropy": "entropy"}, "nats per token"),
    Panel(
        "length of a reply",
        {"completions/mean_length": "mean", "completions/max_length": "longest"},
        "tokens",
    ),
    Panel(
        "groups without effect, replies cut off",
        {"frac_reward_zero_std": "groups of equal rewards", "completions/clipped_ratio": "replies cut off"},
        "share",
    ),
    Panel("norm of the gradient", {"grad_norm": "norm"}),
)


def draw_curves(run: Path, out: Path) -> None:
    """Draw the curves of a run.

    Args:
        run: the run's folder. The run may be in progress, if it has written a checkpoint.
        out: the picture; its suffix selects PNG, SVG or PDF.

    Raises:
        VsiError: there is no run in the folder, or the picture cannot be written.
    """
    from matplotlib.figure import Figure

    history = read_history(run)
    panels = list(_with_values(history))
    rows = -(-len(panels) // 3)
    figure = Figure(figsize=(13.5, 3.1 * rows), layout="constrained")
    places = figure.subplots(rows, 3, squeeze=False).ravel()
    alarms = read_alarms(run)
    for place, panel in zip(places, panels, strict=False):
        drawn = {name: called for name, called in panel.names.items() if name in history}
        for name, called in drawn.items():
            _draw(place, history[name], called)
        for alarm in alarms:
            place.axvline(alarm.step, color="firebrick", linewidth=0.8, linestyle=":")
        place.set_title(panel.title, fontsize=10, loc="left")
        place.set_ylabel(panel.unit, fontsize=8)
        place.set_xlabel("step", fontsize=8)
        place.tick_params(labelsize=8)
        place.spines[["top", "right"]].set_visible(False)
        if len(drawn) > 1:
            below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.2), "ncols": 2}
            place.legend(fontsize=7, frameon=False, **below)
    for place in places[len(panels) :]:
        place.set_visible(False)
    if alarms:
        kinds = ", ".join(dict.fromkeys(alarm.kind for alarm in alarms))
        figure.supxlabel(f"dotted: alarms ({kinds}); alarms.jsonl has the remedies", fontsize=8)
    write_figure(figure, out)


def _draw(place: object, series: Series, called: str) -> None:
    window = max(1, len(series) // _WINDOWS)
    (line,) = place.plot(*_columns(smoothed(series, window)), linewidth=1.6, label=called)  # type: ignore[attr-defined]
    if window > 1:
        place.plot(*_columns(series), linewidth=0.6, alpha=0.3, color=line.get_color())  # type: ignore[attr-defined]


def _columns(series: Series) -> tuple[Sequence[int], Sequence[float]]:
    return [step for step, _ in series], [value for _, value in series]


def _with_values(history: Mapping[str, Series]) -> Sequence[Panel]:
    """The panels with figures of this run. Rewards by topic and by function come after the first panel."""
    topics = {name: name.removeprefix(BY_TOPIC) for name in sorted(history) if name.startswith(BY_TOPIC)}
    functions = {
        name: name.split("/")[1].removesuffix("_reward")
        for name in sorted(history)
        if name.startswith("rewards/") and name.endswith("/mean")
    }
    own = [Panel("reward by topic", topics), Panel("reward by function", functions)]
    panels = [_PANELS[0], *own, *_PANELS[1:]]
    return [panel for panel in panels if any(name in history for name in panel.names)]
