"""ScanNet v2 on disk: `ROOT/scans/sceneNNNN_MM/`, `ROOT/scans_test/sceneNNNN_MM/`, or `ROOT/sceneNNNN_MM/`.

Format: the README of the ScanNet/ScanNet repository. The suffix of a file is also its type for the official
download script (`--type _vh_clean_2.ply`).
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vsidata.errors import OptionError, ScanError
from vsidata.scene import Array, Scene
from vsidata.sources.alignment import read_alignment
from vsidata.sources.grouping import group_objects
from vsidata.sources.official import OfficialSplit, official_split, room_of
from vsidata.sources.ply import read_mesh
from vsidata.sources.repeats import repeated
from vsidata.sources.scan_file import refuse_broken_link
from vsidata.sources.segmentation import Group, read_groups, read_segments
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.registry import open_stream, stream_files
from vsidata.sources.synthetic_mark import MARK, changed_file, has_mark

MESH = "_vh_clean_2.ply"
SEGMENTS = "_vh_clean_2.0.010000.segs.json"
AGGREGATION = ".aggregation.json"
AGGREGATION_ELSE = "_vh_clean.aggregation.json"
ALIGNMENT = ".txt"

_SCAN_FOLDER = re.compile(r"scene\d{4}_\d{2}", re.ASCII)
# Larger coordinates are not metres, because no scan of rooms extends this far from the origin.
_FARTHEST_M = 1000.0


@dataclass(frozen=True)
class ScanNet:
    """The scans below one root.

    Attributes:
        root: the folder that the user passed.
        folders: the folder of each scan; two or more if the same name is in several places.
    """

    root: Path
    folders: Mapping[str, tuple[Path, ...]]
    _datasets: dict[str, str] = field(default_factory=dict, repr=False, compare=False)  # cache

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "ScanNet":
        """Find the scans below a root. Only folders with names like `scene0000_00` count; links are followed.

        A broken link counts as a scan, so that reading it reports the fault.

        Raises:
            OptionError: there is not exactly one root, the root is not a folder that can be listed, it
                contains no scans, or the first release marked all its scans as synthetic.
        """
        if len(paths) != 1:
            raise OptionError("--scannet-root", f"has {len(paths)} folders", "Pass one folder.")
        root = Path(paths[0])
        folders: dict[str, dict[str, Path]] = {}
        for place in (root / "scans", root / "scans_test", root):
            for folder in _scan_folders(place, must_exist=place == root):
                folders.setdefault(folder.name, {}).setdefault(os.path.realpath(folder), folder)
        if not folders and _SCAN_FOLDER.fullmatch(root.resolve().name):
            fault = "is a scan, not a folder of scans"
            raise OptionError(root, fault, f"Pass its parent folder: {root.absolute().parent}.")
        if not folders:
            raise OptionError(
                root,
                "contains no scans: no folder named like scene0000_00 in it, in scans/ or in scans_test/",
                "Pass the output folder of ScanNet's download script, or make scans with `vsidata synth`.",
            )
        _refuse_old_mark(root)
        return cls(root, {name: tuple(folders[name].values()) for name in sorted(folders)})

    def names(self) -> Sequence[str]:
        """Return the names of all scans, sorted, even of those that cannot be used."""
        return list(self.folders)

    @property
    def dataset(self) -> str:
        """`scannet`, `synthetic`, or `scannet+synthetic`."""
        return "+".join(sorted({self.dataset_of(name) for name in self.folders}))

    def dataset_of(self, name: str) -> str:
        """Return `synthetic` if the files of a scan are those that its mark lists, else `scannet`.

        The first result is kept. The mesh and annotation are read only if the scan has a mark.
        """
        if name not in self._datasets:
            self._datasets[name] = "synthetic" if self._is_synthetic(name) else "scannet"
        return self._datasets[name]

    def no_longer_synthetic(self) -> list[str]:
        """Return the scans that changed after they were marked as synthetic. They count as ScanNet's."""
        return [name for name in self.names() if self.dataset_of(name) == "scannet" and self._has_mark(name)]

    def changed_file(self, name: str) -> str | None:
        """Return the file of a scan that differs from its synthetic mark; None without a mark or a change.

        Raises:
            ScanError: as for `folder`.
        """
        folder = self.folder(name)
        read = (*self.files(name), *self.stream_files(name))
        return changed_file(folder, read) if has_mark(folder) else None

    def room_of(self, name: str) -> str:
        """Return the room of a scan, by the naming scheme of the dataset."""
        return room_of(self.dataset_of(name), name)

    def room_of_listed(self, name: str) -> None:
        """Return None, because ScanNet has no list of rooms."""

    def official_split(self, name: str) -> OfficialSplit | None:
        """Return the official list of a scan; None if no list contains the scan."""
        return official_split(self.dataset_of(name), name)

    def folder(self, name: str) -> Path:
        """Return the folder of a scan.

        Raises:
            ScanError: the scan does not exist, exists twice, or is a broken link.
        """
        places = self.folders.get(name, ())
        if not places:
            raise ScanError(
                name, f"is not a scan under {self.root}", "Run `vsidata check` to list the scans."
            )
        if len(places) > 1:
            fault = f"is in two places: {' and '.join(map(str, places))}"
            raise ScanError(name, fault, "Remove one of the two, or pass only one of them as --scannet-root.")
        refuse_broken_link(places[0])
        return places[0]

    def load(self, name: str) -> Scene:
        """Read a scan: mesh, segments, annotation and alignment. The scene is in the room frame.

        Raises:
            ScanError: a file is missing, cannot be read, has the wrong form, or contradicts another file.
        """
        mesh_file, segments_file = self._file(name, MESH), self._file(name, SEGMENTS)
        groups = self._groups(name)
        if self.dataset_of(name) == "synthetic" and not self._is_synthetic(name):
            remedy = "Run the same command again when no other program writes to them."
            raise ScanError(name, "its files changed while they were read", remedy)
        stated = self.alignment(name)
        transform = np.eye(4) if stated is None else stated
        segments = read_segments(segments_file, name, _download(SEGMENTS))
        mesh = read_mesh(mesh_file, _download(MESH))
        if len(segments) != len(mesh.vertices):
            raise ScanError(
                segments_file,
                f"has {len(segments):,} indices for {len(mesh.vertices):,} vertices: "
                "the mesh and its segmentation do not belong together",
                f"Download both again (--type {MESH}, --type {SEGMENTS}).",
            )
        points = mesh.vertices @ transform[:3, :3].T
        points += transform[:3, 3]
        reach = float(max(points.max(), -points.min()))
        if not reach <= _FARTHEST_M:
            fault = f"extends {reach:,.0f} m from the origin: its coordinates are not metres"
            raise ScanError(mesh_file, fault, "Save it in metres, or use ScanNet's own file.")
        objects, instances = group_objects(points, mesh.triangles, segments, groups)
        if not (instances >= 0).any():
            raise ScanError(
                self._aggregation_file(name),
                f"has no object with a segment in {segments_file.name}; objects in total: {len(groups)}",
                f"Download both again (--type {AGGREGATION}, --type {SEGMENTS}).",
            )
        return Scene(
            self.dataset_of(name),
            name,
            objects,
            points,
            mesh.triangles,
            instances,
            alignment=transform,
            repeated=repeated(groups, lambda: segments),
        )

    def alignment(self, name: str) -> Array | None:
        """Return the (4, 4) transform from the mesh's frame to the room frame; None if the `.txt` has none.

        Raises:
            ScanError: the file is missing or cannot be read, or its transform is not valid.
        """
        return read_alignment(self._file(name, ALIGNMENT), _download(ALIGNMENT))

    def labels(self, name: str) -> Mapping[int, str]:
        """Return the label of each instance id. Reads only the aggregation file."""
        groups = sorted(self._groups(name), key=lambda group: group.instance)
        return {group.instance: group.label for group in groups}

    def repeated(self, name: str) -> frozenset[int]:
        """Return the instances that the annotation lists twice.

        Reads the segments only if two objects of one label have a segment in common.
        """
        return repeated(
            self._groups(name), lambda: read_segments(self._file(name, SEGMENTS), name, _download(SEGMENTS))
        )

    def files(self, name: str) -> Sequence[Path]:
        """Return the existing files that `load` reads for this scan."""
        files = [
            *(self._file(name, suffix) for suffix in (MESH, SEGMENTS, ALIGNMENT)),
            self._aggregation_file(name),
        ]
        # `Path.is_file` would raise an error if a folder may not be entered. `load` reports the reason.
        return [file for file in files if os.path.isfile(file)]  # noqa: PTH113

    def stream(self, name: str, quality: int) -> FrameStream | None:
        """Open the scan's `.sens`, else its exported frames, else its video; None without any of them."""
        return open_stream(self.folder(name), name, quality)

    def stream_files(self, name: str) -> Sequence[Path]:
        """Return the `.sens`, the video, or the folders and some files of the exported frames."""
        return stream_files(self.folder(name), name)

    def _is_synthetic(self, name: str) -> bool:
        try:
            return self._has_mark(name) and self.changed_file(name) is None
        except ScanError:
            return False

    def _has_mark(self, name: str) -> bool:
        try:
            return has_mark(self.folder(name))
        except ScanError:
            return False

    def _file(self, name: str, suffix: str) -> Path:
        return self.folder(name) / f"{name}{suffix}"

    def _aggregation_file(self, name: str) -> Path:
        usual, other = self._file(name, AGGREGATION), self._file(name, AGGREGATION_ELSE)
        return other if os.path.lexists(other) and not os.path.lexists(usual) else usual

    def _groups(self, name: str) -> list[Group]:
        return read_groups(self._aggregation_file(name), name, _download(AGGREGATION))


