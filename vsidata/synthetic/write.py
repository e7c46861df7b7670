"""Writes synthetic scans and the truth about them, with ScanNet's folders, files and irregularities.

OUT/scannetv2-labels.combined.tsv
OUT/scans/scene0000_00/scene0000_00_vh_clean_2.ply
                       scene0000_00_vh_clean_2.0.010000.segs.json
                       scene0000_00_vh_clean_2.labels.ply
                       scene0000_00.aggregation.json
                       scene0000_00.txt
                       scene0000_00.sens, if frames are requested
                       synthetic.json: the mark, see `vsidata.sources.synthetic_mark`
OUT/truth/scene0000_00.json
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vsidata.engines import local
from vsidata.errors import OptionError, VsiError
from vsidata.files.atomic import whole_folder, write_whole
from vsidata.files.safe_files import UNFINISHED, own_folder
from vsidata.scene import Array
from vsidata.sources.synthetic_mark import changed_file, has_mark, write_mark
from vsidata.synthetic.camera import PhoneCamera, camera
from vsidata.synthetic.catalogue import Kind, kinds
from vsidata.synthetic.film import VIEWS, View, description, film
from vsidata.synthetic.layout import STRUCTURE, lay_out, scene_name
from vsidata.synthetic.scan import Flaws, Scan, scan_room
from vsidata.synthetic.seeding import generator
from vsidata.synthetic.truth import describe

NYU40 = (
    "unannotated", "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf",
    "picture", "counter", "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror", "floor mat",
    "clothes", "ceiling", "books", "refridgerator", "television", "paper", "towel", "shower curtain", "box",
    "whiteboard", "person", "night stand", "toilet", "sink", "lamp", "bathtub", "bag", "otherstructure",
    "otherfurniture", "otherprop",
)  # fmt: skip
"""The names of the NYU40 classes, in the order of their ids, spelled as in ScanNet's label table."""

_TABLE = "scannetv2-labels.combined.tsv"
_TABLE_HEADER = (
    "id", "raw_category", "category", "count", "nyu40id", "eigen13id", "nyuClass", "nyu40class",
    "eigen13class", "ModelNet40", "ModelNet10", "ShapeNetCore55", "synsetoffset", "wnsynsetid",
    "wnsynsetkey", "mpcat40", "mpcat40index",
)  # fmt: skip


def write_scans(
    out: Path,
    scenes: int,
    seed: int,
    noise: float = 0.003,
    frames: int = 0,
    workers: int = 1,
    flaws: Flaws | None = None,
    done: Callable[[str], None] | None = None,
    *,
    frame_size: tuple[int, int] | None = None,
    view: str = "walk",
    plain: bool = False,
    vertices: int | None = None,
) -> list[str]:
    """Write synthetic scans and their truth.

    Args:
        out: output folder. It is made if it does not exist.
        scenes: number of scans, named scene0000_00, scene0001_00, …
        seed: the same seed gives the same bytes, for any number of workers.
        noise: root mean square of the displacement along the surface normal, metres.
        frames: number of frames of the video of each scan; 0 for no video.
        workers: number of processes.
        flaws: all flaws of the scans; None for `noise` and the usual other flaws.
        done: called with the name of each written scan, in any order.
        frame_size: width and height of the video, pixels; None for the phone's size.
        view: the way to film, a key of `film.VIEWS`.
        plain: whether to make rectangular rooms with few objects (see `lay_out`).
        vertices: approximate number of vertices of a scan; None for as many as in ScanNet's scans.

    Returns:
        The names of the scans.

    Raises:
        OptionError: the folder contains other files, or a scan with one of these names that has changed.
        VsiError: the folder cannot be written to.
    """
    try:
        _refuse_others(out, scenes)
        phone = replace(camera(), size=frame_size) if frame_size else camera()
        how = _Making(seed, flaws or Flaws(noise=noise), frames, phone, VIEWS[view], plain, vertices)
        return _write_all(out, scenes, how, workers, done)
    except OSError as error:
        fault = f"cannot be written: {error.strerror or error}."
        raise VsiError(error.filename or out, fault, "Free space, or pass another folder.") from error


@dataclass(frozen=True)
class _Making:
    """The options of `write_scans` that each scan needs."""

    seed: int
    flaws: Flaws
    frames: int
    phone: PhoneCamera
    view: View
    plain: bool
    vertices: int | None


def _write_all(
    out: Path, scenes: int, how: _Making, workers: int, done: Callable[[str], None] | None
) -> list[str]:
    out.mkdir(parents=True, exist_ok=True)
    if not (out / _TABLE).exists():  # an existing file may be ScanNet's own
        write_whole(out / _TABLE, [_label_table().encode()])
    for name in ("scans", "truth"):
        own_folder(out / name)
    numbers = {scene_name(index): index for index in range(scenes)}
    job = partial(_write_scan, out, numbers, how)
    for name in _done(job, list(numbers), workers):
        if done:
            done(name)
    return list(numbers)


