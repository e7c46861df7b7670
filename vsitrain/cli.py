"""The command line of vsitrain. Imports nothing heavy at the top: each command imports what it needs."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vsidata.errors import OptionError, VsiError
from vsidata.plain_text import echo, echo_json
from vsidata.seeds import LARGEST_SEED
from vsitrain.full_disk import is_full_disk

_INSTALL = "pip install 'vsi100k[train]'"
_NEEDED = ("torch", "torchvision", "transformers", "trl", "peft", "accelerate")

if TYPE_CHECKING:
    from vsitrain.run_options import Method

app = typer.Typer(
    help="Train and evaluate vision-language models on questions that vsidata built.\n\n"
    f"Needs more than vsidata does: {_INSTALL}",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # a token may be among them
)

_ANY_KEY = {"allow_extra_args": True, "ignore_unknown_options": True}
_Config = Annotated[Path | None, typer.Option(help="Recipe: YAML file of settings (recipes/ has some).")]
_Plan = Annotated[bool, typer.Option("--plan", help="Say what the run needs, and stop there.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the plan as JSON, and stop there.")]


@app.command(context_settings=_ANY_KEY)
def grpo(context: typer.Context, config: _Config = None, plan: _Plan = False, as_json: _Json = False) -> None:
    """Train with GRPO on video: rollouts, rewards by question type, KL against where the run started.

    Every key of a recipe may stand here as --key VALUE, and wins: this project's (`vsitrain keys`) and those
    of TRL's GRPOConfig and ModelConfig. Reads the data and the model; what lies on the Hub is downloaded to
    its cache. Writes to output_dir, and to the Hub with --push_to_hub.
    """
    _run("grpo", config, context.args, plan, as_json)


@app.command(context_settings=_ANY_KEY)
def sft(context: typer.Context, config: _Config = None, plan: _Plan = False, as_json: _Json = False) -> None:
    """Fine-tune on right answers: the loss is on the reply alone.

    Every key of a recipe may stand here as --key VALUE, and wins: this project's (`vsitrain keys`) and those
    of TRL's SFTConfig and ModelConfig. Reads the data and the model; what lies on the Hub is downloaded to
    its cache. Writes to output_dir, and to the Hub with --push_to_hub.
    """
    _run("sft", config, context.args, plan, as_json)


@app.command(context_settings=_ANY_KEY)
def dpo(context: typer.Context, config: _Config = None, plan: _Plan = False, as_json: _Json = False) -> None:
    """Train with DPO on right against wrong answers, made from the evidence.

    Every key of a recipe may stand here as --key VALUE, and wins: this project's (`vsitrain keys`) and those
    of TRL's DPOConfig and ModelConfig. Reads the data and the model; what lies on the Hub is downloaded to
    its cache. Writes to output_dir, and to the Hub with --push_to_hub.
    """
    _run("dpo", config, context.args, plan, as_json)


def _run(method: "Method", recipe: Path | None, given: list[str], plan_only: bool, as_json: bool) -> None:
    _require_packages()
    from vsitrain.hub_token import hide_token

    if hide_token(given):
        _warn(
            "--hub_token stands in the shell's history, and for a moment in the list of processes. "
            "Log in with `hf auth login`, or set HF_TOKEN."
        )
    import orjson

    from vsitrain.quiet import quiet

    quiet()
    from vsitrain import plan as planning
    from vsitrain.config import read_config
    from vsitrain.preparation import prepare

    first = os.environ.get("RANK", "0") == "0"
    only_planned = plan_only or as_json
    prepared = prepare(method, read_config(method, recipe, given, planned=only_planned))
    if as_json:
        echo_json(orjson.dumps(planning.as_json(prepared.plan), option=orjson.OPT_INDENT_2))
    elif first:
        told = planning.as_text(prepared.plan) if plan_only else planning.in_short(prepared.plan)
        echo(f"{prepared.tokens}\n\n{told}\n")
    if only_planned:
        return
    planning.refuse_if_too_large(prepared.plan)
    planning.refuse_if_no_room(prepared.plan, prepared.config.training)
    from vsidata.terminal import console
    from vsitrain.progress import TrainingProgress
    from vsitrain.summary import closing_lines
    from vsitrain.train import train

    trained = train(prepared, callbacks=[TrainingProgress(console(stderr=True))])
    if first:
        echo("\n".join(closing_lines(method, trained)))


def _require_packages() -> None:
    from importlib.util import find_spec

    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise OptionError(
            "vsitrain", f"lacks {', '.join(missing)}.", f"Install what training needs: {_INSTALL}"
        )


@app.command()
def curves(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's output_dir, or a checkpoint.")],
    out: Annotated[
        Path | None, typer.Option(help="Picture: .png, .svg, .pdf (default: RUN/curves.png).")
    ] = None,
) -> None:
    """Draw the rewards of a run by topic, its KL, lengths and losses, also while it goes on.

    Reads RUN; writes one picture, over an older one of that name.
    """
    _require_packages()
    from vsitrain.curves import draw_curves

    out = out or run / "curves.png"
    draw_curves(run, out)
    echo(f"Drawn: {out}.")


_Model = Annotated[str, typer.Option(help="A model or an adapter: a folder, or a name on the Hub.")]
_Data = Annotated[
    str,
    typer.Option(help="vsi-bench (from the Hub), a copy of it or its file, or a build with frames."),
]
_Out = Annotated[Path, typer.Option(help="Folder for predictions; the same command goes on in it.")]
_Videos = Annotated[
    Path | None,
    typer.Option(help="VSI-Bench's videos: DATASET/SCENE.mp4, or DATASET.zip (default: beside its file)."),
]
_Split = Annotated[
    str | None,
    typer.Option(help="Split of a build: train or validation (default: validation where there is one)."),
]
_Frames = Annotated[int | None, typer.Option(min=1, help="Of a video (default: as trained, else 16).")]
_InputMode = Annotated[
    Literal["video", "images"] | None, typer.Option(help="How a clip is shown (default: as trained).")
]
_Tokens = Annotated[int | None, typer.Option(min=1, help="Most new tokens of a reply.")]
_Batch = Annotated[int, typer.Option(min=1, help="Questions at a time.")]
_Dtype = Annotated[str | None, typer.Option(help="Of the weights: bfloat16, float32 (default: stored).")]
_Backend = Annotated[
    Literal["hf", "vllm"], typer.Option(help="What generates: transformers, or vLLM on frames as images.")
]
_Limit = Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")]


@app.command()
def evaluate(
    model: _Model,
    data: _Data,
    out: _Out,
    videos: _Videos = None,
    split: _Split = None,
    prompt: Annotated[
        str | None,
        typer.Option(help="official, vanilla, think, observe or a YAML file (default: as trained)."),
    ] = None,
    wording: Annotated[
        Literal["untouched", "trained"] | None, typer.Option(help="Of the prompt (default: by the model).")
    ] = None,
    frames: _Frames = None,
    input_mode: _InputMode = None,
    max_new_tokens: _Tokens = None,
    batch: _Batch = 8,
    dtype: _Dtype = None,
    backend: _Backend = "hf",
    limit: _Limit = None,
) -> None:
    """Ask a model every question, greedily, and score what it replies.

    Reads the model and the data; what lies on the Hub is downloaded to its cache. Writes predictions.jsonl
    and run.json to --out, and goes on there. Under `accelerate launch` every process takes its share.
    """
    places = {"videos": videos, "split": split, "batch": batch, "dtype": dtype, "limit": limit}
    places |= {"backend": backend}
    how = {"num_frames": frames, "input_mode": input_mode, "max_new_tokens": max_new_tokens}
    if _ask(model, data, out, prompt=prompt, wording=wording, warned=_warn, **places, **how):
        _print_scores(out, "", as_json=False)
        echo(f"Written: {out}, with every reply and all that made them.")
        echo(f"Next: `vsitrain table {out}` puts it beside others; `vsitrain score` scores it again.")


@app.command()
def study(
    model: _Model,
    data: _Data,
    out: _Out,
    videos: _Videos = None,
    split: _Split = None,
    frames: _Frames = None,
    input_mode: _InputMode = None,
    max_new_tokens: _Tokens = None,
    batch: _Batch = 8,
    dtype: _Dtype = None,
    backend: _Backend = "hf",
    limit: _Limit = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Ask a model in all three prompt modes, as in the paper's Table 1: scores, lengths, unread replies.

    Reads the model and the data; what lies on the Hub is downloaded to its cache. Writes an evaluation for
    each mode below --out, and goes on there.
    """
    import orjson

    from vsidata.terminal import console
    from vsitrain.evaluation import study as studying
    from vsitrain.prompts import PROMPT_MODES

    places = {"videos": videos, "split": split, "batch": batch, "dtype": dtype, "limit": limit}
    places |= {"backend": backend}
    how = {"num_frames": frames, "input_mode": input_mode, "max_new_tokens": max_new_tokens}
    once = [_warn, *[lambda _: None] * (len(PROMPT_MODES) - 1)]  # the modes share their questions and clips
    speaks = [
        _ask(model, data, out / mode, prompt=mode, warned=warned, **places, **how)
        for mode, warned in zip(PROMPT_MODES, once, strict=True)
    ]
    if not all(speaks):  # a process that only helps
        return
    results = {mode: studying.result_of(out / mode) for mode in PROMPT_MODES}
    if as_json:
        echo_json(orjson.dumps(studying.as_json(results), option=orjson.OPT_INDENT_2))
    else:
        console().print(studying.as_table(results))


