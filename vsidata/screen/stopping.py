"""Ctrl-C and SIGTERM end a command that can go on later with a word, not with a traceback."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from vsidata.plain_text import echo


@contextmanager
def goes_on_later(how: str = "the same command goes on from here.") -> Iterator[None]:
    """Whichever of the two ends the block, say how to go on, and end with the shell's exit status.

    Args:
        how: what is printed after "Stopped:".

    Raises:
        typer.Exit: 128 and the signal's number.
    """

    def stop(number: int, _: object) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt as stopped:
        (number,) = stopped.args or (signal.SIGINT,)
        echo(f"Stopped: {how}", err=True)
        raise typer.Exit(128 + number) from None
    finally:
        signal.signal(signal.SIGTERM, before)
