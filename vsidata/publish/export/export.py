"""Write a build in the format of another framework: one file per split, and the frames."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from vsidata.dataset.build import Build
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.results import Row
from vsidata.errors import BuildError, OptionError, ScanError
from vsidata.files.atomic import need_new, whole_folder, write_whole
from vsidata.publish.export.export_format import ExportFormat, Media, Video
from vsidata.publish.export.media import Places, write_clips
from vsidata.publish.export.registry import FORMS
from vsidata.publish.export.terms import terms
from vsidata.publish.export.trace import trace

_COLUMNS = [
    "id",
    "dataset",
    "scene_name",
    "question_type",
    "question",
    "options",
    "ground_truth",
    "unit",
    "frames",
]
_FRAME_COLUMNS = ["scene_name", "images", "timestamps", "width", "height", "orientation"]
_COLUMNS_OF_TRACES = ["topic", "answer", "evidence"]
_FRAME_COLUMNS_OF_TRACES = ["indices", "seen"]
_BATCH = 1_000  # questions in memory
_WITH_FRAMES = "Build it again with frames (--frames 16), from scans with streams (.sens)."
_TWICE = "Build it again: a build has each scene once, and scenes are identified by name."


@dataclass(frozen=True)
class Exported:
    """A written export.

    Attributes:
        out: the folder.
        to: name of the format.
        media: the form of the videos.
        questions: number of questions by split.
        scenes: number of scenes with frames and questions.
        left_out: number of questions about scenes without frames.
    """

    out: Path
    to: str
    media: Media
    questions: Mapping[str, int]
    scenes: int
    left_out: int


def export(
    build: Build,
    to: str,
    out: Path,
    media: Media | None = None,
    *,
    with_traces: bool = False,
    started: Callable[[int], None] = lambda _: None,
    done: Callable[[], None] = lambda: None,
) -> Exported:
    """Export every split of a build. The folder is renamed to `out` when it is complete.

    A question that names frames gets a video of exactly these frames, others a video of all frames.

    Args:
        build: a build with frames.
        to: a key of FORMS.
        out: a folder that does not exist, or is empty.
        media: the form of the videos; None for the format's usual form.
        with_traces: whether the replies contain reasoning before the answer, made from the evidence.
        started: called with the number of scenes to write.
        done: called after each scene.

    Raises:
        OptionError: the build has no frames, `out` is not empty, or the format does not support the media or
            the reasoning.
        BuildError: a shard is damaged, the frames of a scene are damaged or exist twice, or a question names
            a frame that does not exist.
        VsiError: a video was not written completely, or the folder cannot be written.
    """
    form = FORMS[to]
    media = media or form.media[0]
    if media not in form.media:
        raise OptionError(f"--media {media}", f"is not supported by {to}.", f"Use {form.media[0]}.")
    if with_traces and not form.traces:
        fault, others = (
            f"is not supported by {to}, which has no replies.",
            [name for name in FORMS if FORMS[name].traces],
        )
        raise OptionError("--with-traces", fault, f"Choose from: {', '.join(others)}.")
    if not build.shards("frames"):
        raise OptionError(build.folder, "has no frames.", _WITH_FRAMES)
    need_new(out)
    asked = {split: _questions_by_clip(build, split) for split in build.splits}
    started(sum(map(len, asked.values())))
    counts: dict[str, int] = {}
    written: set[str] = set()
    with whole_folder(out) as folder:
        for split in build.splits:
            videos: dict[str, Mapping[Places | None, Video]] = {}
            seen: dict[str, Row] = {}
            columns = [*_FRAME_COLUMNS, *(_FRAME_COLUMNS_OF_TRACES if with_traces else ())]
            for row in build.rows("frames", split, columns, batch=1):
                name = row["scene_name"]
                if name in asked[split] and row["images"]:
                    if name in written:
                        raise BuildError(build.folder, f"has frames of the scene {name} twice.", _TWICE)
                    written.add(name)
                    videos[name] = _videos(folder, media, row, asked[split][name])
                    if with_traces:
                        seen[name] = {column: row[column] for column in _FRAME_COLUMNS_OF_TRACES}
                    done()
            if videos:
                records = _records(form, build, split, videos, seen)
                lines = _lines(records) if form.lines else _list(records)
                write_whole(folder / f"{split}{form.suffix}", lines)
                counts[split] = sum(asked[split][name].total() for name in videos)
        if not counts:
            raise OptionError(build.folder, "has no frames of scenes with questions.", _WITH_FRAMES)
        for name, content in form.beside(list(counts)).items():
            write_whole(folder / name, [orjson.dumps(content, option=orjson.OPT_INDENT_2)])
        write_whole(folder / "TERMS.txt", [f"{terms(build.manifest)}\n".encode()])
    every = sum(clips.total() for scenes in asked.values() for clips in scenes.values())
    left_out = every - sum(counts.values())
    return Exported(out, to, media, counts, len(written), left_out)


def _questions_by_clip(build: Build, split: str) -> Mapping[str, Counter[Places | None]]:
    """The number of questions by scene and by the frames that they name, in the order of the questions."""
    counts: dict[str, Counter[Places | None]] = {}
    for row in build.rows("qa", split, ["scene_name", "frames"]):
        counts.setdefault(row["scene_name"], Counter())[_named(row)] += 1
    return counts


def _named(row: Row) -> Places | None:
    return None if row["frames"] is None else tuple(row["frames"])


def _videos(
    folder: Path, media: Media, row: Row, clips: Collection[Places | None]
) -> Mapping[Places | None, Video]:
    try:
        return write_clips(folder, row, clips, media)
    except ScanError as error:  # the code for a scan's frames also reads those of a build
        raise BuildError(error.file, error.fault, error.remedy) from error


def _records(
    form: ExportFormat,
    build: Build,
    split: str,
    videos: Mapping[str, Mapping[Places | None, Video]],
    seen: Mapping[str, Row],
) -> Iterator[Row]:
    """The questions about scenes with videos, in the format; with reasoning if `seen` has their frames."""
    columns = [*_COLUMNS, *(_COLUMNS_OF_TRACES if seen else ())]
    rows = (row for row in build.rows("qa", split, columns, batch=_BATCH) if row["scene_name"] in videos)
    for number, row in enumerate(rows):
        if None in (row["question_type"], row["question"], row["ground_truth"], *(row["options"] or ())):
            raise BuildError(row["scene_name"], f"has a question without text, {row['id']}.", AGAIN)
        if seen:
            row["trace"] = trace(row, seen[row["scene_name"]], build.manifest.options.seed)
        yield form.record(row, videos[row["scene_name"]][_named(row)], number)


def _lines(records: Iterator[Row]) -> Iterator[bytes]:
    """JSON lines."""
    return (orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records)


def _list(records: Iterator[Row]) -> Iterator[bytes]:
    """One JSON list."""
    for number, record in enumerate(records):
        yield (b",\n" if number else b"[\n") + orjson.dumps(record)
    yield b"\n]\n"
