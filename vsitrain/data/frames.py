"""The frames of scenes as clips, decoded when a prompt asks for them."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vsidata.errors import OptionError
from vsidata.sources.scan_file import faults_of
from vsidata.sources.streams.frames import Size
from vsidata.sources.streams.jpeg import check_jpeg
from vsidata.sources.streams.stored import check_times, check_turn
from vsitrain.data.clip import Clip
from vsitrain.data.decoding import decode, fitted
from vsitrain.data.stored_frames import open_frames

_NAMED = 5  # scenes that an error names; the rest is a number
_REBUILD = "Build it again, with the streams (.sens) of all its scans beside them."


@dataclass(frozen=True)
class Footage:
    """What is known of a scene's frames without decoding one.

    Attributes:
        name: the scene's.
        row: where it stands in the `frames` table.
        timestamps: seconds since the stream began, of every stored frame.
        fps: frames per second of the whole stream; None where the build does not say.
        size: width and height of the stored pictures.
        orientation: degrees by which they must be turned clockwise to stand upright: 0, 90, 180 or 270.
    """

    name: str
    row: int
    timestamps: Sequence[float]
    fps: float | None
    size: Size
    orientation: int

    @property
    def seconds(self) -> float | None:
        """Length of the stream from the first to the end of the last stored frame; None where unknown."""
        if not self.fps or self.fps <= 0:
            return None
        return self.timestamps[-1] - self.timestamps[0] + 1 / self.fps


class FrameStore:
    """The clips of a build's scenes, at the number and size of frames that a model is shown.

    Holds a few numbers for each scene and the last few clips; the join with the questions is never made.
    """

    def __init__(
        self,
        source: str,
        split: str | Sequence[str],
        *,
        num_frames: int,
        max_pixels: int,
        cache: int = 32,
        blank: bool = False,
    ) -> None:
        """Open the frames of a split, or of several.

        Args:
            source: a build's folder, which is read where it lies, or the name of a dataset on the Hub.
            split: `train` or `validation`; both where a trainer evaluates on the one beside the other.
            num_frames: frames of a clip, spread evenly over the stored ones, first and last included. A scene
                that stores fewer shows all it has, none of them twice.
            max_pixels: of a frame; larger ones are shrunk in proportion, smaller ones left as they are.
            cache: how many clips are kept decoded, at least 1: trainers ask for a clip once for each rollout.
            blank: show `Clip.blank` in its place.

        Raises:
            OptionError: there are no frames, or they cannot be opened.
        """
        self.source = source
        self.num_frames = num_frames
        self.max_pixels = max_pixels
        self.blank = blank
        self._stored = open_frames(source, [split] if isinstance(split, str) else split)
        self._footage = {
            (row["dataset"], row["scene_name"]): Footage(
                row["scene_name"],
                number,
                row["timestamps"] or (),
                row["fps"],
                (row["width"], row["height"]),
                row["orientation"] or 0,
            )
            for number, row in enumerate(self._stored.light.to_pylist())
        }
        self._cache = cache
        self._clips: OrderedDict[tuple[str, str], Clip] = OrderedDict()

    @property
    def digest(self) -> str:
        """Of the stored frames: it changes with any picture or time."""
        return self._stored.digest

    def clip(self, scene_name: str, dataset: str) -> Clip:
        """The frames of a scene, upright, and when they were taken.

        Callers share the clip: they must not write into it.

        Raises:
            OptionError: the scene has no frames.
            ScanError: a picture is damaged.
        """
        scene = dataset, scene_name
        if scene not in self._clips:
            self._clips[scene] = self._decoded(self._known(scene_name, dataset))
            if len(self._clips) > self._cache:
                self._clips.popitem(last=False)
        self._clips.move_to_end(scene)
        return self._clips[scene]

    def shape(self, scene_name: str, dataset: str) -> tuple[int, int, int]:
        """Frames, height and width that `clip` would have, without decoding. Raises OptionError."""
        footage = self._known(scene_name, dataset)
        width, height = fitted(footage.size, self.max_pixels)
        if footage.orientation % 180:
            width, height = height, width
        return len(self._shown(footage)), height, width

    def scenes_with_fewer(self) -> tuple[int, int]:
        """How many scenes store fewer frames than `num_frames`, and the fewest that one of them stores."""
        counts = [len(footage.timestamps) for footage in self._footage.values()]
        fewer = [count for count in counts if count < self.num_frames]
        return len(fewer), min(fewer, default=0)

    def check(self, questions: Mapping[str, Sequence[str]]) -> None:
        """Refuse a run whose clips could not be made: reads every picture's head and end, and decodes none.

        Args:
            questions: their columns `scene_name` and `dataset`; rows of `load_questions` will do.

        Raises:
            OptionError: scenes have no frames.
            ScanError: a scene's pictures, their sizes and times do not fit together.
        """
        asked = list(dict.fromkeys(zip(questions["dataset"], questions["scene_name"], strict=True)))
        without = sorted(name for dataset, name in asked if (dataset, name) not in self._footage)
        if without:
            named = ", ".join(without[:_NAMED]) + (" …" if len(without) > _NAMED else "")
            fault = f"{len(without):,} of {len(asked):,} scenes have no frames: {named}."
            raise OptionError(self.source, fault, _REBUILD)
        for dataset, name in asked:
            self._jpegs(self._known(name, dataset))

    def _known(self, scene_name: str, dataset: str) -> Footage:
        footage = self._footage.get((dataset, scene_name))
        if footage is None:
            raise OptionError(self.source, f"the scene {scene_name} of {dataset} has no frames.", _REBUILD)
        return footage

    def _shown(self, footage: Footage) -> list[int]:
        """Places of the frames that a clip takes, rising."""
        stored = len(footage.timestamps)
        shown = np.linspace(0, stored - 1, min(self.num_frames, stored)).round()
        return [int(place) for place in shown]

    def _jpegs(self, footage: Footage) -> list[bytes]:
        """The pictures that a clip takes, each whole and of the stated size."""
        pictures = self._stored.pictures(footage.row)
        with self._errors_of(f"the scene {footage.name}"):
            check_times(len(pictures), footage.timestamps)
            check_turn(footage.orientation)
        for place in self._shown(footage):
            with self._errors_of(f"frame {place} of the scene {footage.name}"):
                check_jpeg(pictures[place], footage.size)
        return [pictures[place] for place in self._shown(footage)]

    def _decoded(self, footage: Footage) -> Clip:
        size = fitted(footage.size, self.max_pixels)
        jpegs = self._jpegs(footage)
        with self._errors_of(f"a frame of the scene {footage.name}"):
            frames = np.stack([decode(jpeg, size) for jpeg in jpegs])
        upright = np.ascontiguousarray(np.rot90(frames, -footage.orientation // 90, axes=(1, 2)))
        times = np.array([footage.timestamps[place] for place in self._shown(footage)])
        clip = Clip(upright, times, footage.seconds)
        return clip.blank() if self.blank else clip

    def _errors_of(self, part: str) -> AbstractContextManager[None]:
        return faults_of(Path(self.source), _REBUILD, part)