def _scan_folders(place: Path, must_exist: bool) -> list[Path]:
    """Return the folders in a place that are named like a scan, and broken links with such names."""
    try:
        named = [folder for folder in place.iterdir() if _SCAN_FOLDER.fullmatch(folder.name)]
        return sorted(folder for folder in named if folder.is_dir() or _is_broken_link(folder))
    except (FileNotFoundError, NotADirectoryError):
        if not must_exist and not place.is_symlink():
            return []
        what = "is a link that does not lead to a folder" if place.is_symlink() else "is not a folder"
        raise OptionError(place, what, "Pass the folder of the scans.") from None
    except PermissionError:
        fault = "may not be listed by this user"
        raise OptionError(place, fault, "Make it readable (chmod u+rx).") from None
    except OSError as error:
        remedy = "Fix the cause, or pass another folder."
        raise OptionError(place, f"cannot be listed: {error.strerror}", remedy) from None


def _refuse_old_mark(root: Path) -> None:
    """Refuse a root that the first release marked. Its mark does not state which scans are synthetic."""
    tops = (root, root.resolve().parent) if root.resolve().name == "scans" else (root,)
    for top in tops:
        if has_mark(top):
            raise OptionError(
                top / MARK,
                "is the mark of an earlier release, which does not state which scans are synthetic",
                "Make synthetic scans again with `vsidata synth`, in a new folder. If all scans here are "
                "real, remove this file.",
            )


def _is_broken_link(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def _download(suffix: str) -> str:
    return f"Download it again (--type {suffix})."
