"""The command line of vsitrain. Each command has its own file, and imports heavy packages when it runs."""

import sys

import typer

from vsidata.commands.renamed import with_old_names
from vsidata.commands.version import add_version
from vsidata.errors import VsiError
from vsidata.plain_text import echo
from vsitrain.commands.curves import curves
from vsitrain.commands.doctor import doctor
from vsitrain.commands.dpo import dpo
from vsitrain.commands.evaluate import evaluate
from vsitrain.commands.grpo import grpo
from vsitrain.commands.keys import keys
from vsitrain.commands.merge import merge
from vsitrain.commands.packages import INSTALL
from vsitrain.commands.score import score
from vsitrain.commands.sft import sft
from vsitrain.commands.study import study
from vsitrain.commands.table import table
from vsitrain.commands.tiny import tiny
from vsitrain.commands.training import ANY_KEY
from vsitrain.commands.warning import warn
from vsitrain.runs.full_disk import is_full_disk

app = typer.Typer(
    help="Train and evaluate vision-language models on questions that vsidata built.\n\n"
    f"Needs additional packages: {INSTALL}",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # they may contain a token
)

app.command(context_settings=ANY_KEY)(grpo)
app.command(context_settings=ANY_KEY)(sft)
app.command(context_settings=ANY_KEY)(dpo)
app.command(cls=with_old_names({"--out": "--plot"}, warn))(curves)
_ASKING = with_old_names({"--limit": "--max-questions"}, warn)
app.command(cls=_ASKING)(evaluate)
app.command(cls=_ASKING)(study)
app.command()(score)
app.command()(table)
app.command()(merge)
app.command()(keys)
app.command()(tiny)
app.command()(doctor)
add_version(app, "vsitrain")


def main() -> None:
    """Entry point of the console script. Errors that the user can fix end with status 2 and no traceback."""
    try:
        app()
    except VsiError as error:
        echo(error, err=True)
        sys.exit(2)
    except Exception as error:
        if not is_full_disk(error):
            raise
        place = getattr(error, "filename", None) or "a file"
        fault, remedy = (
            "cannot be written: the disk is full.",
            "Free space, and run the same command again.",
        )
        echo(VsiError(place, fault, remedy), err=True)
        sys.exit(2)
