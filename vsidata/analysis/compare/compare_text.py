"""The output of `vsidata compare`."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from vsidata.plain_text import counted

_MOST_RULES = 12


def table(found: Mapping[str, Any]) -> Table:
    """One row per topic."""
    names = ("both", "same", "differ", "lost", "new", "score of the first", "ratio")
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
    """Lines about the two sides, the columns of the table, the rules that differ, and examples."""
    first, second, scenes = found["first"], found["second"], found["scenes"]
    yield (
        f"First: {first['place']}, {counted(first['questions'], 'question')} about "
        f"{counted(first['scenes'], 'scene')}. "
        f"Second: {second['place']}, {second['questions']:,} about {second['scenes']:,}. In both: "
        f"{counted(scenes['both'], 'scene')}."
    )
    yield (
        "`both` is the number of questions in both builds, with the same text or the same categories. Their "
        "answers are the `same` or `differ`. `lost` questions are only in the first build, `new` questions "
        "only in the second. `score of the first`: the answers of the first build are scored like those of a "
        "model, by the keys of the second. The metric is mean relative accuracy for numbers and exact match "
        "for choices, with 95 % intervals by room. Degrees are scored by their error on the circle. `ratio` "
        "is the median of a number of the first build divided by the number of the second."
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
