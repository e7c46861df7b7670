"""The part that `grpo`, `sft` and `dpo` share: running a training."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vsidata.plain_text import echo, echo_json
from vsitrain.commands.packages import require_packages
from vsitrain.commands.warning import warn

if TYPE_CHECKING:
    from vsitrain.settings.run_options import Method

ANY_KEY = {"allow_extra_args": True, "ignore_unknown_options": True}


def run(method: "Method", recipe: Path | None, given: list[str], plan_only: bool, as_json: bool) -> None:
    """Prepare a run, print its plan, and train unless only the plan is asked for."""
    require_packages()
    from vsitrain.settings.hub_token import hide_token

    if hide_token(given):
        warn(
            "--hub_token is in the shell's history, and was in the list of processes for a moment. "
            "Log in with `hf auth login`, or set HF_TOKEN."
        )
    import orjson

    from vsitrain.commands.quiet import quiet

    quiet()
    from vsitrain import plan as planning
    from vsitrain.settings.config import read_config
    from vsitrain.trainers.preparation import prepare

    first = os.environ.get("RANK", "0") == "0"
    only_planned = plan_only or as_json
    prepared = prepare(method, read_config(method, recipe, given, planned=only_planned, warn=warn))
    if as_json:
        echo_json(orjson.dumps(planning.as_json(prepared.plan), option=orjson.OPT_INDENT_2))
    elif first:
        text = planning.as_text(prepared.plan) if plan_only else planning.in_short(prepared.plan)
        echo(f"{prepared.tokens}\n\n{text}\n")
    if only_planned:
        return
    planning.refuse_if_too_large(prepared.plan)
    planning.refuse_if_no_room(prepared.plan, prepared.config.training)
    from vsidata.screen.terminal import console
    from vsitrain.commands.progress import TrainingProgress
    from vsitrain.commands.run_summary import closing_lines
    from vsitrain.trainers.train import train

    trained = train(prepared, callbacks=[TrainingProgress(console(stderr=True))])
    if first:
        echo("\n".join(closing_lines(method, trained)))
