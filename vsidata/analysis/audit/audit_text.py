"""The output of `vsidata audit`."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from vsidata.analysis.audit.scores import WAYS
from vsidata.plain_text import counted

_DOUBTFUL = 0.001  # the p-value below which counts are uneven: one of a thousand fair draws is below it
_FAR = 0.05  # a gain over the constant is listed if it is larger, in the benchmark's metrics


def score_table(found: Mapping[str, Any]) -> Table:
    """A table of scores without the video, by topic. A topic with several question types lists them below."""
    table = Table(
        "topic",
        "questions",
        "best",
        "in sample",
        "constant",
        "by words",
        "forest",
        "gain",
        box=None,
        pad_edge=False,
    )
    for column in table.columns[1:]:
        column.justify = "right"
    scores = found["scores"]
    for topic, figures in sorted(scores["topics"].items()):
        kinds = {kind: own for kind, own in scores["types"].items() if own["topic"] == topic}
        single = next(iter(kinds.values())) if len(kinds) == 1 else None
        table.add_row(topic, *_cells(figures, single["answer"] if single else ""))
        if single is None:
            for kind, own in kinds.items():
                table.add_row(f"  {kind.removeprefix(topic).lstrip('_')}", *_cells(own, own["answer"]))
    table.add_row("mean of topics", *_cells(scores["macro"], ""), style="bold")
    return table


def _cells(figures: Mapping[str, Any], answer: str) -> list[str]:
    in_sample, constant, category, forest, gain = (figures[way] for way in WAYS)
    return [
        f"{figures['questions']:,}",
        answer,
        *(_score(figure, span=False) for figure in (in_sample, constant, category)),
        _score(forest),
        _score(gain, sign="+"),
    ]


def _score(figure: Mapping[str, float] | None, sign: str = "", span: bool = True) -> str:
    if figure is None:
        return ""
    score, low, high = (100 * figure[key] for key in ("score", "low", "high"))
    if not span:
        return f"{score:.1f}"
    return f"{score:{sign}.1f} ({low:{sign}.1f} to {high:{sign}.1f})"


def closing_lines(found: Mapping[str, Any]) -> list[str]:
    """Explanations of the table, and findings that are not in it."""
    lines = [
        "The scores are those of VSI-Bench: mean relative accuracy for numbers, exact match for letters. "
        f"{_angles(found)}"
        "`best` is the one answer that scores best on these questions, and `in sample` is its score. The "
        "other scores are of guesses that were learned in other rooms: `constant` is one answer to all "
        "questions, `by words` is the best answer to questions with the same words, and `forest` is a random "
        "forest on the words. `gain` is `forest` minus `constant`. The ranges in brackets are 95 % intervals "
        "by room.",
        *_guessed(found),
        *_uneven(found),
        *_repeated(found["repeats"]),
        *_near(found["margins"]),
    ]
    if found["left_out"]:
        left_out = counted(found["left_out"], "question")
        lines.append(f"Not scored, because the number in the answer is not positive: {left_out}.")
    return lines


def _angles(found: Mapping[str, Any]) -> str:
    metrics = {own["metric"] for own in found["scores"]["types"].values()}
    return "Degrees are scored by their error on the circle. " if "angular_accuracy" in metrics else ""


def _guessed(found: Mapping[str, Any]) -> Iterator[str]:
    far = {
        topic: gain["score"]
        for topic, own in found["scores"]["topics"].items()
        if (gain := own["gain"]) is not None and gain["score"] > _FAR
    }
    if far:
        named = ", ".join(
            f"{topic} {100 * far[topic]:+.1f}" for topic in sorted(far, key=lambda it: -far[it])
        )
        yield f"Guessed from words, more than {100 * _FAR:.0f} points above the constant: {named}."
    unknown = sorted(kind for kind, own in found["scores"]["types"].items() if own["forest"] is None)
    if unknown:
        yield f"Too few rooms to learn from: {', '.join(unknown)}."


def _uneven(found: Mapping[str, Any]) -> Iterator[str]:
    for what, title in (("letters", "Letters"), ("words", "Directions")):
        uneven = {kind: own for kind, own in found[what].items() if own["p"] < _DOUBTFUL}
        if not found[what]:
            continue
        if not uneven:
            yield f"{title} are as even as expected by chance (p > {_DOUBTFUL} in each question type)."
        for kind, own in uneven.items():
            shares = ", ".join(f"{answer} {100 * it['share']:.1f} %" for answer, it in own["answers"].items())
            yield f"{title} are uneven in {kind}: {shares} (p = {own['p']:.1g})."


def _repeated(repeats: Mapping[str, Any]) -> Iterator[str]:
    within = repeats["within_scene"]
    count, against = (sum(own[key] for own in within.values()) for key in ("repeated", "contradicted"))
    twice = counted(count, "question")
    yield f"Asked twice about one scene: {twice}, {against:,} of them with another answer."
    if repeats["rescans"]["rooms"]:
        yield f"Rooms with several scans: {repeats['rescans']['rooms']:,}."
    for kind, own in repeats["rescans"]["types"].items():
        words = (
            f"{own['asked_again']:,} texts are asked about several scans of a room, and "
            f"{own['differing']:,} of them have different answers"
        )
        if "apart" in own:
            apart = own["apart"]
            words += (
                f". Two numbers differ by {100 * apart['median']:.1f} % (median), "
                f"{100 * apart['p90']:.1f} % (90th percentile) and {100 * apart['most']:.0f} % (maximum)"
            )
        yield f"  {kind}: {words}."


def _near(margins: Mapping[str, Any]) -> Iterator[str]:
    for kind, own in margins.items():
        if own["limit"]:
            yield (
                f"Margins of {kind}: the median is {own['quantiles'][10]:.2f} {own['unit']}, and the minimum "
                f"of the rules is {own['limit']:.2f} {own['unit']}. {100 * own['below']:.1f} % are below the "
                f"minimum, and {100 * own['within_half']:.1f} % are below 1.5 times the minimum."
            )