def _refuse_others(out: Path, scenes: int) -> None:
    """Refuse a folder with other files. Refuse to replace a scan that is not synthetic or has changed."""
    if not out.is_dir():
        return
    there = [path for path in (out / "scans").glob("*") if not path.name.endswith(UNFINISHED)]
    others = [path for path in out.iterdir() if path.name not in (_TABLE, "scans", "truth")]
    if (there or others) and not any(has_mark(folder) for folder in there):
        raise OptionError(out, "is not empty and contains no synthetic scans.", "Pass a new folder.")
    for folder in (out / "scans" / scene_name(index) for index in range(scenes)):
        if folder.exists() and (changed := changed_file(folder, folder.glob("*"))):
            fault = f"has changed since it was written: {changed} is missing, new or different."
            raise OptionError(folder, fault, "Pass a new folder, so that nothing is lost.")


def _done(job: Callable[[str], None], names: Sequence[str], workers: int) -> Iterator[str]:
    """Run the job for all names. Yield each name when its job is done."""
    if workers == 1:
        for name in names:
            job(name)
            yield name
        return
    for outcome in local.run(job, names, workers):
        if outcome.died:
            fault = f"its process {outcome.died}, twice."
            raise VsiError(outcome.name, fault, "If memory ran out, try fewer --workers.")
        yield outcome.name


def _write_scan(out: Path, numbers: Mapping[str, int], how: _Making, name: str) -> None:
    """Write one scan, its video, and its truth."""
    index = numbers[name]
    scan = scan_room(lay_out(how.seed, index, plain=how.plain), how.flaws, how.vertices)
    with whole_folder(out / "scans" / name) as folder:
        truth = _write_files(folder, index, scan, how)
        write_mark(folder)
        shutil.rmtree(out / "scans" / name, ignore_errors=True)
    write_whole(out / "truth" / f"{name}.json", [json.dumps(truth, indent=1).encode()])


def _write_files(folder: Path, index: int, scan: Scan, how: _Making) -> dict[str, Any]:
    """Write the files of a scan, and return the truth about it."""
    name = scan.room.name
    rng = generator(how.seed, index, "write")
    text, alignment = _alignment(rng)
    vertices = _unaligned(scan.vertices, alignment)
    labels = _nyu40_labels(scan)
    _write(folder / f"{name}_vh_clean_2.ply", _ply(vertices, scan.colours, scan.triangles, None))
    _write(folder / f"{name}_vh_clean_2.labels.ply", _ply(vertices, scan.colours, scan.triangles, labels))
    _write(folder / f"{name}_vh_clean_2.0.010000.segs.json", _segmentation(scan))
    _write(folder / f"{name}.aggregation.json", _aggregation(scan, rng))
    lines = _description(scan, text, rng)
    truth = describe(scan, how.flaws) | {"axis_alignment": alignment.tolist()}
    if how.frames:
        lines |= description(how.phone, how.frames)
        video = folder / f"{name}.sens"
        filmed = film(video, scan.room, alignment, how.frames, phone=how.phone, view=how.view)
        truth |= {"frames": filmed}
    _write(folder / f"{name}.txt", "".join(f"{key} = {value}\n" for key, value in lines.items()).encode())
    return truth


def _write(path: Path, content: bytes) -> None:
    """Write a new file. Its folder is renamed when all its files are complete."""
    with path.open("xb") as file:
        file.write(content)


def _alignment(rng: Generator) -> tuple[str, Array]:
    """Draw a turn about z and a shift.

    Return a text with six decimals, and the (4, 4) matrix in this text.
    """
    angle = rng.uniform(-np.pi, np.pi)
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y, z = rng.uniform((-6, -6, -0.15), (6, 6, 0.05))
    matrix = np.array([[cosine, -sine, 0, x], [sine, cosine, 0, y], [0, 0, 1, z], [0, 0, 0, 1]])
    text = " ".join(f"{value:.6f}" for value in matrix.ravel())
    return text, np.array([float(value) for value in text.split()]).reshape(4, 4)


def _unaligned(vertices: Array, alignment: Array) -> Array:
    return np.asarray((vertices - alignment[:3, 3]) @ np.linalg.inv(alignment[:3, :3]).T)


def _nyu40_labels(scan: Scan) -> NDArray[np.uint16]:
    ids = {item.instance: NYU40.index(kinds()[item.label].nyu40) for item in scan.room.items}
    # the last entry, row -1, is for vertices without an object
    table = np.zeros(max(ids) + 2, dtype=np.uint16)
    table[list(ids)] = list(ids.values())
    return table[scan.instances]


