"""The `frames` table of a build: what is known of every scene's frames, and the pictures of one at a time."""

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
"""The columns that are held for every scene; pictures are read when a scene is asked for."""


class StoredFrames(Protocol):
    """A `frames` table.

    Attributes:
        light: its columns LIGHT, one row a scene.
        digest: of the table; it changes with any picture.
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
    """Read where the files lie: nothing is copied, and memory holds one row group, in a build one scene.

    Files are opened for each read and no thread is started, so that a data loader's processes may be forked.
    """

    def __init__(self, shards: Mapping[Path, str]) -> None:
        """Read the light columns and where each row lies. Raises BuildError.

        Args:
            shards: the checksum of each, as the build's manifest states it.
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
        """The JPEGs of a row. Raises BuildError where the file has changed or is damaged."""
        place = self._places[row]
        try:
            with pq.ParquetFile(place.path, metadata=self._heads[place.path], pre_buffer=False) as file:
                images = file.read_row_group(place.group, columns=["images"], use_threads=False)["images"]
        except (pa.ArrowInvalid, OSError) as error:
            fault = f"its row group {place.group} cannot be read: {error}."
            raise BuildError(place.path, fault, AGAIN) from error
        return [image["bytes"] or b"" for image in images[place.offset].as_py()]


class HubFrames:
    """Read from the cache of `datasets`, which maps the file and leaves it on disk."""

    def __init__(self, table: Any) -> None:
        """Take a `datasets.Dataset` with the columns of `vsidata.dataset.schema.FRAMES`."""
        from datasets import Image, List

        self.light = table.select_columns(LIGHT).with_format("arrow")[:]
        self.digest = table._fingerprint  # of the files' checksums on the Hub
        self._pictures = table.select_columns(["images"]).cast_column("images", List(Image(decode=False)))

    def pictures(self, row: int) -> Sequence[bytes]:
        """The JPEGs of a row."""
        return [image["bytes"] or b"" for image in self._pictures[row]["images"]]


def open_frames(source: str, splits: Sequence[str]) -> StoredFrames:
    """The frames of splits of a build, which share no scene.

    Args:
        source: a build's folder, or the name of a dataset on the Hub.
        splits: `train`, `validation` or both.

    Raises:
        OptionError: it has no frames.
        BuildError: they cannot be opened.
    """
    folder = Path(source)
    if folder.is_dir():
        files = Build.open(folder).manifest.files
        paths = [path for split in splits for path in shards(folder, "frames", split)]
        return ParquetFrames({path: files[path.relative_to(folder).as_posix()].sha256 for path in paths})
    from datasets import concatenate_datasets

    return HubFrames(concatenate_datasets([load_table(source, "frames", split) for split in splits]))
