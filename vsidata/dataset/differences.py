"""The differences between two recipes: each option and constant by name, with its old and new value."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_NAMED = 8  # labels in one line; a vocabulary has hundreds
_UNREAD = frozenset({"digest", "why", "source"})  # a digest follows from the values; reasons change nothing


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """The differences in the recipe's order: `{"topics.obj_appearance_order.min_gap": "was 1 s, is 2 s"}`.

    Args:
        before, now: plain data, as in JSON. A constant with its unit is one value, and so is a list of
            labels. Reasons and digests are not compared.
    """
    old, new = dict(_values((), before)), dict(_values((), now))
    names = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    return {".".join(name): _in_words(old.get(name), new.get(name)) for name in names}


def _values(at: tuple[str, ...], given: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value of a mapping with its path of keys. Values that are None are skipped."""
    if _is_constant(given):
        yield at, (given["value"], given.get("unit"))
    elif _are_labels(given):
        entries = [given] if isinstance(given, Mapping) else given
        yield at, {label: None for entry in entries for label in entry["labels"]}
    elif isinstance(given, Mapping):
        for key, value in given.items():
            if key not in _UNREAD:
                yield from _values((*at, key), value)
    elif given is not None:
        yield at, given


def _is_constant(given: Any) -> bool:
    return isinstance(given, Mapping) and isinstance(given.get("value"), int | float)


def _are_labels(given: Any) -> bool:
    """Return whether it is an entry of a rule set with a list of labels, or a list of such entries."""
    if isinstance(given, Mapping):
        return isinstance(given.get("labels"), Sequence)
    return (
        isinstance(given, list)
        and bool(given)
        and all(isinstance(it, Mapping) and _are_labels(it) for it in given)
    )


def _in_words(before: Any, now: Any) -> str:
    if isinstance(before, dict) and isinstance(now, dict):
        gone, come = [*before.keys() - now.keys()], [*now.keys() - before.keys()]
        lost = [f"no longer has {_value(sorted(gone))}"] if gone else []
        return ", ".join([*lost, f"now has {_value(sorted(come))}"] if come else lost)
    return f"was {_value(before)}, is {_value(now)}"


def _value(given: Any) -> str:
    """The value as in a YAML file."""
    match given:
        case None:
            return "not set"
        case bool():
            return "true" if given else "false"
        case str():
            return given if given and not set(given) & set(" ,;\n") else repr(given)
        case tuple():
            value, unit = given
            return f"{value:g}" if unit in (None, "count") else f"{value:g} {unit}"
        case dict() | list():
            named = ", ".join(map(_value, [*given][:_NAMED]))
            more = f" and {len(given) - _NAMED:,} more" if len(given) > _NAMED else ""
            return f"[{named}]{more}"
        case _:
            return str(given)
