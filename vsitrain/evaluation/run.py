"""An evaluation: it writes one line per question to the predictions, and all settings to run.json."""

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
from vsitrain.data.named_frames import Places, clip_of
from vsitrain.evaluation.settings import Settings
from vsitrain.prompts import ask
from vsitrain.runs.versions import version_of
from vsitrain.scoring.centres import BY_CENTRES
from vsitrain.scoring.predictions import PREDICTIONS, RUN, read_predictions
from vsitrain.scoring.vsti import VERSION

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
_KEPT_IF_KNOWN = ("pruned", "room", BY_CENTRES, VERSION)
"""Columns of a question that are stored with its prediction, so that it can be scored without the data."""

NAMED_FRAMES = "named_frames"
"""The column of the frames that a question names, in predictions. There, `frames` is the number shown."""

SHOWN_AS = 2
"""Version of the frames that a model is shown with the same settings. It grows when frames or their times
change, so that an evaluation is not resumed with other frames.

1: frames per second are (number - 1) / (last time - first time). Such a `run.json` contains no version.
2: frames per second are number / length of the video, and no frame has more than `max_pixels`.
"""

Row = Mapping[str, Any]
OnProgress = Callable[[int, int], None]
"""Called with the number of questions done and the total."""


class AnsweringModel(Protocol):
    """A model that replies to questions: `Replier`, `VllmReplier`."""

    def prepare(self, rows: Sequence[Row], clips: Sequence[Clip]) -> Any:
        """Make a batch of questions about clips; called in another thread than `reply`."""
        ...

    def reply(self, batch: Any) -> list[str]:
        """The model's reply to each question of a batch."""
        ...


class Clips(Protocol):
    """A source of clips: `FrameStore`, `VideoFolder`."""

    def clip(self, scene_name: str, dataset: str, frames: Places | None = None) -> Clip:
        """The clip of a scene: the named frames, or any. Raises VsiError if there is no such clip."""
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
    """Ask every question that has no prediction yet, and append the replies to the predictions.

    If the process is killed, at most one batch is lost. The same call resumes. If a video cannot be opened,
    its questions get predictions without a reply, with the reason. They are scored as wrong, and counted.

    Args:
        rows: the questions.
        clips: the clips of their scenes.
        model: the model. The next batch is prepared while it generates.
        out: the folder of the predictions.
        record: everything that determines the result, for `run.json`; see `record_of`.
        settings: the settings of the evaluation. If the mode has tags, the body of the answer tag is scored.
        batch: number of questions per batch.
        process: rank of this process, and number of processes. Each takes a share, and writes its own file.
        on_progress: called after each batch.

    Raises:
        OptionError: the folder contains another evaluation, or predictions of another program.
        OSError: the folder cannot be written.
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
    """Return everything that determines the result. A run can be repeated from it, the model and the data.

    Args:
        model: `vsitrain.evaluation.evaluated_model.Model.record` of the model, and its provenance as
            `trained`.
        data: the source of the questions.
        rows: the questions.
        settings: the settings of the evaluation.
        packages: the packages that affect the replies.
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
    """The questions of a process, sorted by scene and frames, so that each clip is shown once."""
    by_scene = sorted(rows, key=lambda row: (row["dataset"], row["scene_name"], clip_of(row).frames or ()))
    ends = [len(rows) * place // processes for place in (rank, rank + 1)]
    return by_scene[ends[0] : ends[1]]


def _claim(out: Path, record: Mapping[str, Any]) -> None:
    written = orjson.dumps(record, option=orjson.OPT_INDENT_2)
    path = out / RUN
    # Look for predictions before the check of the record. Another process may write both between the two.
    predicted = next(out.glob("predictions*.jsonl"), None)
    if not path.exists():
        if predicted is not None:
            fault = f"has no {RUN} next to it, so `vsitrain evaluate` did not write it here."
            raise OptionError(predicted, fault, "Pass another --out, or move the file to another folder.")
        write_whole(path, [written])
        return
    before, now = orjson.loads(read_regular(path)), orjson.loads(written)
    if changed := sorted(key for key in {*before, *now} if before.get(key) != now.get(key)):
        fault = f"contains an evaluation with other settings: {', '.join(changed)}."
        remedy = "Pass another --out, or use the same settings to resume."
        if before.get("shown_as") != SHOWN_AS:
            fault = (
                "contains an evaluation by another version of vsitrain, which shows frames in another way."
            )
            remedy = "Pass another --out, and evaluate all questions again."
        raise OptionError(out, fault, remedy)


def _end_last_line(path: Path) -> None:
    """Complete or remove the last line of a file. A killed process may leave a part of a line."""
    with append(path) as file:
        file.seek(0)
        content = file.read()
        begin = content.rfind(b"\n") + 1
        if begin == len(content):
            return
        try:
            orjson.loads(content[begin:])
        except ValueError:
            file.truncate(begin)  # this question will be asked again
        else:
            file.write(b"\n")


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A batch, and the questions with a clip that cannot be read, each with the reason."""

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
    """Prepare each batch while the previous batch is in use."""
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
            seen.append((row, clips.clip(*clip_of(row))))
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
    named = clip_of(row).frames
    shown = {} if named is None else {NAMED_FRAMES: named}
    return {**{name: row.get(name) for name in _KEPT}, **known, **shown}
