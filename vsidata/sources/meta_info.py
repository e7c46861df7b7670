"""Reads the meta information released with VSI-Bench: boxes, counts and room size of each scene.

The release contains no meshes. Source: `data/meta_info` of vision-x-nyu/thinking-in-space (Apache-2.0).
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from vsidata.errors import OptionError, ScanError
from vsidata.scene import Array, OrientedBox, Scene, SceneObject
from vsidata.sources.official import OfficialSplit, official_split, room_of
from vsidata.sources.scan_file import Fault, faults_of, json_type, read_scan_json

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
_REMEDY = "Download the file again from vision-x-nyu/thinking-in-space (data/meta_info), or leave it out."
# Largest accepted error of a box's axes. The released axes are orthonormal to 1e-14.
_RIGID_TOLERANCE = 1e-3
# Larger numbers are not metres, because no scan of rooms extends this far from the origin.
_FARTHEST_M = 1000.0


@dataclass(frozen=True)
class MetaInfo:
    """The scenes of one or several meta information files.

    Attributes:
        places: the file and the dataset of each scene.
    """

    places: Mapping[str, tuple[Path, str]]

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "MetaInfo":
        """List the scenes of the files.

        Raises:
            OptionError: no file was given.
            ScanError: a file is not JSON, a scene's name cannot be a file name, a scene does not state its
                dataset, or two files have a scene of the same name.
        """
        if not paths:
            raise OptionError("--meta-info", "needs a file", "Pass at least one meta information file.")
        places: dict[str, tuple[Path, str]] = {}
        for path in paths:
            for name, entry in _read(path).items():
                with faults_of(path, _REMEDY):
                    if not _SAFE_NAME.fullmatch(name):
                        raise Fault(f"has a scene {name[:80]!r}, which cannot be a file name")
                    dataset = entry.get("dataset") if isinstance(entry, dict) else None
                    if not isinstance(dataset, str) or not _SAFE_NAME.fullmatch(dataset):
                        raise Fault(f"scene {name}: its dataset is {dataset!r:.80}, not a dataset's name")
                if name in places:
                    fault = f"scene {name} is in {places[name][0]} too"
                    raise ScanError(path, fault, "Pass files that have no scene in common.")
                places[name] = (path, dataset)
        return cls(dict(sorted(places.items())))

    @property
    def dataset(self) -> str:
        """The names of the scenes' datasets, joined by `+`."""
        return "+".join(sorted({dataset for _, dataset in self.places.values()}))

    def names(self) -> Sequence[str]:
        """All scenes, sorted."""
        return list(self.places)

    def dataset_of(self, name: str) -> str:
        """Return the dataset that the scene's entry states."""
        return self._place(name)[1]

    def room_of(self, name: str) -> str:
        """Return the room of a scene, by the naming scheme of the dataset."""
        return room_of(self.dataset_of(name), name)

    def room_of_listed(self, name: str) -> None:
        """Return None, because the files contain no list of rooms."""

    def official_split(self, name: str) -> OfficialSplit | None:
        """Return the official list of a scene; None if no list contains the scene."""
        return official_split(self.dataset_of(name), name)

    def load(self, name: str) -> Scene:
        """Read a scene: its objects as boxes, its counts and its room size.

        Boxes are numbered in the file's order; the number is the instance id. The counts are kept in addition
        to the boxes, because the release has some boxes twice: the list of categories behind it has some
        categories twice.

        Raises:
            ScanError: a value is missing or not a finite number, or a box is not valid.
        """
        path, dataset = self._place(name)
        entry = _entry(path, name)
        with faults_of(path, _REMEDY, f"scene {name}"):
            objects = tuple(
                SceneObject(instance, label, box=_box(box, f"box {instance} ({label:.80})"))
                for instance, (label, box) in enumerate(_labelled_boxes(entry))
            )
            return Scene(
                dataset,
                name,
                objects,
                room_area=_room_area(entry.get("room_size")),
                declared_counts=_counts(entry.get("object_counts")),
            )

    def labels(self, name: str) -> Mapping[int, str]:
        """Return the label of each instance id."""
        path, _ = self._place(name)
        entry = _entry(path, name)
        with faults_of(path, _REMEDY, f"scene {name}"):
            return {instance: label for instance, (label, _) in enumerate(_labelled_boxes(entry))}

    def repeated(self, name: str) -> frozenset[int]:  # noqa: ARG002 - the same for every scene
        """Return an empty set, because the release states the counts of objects."""
        return frozenset()

    def files(self, name: str) -> Sequence[Path]:
        """Return the file that contains the scene."""
        return [self._place(name)[0]]

    def stream(self, name: str, quality: int) -> None:
        """Return None, because the release has no pictures."""

    def stream_files(self, name: str) -> Sequence[Path]:  # noqa: ARG002 - the same for every scene
        """Return no files, because the release has no pictures."""
        return ()

    def _place(self, name: str) -> tuple[Path, str]:
        if name not in self.places:
            raise ScanError(name, "is in none of the meta information files", "Pass a scene of these files.")
        return self.places[name]


