"""A written build as one object: its manifest, its tables, and whether it is whole.

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
    """A build that is opened to be read. Nothing here changes it.

    All readers give rows in the order of the manifest's shards, and raise `BuildError` where a shard is
    missing or damaged, or lacks a column. Columns that builds of the first release lack are None there.

    Attributes:
        folder: where its files lie on this disk; of one elsewhere, the folder of the copy.
        manifest: what it says of itself.
        fetch: copies shards that are about to be read and are not here yet.
    """

    folder: Path
    manifest: Manifest
    fetch: Fetch = field(default=lambda _: None, repr=False, compare=False)

    @classmethod
    def open(cls, where: str | Path, revision: str | None = None) -> "Build":
        """Open a build. Of one elsewhere the manifest is copied now, and a table when it is read.

        Args:
            where: its folder; or `NAME/SET` on the Hub; or `hf://datasets/NAME/SET`, `s3://BUCKET/PATH` or
                `gs://BUCKET/PATH`. A `Path` is always a folder. Copies of builds on the Hub lie in the Hub's
                cache, those of buckets in `~/.cache/vsidata` (or below XDG_CACHE_HOME).
            revision: branch, tag or commit of one on the Hub; None for its main branch.

        Raises:
            OptionError: there is no build, or a revision of one that is not on the Hub.
            BuildError: its manifest is damaged, or of a later format than this release reads.
            VsiError: the Hub or the store refused, failed, or cannot be reached.
        """
        if isinstance(where, Path) or Path(where).exists():
            if revision is not None:
                fault = f"is of a dataset on the Hub, and {where} is on this disk."
                raise OptionError("--revision", fault, "Drop it.")
            return cls(Path(where), read_manifest(Path(where)))
        folder, fetch = copy_of(where, revision)
        return cls(folder, read_manifest(folder), fetch)

    @property
    def label(self) -> str:
        """What it is, in a line: `377 questions about 3 scenes by wide@79b382d1`."""
        return self.manifest.label

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its splits: `train`, and `validation` where rooms were held out."""
        return self.manifest.splits

    def questions(self, split: str | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """The table `qa`: one row a question.

        Args:
            split: one split; None for all.
            columns: names of `vsidata.dataset.schema.QA`; `evidence.margin` is a field of one; None for all.

        Raises:
            OptionError: there is no such split.
            BuildError: a shard cannot be read.
        """
        return self._whole("qa", split, columns)

    def scenes(self, split: str | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """The table `scenes`: one row a scene, columns of `vsidata.dataset.schema.SCENES`; as `questions`."""
        return self._whole("scenes", split, columns)

    def frames(self, split: str | None = None, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The table `frames`, scene by scene: tables of one row, columns of `vsidata.dataset.schema.FRAMES`.

        Memory holds one row group, which is one scene. A build without frames gives nothing. Otherwise as
        `questions`.
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
        """A table in parts, so that memory holds one of them.

        Args:
            table: `qa`, `scenes` or `frames`.
            split, columns: as `questions` takes them.
            batch: most rows of a part; a part ends where a row group does.

        Raises:
            OptionError: there is no such split.
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
        """The rows of the same parts as dictionaries."""
        for part in self.parts(table, split, columns, batch=batch):
            yield from part.to_pylist()

    def shards(self, table: str, split: str | None = None) -> list[Path]:
        """The files of a table in the order of the manifest; none where the build has no such table.

        Raises:
            OptionError: there is no such split.
            VsiError: they lie elsewhere, and cannot be copied.
        """
        if split is not None and split not in self.splits:
            fault = f"has no split `{split}`."
            raise OptionError(self.folder, fault, f"Choose from: {', '.join(self.splits) or 'none'}.")
        stated = self.manifest.shards(table, split)
        self.fetch(stated)
        return [self.folder / path for path in stated]

    def verify(self) -> list[VsiError]:
        """Everything that the build lacks, has too much or has otherwise than its manifest says.

        Reads every byte of the shards. Nothing is wrong where the list is empty.
        """
        self.fetch(None)
        return faults(self.folder, self.manifest)

    def check_unchanged(self) -> None:
        """See that nobody has written to the folder since the build was opened.

        Raises:
            BuildError: it is another build now, or one that is being written.
        """
        check_unchanged(self.folder, self.manifest)

    def _whole(self, table: str, split: str | None, columns: Sequence[str] | None) -> pa.Table:
        parts = list(self.parts(table, split, columns))
        return pa.concat_tables(parts) if parts else chosen_columns(_SCHEMAS[table], columns).empty_table()
