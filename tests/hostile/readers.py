"""Every parser of files that another user may have made, each with a valid file to mutate."""

import hashlib
import io
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from tests.dataset import meta_info
from tests.hostile.films import film
from tests.scans import ply_bytes, small_scan
from tests.sources.streams import sens_bytes
from vsidata.dataset.manifest_form import Manifest, ShardEntry
from vsidata.dataset.schema import QA
from vsidata.dataset.verify import faults
from vsidata.pipeline.options import read_options
from vsidata.publish.export.media import write_mp4
from vsidata.sources.alignment import read_alignment
from vsidata.sources.label_table import read_label_table
from vsidata.sources.meta_info import MetaInfo
from vsidata.sources.ply import read_mesh, read_vertex_property
from vsidata.sources.scan_file import faults_of
from vsidata.sources.segmentation import read_groups, read_segments
from vsidata.sources.streams.description import described_camera
from vsidata.sources.streams.exported import open_exported
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.image import at_size
from vsidata.sources.streams.sens import open_sens
from vsidata.sources.streams.video import open_video
from vsidata.topics.rule_set import load_rules

NAME = "scene0000_00"
_SCAN = small_scan()


@dataclass(frozen=True)
class Reader:
    """One parser.

    Attributes:
        name: the name of the kind of file.
        file: the name that the file must have.
        valid: the bytes of a valid file.
        read: reads the complete file.
        beside: other files in the folder of the file, by name.
    """

    name: str
    file: str
    valid: bytes
    read: Callable[[Path], object]
    beside: tuple[tuple[str, bytes], ...] = ()

    def __str__(self) -> str:
        return self.name

    def put(self, folder: Path, data: bytes) -> Path:
        """Write bytes to the file that this parser reads."""
        for name, content in (*self.beside, (self.file, data)):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / self.file


def _all_of(stream: FrameStream) -> None:
    for position in range(min(len(stream), 8)):
        jpeg = stream.jpeg(position) if stream.valid[position] else None
        if jpeg:
            with faults_of(stream.path, "Fix it."):  # like the code that shows frames
                at_size(jpeg, 16, 90)
        stream.depth(position)


def _sens(path: Path) -> None:
    _all_of(open_sens(path))


def _exported(path: Path) -> None:
    _all_of(open_exported(path.parents[1], NAME))


def _export(path: Path) -> None:
    """Export the frame like a build with videos, turned."""
    images = [{"bytes": path.read_bytes(), "path": ""}, {"bytes": sens_bytes.jpeg(), "path": ""}]
    row = {"scene_name": NAME, "images": images, "timestamps": [0.0, 1.5], "orientation": 90}
    write_mp4(path.parent, row | {"width": sens_bytes.WIDTH, "height": sens_bytes.HEIGHT})


def _mesh(path: Path) -> None:
    read_mesh(path, "Fix it.")
    read_vertex_property(path, "red", "Fix it.")


def _meta_info(path: Path) -> None:
    source = MetaInfo.open([path])
    for name in source.names():
        source.labels(name)
        source.load(name)


def _png(shade: int = 1500) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((12, 16), shade, dtype=np.uint16)).save(file, "PNG")
    return file.getvalue()


def _stream(frames: int = 3, progressive: bool = False) -> bytes:
    made = [sens_bytes.Frame(sens_bytes.jpeg(40 * n, progressive=progressive)) for n in range(frames)]
    return sens_bytes.Sens(made).bytes()


def _card(path: Path) -> None:
    for fault in faults(path.parent, _MANIFEST):
        raise fault


def _no_questions() -> bytes:
    file = io.BytesIO()
    pq.write_table(QA.empty_table(), file)
    return file.getvalue()


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()


_POSE = " ".join(str(number) for number in np.eye(4).ravel()).encode()
_CAMERA = " ".join(str(number) for number in sens_bytes.INTRINSIC.ravel()).encode()
_EXPORTED = (
    ("color/0.jpg", sens_bytes.jpeg()),
    ("depth/0.png", _png()),
    ("pose/0.txt", _POSE),
    ("intrinsic/intrinsic_color.txt", _CAMERA),
)
_RULES = b"""# Mine.
extends: wide
name: mine
why: &why "it is mine"
visibility: {pixels: 0.002, surface: {value: 0.2, unit: share, why: *why}}
topics:
  object_rel_distance: {min_gap: 0.3}
  object_counting:
    question: "How many {category}(s) are in this room?"
    exclude: [{labels: [chair, door]}]
"""
_OPTIONS = (
    b"out: here\nscannet-root: there\nholdout: 5%\ntopics: [object_counting]\nframe-size: 640x480\nseed: 3\n"
)
_TEXT = "".join(f"{key} = {value}\n" for key, value in _SCAN.properties.items()).encode()
_TABLE = b"id\traw_category\tcategory\tnyu40id\n1\twall\twall\t1\n2\toffice chair\tchair\t5\n"

_SHARD = "qa/train-00000-of-00001.parquet"
_EMPTY = _no_questions()
_MANIFEST = Manifest.model_construct(
    files={_SHARD: ShardEntry(bytes=len(_EMPTY), rows=0, sha256=hashlib.sha256(_EMPTY).hexdigest())},
    questions={"train": {}},
    scenes={"train": 0},
)
_CARD = b"""---
pretty_name: "Spatial questions"
tags: [3d, spatial]
configs:
- config_name: qa
  default: true
  data_files:
  - split: train
    path: qa/train-*.parquet
---

# Spatial questions
"""

READERS = [
    Reader("ply", "a.ply", ply_bytes(_SCAN.vertices, _SCAN.faces), _mesh),
    Reader(
        "segs",
        "a.segs.json",
        _json(_SCAN.segments),
        lambda path: read_segments(path, NAME, "Fix it."),
    ),
    Reader(
        "aggregation",
        "a.aggregation.json",
        _json(_SCAN.aggregation),
        lambda path: read_groups(path, NAME, "Fix it."),
    ),
    Reader("txt", "a.txt", _TEXT, lambda path: read_alignment(path, "Fix it.")),
    Reader("cameras", "a.txt", _TEXT, lambda path: described_camera(path, "color")),
    Reader("labels", "a.tsv", _TABLE, read_label_table),
    Reader("sens", "a.sens", _stream(), _sens),
    Reader("sens, progressive", "a.sens", _stream(progressive=True), _sens),
    Reader("mp4", "a.mp4", film(), lambda path: _all_of(open_video(path, 90))),
    Reader("jpeg", "color/0.jpg", sens_bytes.jpeg(), _exported, _EXPORTED),
    Reader("exported frame", "a.jpg", sens_bytes.jpeg(), _export),
    Reader("exported frame, progressive", "a.jpg", sens_bytes.jpeg(progressive=True), _export),
    Reader("png", "depth/0.png", _png(), _exported, _EXPORTED),
    Reader("pose", "pose/0.txt", _POSE, _exported, _EXPORTED),
    Reader(
        "meta-info",
        "a.json",
        _json({f"room{number}": meta_info.entry(number) for number in range(2)}),
        _meta_info,
    ),
    Reader("rules", "a.yaml", _RULES, load_rules),
    Reader("card", "README.md", _CARD, _card, ((_SHARD, _EMPTY),)),
    Reader("options", "a.yaml", _OPTIONS, lambda path: read_options(path, {})),
]


def by_name(name: str) -> Reader:
    """Return the parser with this name."""
    return next(reader for reader in READERS if reader.name == name)


def png_of(width: int, height: int) -> bytes:
    """Return the beginning of a depth picture, which states its size."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