def _ply(
    vertices: Array,
    colours: NDArray[np.uint8],
    triangles: NDArray[np.int64],
    labels: NDArray[np.uint16] | None,
) -> bytes:
    """Return a mesh as ScanNet stores it: binary little-endian, with alpha, and with labels if given."""
    fields: list[Any] = [("position", "<f4", 3), ("colour", "u1", 4)]
    if labels is not None:
        fields.append(("label", "<u2"))
    points = np.empty(len(vertices), dtype=fields)
    points["position"] = vertices
    points["colour"][:, :3] = colours
    points["colour"][:, 3] = 255
    if labels is not None:
        points["label"] = labels
    faces = np.empty(len(triangles), dtype=[("count", "u1"), ("rows", "<i4", 3)])
    faces["count"] = 3
    faces["rows"] = triangles
    lines = [
        "ply",
        "format binary_little_endian 1.0",
        "comment VCGLIB generated",
        f"element vertex {len(vertices)}",
        *(f"property float {name}" for name in "xyz"),
        *(f"property uchar {name}" for name in ("red", "green", "blue", "alpha")),
        *([] if labels is None else ["property ushort label"]),
        f"element face {len(triangles)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    return ("\n".join(lines) + "\n").encode("ascii") + points.tobytes() + faces.tobytes()


def _segmentation(scan: Scan) -> bytes:
    params = {
        "kThresh": "0.0001", "segMinVerts": "20", "minPoints": "750", "maxPoints": "30000",
        "thinThresh": "0.05", "flatThresh": "0.001", "minLength": "0.02", "maxLength": "1",
    }  # fmt: skip
    content = {"params": params, "sceneId": scan.room.name, "segIndices": scan.segments.tolist()}
    return json.dumps(content, separators=(",", ":")).encode()


def _aggregation(scan: Scan, rng: Generator) -> bytes:
    """Return the segments of each object, with irregularities of real annotations."""
    name = scan.room.name
    groups: list[dict[str, Any]] = []
    for item in scan.room.items:
        mine = scan.instances == item.instance
        if not (mine & ~scan.stray).any():
            continue
        segments = np.unique(scan.segments[mine]).tolist()
        if rng.random() < 0.10:  # list a segment twice
            segments.append(segments[0])
        if rng.random() < 0.10:  # list a segment without vertices
            segments.append(len(scan.segments) + int(rng.integers(1, 1000)))
        label = item.label
        if rng.random() < 0.05:  # white space
            label = f" {label}" if rng.random() < 0.5 else f"{label} "
        groups.append({"id": item.instance, "objectId": item.instance, "segments": segments, "label": label})
    flecks = np.unique(scan.segments[scan.stray & (scan.instances >= 0)])
    flat = [group for group in groups if group["label"].strip() in STRUCTURE]
    # list a segment for two objects: a stray fleck, which is not part of the truth about them
    if len(flecks) and flat:
        flat[int(rng.integers(len(flat)))]["segments"].append(int(flecks[int(rng.integers(len(flecks)))]))
    content = {
        "sceneId": f"scannet.{name}",
        "appId": "Aggregator.v2",
        "segGroups": groups,
        "segmentsFile": f"scannet.{name}_vh_clean_2.0.010000.segs.json",
    }
    return json.dumps(content, indent="\t").encode()


def _description(scan: Scan, alignment: str, rng: Generator) -> dict[str, str]:
    """Return the content of a scan's `.txt`, with the keys that ScanNet's files have."""
    frames = int(rng.integers(800, 4000))
    return {
        "axisAlignment": alignment + " ",
        "colorHeight": "968",
        "colorWidth": "1296",
        "depthHeight": "480",
        "depthWidth": "640",
        "fx_color": "1170.187988",
        "fx_depth": "571.623718",
        "fy_color": "1170.187988",
        "fy_depth": "571.623718",
        "mx_color": "647.750000",
        "mx_depth": "319.500000",
        "my_color": "483.750000",
        "my_depth": "239.500000",
        "numColorFrames": str(frames),
        "numDepthFrames": str(frames),
        "numIMUmeasurements": str(frames * 2 + 17),
        "sceneType": scan.room.scene_type,
    }


def _label_table() -> str:
    """Return the table of raw labels and their NYU40 classes. Columns of other label sets are empty."""
    rows = [_table_row(number, kind) for number, kind in enumerate(kinds().values(), start=1)]
    return "".join("\t".join(row) + "\n" for row in (_TABLE_HEADER, *rows))


def _table_row(number: int, kind: Kind) -> tuple[str, ...]:
    known = {
        "id": str(number),
        "raw_category": kind.label,
        "category": kind.label,
        "count": str(kind.objects),
        "nyu40id": str(NYU40.index(kind.nyu40)),
        "nyu40class": kind.nyu40,
    }
    return tuple(known.get(column, "") for column in _TABLE_HEADER)
