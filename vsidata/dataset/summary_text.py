"""The text that is printed at the end of a build."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.table import Table

from vsidata.dataset.card import scenes_not_filtered
from vsidata.dataset.frames_file import reading_limits
from vsidata.dataset.merge import Summary
from vsidata.dataset.results import in_brief
from vsidata.plain_text import counted

_NAMED = 3  # skipped scans in the last lines; failures.jsonl lists all of them


def drop_table(summary: Summary) -> Table:
    """A table with the numbers of questions kept, by topic, and candidates refused, by topic and reason."""
    kept: Counter[str] = Counter()
    for topics in summary.manifest.questions.values():
        kept.update(topics)
    return kept_and_dropped(kept, summary.manifest.drops)


def kept_and_dropped(kept: Counter[str], drops: Mapping[str, Mapping[str, int]]) -> Table:
    """`drop_table` from the questions kept by topic, and the candidates refused by topic and reason."""
    table = Table("topic", "result", "how many", box=None, pad_edge=False)
    table.columns[2].justify = "right"
    for topic in sorted({*kept, *drops}):
        table.add_row(topic, "kept", f"{kept[topic]:,}")
        for reason, count in drops.get(topic, {}).items():
            table.add_row("", reason, f"{count:,}")
    return table


def closing_lines(summary: Summary) -> list[str]:
    """The lines about the written questions, the skipped scans with reasons, and the next commands."""
    questions = summary.manifest.questions_by_split
    scenes = summary.manifest.total_scenes
    by_split = ", ".join(f"{split} {count:,}" for split, count in questions.items())
    written = (
        f"{counted(sum(questions.values()), 'question')} ({by_split}) about {counted(scenes, 'scene')} "
        f"in {summary.out}"
    )
    if frames := summary.manifest.frames:
        written += f", {frames['scenes with frames']:,} of them with frames"
    if unfiltered := scenes_not_filtered(summary.manifest):
        written += f" ({unfiltered:,} without known cameras, so questions may ask about things in no frame)"
    if not scenes:
        return [
            f"No questions: no scan could be used. {_skipped(summary)}",
            "Fix a scan, then run the same command again.",
        ]
    return [
        f"The build was complete already, and nothing changed: {written}."
        if summary.untouched
        else f"Written: {written}.",
        *_held_out(summary),
        *_short_streams(summary),
        *_heavy(summary),
        _skipped(summary),
        f"Next: print some with `vsidata sample {summary.out}`, or load all with "
        f"load_dataset('{summary.out}', 'qa').",
    ]


def _held_out(summary: Summary) -> list[str]:
    """The shares of rooms and questions that were held out."""
    manifest = summary.manifest
    if not manifest.options.holdout or not manifest.rooms:
        return []
    shares = []
    for what, of in (("rooms", manifest.rooms), ("questions", manifest.questions_by_split)):
        held, both = of.get("validation", 0), of.get("validation", 0) + of.get("train", 0)
        shares.append(f"{held:,} of {both:,} {what} ({held / max(both, 1):.1%})")
    return [f"Held out for validation: {', '.join(shares)}."]


def _short_streams(summary: Summary) -> list[str]:
    """The number of scenes with fewer frames than requested."""
    scenes = summary.manifest.frames.get("scenes with fewer frames", 0)
    if not scenes:
        return []
    asked = summary.manifest.options.frames
    have = "scene has" if scenes == 1 else "scenes have"
    return [f"Fewer frames: {scenes:,} {have} fewer than {asked} frames, because their videos are too short."]


def _heavy(summary: Summary) -> list[str]:
    """A warning about frames inside questions that are a heavy load for readers."""
    scenes = summary.manifest.frames.get("scenes heavy to read embedded", 0)
    if not scenes:
        return []
    size = reading_limits().heavy
    return [
        f"Large: for {counted(scenes, 'scene')}, a reader of `embedded` needs more than "
        f"{size.value:g} {size.unit} for pictures. Use --frame-size 640 or fewer --frames to reduce it."
    ]


def _skipped(summary: Summary) -> str:
    failures = summary.failures
    if not failures:
        return "No scan was skipped."
    named = "; ".join(in_brief(failure).rstrip(".") for failure in failures[:_NAMED])
    more = f"; and {len(failures) - _NAMED:,} more" if len(failures) > _NAMED else ""
    where = summary.out / "failures.jsonl"
    return f"Skipped: {len(failures):,} ({named}{more}). See {where} for reasons and remedies."


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary as plain data for JSON."""
    manifest = summary.manifest
    return {
        "out": str(summary.out),
        "untouched": summary.untouched,
        "scenes": manifest.scenes,
        "questions": manifest.questions,
        "frames": manifest.frames,
        "drops": manifest.drops,
        "rooms": manifest.rooms,
        "selection": manifest.selection.model_dump() if manifest.selection else {},
        "leak_guard": manifest.leak_guard.model_dump(exclude_unset=True),
        "set_aside": summary.failures,
        "files": list(manifest.files),
    }
