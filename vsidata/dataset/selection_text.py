"""A text with the numbers of scans found, used, and left out by reason."""

from collections.abc import Mapping

from vsidata.plain_text import counted


def in_words(counts: Mapping[str, int], split: str) -> str:
    """Text like `8 scans: 7 used, 1 not in the train list (it shows a benchmark room)`, without full stop.

    Args:
        counts: the numbers of scans from `selection.splits.Selection.counts` or a manifest.
        split: the requested official list.
    """
    parts = [f"{counts['used']:,} used"]
    for reason, words in (
        ("not_in_list", f"not in the {split} list"),
        ("refused", "refused by the leak guard"),
    ):
        if count := counts[reason]:
            parts.append(f"{count:,} {words}{_showing(counts[f'{reason}_of_benchmark'], count)}")
    if counts["unlisted"]:
        parts.append(f"{counts['unlisted']:,} in no official list (use --split all to include them)")
    if counts["not_asked_for"]:
        parts.append(f"{counts['not_asked_for']:,} more than --scenes allows")
    return f"{counted(counts['found'], 'scan')}: {', '.join(parts)}"


def _showing(shown: int, of: int) -> str:
    """A note that `shown` of `of` scans show a room of a benchmark; empty if no scan does."""
    if not shown:
        return ""
    if shown == of:
        return " (it shows a benchmark room)" if of == 1 else " (they show benchmark rooms)"
    return f" ({shown:,} of them show{'s a benchmark room' if shown == 1 else ' benchmark rooms'})"