def _ask(model: str, data: str, out: Path, **how: Any) -> bool:
    _require_packages()
    from vsidata.terminal import console, progress
    from vsitrain.evaluation.command import asked
    from vsitrain.quiet import quiet

    quiet()
    helps = os.environ.get("RANK", "0") != "0"  # one process draws
    with progress(console(stderr=True, quiet=helps)) as bar:
        task = bar.add_task("questions", total=None)
        return asked(
            model,
            data,
            out,
            told=lambda done, total: bar.update(task, completed=done, total=total),
            **how,
        )


def _warn(text: str) -> None:
    if os.environ.get("RANK", "0") == "0":  # one process prints
        echo(f"Warning: {text}", err=True)


_MetaInfo = Annotated[
    list[Path] | None,
    typer.Option(
        help="Boxes of VSI-Bench's rooms (…_meta_info_val.json), for distances between centres; repeatable."
    ),
]
_Published = Annotated[
    list[str] | None,
    typer.Option(help="A row as the paper published it, such as vsGRPO-V-2B; repeatable."),
]


@app.command()
def score(
    predictions: Annotated[
        Path | None,
        typer.Argument(metavar="PREDICTIONS", help="A file of predictions, or a folder with one."),
    ] = None,
    data: Annotated[
        str,
        typer.Option(help="What they answer, if they do not hold it: vsi-bench, its file, or a build."),
    ] = "",
    split: _Split = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="Score this in place of a model: chance, constant, category_constant, centre_distance, key."
        ),
    ] = None,
    meta_info: _MetaInfo = None,
    published: _Published = None,
    subset: Annotated[
        Path | None,
        typer.Option(help="Only these questions: a file of ids, one a line (the debiased subset)."),
    ] = None,
    missing_as_wrong: Annotated[
        bool, typer.Option("--missing-as-wrong", help="Questions without a prediction score 0.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Score predictions by the benchmark's own rules and by lenient ones, beside what needs no model.

    Reads PREDICTIONS (JSON lines of `id` and `prediction`) and the data; data on the Hub is downloaded to its
    cache. Writes nothing else. Needs no GPU.
    """
    _print_scores(
        predictions,
        data,
        as_json=as_json,
        published=published or (),
        split=split,
        reference=reference,
        subset=subset,
        missing_as_wrong=missing_as_wrong,
        meta_info=meta_info or (),
    )


def _print_scores(
    predictions: Path | None, data: str, *, as_json: bool, published: Sequence[str] = (), **how: Any
) -> None:
    import orjson

    from vsidata.terminal import console
    from vsitrain.scoring.command import scored
    from vsitrain.scoring.published import published_row
    from vsitrain.scoring.text import as_json as plain
    from vsitrain.scoring.text import as_table, closing_lines

    beside = [published_row(name) for name in published]
    scores, references = scored(predictions, data, warned=_warn, **how)
    if as_json:
        echo_json(orjson.dumps(plain(scores, references, beside), option=orjson.OPT_INDENT_2))
        return
    console().print(as_table(scores, references, beside))
    echo("\n".join(closing_lines(scores, references, beside)))


@app.command()
def table(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN…", help="Folders of evaluations, in the order of the rows.")
    ],
    base: Annotated[
        Path | None,
        typer.Option(help="Evaluation of the base model: its row comes first, the others gain on it."),
    ] = None,
    paper: Annotated[
        bool,
        typer.Option(
            "--paper", help="After each run, how far it is from the paper's row of its model and mode."
        ),
    ] = False,
    published: _Published = None,
    references: Annotated[
        bool, typer.Option(help="Add what is scored without a model: blind answers, centres, the key.")
    ] = True,
    meta_info: _MetaInfo = None,
    layout: Annotated[
        Literal["models", "modes"],
        typer.Option(help="As the paper's Table 2, or its Table 1: modes gain on the vanilla one."),
    ] = "models",
    form: Annotated[
        Literal["markdown", "csv", "latex"], typer.Option("--format", help="How to print it.")
    ] = "markdown",
    plot: Annotated[
        Path | None, typer.Option(help="Draw it, too, a panel a task: .png, .svg or .pdf.")
    ] = None,
) -> None:
    """Print evaluations of the same questions side by side, as the paper's tables do.

    Reads the predictions of the runs; writes the picture that --plot names, over an older one, and nothing
    else. Needs no GPU. Published rows and references are marked.
    """
    from vsitrain.scoring.compared import compared
    from vsitrain.scoring.layouts import FORMATS, LAYOUTS

    found = compared(
        runs,
        base=base,
        by_mode=layout == "modes" and base is None,
        paper=paper,
        published=published or (),
        references=references,
        meta_info=meta_info or (),
    )
    if plot:
        from vsitrain.scoring.plot import draw_comparison

        draw_comparison(found.rows, plot)
    echo(FORMATS[form](found.rows, LAYOUTS[layout]))
    for note in found.notes:
        echo(note, err=True)


@app.command()
def merge(
    adapter: Annotated[Path, typer.Argument(metavar="ADAPTER", help="Folder of an adapter.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write the whole model to.")],
    dtype: Annotated[str | None, typer.Option(help="Of the weights: bfloat16, float32 …")] = None,
) -> None:
    """Write the model that an adapter and its base make together, for programs that load whole models.

    Reads both, a base on the Hub from its cache or the network; writes to OUT, which must be new or empty.
    """
    _require_packages()
    from vsidata.dataset.atomic import need_new
    from vsitrain.plan import read_model_config
    from vsitrain.quiet import quiet
    from vsitrain.starting_model import base_of, check_adapter, merge_adapter

    quiet()
    need_new(out)
    check_adapter(str(adapter), read_model_config(base_of(str(adapter))))
    echo(f"Merged: {merge_adapter(str(adapter), out, dtype=dtype)}.")


@app.command()
def keys() -> None:
    """List this project's keys of a recipe with their defaults; TRL's are in its own documentation.

    Reads and writes nothing.
    """
    from vsitrain.run_options import RunOptions

    for name, field in RunOptions.model_fields.items():
        default = "required" if field.is_required() else repr(field.default)
        echo(f"{name:<16} {default}")


@app.command()
def tiny(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write to.")],
    like: Annotated[str, typer.Option(help="Size, by name: tiny, qwen2-vl-2b, qwen2-vl-7b.")] = "tiny",
    family: Annotated[
        Literal["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl"] | None,
        typer.Option(help="Of a tiny model (default: qwen2-vl)."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the weights.")] = 0,
) -> None:
    """Write a random model with tokenizer, processor and chat template, made without a network.

    For tests, and for dry runs of memory and speed at real size without weights. Reads nothing; writes to
    OUT, which must be new or empty.
    """
    _require_packages()
    from vsidata.dataset.atomic import need_new, whole_folder
    from vsitrain.tiny import SIZES, make_tiny

    if like not in SIZES:
        raise OptionError(f"--like {like}", "is no size.", f"Choose from: {', '.join(SIZES)}.")
    size = SIZES[like] if family is None else SIZES[like].model_copy(update={"family": family})
    need_new(out)
    with whole_folder(out) as folder:
        parameters = make_tiny(folder, size, seed=seed)
    echo(f"{parameters:,} parameters in {out}.")


def main() -> None:
    """Entry point of the console script. What the user can correct ends with status 2 and no traceback."""
    try:
        app()
    except VsiError as error:
        echo(error, err=True)
        sys.exit(2)
    except Exception as error:
        if not is_full_disk(error):
            raise
        place = getattr(error, "filename", None) or "a file"
        fault, remedy = "cannot be written: the disk is full.", "Make room, and run the same command again."
        echo(VsiError(place, fault, remedy), err=True)
        sys.exit(2)
