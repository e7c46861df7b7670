"""The steps of `vsidata debias`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from vsidata import __version__
from vsidata.analysis.blind.blind_question import BlindQuestion
from vsidata.analysis.blind.guess import need_rooms
from vsidata.analysis.debias.curve import curves_as_svg
from vsidata.analysis.debias.debias_record import as_json
from vsidata.analysis.debias.prune import prune
from vsidata.dataset.audit_file import audited_checksums
from vsidata.dataset.build import Build
from vsidata.dataset.subset import write_subset
from vsidata.errors import OptionError
from vsidata.files.atomic import need_new

REASON = "debias: it can be guessed without the video"
_BRIEF = ("target", "least", "seed", "questions", "topics")  # entries of the record that the manifest repeats


def write_debiased(
    build: Build,
    asked: Sequence[BlindQuestion],
    out: Path,
    *,
    target: float,
    least: float,
    seed: int,
    grown: Callable[[], None] = lambda: None,
    done: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Choose the questions of a build to keep, and write them as a build.

    Args:
        build, asked: the build, and all its questions.
        out: a folder that does not exist yet or is empty.
        target, least, seed: as for `prune.prune`.
        grown: called after each forest.
        done: called after each question type.

    Returns:
        The content of `debias.json`.

    Raises:
        OptionError: `out` is not empty, there are too few rooms to learn from, or the build is already
            debiased.
        VsiError: the build cannot be read, or its files cannot be written.
    """
    need_new(out)
    if build.manifest.debias is not None:
        remedy = "Use the build that it was made from. The questions left here seem harder than they are."
        raise OptionError(build.folder, "is already debiased.", remedy)
    need_rooms(asked)
    found = prune(asked, target=target, least=least, seed=seed, on_forest=grown, done=done)
    made = as_json(found, target=target, least=least, seed=seed)
    record = {"vsidata": __version__, "of": audited_checksums(build.manifest.files), **made}
    write_subset(
        build,
        {it.id for pruned in found.values() for it in pruned.kept},
        out,
        reason=REASON,
        added={"debias": {"vsidata": __version__} | {key: made[key] for key in _BRIEF}},
        beside={
            "debias.json": orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n",
            "debias.svg": curves_as_svg(made).encode(),
        },
    )
    return record
