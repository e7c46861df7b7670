"""The output of `vsidata compare`."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from vsidata.plain_text import counted

_MOST_RULES = 12


def table(found: Mapping[str, Any]) -> Table:
    """One row per topic."""
    names = ("both", "same", "differ", "lost", "new", "first by second's keys", "ratio")
    shown = Table("topic", *names, box=None, pad_edge=False)
    for column in shown.columns[1:]:
        column.justify = "right"
    for topic, own in found["topics"].items():
        counts = (f"{own[key]:,}" for key in ("both", "same", "differing", "lost", "new"))
        score = own["score"]
        worth = (
            "" if score is None else f"{100 * score:.1f} ({100 * own['low']:.1f} to {100 * own['high']:.1f})"
        )
        shown.add_row(topic, *counts, worth, f"{own['ratio'][1]:.2f}" if "ratio" in own else "")
    return shown


def closing_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What was compared, which rules differ, and examples."""
    first, second, scenes = found["first"], found["second"], found["scenes"]
    yield (
        f"First: {first['place']}, {counted(first['questions'], 'question')} about "
        f"{counted(first['scenes'], 'scene')}. "
        f"Second: {second['place']}, {second['questions']:,} about {second['scenes']:,}. In both: "
        f"{counted(scenes['both'], 'scene')}."
    )
    yield (
        "`both` are questions of both builds, with the same text or the same categories. `lost` are only in "
        "the first, `new` only in the second. The answers of the first are scored against the keys of the "
        "second like those of a model: mean relative accuracy for numbers, exact match for choices, 95 % "
        "intervals by room. `ratio` is the median of the numbers of the first divided by those of the second."
    )
    if rules := found["rules"]:
        more = (
            f" And {len(rules) - _MOST_RULES:,} more; --json shows all." if len(rules) > _MOST_RULES else ""
        )
        yield f"Rules: {'; '.join(rules[:_MOST_RULES])}.{more}"
    for topic, own in found["topics"].items():
        for it in own["examples"]["differing"]:
            question = it["text"].split("\n")[0]
            yield f"  {topic}, {it['scene']}: {question} {it['first']} → {it['second']}"
