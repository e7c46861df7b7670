"""How many scans were found, how many of them a build takes, and why the others are left out."""

from collections.abc import Mapping


def in_words(counts: Mapping[str, int], split: str) -> str:
    """Such as `8 scans: 7 used, 1 not in the train list (it shows a benchmark room)`, without a full stop.

    Args:
        counts: of scans, as `curation.splits.Selection.counts` gives them and a manifest keeps them.
        split: the official list that was asked for.
    """
    parts = [f"{counts['used']:,} used"]
    for reason, words in (
        ("not_in_list", f"not in the {split} list"),
        ("refused", "refused by the leak guard"),
    ):
        if count := counts[reason]:
            parts.append(f"{count:,} {words}{_showing(counts[f'{reason}_of_benchmark'], count)}")
    if counts["unlisted"]:
        parts.append(f"{counts['unlisted']:,} in no official list (--split all takes such scans too)")
    if counts["not_asked_for"]:
        parts.append(f"{counts['not_asked_for']:,} beyond the number that --scenes asks for")
    return f"{counts['found']:,} scan{'s' * (counts['found'] != 1)}: {', '.join(parts)}"


def _showing(shown: int, of: int) -> str:
    """How many `of` the scans show a room of a benchmark."""
    if not shown:
        return ""
    if shown == of:
        return " (it shows a benchmark room)" if of == 1 else " (they show benchmark rooms)"
    return f" ({shown:,} of them show{'s a benchmark room' if shown == 1 else ' benchmark rooms'})"
