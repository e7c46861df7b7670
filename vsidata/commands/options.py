"""Options of several commands, each defined once.

The options of `vsidata build` get their text and bounds from `BuildOptions`. A help text begins with a verb.
It states a default as `(default: …)` if the parameter itself has none.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from vsidata.commands.from_model import about
from vsidata.pipeline.options import BuildOptions
from vsidata.selection.split_choice import SplitChoice

DEFAULTS = BuildOptions(out=Path())
"""The defaults of the options; `out` has no default."""


def _of_build(name: str, *flags: str, with_default: bool = False) -> Any:
    return typer.Option(*flags, **about(BuildOptions.model_fields[name], with_default=with_default))


ScanNetRoot = Annotated[Path, _of_build("scannet_root")]
ScanNetRootOrNone = Annotated[Path | None, _of_build("scannet_root")]
MetaInfo = Annotated[list[Path], _of_build("meta_info")]
MetaInfoOrNone = Annotated[list[Path] | None, _of_build("meta_info")]
Source = Annotated[str | None, _of_build("source")]
Root = Annotated[Path | None, _of_build("root")]
Rules = Annotated[str, _of_build("rules")]
RulesOrNone = Annotated[str | None, _of_build("rules", with_default=True)]
TopicFile = Annotated[list[Path] | None, _of_build("topic_file")]
Topics = Annotated[str | None, _of_build("topics")]
FramesOrNone = Annotated[int | None, _of_build("frames")]
Visibility = Annotated[bool, _of_build("visibility", "--visibility/--no-visibility")]
Seed = Annotated[int, _of_build("seed")]
SplitOrNone = Annotated[SplitChoice | None, _of_build("split", with_default=True)]
AllowBenchmarkScenes = Annotated[bool, _of_build("allow_benchmark_scenes", "--allow-benchmark-scenes")]
Workers = Annotated[int | None, _of_build("workers")]

_BUILD = typer.Argument(metavar="DIR", help="Read the build in this folder.")
BuildFolder = Annotated[Path, _BUILD]
BuildFolderOrNone = Annotated[Path | None, _BUILD]

_QUESTIONS = typer.Option(
    metavar="FILE", help="Read released questions from this file, one JSON object per line."
)
Questions = Annotated[Path, _QUESTIONS]
QuestionsOrNone = Annotated[Path | None, _QUESTIONS]

_OUT = "Write to this folder"
Out = Annotated[Path, typer.Option(metavar="DIR", help=f"{_OUT}.")]
OutBesideBuild = Annotated[
    Path | None, typer.Option(metavar="DIR", help=f"{_OUT} (default: DIR-FORMAT, next to the build).")
]
OutArgument = Annotated[Path, typer.Argument(metavar="OUT", help=f"{_OUT}.")]

Revision = Annotated[
    str | None, typer.Option(help="Use this branch, tag or commit on the Hub (default: main).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def names(given: str | None) -> list[str] | None:
    """The names in a text such as `a,b` of `--topics a,b`; None if there is no text."""
    return None if given is None else [name.strip() for name in given.split(",")]
