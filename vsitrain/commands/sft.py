"""`vsitrain sft`."""

import typer

from vsidata.commands.options import AsJson
from vsitrain.commands.options import Config, Plan
from vsitrain.commands.training import run


def sft(context: typer.Context, config: Config = None, plan: Plan = False, as_json: AsJson = False) -> None:
    """Fine-tune on right answers. The loss counts only the tokens of the reply.

    Accepts every key of a recipe as --key VALUE, which overrides the recipe: the keys of this project
    (`vsitrain keys`) and those of TRL's SFTConfig and ModelConfig. With --plan or --json, prints the plan and
    does not train. Reads the data and the model, and downloads those on the Hub to its cache. Writes to
    output_dir, and to the Hub with --push_to_hub.
    """
    run("sft", config, context.args, plan, as_json)
