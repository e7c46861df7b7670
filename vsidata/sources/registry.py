"""The sources by name, and the interface that each of them implements."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from vsidata.errors import OptionError
from vsidata.scene import Scene
from vsidata.sources.meta_info import MetaInfo
from vsidata.sources.official import OfficialSplit
from vsidata.sources.scannet import ScanNet
from vsidata.sources.streams.frames import FrameStream


class Source(Protocol):
    """Scenes on disk.

    A source is small and picklable: workers receive it and load the scenes that they need.
    """

    @property
    def dataset(self) -> str:
        """The dataset of the scenes. Several names are joined: `arkitscenes+scannetpp`."""

    def names(self) -> Sequence[str]:
        """Return the names of all scenes, sorted. Each name is safe to use as a file name."""

    def dataset_of(self, name: str) -> str:
        """Return the dataset of one scene, for splits and the leak guard. Reads no scan."""

    def room_of(self, name: str) -> str:
        """Return the name of the room that a scene shows, unique within the dataset. Reads no scan.

        All scans of a room have the same room name. Splits, the leak guard, audits and confidence intervals
        keep them together.
        """

    def room_of_listed(self, name: str) -> str | None:
        """Return the room of any scan of the dataset, even one that is not on this disk.

        Return None if the source has no list of rooms.

        Raises ScanError if the dataset has no such scan.
        """

    def official_split(self, name: str) -> OfficialSplit | None:
        """Return the official list of a scene; None if the dataset has lists but none contains the scene.

        Scenes of a dataset without known lists count as `train`. Reads no scan.
        """

    def load(self, name: str) -> Scene:
        """Read one scene. Raises ScanError with file, fault and remedy if it cannot be used."""

    def labels(self, name: str) -> Mapping[int, str]:
        """Return the label of each instance id. Reads only the annotation. Raises ScanError."""

    def repeated(self, name: str) -> frozenset[int]:
        """Return the instances that the annotation lists twice (see `Scene.repeated`). Raises ScanError."""

    def files(self, name: str) -> Sequence[Path]:
        """Return the existing files that `load` reads for a scene. The input's digest must cover them."""

    def stream(self, name: str, quality: int) -> FrameStream | None:
        """Open the scene's frames, with poses in the frame of its mesh. Return None if it has no stream.

        `quality` (1 to 100) is for pictures that are not stored as JPEG. Raises ScanError if the stream
        cannot be used.
        """

    def stream_files(self, name: str) -> Sequence[Path]:
        """Return the files or folders that change in size or time when the scene's frames change."""


SOURCES: Mapping[str, Callable[[Sequence[Path]], Source]] = {
    "scannet": ScanNet.open,
    "meta-info": MetaInfo.open,
}


def open_source(name: str, paths: Sequence[Path]) -> Source:
    """Open a source on the paths that the user passed: a folder, a file, or several.

    `scenezoo:NAME` is the dataset that the package scenezoo reads under that name.

    Raises:
        OptionError: the source is unknown, or the paths contain nothing that it reads.
        ScanError: a file that lists the scenes cannot be read.
    """
    kind, _, dataset = name.partition(":")
    if kind == "scenezoo":
        from vsidata.sources.scenezoo import SceneZoo

        return SceneZoo.open(dataset, paths)
    if name not in SOURCES:
        remedy = f"Choose from: {', '.join(SOURCES)}, scenezoo:NAME."
        raise OptionError(name, "is not a source", remedy)
    return SOURCES[name](paths)


def place_of(
    command: str,
    scannet_root: Path | None = None,
    meta_info: Sequence[Path] = (),
    source: str | None = None,
    root: Path | None = None,
) -> tuple[str, list[Path]]:
    """Return the name and the paths of the source that the options select, as `open_source` needs them.

    Raises:
        OptionError: the options select no source, or several.
    """
    places: list[tuple[str, list[Path]]] = []
    places += [("scannet", [scannet_root])] if scannet_root else []
    places += [("meta-info", [*meta_info])] if meta_info else []
    places += [(source, [root] if root else [])] if source else []
    if len(places) != 1:
        raise OptionError(
            command,
            "needs exactly one source of scans.",
            "Pass exactly one of --scannet-root, --meta-info and --source. `vsidata synth` makes scans.",
        )
    return places[0]
