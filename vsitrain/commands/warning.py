"""Warnings on the screen."""

import os

from vsidata.plain_text import echo


def warn(text: str) -> None:
    """Print a warning, from one process alone."""
    if os.environ.get("RANK", "0") == "0":
        echo(f"Warning: {text}", err=True)
