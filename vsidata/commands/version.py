"""`--version`, the same for both programs."""

from typing import Annotated

import typer

from vsidata import __version__
from vsidata.plain_text import echo


def add_version(app: typer.Typer, program: str) -> None:
    """Add `--version` to a program. It prints the program's name and the version of the distribution."""

    def print_version(wanted: bool) -> None:
        if wanted:
            echo(f"{program} {__version__}")
            raise typer.Exit

    @app.callback()
    def options(
        version: Annotated[
            bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
        ] = False,
    ) -> None:
        pass
