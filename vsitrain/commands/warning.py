"""Warnings on the terminal."""

import os

from vsidata.plain_text import echo


def warn(text: str) -> None:
    """Print a warning, in the first process only."""
    if os.environ.get("RANK", "0") == "0":
        echo(f"Warning: {text}", err=True)
