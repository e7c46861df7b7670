"""Datasets that the optional package scenezoo reads (ScanNet++, ARKitScenes, Matterport3D, 3RScan, …).

Objects come from scenezoo's instance segmentation. Boxes are measured from their vertices, as for all meshes.
Pictures are decoded by scenezoo and encoded again. Scenezoo refuses scans of ScanNet if the annotation lists
segments that the mesh does not have. `vsidata.sources.scannet` reads such scans.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vsidata.errors import OptionError, ScanError
from vsidata.scene import Array, IntArray, Scene
from vsidata.sources.grouping import group_objects
from vsidata.sources.official import OfficialSplit, official_split, room_of
from vsidata.sources.scan_file import refuse_broken_link
from vsidata.sources.segmentation import Group
from vsidata.sources.streams.frames import USUAL_RATE, FrameStream, are_poses, camera_matrix, times_of
from vsidata.sources.streams.image import encode

_INSTALL = "Install it: pip install 'vsi100k[scenezoo]'."

# Names in scenezoo that differ from the names in the leak guard's lists.
_DATASETS = {"scannetv2": "scannet", "scannetppv2": "scannetpp"}

_LISTED_HERE = {"scannet", "arkitscenes"}

# Words that occur in the names of official lists, by kind. If several lists contain a scene, the last kind
# here counts.
_KINDS: Mapping[OfficialSplit, set[str]] = {
    "train": {"train", "training"},
    "val": {"val", "validation"},
    "test": {"test"},
}

# Seconds per unit of scenezoo's time stamps, which it copies from the releases. The other datasets have no
# time stamps, or time stamps in an unknown unit.
_UNITS = {"scannetv2": 1e-6, "scannetppv2": 1.0, "arkitscenes": 1.0}

# Datasets with meshes that are upright (z is up) as scenezoo returns them. Scenezoo turns SceneNN and
# 3D-FRONT; the others are released upright. Do not apply MultiScan's `get_alignment`, although its docstring
# states the opposite. `get_alignment` transforms the upright mesh to ARKit's frame, in which y is up.
# Sources: scenezoo 0.3.1; MultiScan, issue 18; ARKitScenes, DATA.md; the other datasets' own descriptions.
_UPRIGHT = {
    "scannetppv2", "arkitscenes", "multiscan", "3rscan", "matterport3d", "s3dis", "ase", "structured3d",
    "scenenn", "3dfront",
}  # fmt: skip
# ScanNet's meshes are upright to a few degrees. Their alignment makes them upright and puts the floor at 0.
_ALIGNED = {"scannetv2"}

# The folder of a scene is at most this many levels below the root, as in `3dod/Training/40753679`.
_DEEPEST = 3
# Suffixes of meshes and annotations. Pictures, depth and archives have others.
_ANNOTATION = {".ply", ".obj", ".json", ".txt", ".csv", ".house"}
_MANY_FILES = 100  # a folder with more files contains one file per frame


@dataclass(frozen=True)
class SceneZoo:
    """One dataset that scenezoo reads.

    Attributes:
        name: scenezoo's name of the dataset.
        root: the folder that the dataset was downloaded to.
        folders: the folder with the name of each scene, below the root; None if there is no such folder.
    """

    name: str
    root: Path
    folders: Mapping[str, Path | None]

    @classmethod
    def open(cls, name: str, paths: Sequence[Path]) -> "SceneZoo":
        """List the scenes of a dataset's official lists that have a folder below the root.

        Raises:
            OptionError: scenezoo is not installed, does not have the dataset or cannot list its scenes, none
                of the scenes is below the root, or the up axis of the dataset's meshes is unknown.
        """
        if len(paths) != 1:
            raise OptionError("--root", f"has {len(paths)} folders", "Pass the folder of the dataset.")
        root = Path(paths[0])
        zoo = _import()
        try:
            canonical = zoo.get_dataset_info(name).name
            listed = [str(scene) for scene in _dataset(canonical, root).get_ids()]
        except (zoo.SceneZooError, OSError, KeyError, ValueError) as error:
            fault = f"scenezoo cannot list its scenes: {_error_text(error)}"
            known = ", ".join(sorted(zoo.list_datasets()))
            remedy = f"Choose from: {known}. It downloads official lists once, so check the network too."
            raise OptionError(f"--source scenezoo:{name}", fault, remedy) from None
        below = _folders(root)
        there = {scene: below[Path(scene).name] for scene in sorted(listed) if Path(scene).name in below}
        if not there:
            fault = f"contains none of the {len(listed):,} scenes of {canonical}"
            raise OptionError(root, fault, "Pass the folder that the dataset was downloaded to.")
        if canonical not in _UPRIGHT | _ALIGNED:
            fault = "is not supported: the up axis of its meshes is unknown"
            remedy = f"Choose from {', '.join(sorted(_UPRIGHT | _ALIGNED))}."
            raise OptionError(f"--source scenezoo:{name}", fault, remedy)
        return cls(canonical, root, there)

    @property
    def dataset(self) -> str:
        """The dataset's name as in the leak guard's lists, such as `scannetpp`."""
        return _DATASETS.get(self.name, self.name)

    def names(self) -> Sequence[str]:
        """Return the names of all scenes, sorted."""
        return list(self.folders)

    def dataset_of(self, name: str) -> str:  # noqa: ARG002 - one root, one dataset
        """Return the dataset, which is the same for all scenes."""
        return self.dataset

    def room_of(self, name: str) -> str:
        """Return the room of a scene.

        In 3RScan, a room has the name of its first scan. In other datasets, the naming scheme determines the
        room.
        """
        if self.name == "3rscan":
            with _scan_errors(name):
                return str(_dataset(self.name, self.root).get_reference_id(name))
        return room_of(self.dataset, name)

    def room_of_listed(self, name: str) -> str:
        """Return the room of a scan that the dataset lists, even if the scan has no folder below the root."""
        return self.room_of(name)

    def official_split(self, name: str) -> OfficialSplit | None:
        """Return the official list of a scene; None if no list contains the scene.

        The lists of ScanNet and ARKitScenes are part of this package. Scenezoo reads the lists of other
        datasets, such as `nvs_sem_val`. If several lists contain a scene, a test list counts first, then a
        validation list.
        """
        if self.dataset in _LISTED_HERE:
            return official_split(self.dataset, name)
        with _scan_errors(name):
            lists = _official_lists(self.name, self.root)
        return lists.get(name) if lists else official_split(self.dataset, name)

    def load(self, name: str) -> Scene:
        """Read a scene with scenezoo.

        Raises:
            ScanError: scenezoo cannot read the scene, or the scene has no objects.
        """
        if folder := self.folders[name]:
            refuse_broken_link(folder)
        dataset = _dataset(self.name, self.root)
        with _scan_errors(name):
            points, triangles, labels, names = _annotated(dataset, name)
            alignment = _alignment(dataset, self.name, name)
        if not (labels >= 0).any():
            raise ScanError(name, "has no annotated object", "Download its annotation, or leave it out.")
        if alignment is not None:
            points = points @ alignment[:3, :3].T + alignment[:3, 3]
        groups = [Group(instance, names[instance], np.array([instance + 1])) for instance in sorted(names)]
        objects, instances = group_objects(points, triangles, labels + 1, groups)
        if not len(triangles):
            objects = tuple(replace(thing, triangles=None) for thing in objects)
        return Scene(
            dataset=self.dataset,
            name=name,
            objects=objects,
            points=points,
            triangles=triangles if len(triangles) else None,
            instances=instances,
            alignment=alignment,
        )

    def labels(self, name: str) -> Mapping[int, str]:
        """Return the label of each instance id. Reads the mesh and the segmentation."""
        with _scan_errors(name):
            return _annotated(_dataset(self.name, self.root), name)[3]

    def repeated(self, name: str) -> frozenset[int]:  # noqa: ARG002 - the same for every scene
        """Return an empty set, because scenezoo assigns each vertex to one object."""
        return frozenset()

    def files(self, name: str) -> Sequence[Path]:
        """Return the meshes and annotations in the scene's folder.

        Scenezoo does not read all of them in some datasets.
        """
        folder = self.folders[name]
        found: list[Path] = []
        for place in [folder, *_subfolders(folder)] if folder and folder.is_dir() else []:
            entries = sorted(place.iterdir())
            if len(entries) <= _MANY_FILES:
                found += [path for path in entries if path.suffix in _ANNOTATION and path.is_file()]
        return found

    def stream(self, name: str, quality: int) -> FrameStream | None:
        """Return the frames that scenezoo selects by default. Their poses are in the mesh's frame.

        Return None if there are no frames. Return None also if the camera is not a pinhole camera, because a
        matrix cannot describe it.
        """
        zoo, dataset = _import(), _dataset(self.name, self.root)
        if not dataset.supports("frames"):
            return None
        items = ("rgb_intrinsics", "world_to_camera", *(("timestamps",) if self.name in _UNITS else ()))
        with _scan_errors(name):
            try:
                cameras = dataset.get_frames(name, items=items)
                if not len(cameras) or cameras.camera_model not in (None, "PINHOLE"):
                    return None
                first = dataset.get_frames(name, indices=cameras.indices[:1], items=("rgb",))
            except (zoo.SceneZooError, FileNotFoundError) as error:
                if _is_absence(error):
                    return None
                raise
        height, width = first.rgb.shape[1:3]
        poses = np.linalg.inv(cameras.world_to_camera.astype(np.float64))
        times = _times(cameras.timestamps, self.name)
        return _Stream(
            path=self.folders[name] or self.root,
            size=(width, height),
            depth_size=None,
            color_matrix=camera_matrix(cameras.rgb_intrinsics.astype(np.float64).mean(axis=0)),
            depth_matrix=None,
            numbers=cameras.indices,
            timestamps=(cameras.indices - cameras.indices[0]) / USUAL_RATE if times is None else times,
            timed=times is not None,
            poses=poses,
            valid=are_poses(poses),
            source=self,
            name=name,
            quality=quality,
        )

    def stream_files(self, name: str) -> Sequence[Path]:
        """Return the scene's folder and the folders in it."""
        folder = self.folders[name]
        return [folder, *_subfolders(folder)] if folder else []


