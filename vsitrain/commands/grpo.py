"""`vsitrain grpo`."""

import typer

from vsidata.commands.options import AsJson
from vsitrain.commands.options import Config, Plan
from vsitrain.commands.training import run


def grpo(context: typer.Context, config: Config = None, plan: Plan = False, as_json: AsJson = False) -> None:
    """Train with GRPO on video, with rewards by question type and a KL penalty against the starting model.

    Accepts every key of a recipe as --key VALUE, which overrides the recipe: the keys of this project
    (`vsitrain keys`) and those of TRL's GRPOConfig and ModelConfig. With --plan or --json, prints the plan
    and does not train. Reads the data and the model, and downloads those on the Hub to its cache. Writes to
    output_dir, and to the Hub with --push_to_hub.
    """
    run("grpo", config, context.args, plan, as_json)
