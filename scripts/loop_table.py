"""The loop's table and picture: the scores of each stage on held-out rooms, and the best blind scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vsidata.metrics import interval, redrawn_means
from vsidata.sources.official import room_of
from vsitrain.scoring.official import official_score
from vsitrain.scoring.predictions import read_entries
from vsitrain.scoring.references import REFERENCES

BLANK = "blank"

STAGES = {
    ("tiny", False): "random weights",
    ("sft", False): "after SFT",
    ("grpo", False): "after GRPO",
    ("sft", True): "black frames, after SFT",
    ("grpo", True): "black frames, after GRPO",
}
"""Stages of a training, each with or without black frames, and their names in a table."""

BLIND = {"category_constant": "best constant by category", "constant": "best constant"}
"""References and their names in a table."""


@dataclass(frozen=True)
class Figure:
    """A stage's mean scores in per cent.

    Attributes:
        by_run: the mean of each seed.
        mean: the mean of all seeds.
        low, high: the 95 % interval of the mean, over draws of the rooms.
    """

    by_run: Mapping[str, float]
    mean: float
    low: float
    high: float


def report(out: Path, runs: Sequence[str]) -> str:
    """Write OUT/table.md and OUT/loop.png from the predictions below OUT/scores.

    Args:
        out: the loop's folder.
        runs: the names of the models: seeds, and `blank` for the control run.

    Returns:
        The table.
    """
    kinds = {False: [run for run in runs if run != BLANK], True: [run for run in runs if run == BLANK]}
    entries = {key: _entries(out, key[0], kinds[key[1]]) for key in STAGES if kinds[key[1]]}
    figures = {STAGES[key]: _figure(of_runs) for key, of_runs in entries.items()}
    rows = next(iter(entries["grpo", False].values()))
    lines = {title: _blind(rows, name) for name, title in BLIND.items()}
    gain = _gain(entries["sft", False], entries["grpo", False])
    text = "\n".join([*_table(figures, lines, kinds[False]), "", *_words(figures, lines, gain, rows)])
    (out / "table.md").write_text(text + "\n", encoding="utf-8")
    _draw(figures, lines, out / "loop.png")
    return text


def _entries(out: Path, stage: str, runs: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    return {run: read_entries(out / "scores" / f"{stage}-{run}") for run in runs}


def _scores(entries: Sequence[Mapping[str, Any]]) -> list[float]:
    return [100 * official_score(row, row["prediction"] or "") for row in entries]


def _figure(of_runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> Figure:
    by_run = {run: _scores(entries) for run, entries in of_runs.items()}
    everything = [score for scores in by_run.values() for score in scores]
    rooms = [_room(row) for entries in of_runs.values() for row in entries]
    low, high = interval(redrawn_means(everything, rooms))
    means = {run: float(np.mean(scores)) for run, scores in by_run.items()}
    return Figure(means, float(np.mean(everything)), low, high)


def _gain(before: Mapping[str, Any], after: Mapping[str, Any]) -> Figure:
    """The change of score by GRPO, per question."""
    changes = {}
    rooms: list[str] = []
    for run, entries in after.items():
        was = {row["id"]: score for row, score in zip(before[run], _scores(before[run]), strict=True)}
        changes[run] = [score - was[row["id"]] for row, score in zip(entries, _scores(entries), strict=True)]
        rooms += [_room(row) for row in entries]
    everything = [change for values in changes.values() for change in values]
    means = {run: float(np.mean(values)) for run, values in changes.items()}
    return Figure(means, float(np.mean(everything)), *interval(redrawn_means(everything, rooms)))


def _room(row: Mapping[str, Any]) -> str:
    return room_of(row["dataset"], row["scene_name"])


def _blind(rows: Sequence[Mapping[str, Any]], reference: str) -> float:
    replies = {prediction.id: prediction.reply for prediction in REFERENCES[reference][1](rows)}
    return float(np.mean([100 * official_score(row, replies[row["id"]]) for row in rows]))


def _table(figures: Mapping[str, Figure], lines: Mapping[str, float], seeds: Sequence[str]) -> list[str]:
    head = ["", *(f"seed {seed}" for seed in seeds), "all", "95 % interval"]
    table = [head, ["---", *["---:"] * (len(head) - 1)]]
    for title, figure in figures.items():
        own = [f"{figure.by_run[seed]:.1f}" if seed in figure.by_run else "" for seed in seeds]
        if BLANK in figure.by_run:
            own[0] = f"{figure.by_run[BLANK]:.1f}"
        table.append([title, *own, f"{figure.mean:.1f}", f"{figure.low:.1f} to {figure.high:.1f}"])
    table += [[title, *[""] * len(seeds), f"{value:.1f}", ""] for title, value in lines.items()]
    return [f"| {' | '.join(cells)} |" for cells in table]


def _words(
    figures: Mapping[str, Figure],
    lines: Mapping[str, float],
    gain: Figure,
    rows: Sequence[Mapping[str, Any]],
) -> list[str]:
    line = lines[BLIND["category_constant"]]

    def verdict(stage: str) -> str:
        figure = figures[stage]
        risen = "above" if figure.low > line else "not above"
        return (
            f"{stage}: the lower bound {figure.low:.1f} is {risen} the best constant by category, {line:.1f}."
        )

    topic = rows[0]["question_type"]
    return [
        f"Mean relative accuracy in per cent on `{topic}`, {len(rows):,} held-out rooms.",
        f"GRPO adds {gain.mean:+.1f} ({gain.low:+.1f} to {gain.high:+.1f}).",
        *(verdict(STAGES["grpo", blank]) for blank in (False, True) if STAGES["grpo", blank] in figures),
    ]


def _draw(figures: Mapping[str, Figure], lines: Mapping[str, float], path: Path) -> None:
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(8, 3.2), layout="constrained")
    place = picture.subplots()
    colours = ["#9aa5b1", "#4c78a8", "#1b4f8a", "#777777", "#444444"]
    for number, (figure, colour) in enumerate(zip(figures.values(), colours, strict=False)):
        reach = [[figure.mean - figure.low], [figure.high - figure.mean]]
        place.bar(number, figure.mean, 0.62, yerr=reach, capsize=4, color=colour)
        above = {"ha": "right", "fontsize": 9, "bbox": {"color": "white", "pad": 0.5}}
        place.text(number - 0.08, figure.high + 1.5, f"{figure.mean:.1f}", **above)
        seeds = list(figure.by_run.values()) if len(figure.by_run) > 1 else []
        place.plot([number + 0.2] * len(seeds), seeds, "o", ms=4, color="white", mec="black", mew=0.8)
    for (title, value), style in zip(lines.items(), ("--", ":"), strict=True):
        place.axhline(value, color="firebrick", linewidth=1.2, linestyle=style, label=f"{title}: {value:.1f}")
    place.plot([], [], "o", ms=4, color="white", mec="black", mew=0.8, label="single seeds")
    names = [title.replace(", ", "\n") for title in figures]
    place.set_xticks(range(len(names)), names, fontsize=9)
    place.set_ylabel("mean relative accuracy, %", fontsize=9)
    place.set_ylim(0, 100)
    place.tick_params(axis="y", labelsize=8)
    place.spines[["top", "right"]].set_visible(False)
    place.legend(fontsize=8, frameon=False, loc="upper left")
    picture.savefig(path, dpi=110)
