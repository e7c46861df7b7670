"""A build's claim to its folder: one build, one recipe, one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from vsidata.dataset.atomic import write_whole
from vsidata.errors import OptionError, VsiError

_NAMED = 8  # differences that a refusal names: another rule set differs in most of its values


@contextmanager
def claimed(out: Path, work: Path, recipe: dict[str, Any]) -> Iterator[None]:
    """Hold the folder of a build for as long as the context lasts.

    Args:
        out: the folder.
        work: the folder below it for what the build itself needs.
        recipe: what the build is made from, plain data in groups; kept in `work` for the next run.

    Raises:
        OptionError: it holds something else, a build from another recipe, or one that is being written.
        VsiError: it cannot be written to, at the beginning or later, or its recipe is damaged.
    """
    remembered = work / "recipe.json"
    try:
        if out.exists() and not work.exists() and any(out.iterdir()):
            raise OptionError(out, "is not empty and holds no build.", "Name a new folder with --out.")
        (work / "scenes").mkdir(parents=True, exist_ok=True)
        with alone(out, work):
            written = orjson.dumps(recipe, option=orjson.OPT_INDENT_2)
            if remembered.exists():
                _refuse_difference(out, _read(remembered), orjson.loads(written))
            else:
                write_whole(remembered, [written])
            yield
    except OSError as error:
        raise VsiError(
            error.filename or out,
            f"cannot be written: {error.strerror or error}.",
            "Make room or mend the permissions, then run the same command again: it goes on from here.",
        ) from error


def _read(remembered: Path) -> Any:
    try:
        return orjson.loads(remembered.read_bytes())
    except orjson.JSONDecodeError as error:
        remedy = f"Remove {remembered.parent} and all in it: the same command then reads the scans anew."
        raise VsiError(remembered, f"is damaged: {error}.", remedy) from error


@contextmanager
def alone(out: Path, work: Path) -> Iterator[None]:
    """Hold the folder of a build, whatever it was made from.

    Args:
        out: the folder.
        work: the folder below it for what the build itself needs.

    Raises:
        OptionError: another build is being written there.
    """
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OptionError(
                out, "another build is writing there.", "Wait for it, or name another --out."
            ) from None
        yield


def _refuse_difference(out: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    changed = sorted(differences("", before, now))
    if changed:
        more = f"; and {len(changed) - _NAMED:,} more" if len(changed) > _NAMED else ""
        raise OptionError(
            out,
            f"holds a build with other options: {'; '.join(changed[:_NAMED])}{more}.",
            "Run the build with the options it was begun with, or name a new folder with --out.",
        )


def differences(at: str, before: Any, now: Any) -> Iterator[str]:
    """`options.seed was 0, is 4`, for each value; a rule's own, not the digest of all, and not its reason."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in {*before, *now} - {"digest", "why", "source"}:
            yield from differences(f"{at}.{key}" if at else key, before.get(key), now.get(key))
    elif before != now:
        yield f"{at} was {before!r:.60}, is {now!r:.60}"
