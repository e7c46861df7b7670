"""An evaluation: questions in, a line of predictions for each, and all that made them beside it."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson

from vsidata.errors import OptionError, VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import append, read_regular
from vsitrain.answers import tagged_answer
from vsitrain.data.clip import Clip
from vsitrain.evaluation.settings import Settings
from vsitrain.prompts import ask
from vsitrain.runs.versions import version_of
from vsitrain.scoring.centres import BY_CENTRES
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
_KEPT_IF_KNOWN = ("pruned", "room", BY_CENTRES)
"""Columns of a question that go with its prediction, so that it is scored without the data."""

SHOWN_AS = 2
"""Version of what a model is shown for the same settings. It grows when frames or their times change, so that
an evaluation is not continued in another way than it began.

1: frames per second are (number - 1) / (last time - first time). Such a `run.json` holds no version.
2: they are number / length of the video, and no frame has more than `max_pixels`.
"""

Row = Mapping[str, Any]
OnProgress = Callable[[int, int], None]
"""Called with the number of questions done, and of all."""


class AnsweringModel(Protocol):
    """A model that can be asked: `Replier`, `VllmReplier`."""

    def prepare(self, rows: Sequence[Row], clips: Sequence[Clip]) -> Any:
        """Make a batch of questions about clips; called in a thread beside `reply`."""
        ...

    def reply(self, batch: Any) -> list[str]:
        """What the model writes on each question of a batch."""
        ...


class Clips(Protocol):
    """Where clips come from: `FrameStore`, `VideoFolder`."""

    def clip(self, scene_name: str, dataset: str) -> Clip:
        """The clip of a scene. Raises VsiError where there is none."""
        ...


def evaluate(
    rows: Sequence[Row],
    clips: Clips,
    model: AnsweringModel,
    out: Path,
    *,
    record: Mapping[str, Any],
    settings: Settings,
    batch: int,
    process: tuple[int, int] = (0, 1),
    on_progress: OnProgress = lambda _done, _total: None,
) -> None:
    """Ask every question that has no prediction yet, and append what is replied.

    A kill loses at most one batch: the same call goes on. A question whose video cannot be opened gets a
    prediction without a reply, with the reason: it is scored as wrong, and counted.

    Args:
        rows: the questions.
        clips: of their scenes.
        model: that is asked. The next batch is prepared while it writes.
        out: folder of the predictions.
        record: what makes the result, for `run.json`; see `record_of`.
        settings: how questions are asked; with tags, the answer's is what is scored.
        batch: questions at a time.
        process: rank of this process, and how many there are: each takes its share, into a file of its own.
        on_progress: called after each batch.

    Raises:
        OptionError: the folder holds another evaluation, or predictions of another program.
        OSError: it cannot be written.
    """
    rank, processes = process
    out.mkdir(parents=True, exist_ok=True)
    _claim(out, record)
    path = out / (PREDICTIONS if processes == 1 else f"predictions-{rank}-of-{processes}.jsonl")
    _end_last_line(path)
    done = {prediction.id for prediction in read_predictions(out)}
    mine = _share(rows, rank, processes)
    todo = [row for row in mine if row["id"] not in done]
    batches = [todo[start : start + batch] for start in range(0, len(todo), batch)]
    with append(path) as file:
        for prepared in _prefetched(lambda rows: _prepared(rows, clips, model), batches):
            for answer in _answer_batch(prepared, model):
                file.write(orjson.dumps(_line(answer, settings), option=orjson.OPT_APPEND_NEWLINE))
            file.flush()
            todo = todo[batch:]
            on_progress(len(mine) - len(todo), len(mine))


def record_of(
    model: Mapping[str, Any],
    data: Mapping[str, Any],
    rows: Sequence[Row],
    settings: Settings,
    packages: Sequence[str],
    **more: Any,
) -> dict[str, Any]:
    """Everything that makes a result: whoever has it, the model and the data gets the same predictions.

    Args:
        model: `vsitrain.evaluation.evaluated_model.Model.record` of the model, and its provenance as
            `trained`.
        data: where the questions come from.
        rows: the questions.
        settings: how they are asked.
        packages: whose versions have a say.
        **more: other settings, such as the precision.
    """
    digest = hashlib.sha256(b"".join(orjson.dumps(_kept_columns(row)) for row in rows)).hexdigest()
    return {
        **model,
        **data,
        "questions": len(rows),
        "questions_sha256": digest,
        "rules": sorted({row["rules"] for row in rows if row.get("rules")}),
        "prompt": settings.mode.model_dump(),
        **{key: value for key, value in asdict(settings).items() if key != "mode"},
        "decoding": "greedy",
        "shown_as": SHOWN_AS,
        **more,
        "versions": {name: version_of(name) for name in ("vsi100k", *_FOR_PIXELS, *packages)},
    }


_FOR_PIXELS = ("numpy", "opencv-python-headless")


def _share(rows: Sequence[Row], rank: int, processes: int) -> list[Row]:
    """A process's questions, those about a scene one after the other: its video is decoded once."""
    by_scene = sorted(rows, key=lambda row: (row["dataset"], row["scene_name"]))
    ends = [len(rows) * place // processes for place in (rank, rank + 1)]
    return by_scene[ends[0] : ends[1]]


def _claim(out: Path, record: Mapping[str, Any]) -> None:
    written = orjson.dumps(record, option=orjson.OPT_INDENT_2)
    path = out / RUN
    predicted = next(
        out.glob("predictions*.jsonl"), None
    )  # before the record, which another process may write
    if not path.exists():
        if predicted is not None:
            fault = f"holds no {RUN}, so `vsitrain evaluate` did not write it here."
            raise OptionError(predicted, fault, "Name another --out, or move the file to another folder.")
        write_whole(path, [written])
        return
    before, now = orjson.loads(read_regular(path)), orjson.loads(written)
    if changed := sorted(key for key in {*before, *now} if before.get(key) != now.get(key)):
        fault = f"holds an evaluation that was made otherwise: {', '.join(changed)}."
        remedy = "Name another --out, or evaluate as before to go on."
        if before.get("shown_as") != SHOWN_AS:
            fault = "holds an evaluation by another version of vsitrain, which shows frames in another way."
            remedy = "Name another --out, and evaluate all questions anew."
        raise OptionError(out, fault, remedy)


def _end_last_line(path: Path) -> None:
    """End the last line of a file: a kill may have left a part of it, or all but the newline."""
    with append(path) as file:
        file.seek(0)
        content = file.read()
        begin = content.rfind(b"\n") + 1
        if begin == len(content):
            return
        try:
            orjson.loads(content[begin:])
        except ValueError:
            file.truncate(begin)  # the question is asked again
        else:
            file.write(b"\n")


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A batch, and the questions that are not in it as their clip cannot be had, with the reasons."""

    seen: list[tuple[Row, Clip]]
    unseen: list[tuple[Row, str]]
    batch: Any


@dataclass(frozen=True)
class _Answer:
    row: Row
    text: str = ""
    clip: Clip | None = None
    error: str | None = None


def _prefetched(
    prepare: Callable[[Sequence[Row]], _Prepared], batches: Iterable[Sequence[Row]]
) -> Iterator[_Prepared]:
    """Each batch prepared, and while it is in use the next one."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        coming: deque[Future[_Prepared]] = deque()
        for rows in batches:
            coming.append(beside.submit(prepare, rows))
            if len(coming) > 1:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _prepared(rows: Sequence[Row], clips: Clips, model: AnsweringModel) -> _Prepared:
    seen: list[tuple[Row, Clip]] = []
    unseen: list[tuple[Row, str]] = []
    for row in rows:
        try:
            seen.append((row, clips.clip(row["scene_name"], row["dataset"])))
        except VsiError as error:
            unseen.append((row, f"{Path(error.file).name}: {error.fault}"))
    batch = model.prepare([row for row, _ in seen], [clip for _, clip in seen]) if seen else None
    return _Prepared(seen, unseen, batch)


def _answer_batch(prepared: _Prepared, model: AnsweringModel) -> Iterator[_Answer]:
    yield from (_Answer(row, error=reason) for row, reason in prepared.unseen)
    if prepared.seen:
        texts = model.reply(prepared.batch)
        yield from (_Answer(row, text, clip) for (row, clip), text in zip(prepared.seen, texts, strict=True))


def _line(answer: _Answer, settings: Settings) -> dict[str, Any]:
    text, clip = answer.text, answer.clip
    tagged = tagged_answer(text) if settings.mode.tags else None
    return {
        **_kept_columns(answer.row),
        "prompt": ask(answer.row, settings.mode, form=settings.form, letters=True),
        "prediction": text if tagged is None else tagged,
        "reply": text,
        "tag": None if not settings.mode.tags else tagged is not None,
        **({"frames": len(clip.frames), "clip": clip.digest} if clip else {}),
        **({"error": answer.error} if answer.error else {}),
    }


def _kept_columns(row: Row) -> dict[str, Any]:
    known = {name: row[name] for name in _KEPT_IF_KNOWN if row.get(name) is not None}
    return {**{name: row.get(name) for name in _KEPT}, **known}
