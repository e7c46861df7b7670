"""`vsitrain evaluate`."""

from typing import Annotated, Literal

import typer

from vsidata.plain_text import echo
from vsitrain.commands.evaluating import (
    Backend,
    Batch,
    Data,
    Dtype,
    Frames,
    InputMode,
    Limit,
    Model,
    Out,
    Split,
    Tokens,
    Videos,
    ask,
)
from vsitrain.commands.print_scores import print_scores
from vsitrain.commands.warning import warn


def evaluate(
    model: Model,
    data: Data,
    out: Out,
    videos: Videos = None,
    split: Split = None,
    prompt: Annotated[
        str | None,
        typer.Option(help="official, vanilla, think, observe or a YAML file (default: as trained)."),
    ] = None,
    wording: Annotated[
        Literal["untouched", "trained"] | None, typer.Option(help="Of the prompt (default: by the model).")
    ] = None,
    frames: Frames = None,
    input_mode: InputMode = None,
    max_new_tokens: Tokens = None,
    batch: Batch = 8,
    dtype: Dtype = None,
    backend: Backend = "hf",
    limit: Limit = None,
) -> None:
    """Ask a model every question, greedily, and score what it replies.

    Reads the model and the data; what lies on the Hub is downloaded to its cache. Writes predictions.jsonl
    and run.json to --out, and goes on there. Under `accelerate launch` every process takes its share.
    """
    places = {"videos": videos, "split": split, "batch": batch, "dtype": dtype, "limit": limit}
    places |= {"backend": backend}
    how = {"num_frames": frames, "input_mode": input_mode, "max_new_tokens": max_new_tokens}
    if ask(model, data, out, prompt=prompt, wording=wording, warned=warn, **places, **how):
        print_scores(out, "", as_json=False)
        echo(f"Written: {out}, with every reply and all that made them.")
        echo(f"Next: `vsitrain table {out}` puts it beside others; `vsitrain score` scores it again.")