def _entry(path: Path, name: str) -> dict[str, Any]:
    """Return the entry of a scene. The file is read again if it has changed since it was opened."""
    entry = _read(path).get(name)
    if not isinstance(entry, dict):
        fault = f"scene {name}: {json_type(entry)}, not an object: the file has changed"
        raise ScanError(path, fault, "Run the same command again when no other program writes to the file.")
    return entry


def _read(path: Path) -> dict[str, Any]:
    """Return the scenes of a file. It is parsed once per process, and again if it has changed."""
    with suppress(OSError):  # read_scan_json reports errors of the disk
        status = path.stat()
        return _parse(path, (status.st_mtime_ns, status.st_size))
    return read_scan_json(path, _REMEDY)


@lru_cache(maxsize=8)
def _parse(path: Path, version: tuple[int, int]) -> dict[str, Any]:  # noqa: ARG001 - part of the cache's key
    return read_scan_json(path, _REMEDY)


def _labelled_boxes(entry: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return (label, box) of each box, in the file's order."""
    listed = entry.get("object_bbox")
    if not isinstance(listed, dict):
        raise Fault(f"its object_bbox is {json_type(listed)}, not an object")
    for label, boxes in listed.items():
        if not label.split() or not isinstance(boxes, list):
            raise Fault(
                f"its object_bbox must have lists by label, but has {json_type(boxes)} under {label!r:.80}"
            )
    return [(" ".join(label.split()), box) for label, boxes in listed.items() for box in boxes]


def _box(entry: Any, what: str) -> OrientedBox:
    if not isinstance(entry, dict):
        raise Fault(f"{what}: {json_type(entry)}, not an object")
    center = _numbers(entry.get("centroid"), 3, f"{what}: its centroid")
    extents = _numbers(entry.get("axesLengths"), 3, f"{what}: its axesLengths")
    axes = _numbers(entry.get("normalizedAxes"), 9, f"{what}: its normalizedAxes").reshape(3, 3)
    if (extents <= 0).any():
        raise Fault(f"{what}: its axesLengths are {extents.tolist()}, not all positive")
    skew = np.abs(axes @ axes.T - np.eye(3)).max()
    if not skew <= _RIGID_TOLERANCE:
        raise Fault(
            f"{what}: its normalizedAxes differ by {skew:.3g} from three unit vectors at right angles"
        )
    return OrientedBox(center, extents, axes)


def _numbers(listed: Any, count: int, what: str) -> Array:
    if not isinstance(listed, list) or len(listed) != count:
        raise Fault(f"{what}: not a list of {count} numbers")
    for value in listed:
        if type(value) not in (int, float) or not abs(value) <= _FARTHEST_M:
            raise Fault(f"{what}: {value!r:.80} is not a number of metres")
    return np.array(listed, dtype=np.float64)


def _counts(listed: Any) -> dict[str, int]:
    if not isinstance(listed, dict):
        raise Fault(f"its object_counts are {json_type(listed)}, not an object")
    for label, count in listed.items():
        if not label.split() or type(count) is not int or count < 1:
            raise Fault(
                f"its object_counts must be integers of at least 1, but have {count!r:.80} for {label!r:.80}"
            )
    return {" ".join(label.split()): count for label, count in listed.items()}


def _room_area(size: Any) -> float | None:
    if size is None:
        return None
    if type(size) not in (int, float) or not 0 < size <= _FARTHEST_M**2:
        raise Fault(f"its room_size is {size!r:.80}, not a number of square metres")
    return float(size)
