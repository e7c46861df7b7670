"""The sources by name, and what each of them offers."""

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
    """Scenes on a disk. Small and picklable: workers receive it and load what they need."""

    @property
    def dataset(self) -> str:
        """What the scenes are called together; where a source holds several: `arkitscenes+scannetpp`."""

    def names(self) -> Sequence[str]:
        """The scenes there are, sorted. Each is safe to use as a file name."""

    def dataset_of(self, name: str) -> str:
        """The dataset that one scene comes from: what splits and the leak guard go by. Reads no scan."""

    def room_of(self, name: str) -> str:
        """The room that a scene shows: one name for all scans of a room, unique within the dataset.

        Splits, the leak guard, audits and intervals take a room's scans together. Reads no scan.
        """

    def room_of_listed(self, name: str) -> str | None:
        """The room of a scan of the dataset whether it is at hand or not; None where nothing here tells.

        Raises ScanError where the dataset has no such scan.
        """

    def official_split(self, name: str) -> OfficialSplit | None:
        """The official list of a scene; None where the dataset has lists and the scene is in none of them.

        Scenes of a dataset without known lists count as `train`. Reads no scan.
        """

    def load(self, name: str) -> Scene:
        """Read one scene. Raises ScanError naming file, fault and remedy where it cannot be used."""

    def labels(self, name: str) -> Mapping[int, str]:
        """Label by instance id from the annotation alone: cheap, no geometry. Raises ScanError."""

    def repeated(self, name: str) -> frozenset[int]:
        """Instances of objects that the annotation lists again: see `Scene.repeated`. Raises ScanError."""

    def files(self, name: str) -> Sequence[Path]:
        """The files that `load` reads for this scene and that exist: what an input digest must cover."""

    def stream(self, name: str, quality: int) -> FrameStream | None:
        """The scene's frames, with poses in the frame of its mesh; None where there are none.

        `quality` (1 to 100) is for pictures that are not stored as JPEG. Raises ScanError where there is a
        stream that cannot be used.
        """

    def stream_files(self, name: str) -> Sequence[Path]:
        """Files or folders whose size or time changes when the scene's frames do."""


SOURCES: Mapping[str, Callable[[Sequence[Path]], Source]] = {
    "scannet": ScanNet.open,
    "meta-info": MetaInfo.open,
}


def open_source(name: str, paths: Sequence[Path]) -> Source:
    """Open a source on what the user names: a folder, a file, or several.

    `scenezoo:NAME` is the dataset that the package scenezoo reads under that name.

    Raises:
        OptionError: no such source, or the paths hold nothing that it reads.
        ScanError: a file that lists the scenes cannot be read.
    """
    kind, _, dataset = name.partition(":")
    if kind == "scenezoo":
        from vsidata.sources.scenezoo import SceneZoo

        return SceneZoo.open(dataset, paths)
    if name not in SOURCES:
        remedy = f"Take one of: {', '.join(SOURCES)}, scenezoo:NAME."
        raise OptionError(name, "is not a source", remedy)
    return SOURCES[name](paths)


def place_of(
    command: str,
    scannet_root: Path | None = None,
    meta_info: Sequence[Path] = (),
    source: str | None = None,
    root: Path | None = None,
) -> tuple[str, list[Path]]:
    """What the options of a command name: a source and its paths, for `open_source`.

    Raises:
        OptionError: they name none, or several.
    """
    places: list[tuple[str, list[Path]]] = []
    places += [("scannet", [scannet_root])] if scannet_root else []
    places += [("meta-info", [*meta_info])] if meta_info else []
    places += [(source, [root] if root else [])] if source else []
    if len(places) != 1:
        raise OptionError(
            command,
            "needs scans from exactly one place.",
            "Give --scannet-root, --meta-info or --source. Without scans, `vsidata synth` makes some.",
        )
    return places[0]
