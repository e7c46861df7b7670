"""How many scans were found, how many of them a build takes, and why the others are left out."""

from collections.abc import Mapping


def in_words(counts: Mapping[str, int], split: str) -> str:
    """Such as `8 scans: 7 used, 1 not in the train list (it shows a benchmark room)`, without a full stop.

    Args:
        counts: of scans, as `curation.splits.Selection.counts` gives them and a manifest keeps them.
        split: the official list that was asked for.
    """
    elsewhere, guarded = counts["not_in_list"], counts["not_in_list_guarded"]
    parts = [f"{counts['used']:,} used"]
    if elsewhere:
        parts.append(f"{elsewhere:,} not in the {split} list{_showing(guarded, elsewhere)}")
    if counts["refused"]:
        showing = _showing(counts["refused"], counts["refused"])
        parts.append(f"{counts['refused']:,} refused by the leak guard{showing}")
    if counts["unlisted"]:
        parts.append(f"{counts['unlisted']:,} in no official list (--split all takes such scans too)")
    if counts["not_asked_for"]:
        parts.append(f"{counts['not_asked_for']:,} beyond the number that --scenes asks for")
    return f"{counts['found']:,} scan{'s' * (counts['found'] != 1)}: {', '.join(parts)}"


def _showing(guarded: int, of: int) -> str:
    if not guarded:
        return ""
    if guarded == of:
        return " (it shows a benchmark room)" if of == 1 else " (they show benchmark rooms)"
    return (
        " (1 of them shows a benchmark room)"
        if guarded == 1
        else f" ({guarded:,} of them show benchmark rooms)"
    )
