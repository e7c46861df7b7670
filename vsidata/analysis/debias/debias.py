"""What `vsidata debias` does."""

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

REASON = "debias: it can be guessed without a look"
_BRIEF = ("target", "least", "seed", "questions", "topics")  # what the manifest says of the record


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
    """Choose what a build keeps, and write that as a build.

    Args:
        build, asked: the build, and all its questions.
        out: a folder that is not there yet, or is empty.
        target, least, seed: as `prune.debias` takes them.
        grown: called after each forest; and
        done: after each question type.

    Returns:
        What `debias.json` holds.

    Raises:
        OptionError: there is something in `out`, too few rooms are there to learn from, or the build is
            debiased already.
        VsiError: the build cannot be read, or nothing can be written.
    """
    need_new(out)
    if build.manifest.debias is not None:
        remedy = (
            "Take the build that it was made from: what is left of this one looks less guessable than it is."
        )
        raise OptionError(build.folder, "is debiased already.", remedy)
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