@dataclass(frozen=True, eq=False)
class _Stream(FrameStream):
    """Frames that scenezoo reads."""

    source: SceneZoo
    name: str
    quality: int

    def jpeg(self, position: int) -> bytes:
        """Return the picture that scenezoo decodes, encoded as JPEG."""
        dataset = _dataset(self.source.name, self.source.root)
        with _scan_errors(self.name):
            picture = dataset.get_frames(self.name, indices=self.numbers[position, None], items=("rgb",)).rgb[
                0
            ]
        return encode(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), self.quality)

    def depth(self, position: int) -> None:
        """Return None, because the depth of these datasets is not used."""


@lru_cache(maxsize=1)
def _official_lists(name: str, root: Path) -> Mapping[str, OfficialSplit]:
    """Return the official list of each scene. Scenezoo reads the lists (`train`, `nvs_sem_val`, …)."""
    lists = _dataset(name, root).splits
    found: dict[str, OfficialSplit] = {}
    for kind, titles in _KINDS.items():
        for title, names in lists.items():
            if titles & {*title.lower().split("_")}:
                found |= dict.fromkeys(map(str, names), kind)
    return found


def _times(stamps: Any, dataset_name: str) -> Array | None:
    """Return (n,) seconds since the first frame; None if the times or their unit are unknown."""
    unit = _UNITS.get(dataset_name)
    if unit is None or stamps is None:
        return None
    # ScanNet has two times per frame: of the colour and of the depth
    of_colour = stamps[:, 0] if stamps.ndim == 2 else stamps
    return times_of(of_colour.astype(np.float64) * unit)


