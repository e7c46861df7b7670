"""`vsitrain dpo`."""

import typer

from vsidata.commands.options import AsJson
from vsitrain.commands.options import Config, Plan
from vsitrain.commands.training import run


def dpo(context: typer.Context, config: Config = None, plan: Plan = False, as_json: AsJson = False) -> None:
    """Train with DPO on pairs of a right answer and a wrong one.

    The wrong answers are made from the evidence.

    Accepts every key of a recipe as --key VALUE, which overrides the recipe: the keys of this project
    (`vsitrain keys`) and those of TRL's DPOConfig and ModelConfig. With --plan or --json, prints the plan and
    does not train. Reads the data and the model, and downloads those on the Hub to its cache. Writes to
    output_dir, and to the Hub with --push_to_hub.
    """
    run("dpo", config, context.args, plan, as_json)
