"""The command line of vsidata: one file per command. A command imports what it needs when it runs."""

import sys

import typer

from vsidata.commands.audit import audit
from vsidata.commands.build import build
from vsidata.commands.check import check
from vsidata.commands.compare import compare
from vsidata.commands.conform import conform
from vsidata.commands.debias import debias
from vsidata.commands.export import export
from vsidata.commands.inspect import inspect
from vsidata.commands.plan import plan
from vsidata.commands.push import push
from vsidata.commands.renamed import with_old_names
from vsidata.commands.report import report
from vsidata.commands.rules import rules
from vsidata.commands.sample import sample
from vsidata.commands.show import show
from vsidata.commands.synth import synth
from vsidata.commands.verify import verify
from vsidata.commands.version import add_version
from vsidata.errors import VsiError
from vsidata.plain_text import echo

app = typer.Typer(
    help="Build questions about space, with answers and evidence, from annotated 3D scans of rooms.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # they may contain a token
)

app.command()(build)
app.command(cls=with_old_names({"--topic": "--topics"}))(sample)
app.command()(show)
app.command()(report)
app.command()(audit)
app.command()(debias)
app.command()(compare)
app.command()(conform)
app.command()(plan)
app.command()(synth)
app.command()(check)
app.command(cls=with_old_names({"--questions": "--all-questions"}))(inspect)
app.command()(export)
app.command()(push)
app.command()(verify)
app.command()(rules)
add_version(app, "vsidata")


def main() -> None:
    """Entry point of the console script. A VsiError is printed without traceback, with exit status 2."""
    try:
        app()
    except VsiError as error:
        echo(error, err=True)
        sys.exit(2)
