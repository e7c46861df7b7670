"""`vsitrain doctor`."""

import typer

from vsidata.plain_text import echo
from vsitrain.commands.options import Like
from vsitrain.commands.packages import require_packages


def doctor(
    like: Like = "qwen2-vl-2b",
) -> None:
    """Try training on this machine, and print a table for a bug report: memory and time beside the plan's.

    Runs one step of SFT, one step of GRPO with the vision tower once per clip and one with the tower in every
    pass, and one reply of vLLM if it is installed. Weights and clips are random. On a CPU, a tiny
    model of the same family is used. Takes at most eight minutes. Reads no files, writes only to temporary
    folders, and needs no network. Ends with status 1 if a check fails.
    """
    require_packages()
    import os

    import torch

    from vsitrain.commands.quiet import quiet
    from vsitrain.doctor.check_result import SKIPPED, CheckResult, failed
    from vsitrain.doctor.checks import CHECKS
    from vsitrain.doctor.examine import examine
    from vsitrain.doctor.report import as_markdown
    from vsitrain.doctor.setup import setup_for

    device = "cuda" if torch.cuda.is_available() else "cpu"
    setup = setup_for(like, device)
    results = []
    # With several GPUs, the Trainer would split batches over all of them.
    os.environ["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0]
    if device == "cpu":
        reason = f"{SKIPPED}: PyTorch finds no GPU. The {setup.name} model is used"
        results.append(CheckResult(f"{like} at its real size", reason))
    for number, found in enumerate(examine(setup, CHECKS, before=quiet), start=1):
        echo(f"{number} of {len(CHECKS)}: {found.check}: {found.result}", err=True)
        results.append(found)
    echo(as_markdown(setup, results))
    if any(failed(found) for found in results):
        raise typer.Exit(1)
