"""The command line of vsitrain. Imports nothing heavy at the top: each command imports what it needs."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def vsitrain() -> None:
    """Train and evaluate vision-language models on questions that vsidata built.

    Training needs more packages: pip install 'vsi100k[train]'. This version has no training commands yet.
    """


def main() -> None:
    """Entry point of the console script."""
    app()
