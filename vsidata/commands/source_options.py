"""Options of every command that takes scans from any source."""

from pathlib import Path
from typing import Annotated

import typer

# Where scans come from: the options of every command that takes them from any source.
ScanNetRoot = Annotated[Path | None, typer.Option(help="Folder of ScanNet scans.")]
MetaInfo = Annotated[
    list[Path] | None, typer.Option(help="File of VSI-Bench scene meta information, in place of a root.")
]
Source = Annotated[
    str | None, typer.Option(help="scenezoo:NAME, a dataset that scenezoo reads, in place of a root.")
]
TopicFile = Annotated[
    list[Path] | None,
    typer.Option(help="Python file with a topic of your own, for --rules to name. It is run."),
]
Root = Annotated[Path | None, typer.Option(help="Folder of that dataset.")]
