"""What the commands that ask a model share: their options, and the asking itself."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from vsitrain.commands.packages import require_packages

Model = Annotated[str, typer.Option(help="A model or an adapter: a folder, or a name on the Hub.")]
Data = Annotated[
    str,
    typer.Option(help="vsi-bench (from the Hub), a copy of it or its file, or a build with frames."),
]
Out = Annotated[Path, typer.Option(help="Folder for predictions; the same command goes on in it.")]
Videos = Annotated[
    Path | None,
    typer.Option(help="VSI-Bench's videos: DATASET/SCENE.mp4, or DATASET.zip (default: beside its file)."),
]
Split = Annotated[
    str | None,
    typer.Option(help="Split of a build: train or validation (default: validation where there is one)."),
]
Frames = Annotated[int | None, typer.Option(min=1, help="Of a video (default: as trained, else 16).")]
InputMode = Annotated[
    Literal["video", "images"] | None, typer.Option(help="How a clip is shown (default: as trained).")
]
Tokens = Annotated[int | None, typer.Option(min=1, help="Most new tokens of a reply.")]
Batch = Annotated[int, typer.Option(min=1, help="Questions at a time.")]
Dtype = Annotated[str | None, typer.Option(help="Of the weights: bfloat16, float32 (default: stored).")]
Backend = Annotated[
    Literal["hf", "vllm"], typer.Option(help="What generates: transformers, or vLLM on frames as images.")
]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")]


def ask(model: str, data: str, out: Path, **how: Any) -> bool:
    """Ask a model the questions of a build; the same call resumes. True in the process that reports."""
    require_packages()
    from vsidata.screen.terminal import console, progress
    from vsitrain.commands.quiet import quiet
    from vsitrain.evaluation.evaluate_model import evaluate_model

    quiet()
    helps = os.environ.get("RANK", "0") != "0"  # one process draws
    with progress(console(stderr=True, quiet=helps)) as bar:
        task = bar.add_task("questions", total=None)
        return evaluate_model(
            model,
            data,
            out,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            **how,
        )
