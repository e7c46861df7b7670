"""The three prompt modes on one model, as in the paper's Table 1: scores and lengths of replies."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.table import Table

from vsitrain.scoring import lenient_score, official_score
from vsitrain.scoring.predictions import read_entries
from vsitrain.scoring.score import Figure
from vsitrain.scoring.score_files import score_files


@dataclass(frozen=True)
class ModeResult:
    """The result of one prompt mode.

    Attributes:
        macro: the benchmark's average.
        words: mean number of words of a reply.
        without_tag: share of replies without the answer tag; None if the mode has no tags.
        unread: share of replies with an official score of 0 and a lenient score above 0.
    """

    macro: Figure
    words: float
    without_tag: float | None
    unread: float


def result_of(out: Path) -> ModeResult:
    """The result of an evaluation.

    Args:
        out: the folder of the evaluation.
    """
    entries = read_entries(out)
    scores, _ = score_files(out, "")
    tags = [entry["tag"] for entry in entries if entry.get("tag") is not None]
    unread = [
        not official_score(it, it["prediction"]) and lenient_score(it, it["prediction"]) > 0 for it in entries
    ]
    return ModeResult(
        macro=scores.macro,
        words=fmean(len(entry["reply"].split()) for entry in entries),
        without_tag=1 - fmean(tags) if tags else None,
        unread=fmean(unread),
    )


def as_table(results: Mapping[str, ModeResult]) -> Table:
    """The results as a table with one row per mode, in per cent."""
    table = Table(box=None, pad_edge=False)
    table.add_column("mode")
    columns: Sequence[str] = (
        "macro, official",
        "95 % by room",
        "lenient",
        "words per reply",
        "no tag",
        "unread",
    )
    for name in columns:
        table.add_column(name, justify="right")
    for mode, it in results.items():
        table.add_row(
            mode,
            f"{100 * it.macro.official:.1f}",
            f"{100 * it.macro.low:.1f} to {100 * it.macro.high:.1f}",
            f"{100 * it.macro.lenient:.1f}",
            f"{it.words:.1f}",
            "–" if it.without_tag is None else f"{100 * it.without_tag:.1f}",
            f"{100 * it.unread:.1f}",
        )
    return table


def as_json(results: Mapping[str, ModeResult]) -> dict[str, Any]:
    """The results as plain data, with shares between 0 and 1."""
    return {mode: asdict(it) for mode, it in results.items()}
