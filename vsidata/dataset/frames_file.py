"""The shown frames of one scene, as a file next to its result, for the table of frames.

The file is Arrow IPC with one row: the scene's row in the table. The merge copies it without decoding.
"""

import io
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vsidata.dataset import schema
from vsidata.dataset.results import Row, result_path
from vsidata.errors import ScanError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import check_regular
from vsidata.measuring.sight import Sight
from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_packaged
from vsidata.scene import Scene
from vsidata.sources.streams.camera_path import CameraPosition
from vsidata.sources.streams.shown import ShownFrames

# When a row group of embedded questions is read, its pictures are repeated for each question. Arrow counts
# the bytes inside lists with 32 bits and refuses more.
_MOST_WHEN_READ = 2**31 - 1


class ReadingLimits(Rules):
    """Limits for readers of embedded questions.

    Attributes:
        heavy: the size of the pictures inside a scene's questions, when read. Above it, the user is warned.
    """

    heavy: StatedConstant


@cache
def reading_limits() -> ReadingLimits:
    """The limits of this package, from `reading.yaml`."""
    return read_packaged(ReadingLimits, __package__, "reading.yaml")


def frames_path(folder: Path, name: str) -> Path:
    """The path of a scene's frames, next to its result."""
    return result_path(folder, name).with_suffix(".frames.arrow")


def packed_frames(scene: Scene, shown: ShownFrames, sight: Sight | None) -> memoryview:
    """The frames of a scene as the content of the file."""
    table = pa.Table.from_pylist([frames_row(scene, shown, sight)], schema=schema.FRAMES)
    buffer = io.BytesIO()
    with pa.ipc.new_file(buffer, schema.FRAMES) as writer:
        writer.write_table(table)
    return buffer.getbuffer()


def write_frames(folder: Path, name: str, packed: memoryview) -> None:
    """Write the packed frames of a scene in one step. A reader finds the complete file or no file.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(frames_path(folder, name), [packed])


def read_frames(folder: Path, name: str) -> pa.Table:
    """The scene's row in the table of frames.

    Raises:
        OSError, pyarrow.ArrowInvalid: the file is missing or incomplete.
    """
    check_regular(frames_path(folder, name))
    with pa.OSFile(str(frames_path(folder, name))) as file:
        return pa.ipc.open_file(file).read_all()


def check_embeddable(scene: Scene, shown: ShownFrames, questions: int) -> None:
    """Check that the frames of a scene can be read when each of its questions contains them.

    Raises:
        ScanError: the frames, repeated for each question, are too large.
    """
    size = sum(map(len, shown.jpegs)) * questions
    if size > _MOST_WHEN_READ:
        fault = (
            f"has {len(shown.jpegs)} frames and {questions} questions. With the frames in each question, "
            f"reading takes {size / 1e9:.1f} GB; the limit is {_MOST_WHEN_READ / 1e9:.1f} GB per scan"
        )
        remedy = "Make the frames smaller (--frame-size 640), use fewer (--frames), or build without --embed."
        raise ScanError(scene.name, fault, remedy)


def is_heavy(questions: int, frames: pa.Table) -> bool:
    """Return whether a scene's frames, repeated for each question, exceed `ReadingLimits.heavy`.

    Args:
        questions: the number of questions.
        frames: the scene's row in the table of frames.
    """
    pictures = frames["images"].combine_chunks().flatten().field("bytes")
    size = (pc.sum(pc.binary_length(pictures)).as_py() or 0) * questions
    return bool(size > reading_limits().heavy.value * 2**20)


def embedded(questions: list[Row], frames: pa.Table, columns: pa.Schema) -> pa.Table:
    """Questions of one scene, each with the frames to show: those that it names, or all of the scene.

    The pictures are stored once. Each question refers to them through a dictionary, which becomes the
    dictionary page of a Parquet row group.

    Args:
        questions: rows of the table of questions, all about one scene.
        frames: that scene's row in the table of frames.
        columns: the columns of the table, with or without `frames`.
    """
    of_questions = schema.without(columns, "images", "timestamps", "orientation")
    rows = pa.Table.from_pylist(questions, schema=of_questions)
    pictures = frames["images"].combine_chunks().flatten()
    shown = [row.get("frames") or range(len(pictures)) for row in questions]
    starts = pa.array(np.cumsum([0, *map(len, shown)], dtype=np.int32))
    every = pa.array(np.fromiter(chain.from_iterable(shown), dtype=np.int32))
    shared = [pa.DictionaryArray.from_arrays(every, pictures.field(field.name)) for field in schema.IMAGE]
    images = pa.StructArray.from_arrays(shared, fields=list(schema.SHARED_IMAGE))
    times = frames["timestamps"].combine_chunks().flatten().take(every)
    lists = [pa.ListArray.from_arrays(starts, values) for values in (images, times)]
    orientations = pa.repeat(frames["orientation"][0], len(rows))
    return pa.Table.from_arrays([*rows.columns, *lists, orientations], schema=columns)


def frames_row(scene: Scene, shown: ShownFrames, sight: Sight | None) -> Row:
    """The frames of a scene as a row of `vsidata.dataset.schema.FRAMES`."""
    return {
        "dataset": scene.dataset,
        "scene_name": scene.name,
        "images": [
            {"bytes": jpeg, "path": f"{scene.name}-{number:06d}.jpg"}
            for jpeg, number in zip(shown.jpegs, shown.numbers.tolist(), strict=True)
        ],
        "indices": shown.numbers.tolist(),
        "timestamps": shown.timestamps.tolist(),
        "timed": shown.timed,
        "fps": shown.fps,
        "width": shown.size[0],
        "height": shown.size[1],
        "orientation": shown.orientation,
        "intrinsics": None if shown.camera_matrix is None else shown.camera_matrix.tolist(),
        "poses": None if shown.poses is None else shown.poses.tolist(),
        "seen": None if sight is None else _seen_objects(sight, shown),
        "floor_seen": None if sight is None else sight.floor,
        "camera_path": None if shown.path is None else [_camera_position(spot) for spot in shown.path],
    }


def _camera_position(spot: CameraPosition) -> Row:
    return {
        "seconds": spot.seconds,
        "position": None if spot.position is None else spot.position.tolist(),
    }


def _seen_objects(sight: Sight, shown: ShownFrames) -> list[Row]:
    """The visibility of each object in the pictures, and the first picture that shows enough of it."""
    firsts = (sight.first([instance], sight.rules.pixels.value) for instance in sight.instances)
    return [
        {
            "instance": instance,
            "first": None if first is None else int(shown.numbers[first]),
            "pixels": pixels,
            "surfaces": surfaces,
            "surface": surface,
        }
        for instance, first, pixels, surfaces, surface in zip(
            sight.instances.tolist(),
            firsts,
            sight.pixels.T.tolist(),
            sight.surfaces.T.tolist(),
            sight.surface.tolist(),
            strict=True,
        )
    ]
