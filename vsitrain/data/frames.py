"""The frames of scenes as clips, decoded when a prompt needs them."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vsidata.errors import OptionError
from vsidata.sources.scan_file import faults_of
from vsidata.sources.streams.frames import Size
from vsidata.sources.streams.jpeg import check_jpeg
from vsidata.sources.streams.stored import check_places, check_times, check_turn
from vsitrain.data.clip import Clip
from vsitrain.data.decoding import decode, fitted
from vsitrain.data.named_frames import AskedClip, Places, clips_of
from vsitrain.data.stored_frames import open_frames

_NAMED = 5  # number of scenes that an error names
_REBUILD = "Build it again, with the streams (.sens) of all its scans in the folders of the scans."
_MISMATCH = "Build it again: its questions and its frames do not belong together."


@dataclass(frozen=True)
class Footage:
    """Facts about a scene's frames that do not need decoding.

    Attributes:
        name: the name of the scene.
        row: its row in the `frames` table.
        timestamps: seconds since the beginning of the stream, of every stored frame.
        fps: frames per second of the stream; None if the build does not state it.
        size: width and height of the stored pictures.
        orientation: clockwise rotation in degrees that makes the pictures upright: 0, 90, 180 or 270.
    """

    name: str
    row: int
    timestamps: Sequence[float]
    fps: float | None
    size: Size
    orientation: int

    def seconds(self, first: int, last: int) -> float | None:
        """Time from a stored frame to the end of another one; None if it is unknown."""
        if not self.fps or self.fps <= 0:
            return None
        return self.timestamps[last] - self.timestamps[first] + 1 / self.fps


class FrameStore:
    """The clips of a build's scenes, with the number and size of frames that a model is shown.

    Memory holds only a few numbers per scene and the last few clips.
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
            source: a build's folder, or the name of a dataset on the Hub.
            split: `train` or `validation`; both if a trainer evaluates during training.
            num_frames: number of frames of a clip, spread evenly over the stored ones, with the first and the
                last. If a scene stores fewer, all of them are shown once. It does not apply to questions that
                name their frames.
            max_pixels: maximum number of pixels of a frame; larger frames are shrunk in proportion, smaller
                ones are not changed.
            cache: number of decoded clips that are kept, at least 1; trainers read a clip once per rollout.
            blank: whether to show `Clip.blank` in place of a clip.

        Raises:
            OptionError: the build has no frames, or they cannot be opened.
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
        self._clips: OrderedDict[tuple[int, Places], Clip] = OrderedDict()

    @property
    def digest(self) -> str:
        """Digest of the stored frames; it changes with any picture or time."""
        return self._stored.digest

    def clip(self, scene_name: str, dataset: str, frames: Places | None = None) -> Clip:
        """The frames of a scene, upright, with their times.

        Callers share the clip, so they must not change it.

        Args:
            scene_name, dataset: the scene.
            frames: the frames that the question names, as positions among the stored ones; all of them are
                shown, in this order. None for `num_frames` frames.

        Raises:
            OptionError: the scene has no frames.
            ScanError: a named frame does not exist, or a picture is damaged.
        """
        footage = self._known(scene_name, dataset)
        places = self._shown(footage, frames)
        clip = footage.row, places
        if clip not in self._clips:
            self._clips[clip] = self._decoded(footage, places, named=frames is not None)
            if len(self._clips) > self._cache:
                self._clips.popitem(last=False)
        self._clips.move_to_end(clip)
        return self._clips[clip]

    def shape(self, scene_name: str, dataset: str, frames: Places | None = None) -> tuple[int, int, int]:
        """Frames, height and width of the result of `clip`, without decoding. Raises VsiError."""
        footage = self._known(scene_name, dataset)
        width, height = fitted(footage.size, self.max_pixels)
        if footage.orientation % 180:
            width, height = height, width
        return len(self._shown(footage, frames)), height, width

    def scenes_with_fewer(self) -> tuple[int, int]:
        """Number of scenes that store fewer frames than `num_frames`, and the smallest number of frames."""
        counts = [len(footage.timestamps) for footage in self._footage.values()]
        fewer = [count for count in counts if count < self.num_frames]
        return len(fewer), min(fewer, default=0)

    def check(self, questions: Mapping[str, Sequence[str]]) -> None:
        """Check that all clips of a run can be made. Reads the header and the end of each picture.

        Args:
            questions: the columns `scene_name`, `dataset` and, if known, `frames` of the questions, such as
                rows of `load_questions`.

        Raises:
            OptionError: scenes have no frames.
            ScanError: a question names a frame that its scene does not have, or a scene's pictures do not
                match their sizes and times.
        """
        asked = list(dict.fromkeys(clips_of(questions)))
        scenes = dict.fromkeys((clip.dataset, clip.scene_name) for clip in asked)
        without = sorted(name for dataset, name in scenes if (dataset, name) not in self._footage)
        if without:
            named = ", ".join(without[:_NAMED]) + (" …" if len(without) > _NAMED else "")
            fault = f"has no frames of {len(without):,} of {len(scenes):,} scenes: {named}."
            raise OptionError(self.source, fault, _REBUILD)
        shown: dict[tuple[str, str], set[int]] = {scene: set() for scene in scenes}
        for clip in asked:
            footage = self._known(clip.scene_name, clip.dataset)
            shown[clip.dataset, clip.scene_name].update(self._shown(footage, clip.frames))
        for (dataset, name), places in shown.items():
            self._jpegs(self._known(name, dataset), sorted(places))

    def check_named(self, clips: Iterable[AskedClip]) -> None:
        """Check that the named frames exist, without reading pictures. Scenes without frames are skipped.

        Raises:
            ScanError: a question names a frame that its scene does not have.
        """
        for clip in dict.fromkeys(clips):
            footage = self._footage.get((clip.dataset, clip.scene_name))
            if footage is not None:
                self._shown(footage, clip.frames)

    def _known(self, scene_name: str, dataset: str) -> Footage:
        footage = self._footage.get((dataset, scene_name))
        if footage is None:
            raise OptionError(self.source, f"has no frames of the scene {scene_name} of {dataset}.", _REBUILD)
        return footage

    def _shown(self, footage: Footage, named: Places | None) -> Places:
        """Indices of the frames of a clip, in increasing order. Raises ScanError."""
        stored = len(footage.timestamps)
        if named is not None:
            with faults_of(Path(self.source), _MISMATCH, f"a question about the scene {footage.name}"):
                check_places(named, stored)
            return named
        shown = np.linspace(0, stored - 1, min(self.num_frames, stored)).round()
        return tuple(int(place) for place in shown)

    def _jpegs(self, footage: Footage, places: Sequence[int]) -> list[bytes]:
        """These pictures of a scene, each complete and of the stated size."""
        pictures = self._stored.pictures(footage.row)
        with self._errors_of(f"the scene {footage.name}"):
            check_times(len(pictures), footage.timestamps)
            check_turn(footage.orientation)
        for place in places:
            with self._errors_of(f"frame {place} of the scene {footage.name}"):
                check_jpeg(pictures[place], footage.size)
        return [pictures[place] for place in places]

    def _decoded(self, footage: Footage, places: Places, *, named: bool) -> Clip:
        size = fitted(footage.size, self.max_pixels)
        jpegs = self._jpegs(footage, places)
        with self._errors_of(f"a frame of the scene {footage.name}"):
            frames = np.stack([decode(jpeg, size) for jpeg in jpegs])
        upright = np.ascontiguousarray(np.rot90(frames, -footage.orientation // 90, axes=(1, 2)))
        times = np.array([footage.timestamps[place] for place in places])
        clip = Clip(upright, times, footage.seconds(*((places[0], places[-1]) if named else (0, -1))))
        return clip.blank() if self.blank else clip

    def _errors_of(self, part: str) -> AbstractContextManager[None]:
        return faults_of(Path(self.source), _REBUILD, part)
