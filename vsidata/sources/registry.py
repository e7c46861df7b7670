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
    """Scenes on disk. Small and picklable: workers receive it and load the scenes that they need."""

    @property
    def dataset(self) -> str:
        """The dataset of the scenes; for several, their names joined: `arkitscenes+scannetpp`."""

    def names(self) -> Sequence[str]:
        """All scenes, sorted. Each name is safe to use as a file name."""

    def dataset_of(self, name: str) -> str:
        """The dataset that one scene comes from, for splits and the leak guard. Reads no scan."""

    def room_of(self, name: str) -> str:
        """The room that a scene shows: one name for all scans of a room, unique within the dataset.

        Splits, the leak guard, audits and intervals keep the scans of a room together. Reads no scan.
        """

    def room_of_listed(self, name: str) -> str | None:
        """The room of any scan of the dataset, on this disk or not; None if the source has no list of rooms.

        Raises ScanError if the dataset has no such scan.
        """

    def official_split(self, name: str) -> OfficialSplit | None:
        """The official list of a scene; None if the dataset has lists but none contains the scene.

        Scenes of a dataset without known lists count as `train`. Reads no scan.
        """

    def load(self, name: str) -> Scene:
        """Read one scene. Raises ScanError with file, fault and remedy if it cannot be used."""

    def labels(self, name: str) -> Mapping[int, str]:
        """Label by instance id from the annotation alone: fast, without geometry. Raises ScanError."""

    def repeated(self, name: str) -> frozenset[int]:
        """Instances of objects that the annotation lists twice: see `Scene.repeated`. Raises ScanError."""

    def files(self, name: str) -> Sequence[Path]:
        """The existing files that `load` reads for this scene: an input digest must cover them."""

    def stream(self, name: str, quality: int) -> FrameStream | None:
        """The scene's frames, with poses in the frame of its mesh; None without a stream.

        `quality` (1 to 100) is for pictures that are not stored as JPEG. Raises ScanError if the stream
        cannot be used.
        """

    def stream_files(self, name: str) -> Sequence[Path]:
        """Files or folders that change their size or time when the scene's frames change."""


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
    """The source and its paths that the options of a command select, for `open_source`.

    Raises:
        OptionError: they select none, or several.
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
