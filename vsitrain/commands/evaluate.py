"""`vsitrain evaluate`."""

from typing import Annotated, Literal

import typer

from vsidata.commands.options import Out
from vsidata.plain_text import echo
from vsitrain.commands.evaluating import ask
from vsitrain.commands.options import (
    Backend,
    Batch,
    Data,
    Dtype,
    Frames,
    InputMode,
    MaxNewTokens,
    MaxQuestions,
    Model,
    Split,
    Videos,
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
        typer.Option(
            help="Use this prompt: official, vanilla, think, observe or a YAML file "
            "(default: as trained, otherwise official)."
        ),
    ] = None,
    wording: Annotated[
        Literal["untouched", "trained"] | None,
        typer.Option(
            help="Use the wording for untouched or for trained models (default: as the model was trained)."
        ),
    ] = None,
    frames: Frames = None,
    input_mode: InputMode = None,
    max_new_tokens: MaxNewTokens = None,
    batch: Batch = 8,
    dtype: Dtype = None,
    backend: Backend = "hf",
    max_questions: MaxQuestions = None,
) -> None:
    """Ask a model every question with greedy decoding, and score its replies.

    A build must have frames. Reads the model and the data, and downloads those on the Hub to its cache.
    Writes predictions.jsonl and run.json to --out. Run the same command again to resume an interrupted
    evaluation. Under `accelerate launch` the processes share the questions.
    """
    places = {"videos": videos, "split": split, "batch": batch, "dtype": dtype, "limit": max_questions}
    places |= {"backend": backend}
    how = {"num_frames": frames, "input_mode": input_mode, "max_new_tokens": max_new_tokens}
    if ask(model, data, out, prompt=prompt, wording=wording, warned=warn, **places, **how):
        print_scores(out, "", as_json=False)
        echo(f"Written: {out}, with every reply and all settings.")
        echo(f"Next: compare it with others: `vsitrain table {out}`. Score it again: `vsitrain score {out}`.")
