"""Makes Ctrl-C and SIGTERM end a resumable command with one line instead of a traceback."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from vsidata.plain_text import echo


@contextmanager
def message_on_stop(how: str = "Run the same command again to resume.") -> Iterator[None]:
    """If Ctrl-C or SIGTERM ends the block, print how to resume, and exit with a shell's status for signals.

    Args:
        how: the text that is printed after "Interrupted.".

    Raises:
        typer.Exit: 128 plus the signal's number.
    """

    def stop(number: int, _: object) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt as stopped:
        (number,) = stopped.args or (signal.SIGINT,)
        echo(f"Interrupted. {how}", err=True)
        raise typer.Exit(128 + number) from None
    finally:
        signal.signal(signal.SIGTERM, before)