def _is_absence(error: Exception) -> bool:
    """Return whether an error of scenezoo means that there are no frames. Otherwise frames are damaged."""
    unsupported = isinstance(error, _import().UnsupportedOperationError)
    return unsupported or isinstance(error.__cause__ or error, FileNotFoundError)


def _import() -> Any:
    try:
        import scenezoo
    except ImportError:
        raise OptionError("--source scenezoo", "the package scenezoo is not installed", _INSTALL) from None
    return scenezoo


@lru_cache(maxsize=1)
def _dataset(name: str, root: Path) -> Any:
    """Return the dataset. It is opened once per process."""
    return _import().get_dataset(name, root)


@contextmanager
def _scan_errors(scene: str) -> Iterator[None]:
    """Turn every exception of scenezoo into a ScanError of the scan."""
    try:
        yield
    except (ScanError, MemoryError):
        raise
    except Exception as error:
        remedy = "Download it again, or leave the scan out. Dataset.check of scenezoo reports details."
        raise ScanError(scene, f"scenezoo cannot read it: {_error_text(error)}", remedy) from error


def _error_text(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _annotated(dataset: Any, name: str) -> tuple[Array, IntArray, IntArray, dict[int, str]]:
    """Read points (n, 3), triangles (m, 3), the instance of each point (n,) and the label of each instance.

    Points without an object have the instance -1.
    """
    if dataset.supports("mesh"):
        mesh = dataset.get_mesh(name)
        points = np.asarray(mesh.vertices, dtype=np.float64)
        triangles = np.asarray(mesh.triangles, dtype=np.int64)
    else:
        points, triangles = dataset.get_points(name).xyz.astype(np.float64), np.empty((0, 3), dtype=np.int64)
    segmentation = dataset.get_segmentation(name)
    found = segmentation.labels.astype(np.int64)
    if segmentation.is_multilabel:
        found = found[:, 0]  # a point may have several labels: use the first
    labels = np.where(found == segmentation.invalid_id, -1, found)
    if segmentation.domain == "face":  # a corner that two objects share belongs to one of them
        of_points = np.full(len(points), -1)
        of_points[triangles.ravel()] = np.repeat(labels, 3)
        labels = of_points
    if len(labels) != len(points):
        raise ScanError(name, f"has {len(labels):,} labels for {len(points):,} points", "Download it again.")
    present = {*np.unique(labels[labels >= 0]).tolist()}
    names = {
        int(instance): " ".join(str(label).split()) for instance, label in segmentation.id_to_name.items()
    }
    return points, triangles, labels, {i: names[i] for i in sorted(names) if i in present and names[i]}


def _alignment(dataset: Any, dataset_name: str, name: str) -> Array | None:
    """Return (4, 4) from the mesh's frame to the room frame (z up); None if they are the same."""
    matrix = dataset.get_scene_info(name).get("axisAlignment") if dataset_name in _ALIGNED else None
    return None if matrix is None else np.asarray(matrix, dtype=np.float64).reshape(4, 4)


def _folders(root: Path) -> dict[str, Path]:
    """Return the folders and links below a root, even broken links, by name.

    If several have the same name, the folder nearest to the root counts.
    """
    found: dict[str, Path] = {}
    level = [root]
    for _ in range(_DEEPEST):
        level = [
            folder for place in level for folder in _entries(place) if folder.is_dir() or folder.is_symlink()
        ]
        for folder in level:
            found.setdefault(folder.name, folder)
    return found


def _subfolders(place: Path) -> list[Path]:
    return [entry for entry in _entries(place) if entry.is_dir()]


def _entries(place: Path) -> list[Path]:
    try:
        return sorted(place.iterdir())
    except OSError:
        return []
