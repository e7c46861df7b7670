"""An evaluation: questions in, a line of predictions for each, and all that made them beside it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import orjson

from vsidata.dataset.atomic import write_whole
from vsidata.errors import OptionError, VsiError
from vsitrain.answers import tagged_answer
from vsitrain.data.clip import Clip
from vsitrain.evaluation.settings import Settings
from vsitrain.provenance import read_provenance
from vsitrain.scoring.predictions import PREDICTIONS, RUN, read_predictions

_KEPT = (
    "id",
    "dataset",
    "scene_name",
    "question_type",
    "question",
    "options",
    "ground_truth",
    "answer",
    "unit",
)
_PACKAGES = ("vsi100k", "torch", "transformers")

Row = Mapping[str, Any]
Told = Callable[[int, int], None]
"""Told of questions done, and of all."""


class Clips(Protocol):
    """Where clips come from: `FrameStore`, `VideoFolder`."""

    def clip(self, scene_name: str, dataset: str) -> Clip:
        """The clip of a scene. Raises VsiError where there is none."""
        ...


def evaluate(
    rows: Sequence[Row],
    clips: Clips,
    reply: Callable[[Sequence[Row], Sequence[Clip]], list[str]],
    out: Path,
    *,
    record: Mapping[str, Any],
    settings: Settings,
    batch: int,
    process: tuple[int, int] = (0, 1),
    told: Told = lambda _done, _total: None,
) -> None:
    """Ask every question that has no prediction yet, and append what is replied.

    A kill loses at most one batch: the same call goes on. A question whose video cannot be opened gets a
    prediction without a reply, with the reason: it is scored as wrong, and counted.

    Args:
        rows: the questions.
        clips: of their scenes.
        reply: from questions and clips to texts.
        out: folder of the predictions.
        record: what makes the result, for `run.json`; see `record_of`.
        settings: how questions are asked; with tags, the answer's is what is scored.
        batch: questions at a time.
        process: rank of this process, and how many there are: each takes its share, into a file of its own.
        told: called after each batch.

    Raises:
        OptionError: the folder holds an evaluation that was made otherwise.
        OSError: it cannot be written.
    """
    rank, processes = process
    out.mkdir(parents=True, exist_ok=True)
    _claim(out, record)
    path = out / (PREDICTIONS if processes == 1 else f"predictions-{rank}-of-{processes}.jsonl")
    _mend(path)
    done = {prediction.id for prediction in read_predictions(out)}
    mine = rows[rank::processes]
    todo = [row for row in mine if row["id"] not in done]
    with path.open("ab") as file:
        for start in range(0, len(todo), batch):
            for row, text, error in _answered(todo[start : start + batch], clips, reply):
                file.write(orjson.dumps(_line(row, text, error, settings), option=orjson.OPT_APPEND_NEWLINE))
            file.flush()
            told(len(mine) - max(len(todo) - start - batch, 0), len(mine))


def record_of(model: str, data: str, rows: Sequence[Row], settings: Settings, **more: Any) -> dict[str, Any]:
    """Everything that makes a result: whoever has it and the model gets the same predictions.

    Args:
        model: that is asked.
        data: where the questions come from.
        rows: the questions.
        settings: how they are asked.
        **more: other settings, such as the precision.
    """
    provenance = read_provenance(model)
    digest = hashlib.sha256(b"".join(orjson.dumps(_kept(row)) for row in rows)).hexdigest()
    return {
        "model": model,
        "trained": None if provenance is None else asdict(provenance),
        "data": data,
        "questions": len(rows),
        "questions_sha256": digest,
        "rules": sorted({row["rules"] for row in rows if row.get("rules")}),
        "prompt": settings.mode.model_dump(),
        **{key: value for key, value in asdict(settings).items() if key != "mode"},
        "decoding": "greedy",
        **more,
        "versions": {name: version(name) for name in _PACKAGES},
    }


def _claim(out: Path, record: Mapping[str, Any]) -> None:
    written = orjson.dumps(record, option=orjson.OPT_INDENT_2)
    path = out / RUN
    if not path.exists():
        write_whole(path, [written])
        return
    before, now = orjson.loads(path.read_bytes()), orjson.loads(written)
    if changed := sorted(key for key in {*before, *now} if before.get(key) != now.get(key)):
        fault = f"holds an evaluation that was made otherwise: {', '.join(changed)}."
        raise OptionError(out, fault, "Name another --out, or evaluate as before to go on.")


def _mend(path: Path) -> None:
    """Cut off a last line that a kill left unfinished."""
    if path.exists():
        content = path.read_bytes()
        if not content.endswith(b"\n"):
            path.write_bytes(content[: content.rfind(b"\n") + 1])


def _answered(
    rows: Sequence[Row], clips: Clips, reply: Callable[[Sequence[Row], Sequence[Clip]], list[str]]
) -> Iterator[tuple[Row, str, str | None]]:
    seen: list[tuple[Row, Clip]] = []
    for row in rows:
        try:
            seen.append((row, clips.clip(row["scene_name"], row["dataset"])))
        except VsiError as error:
            yield row, "", f"{Path(error.file).name}: {error.fault}"
    if seen:
        texts = reply([row for row, _ in seen], [clip for _, clip in seen])
        yield from ((row, text, None) for (row, _), text in zip(seen, texts, strict=True))


def _line(row: Row, text: str, error: str | None, settings: Settings) -> dict[str, Any]:
    tagged = tagged_answer(text) if settings.mode.tags else None
    return {
        **_kept(row),
        "prediction": text if tagged is None else tagged,
        "reply": text,
        "tag": None if not settings.mode.tags else tagged is not None,
        **({"error": error} if error else {}),
    }


def _kept(row: Row) -> dict[str, Any]:
    return {name: row.get(name) for name in _KEPT}
