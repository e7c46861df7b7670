"""VSI-Bench's videos as clips: a folder of `{dataset}/{scene_name}.mp4`, or its zips."""

import shutil
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from vsidata.errors import OptionError, ScanError
from vsidata.sources.streams.video import open_video
from vsitrain.data.clip import Clip
from vsitrain.data.decoding import fitted
from vsitrain.data.named_frames import Places

_CACHE = 4  # clips: questions about a scene follow each other
_LARGEST = 1 << 32  # bytes of a video in a zip
NAMES_FRAMES = "cannot show the frames that questions of this build name."
"""The fault if videos are passed for such a build."""

_REMEDY = "Put the benchmark's videos, or its zips, into the folder of --videos."


class VideoFolder:
    """Clips of scenes by name, sampled uniformly as in the benchmark, with the first and the last frame.

    Args:
        root: the folder.
        num_frames: maximum number of frames of a clip.
        max_pixels: maximum number of pixels of a frame; larger frames are shrunk in proportion.
        archive: a function from a dataset to the path of its zip; None for `{dataset}.zip` in the folder.
        blank: whether to show `Clip.blank` in place of a clip.
    """

    def __init__(
        self,
        root: Path,
        *,
        num_frames: int,
        max_pixels: int,
        archive: Callable[[str], Path] | None = None,
        blank: bool = False,
    ) -> None:
        self._blank = blank
        self._root = root
        self._archive = archive or (lambda dataset: root / f"{dataset}.zip")
        self._num_frames = num_frames
        self._max_pixels = max_pixels
        self._clips: OrderedDict[tuple[str, str], Clip] = OrderedDict()

    def clip(self, scene_name: str, dataset: str, frames: Places | None = None) -> Clip:
        """The frames of a scene's video, with their times.

        Raises:
            ScanError: there is no such video, or it cannot be decoded.
            OptionError: `frames` names frames of a build, which are not known in a video.
        """
        if frames is not None:
            raise OptionError("--videos", NAMES_FRAMES, "Remove --videos. The build has the frames.")
        scene = dataset, scene_name
        if scene not in self._clips:
            self._clips[scene] = self._read(scene_name, dataset)
            if len(self._clips) > _CACHE:
                self._clips.popitem(last=False)
        self._clips.move_to_end(scene)
        return self._clips[scene]

    def _read(self, scene_name: str, dataset: str) -> Clip:
        name = Path(dataset) / f"{scene_name}.mp4"
        if ".." in name.parts or name.is_absolute():
            raise ScanError(str(name), "is outside the folder of videos.", _REMEDY)
        if (self._root / name).is_file():
            return self._decoded(self._root / name)
        archive = self._archive(dataset)
        if not archive.is_file():
            raise ScanError(self._root / name, f"is missing, and so is {archive.name}.", _REMEDY)
        with TemporaryDirectory() as folder:
            return self._decoded(_unpacked(archive, name, Path(folder)))

    def _decoded(self, path: Path) -> Clip:
        stream = open_video(path, quality=100)
        places = np.linspace(0, len(stream) - 1, min(self._num_frames, len(stream)), dtype=int)
        size = fitted(stream.size, self._max_pixels)
        frames = []
        for place in places.tolist():
            picture = stream.picture(place)
            if size != stream.size:
                picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            frames.append(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        clip = Clip(np.stack(frames).astype(np.uint8), stream.timestamps[places], len(stream) / stream.fps)
        return clip.blank() if self._blank else clip


def has_videos(root: Path, datasets: Iterable[str]) -> bool:
    """Return whether a folder contains videos of any of these datasets, in folders or zips."""
    return any((root / name).is_dir() or (root / f"{name}.zip").is_file() for name in datasets)


def _unpacked(archive: Path, name: Path, folder: Path) -> Path:
    """Extract a video from any folder of a zip, to a file with a fixed name."""
    try:
        with zipfile.ZipFile(archive) as packed:
            found = [
                it for it in packed.infolist() if Path(it.filename).name == name.name and not it.is_dir()
            ]
            if len(found) != 1:
                fault = f"contains {len(found)} files {name.name}, but must contain one."
                raise ScanError(archive, fault, _REMEDY)
            if found[0].file_size > _LARGEST:
                fault = (
                    f"contains a {name.name} of {found[0].file_size:,} bytes, which is too large for a video."
                )
                raise ScanError(archive, fault, _REMEDY)
            with packed.open(found[0]) as source, (folder / "video.mp4").open("wb") as target:
                shutil.copyfileobj(source, target)
    except (OSError, zipfile.BadZipFile) as error:
        raise ScanError(archive, f"cannot be read: {error}.", _REMEDY) from error
    return folder / "video.mp4"
