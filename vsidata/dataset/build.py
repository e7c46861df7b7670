"""A written build as one object: its manifest, its tables, and a check of its files.

build = Build.open("qa")                 # or "NAME/SET" on the Hub, or "s3://BUCKET/PATH"
build.questions("train", columns=["question", "ground_truth"]).to_pandas()
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from vsidata.dataset.copies import Fetch, copy_of
from vsidata.dataset.manifest import check_unchanged, read_manifest
from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.results import Row
from vsidata.dataset.shard_reading import chosen_columns, shard_tables
from vsidata.dataset.tables import TABLES
from vsidata.dataset.verify import faults
from vsidata.errors import OptionError, VsiError

_SCHEMAS = {table.name: table.schema for table in TABLES if table.name != "embedded"}


@dataclass(frozen=True)
class Build:
    """A build that is opened for reading. Nothing here changes it.

    All readers return rows in the order of the manifest's shards, and raise `BuildError` if a shard is
    missing or damaged, or lacks a column. Columns that builds of the first release lack are None.

    Attributes:
        folder: the folder of its files on this disk; for a build elsewhere, the folder of the copy.
        manifest: its manifest.
        fetch: a function that copies shards before they are read, if they are not on this disk yet.
    """

    folder: Path
    manifest: Manifest
    fetch: Fetch = field(default=lambda _: None, repr=False, compare=False)

    @classmethod
    def open(cls, where: str | Path, revision: str | None = None) -> "Build":
        """Open a build.

        If the build is on the Hub or in a bucket, its manifest is copied now. A table is copied when it is
        read. Copies of builds on the Hub are in the Hub's cache. Copies of builds in buckets are in
        `~/.cache/vsidata` (or below XDG_CACHE_HOME).

        Args:
            where: the folder of the build, `NAME/SET` on the Hub, or an address: `hf://datasets/NAME/SET`,
                `s3://BUCKET/PATH` or `gs://BUCKET/PATH`. A `Path` is always a folder.
            revision: branch, tag or commit on the Hub; None for the main branch.

        Raises:
            OptionError: there is no build, or a revision is given for a build that is not on the Hub.
            BuildError: its manifest is damaged, or has a later format than this release reads.
            VsiError: the Hub or the store refused, failed, or cannot be reached.
        """
        if isinstance(where, Path) or Path(where).exists():
            if revision is not None:
                fault = f"is only for a dataset on the Hub, but {where} is on this disk."
                raise OptionError("--revision", fault, "Remove it.")
            return cls(Path(where), read_manifest(Path(where)))
        folder, fetch = copy_of(where, revision)
        return cls(folder, read_manifest(folder), fetch)

    @property
    def label(self) -> str:
        """A description in one line: `377 questions about 3 scenes by wide@79b382d1`."""
        return self.manifest.label

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its splits: `train`, and `validation` if rooms were held out."""
        return self.manifest.splits

    def questions(self, split: str | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """The table `qa`: one row per question.

        Args:
            split: one split; None for all.
            columns: names of columns in `vsidata.dataset.schema.QA`; None for all. `evidence.margin` is a
                single field of a column.

        Raises:
            OptionError: the build has no such split.
            BuildError: a shard cannot be read.
        """
        return self._whole("qa", split, columns)

    def scenes(self, split: str | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """The table `scenes`: one row per scene, columns of `vsidata.dataset.schema.SCENES`."""
        return self._whole("scenes", split, columns)

    def frames(self, split: str | None = None, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The table `frames`, scene by scene. Each part has one row and columns of `schema.FRAMES`.

        Only one row group, which is one scene, is in memory at a time. A build without frames yields no
        tables. The arguments are those of `questions`.
        """
        return self.parts("frames", split, columns, batch=1)

    def parts(
        self,
        table: str,
        split: str | None = None,
        columns: Sequence[str] | None = None,
        *,
        batch: int = 5_000,
    ) -> Iterator[pa.Table]:
        """A table in parts. Only one part is in memory at a time.

        Args:
            table: `qa`, `scenes` or `frames`.
            split, columns: as for `questions`.
            batch: the maximum number of rows per part. A part does not cross the end of a row group.

        Raises:
            OptionError: the build has no such split.
            BuildError: a shard cannot be read.
        """
        for path in self.shards(table, split):
            yield from shard_tables(path, _SCHEMAS[table], columns=columns, batch=batch)

    def rows(
        self,
        table: str,
        split: str | None = None,
        columns: Sequence[str] | None = None,
        *,
        batch: int = 5_000,
    ) -> Iterator[Row]:
        """The rows of a table as dictionaries. The arguments and the errors are those of `parts`."""
        for part in self.parts(table, split, columns, batch=batch):
            yield from part.to_pylist()

    def shards(self, table: str, split: str | None = None) -> list[Path]:
        """The files of a table in the order of the manifest; empty if the build has no such table.

        Raises:
            OptionError: the build has no such split.
            VsiError: the files are not on this disk and cannot be copied.
        """
        if split is not None and split not in self.splits:
            fault = f"has no split `{split}`."
            raise OptionError(self.folder, fault, f"Choose from: {', '.join(self.splits) or 'none'}.")
        stated = self.manifest.shards(table, split)
        self.fetch(stated)
        return [self.folder / path for path in stated]

    def verify(self) -> list[VsiError]:
        """All differences between the build and its manifest: missing, extra and changed files.

        Reads every byte of the shards. An empty list means that the build is OK.
        """
        self.fetch(None)
        return faults(self.folder, self.manifest)

    def check_unchanged(self) -> None:
        """Check that the build has not changed since it was opened.

        Raises:
            BuildError: the folder has another build now, or a build is being written there.
        """
        check_unchanged(self.folder, self.manifest)

    def _whole(self, table: str, split: str | None, columns: Sequence[str] | None) -> pa.Table:
        parts = list(self.parts(table, split, columns))
        return pa.concat_tables(parts) if parts else chosen_columns(_SCHEMAS[table], columns).empty_table()
