"""Reserve the folder of a build: for one build, from one recipe, written by one process at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from vsidata.dataset.differences import differences
from vsidata.dataset.manifest import MANIFEST
from vsidata.dataset.removal import files_of_build, is_build, remove_build
from vsidata.dataset.tables import TABLES
from vsidata.errors import OptionError, VsiError
from vsidata.files import safe_files
from vsidata.files.atomic import write_whole

_FIRST = ("lock", "scenes")  # the files that a build writes before its recipe
_NAMED = 20  # an error lists at most this many differences; rule sets can differ in a hundred values


@contextmanager
def claim_folder(
    out: Path,
    work: Path,
    recipe: dict[str, Any],
    *,
    overwrite: bool = False,
    locked: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Hold the folder of a build while the context is open.

    Args:
        out: the folder.
        work: the folder below it for the build's own files.
        recipe: everything that determines the build, plain data in groups; stored in `work` for the next run.
        overwrite: whether to remove the build in the folder. An unfinished build from this recipe is kept.
        locked: called when no other build can write to the folder, before anything is changed.

    Raises:
        OptionError: the folder contains other files, a build from another recipe, or a build that is being
            written. Or the build would write through a link.
        VsiError: the folder cannot be written to, at the beginning or later, or its recipe is damaged.
    """
    remembered = work / "recipe.json"
    try:
        if out.exists() and not _holds_build(out, work):
            _refuse_other(out, work, overwrite)
        out.mkdir(parents=True, exist_ok=True)
        safe_files.own_folder(work)
        with hold_folder(out, work):
            locked()
            safe_files.own_folder(work / "scenes")
            safe_files.refuse_links(work)
            for table in TABLES:
                safe_files.refuse_link(out / table.name)
            written = orjson.dumps(recipe, option=orjson.OPT_INDENT_2)
            if overwrite and not _is_unfinished(out, work, orjson.loads(written)):
                remove_build(out, work)
                # Last: if the removal is interrupted, the folder still counts as the old build, unfinished.
                write_whole(remembered, [written])
            elif remembered.exists():
                _refuse_difference(out, _read_recipe(remembered), orjson.loads(written))
            else:
                write_whole(remembered, [written])
            yield
    except OSError as error:
        raise VsiError(
            error.filename or out,
            f"cannot be written: {error.strerror or error}.",
            "Free space or fix the permissions, then run the same command again to resume.",
        ) from error


def _refuse_other(out: Path, work: Path, overwrite: bool) -> None:
    """Refuse a folder without a recipe. A folder with only a build is accepted if it may be overwritten."""
    if not is_build(out, work):
        raise OptionError(out, "is not empty and is not a build.", "Choose a new folder with --out.")
    if not overwrite:
        fault = f"has a build, but the file with its options is missing ({work / 'recipe.json'})."
        remedy = "Choose a new folder with --out, or add --overwrite to replace that build."
        raise OptionError(out, fault, remedy)
    files_of_build(out, work)  # checked before a lock is made in the folder


def _is_unfinished(out: Path, work: Path, recipe: dict[str, Any]) -> bool:
    """Return whether a folder has an unfinished build from this recipe."""
    if (out / MANIFEST).exists() and (work / "merged").exists():
        return False
    try:
        return not _changes(_read_recipe(work / "recipe.json"), recipe)
    except (OSError, VsiError):
        return False


def _holds_build(out: Path, work: Path) -> bool:
    """Return whether a folder is empty or contains a build.

    A build has a recipe, or only the files that are written before the recipe.
    """
    names = {path.name for path in out.iterdir()}
    if not names:
        return True
    if work.name not in names or not work.is_dir():
        return False
    return (work / "recipe.json").is_file() or (
        names == {work.name}
        and all(path.name in _FIRST or _is_unfinished_recipe(path) for path in work.iterdir())
        and not any((work / "scenes").glob("*"))  # results of an unknown recipe
    )


def _is_unfinished_recipe(path: Path) -> bool:
    return path.name.startswith("recipe.json.") and path.name.endswith(safe_files.UNFINISHED)


def _read_recipe(remembered: Path) -> dict[str, Any]:
    try:
        recipe = orjson.loads(safe_files.read_regular(remembered))
        if not isinstance(recipe, dict):
            raise ValueError("it is not a JSON object")
    except ValueError as error:
        remedy = "Add --overwrite to the command to remove this build and read the scans again."
        raise VsiError(remembered, f"is damaged: {error}.", remedy) from error
    return recipe


@contextmanager
def hold_folder(out: Path, work: Path) -> Iterator[None]:
    """Hold the folder of a build with any recipe.

    Args:
        out: the folder.
        work: the folder below it for the build's own files.

    Raises:
        OptionError: another build is being written there, or the lock is a link.
    """
    safe_files.refuse_link(work)
    busy = OptionError(
        out, "is in use by another build.", "Wait until it has ended, or choose another --out."
    )
    with safe_files.hold_lock(work / "lock", busy):
        yield


def _refuse_difference(out: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    found = _changes(before, now)
    if changed := [f"{_option_name(name)} {found[name]}" for name in sorted(found, key=_place)]:
        more = [f"and {len(changed) - _NAMED:,} more"] if len(changed) > _NAMED else []
        raise OptionError(
            out,
            f"has a build with other options: {'; '.join([*changed[:_NAMED], *more])}.",
            "Use the options that the build was started with, choose a new folder with --out, or add "
            "--overwrite to replace that build.",
        )


def _changes(before: dict[str, Any], now: dict[str, Any]) -> dict[str, str]:
    found = differences(before, now)
    found.pop("rules.resolved.name", None)  # listed as --rules
    return found


def _place(name: str) -> int:
    """The rank of a difference in an error. Options come first, vocabularies last.

    Vocabularies have the most differences, and these explain least.
    """
    if name.startswith("rules.resolved."):
        return 3 if name.startswith("rules.resolved.vocabulary.") else 2
    return 0 if name.startswith("options.") else 1


def _option_name(name: str) -> str:
    """The user's name of a difference: `--frame-size`, `--rules`, `topics.object_rel_distance.min_gap`."""
    group, _, rest = name.partition(".")
    if group == "options":
        option, _, key = rest.partition(".")
        return f"--{option.replace('_', '-')} {key}".strip()
    if group == "versions":
        return f"the version of {rest}"
    return "--rules" if name == "rules.name" else rest.removeprefix("resolved.") or name
