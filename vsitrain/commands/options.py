"""Options that several commands share, each defined once. Others are in `vsidata.commands.options`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

Model = Annotated[str, typer.Option(help="Ask this model or adapter: a folder, or a name on the Hub.")]

_LIKE = "Use the size of this model."
Like = Annotated[Literal["qwen2-vl-2b", "qwen2-vl-7b", "qwen3-vl-2b"], typer.Option(help=_LIKE)]
LikeOrTiny = Annotated[str, typer.Option(help=_LIKE, metavar="[tiny|qwen2-vl-2b|qwen2-vl-7b|qwen3-vl-2b]")]


def _data(default: str) -> Any:
    text = "Read questions from vsi-bench (on the Hub), a copy of it or of VSTI-Bench, its file, or a build"
    return typer.Option(help=f"{text}{default}.")


Data = Annotated[str, _data("")]
DataOrNone = Annotated[str, _data(" (default: from the predictions)")]
Split = Annotated[
    str | None,
    typer.Option(help="Use this split of a build: train or validation (default: validation, if it has one)."),
]
Videos = Annotated[
    Path | None,
    typer.Option(
        help="Read VSI-Bench's videos from this folder: DATASET/SCENE.mp4, or DATASET.zip "
        "(default: the folder of its questions)."
    ),
]
Frames = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Show at most this many frames of a video (default: as trained, otherwise 16).",
    ),
]
InputMode = Annotated[
    Literal["video", "images"] | None,
    typer.Option(
        help="Show a clip as a video or as single images "
        "(default: as trained, otherwise video, or images with vLLM)."
    ),
]
MaxNewTokens = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="Generate at most this many tokens per reply (default: by prompt mode)."
    ),
]
Batch = Annotated[int, typer.Option(min=1, metavar="N", help="Ask this many questions at a time.")]
Dtype = Annotated[
    str | None,
    typer.Option(help="Load the weights in this type, such as bfloat16 or float32 (default: as stored)."),
]
Backend = Annotated[
    Literal["hf", "vllm"],
    typer.Option(help="Generate with transformers (hf), or with vLLM on frames as images (vllm)."),
]
MaxQuestions = Annotated[int | None, typer.Option(min=1, metavar="N", help="Ask only the first N questions.")]
Published = Annotated[
    list[str] | None,
    typer.Option(metavar="ROW", help="Add the paper's published row of this model, such as vsGRPO-V-2B."),
]
Config = Annotated[
    Path | None, typer.Option(help="Read settings from this recipe, a YAML file (recipes/ has some).")
]
Plan = Annotated[bool, typer.Option("--plan", help="Show what the run needs, then exit.")]
_PLOT = "Draw to this .png, .svg or .pdf file"
Plot = Annotated[Path | None, typer.Option(metavar="FILE", help=f"{_PLOT}.")]
PlotOrBeside = Annotated[
    Path | None, typer.Option(metavar="FILE", help=f"{_PLOT} (default: RUN/curves.png).")
]
