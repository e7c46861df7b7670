"""The `frames` table of a build: facts about all scenes' frames, and the pictures of one scene at a time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from vsidata.dataset.build import Build
from vsidata.dataset.manifest import AGAIN
from vsidata.errors import BuildError
from vsitrain.data.tables import load_table, shards

LIGHT = ["dataset", "scene_name", "timestamps", "fps", "width", "height", "orientation"]
"""The columns that are kept in memory for every scene. Pictures are read when they are needed."""


class StoredFrames(Protocol):
    """A `frames` table.

    Attributes:
        light: its columns LIGHT, one row per scene.
        digest: digest of the table; it changes with any picture.
    """

    light: pa.Table
    digest: str

    def pictures(self, row: int) -> Sequence[bytes]:
        """The JPEGs of a row."""
        ...


@dataclass(frozen=True)
class _Place:
    path: Path
    group: int
    offset: int


class ParquetFrames:
    """Frames in Parquet files.

    Memory holds one row group at a time, which is one scene of a build. Every read opens its file and starts
    no thread, so that a data loader's processes may be forked.
    """

    def __init__(self, shards: Mapping[Path, str]) -> None:
        """Read the light columns and the place of each row. Raises BuildError.

        Args:
            shards: the checksum of each file, from the build's manifest.
        """
        self._heads: dict[Path, Any] = {}
        self._places: list[_Place] = []
        parts = []
        digest = hashlib.sha256()
        for path, sha256 in shards.items():
            try:
                with pq.ParquetFile(path) as file:
                    parts.append(file.read(columns=LIGHT, use_threads=False).select(LIGHT))
                    head = self._heads[path] = file.metadata
            except (pa.ArrowInvalid, OSError, KeyError) as error:
                fault = f"cannot be read as a table of frames: {error}."
                raise BuildError(path, fault, AGAIN) from error
            digest.update(sha256.encode())
            for group in range(head.num_row_groups):
                rows = head.row_group(group).num_rows
                self._places += [_Place(path, group, offset) for offset in range(rows)]
        self.light = pa.concat_tables(parts)
        self.digest = digest.hexdigest()

    def pictures(self, row: int) -> Sequence[bytes]:
        """The JPEGs of a row. Raises BuildError if the file has changed or is damaged."""
        place = self._places[row]
        try:
            with pq.ParquetFile(place.path, metadata=self._heads[place.path], pre_buffer=False) as file:
                images = file.read_row_group(place.group, columns=["images"], use_threads=False)["images"]
        except (pa.ArrowInvalid, OSError) as error:
            fault = f"has a row group {place.group} that cannot be read: {error}."
            raise BuildError(place.path, fault, AGAIN) from error
        return [image["bytes"] or b"" for image in images[place.offset].as_py()]


class HubFrames:
    """Frames in the cache of `datasets`, which maps the file into memory."""

    def __init__(self, table: Any) -> None:
        """Wrap a `datasets.Dataset` with the columns of `vsidata.dataset.schema.FRAMES`."""
        from datasets import Image, List

        self.light = table.select_columns(LIGHT).with_format("arrow")[:]
        self.digest = table._fingerprint  # this depends on the checksums of the files on the Hub
        self._pictures = table.select_columns(["images"]).cast_column("images", List(Image(decode=False)))

    def pictures(self, row: int) -> Sequence[bytes]:
        """The JPEGs of a row."""
        return [image["bytes"] or b"" for image in self._pictures[row]["images"]]


def open_frames(source: str, splits: Sequence[str]) -> StoredFrames:
    """The frames of one or more splits of a build. Splits share no scenes.

    Args:
        source: a build's folder, or the name of a dataset on the Hub.
        splits: `train`, `validation` or both.

    Raises:
        OptionError: the build has no frames.
        BuildError: the frames cannot be opened.
    """
    folder = Path(source)
    if folder.is_dir():
        files = Build.open(folder).manifest.files
        paths = [path for split in splits for path in shards(folder, "frames", split)]
        return ParquetFrames({path: files[path.relative_to(folder).as_posix()].sha256 for path in paths})
    from datasets import concatenate_datasets

    return HubFrames(concatenate_datasets([load_table(source, "frames", split) for split in splits]))
