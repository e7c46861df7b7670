"""The complete audit: the content of `audit.json`."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from vsidata import __version__
from vsidata.analysis.audit.margins import margins
from vsidata.analysis.audit.repeats import repeats
from vsidata.analysis.audit.scores import by_type, scores
from vsidata.analysis.audit.shares import letter_shares, word_shares
from vsidata.analysis.blind.blind_question import BlindQuestion, can_be_scored, read_blind_questions
from vsidata.analysis.blind.constants import FOLDS
from vsidata.analysis.blind.forest import TREES
from vsidata.analysis.blind.guess import forest_count, guess, need_rooms
from vsidata.analysis.conform import read_questions
from vsidata.dataset.audit_file import AUDIT, audited_checksums
from vsidata.dataset.build import Build
from vsidata.dataset.manifest_form import Manifest
from vsidata.errors import OptionError
from vsidata.files.atomic import write_whole
from vsidata.topics.described import described

_COLUMNS = (
    "id",
    "dataset",
    "scene_name",
    "topic",
    "question_type",
    "question",
    "options",
    "ground_truth",
    "unit",
    "evidence.margin",
)


def questions_of_build(build: Build) -> list[BlindQuestion]:
    """The questions of a build, each with the room that it is about.

    Builds of the first release do not contain the room.

    Raises:
        BuildError: a shard is missing or cannot be read.
        OptionError: the build has no questions.
    """
    rows = list(build.rows("qa", columns=_COLUMNS))
    if not rows:
        raise OptionError(build.folder, "contains no questions.", "Pass a build that has questions.")
    rooms = {
        (scene["dataset"], scene["scene_name"]): scene["room"]
        for scene in build.rows("scenes", columns=("dataset", "scene_name", "room"))
    }
    for row in rows:
        row["margin"] = (row.pop("evidence") or {}).get("margin")
        if room := rooms.get((row["dataset"], row["scene_name"])):
            row["room"] = room
    return read_blind_questions(rows, _topics(build.manifest))


def questions_of_file(path: Path) -> list[BlindQuestion]:
    """Released VSI-Bench questions, or others with the same columns, one JSON object per line.

    Raises:
        VsiError: the file cannot be read, has no questions, or has a line that is not a question with a key.
    """
    rows = list(read_questions(path))
    if not rows:
        remedy = "Pass a file of questions, one JSON object per line."
        raise OptionError(path, "contains no questions.", remedy)
    return read_blind_questions(rows)


def audit(
    questions: Sequence[BlindQuestion],
    manifest: Manifest | None = None,
    *,
    seed: int = 0,
    started: Callable[[int], None] = lambda _: None,
    done: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Audit questions.

    Args:
        questions: the questions. At least one of them can be scored.
        manifest: the manifest of their build; None for released questions.
        seed: the random seed that splits the rooms and grows the forests.
        started: called with the number of steps.
        done: called after each step.

    Returns:
        Plain data. The counts are `questions`, `left_out` (questions that cannot be scored, because their
        number is not positive), `scenes` and `rooms`. The method is described by `vsidata`, `seed`, `folds`
        and `trees`. `qa` has the checksum of each shard of questions. The results are `scores`, `letters`,
        `words`, `repeats` and `margins`, as the functions of these modules return them.

    Raises:
        OptionError: there are too few rooms to learn from some and test on others, or no question can be
            scored.
    """
    scored = [asked for asked in questions if can_be_scored(asked)]
    need_rooms(questions)
    if not scored:
        remedy = "Use questions with choices or positive numbers as answers."
        raise OptionError("The questions", "cannot be scored.", remedy)
    kinds = by_type(scored)
    started(sum(map(forest_count, kinds.values())))
    found = {kind: guess(own, seed, done) for kind, own in kinds.items()}
    return {
        "vsidata": __version__,
        "seed": seed,
        "folds": FOLDS,
        "trees": TREES,
        "questions": len(questions),
        "left_out": len(questions) - len(scored),
        "scenes": len({asked.scene for asked in questions}),
        "rooms": len({asked.room for asked in questions}),
        "qa": audited_checksums(manifest.files) if manifest else {},
        "scores": scores(kinds, found),
        "letters": letter_shares(questions),
        "words": word_shares(questions),
        "repeats": repeats(questions),
        "margins": margins(
            questions, _topics(manifest) if manifest else {}, described(manifest) if manifest else {}
        ),
    }


def write_audit(build: Path, found: Mapping[str, Any]) -> Path:
    """Write `audit.json` into a build, in one step.

    Raises:
        OptionError: the folder is not writable.
    """
    path = build / AUDIT
    try:
        write_whole(path, [orjson.dumps(found, option=orjson.OPT_INDENT_2), b"\n"])
    except OSError as error:
        remedy = "Correct the permissions or free disk space; --json prints the audit without writing a file."
        raise OptionError(path, f"cannot be written: {error.strerror or error}.", remedy) from error
    return path


def _topics(manifest: Manifest) -> Mapping[str, Any]:
    topics: Mapping[str, Any] = manifest.rules.resolved["topics"]
    return topics
