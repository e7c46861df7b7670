"""`vsitrain dpo`."""

import typer

from vsidata.commands.options import AsJson
from vsitrain.commands.options import Config, Plan
from vsitrain.commands.training import run


def dpo(context: typer.Context, config: Config = None, plan: Plan = False, as_json: AsJson = False) -> None:
    """Train with DPO on right against wrong answers, made from the evidence.

    Every key of a recipe may stand here as --key VALUE, and wins: this project's (`vsitrain keys`) and those
    of TRL's DPOConfig and ModelConfig. With --plan or --json, prints the plan and does not train. Reads the
    data and the model; what is on the Hub is downloaded to its cache. Writes to output_dir, and to the Hub
    with --push_to_hub.
    """
    run("dpo", config, context.args, plan, as_json)
