"""The exceptions of this project. Each states a file, its fault and the remedy."""

from pathlib import Path

from vsidata.plain_text import in_a_line

_MOST_SHOWN = 1_500  # characters of a name or a fault; a hostile file can contain a name or key of any length


class VsiError(Exception):
    """An error that the user can correct.

    Attributes:
        file: the file, folder or option with the fault, as the user wrote it.
        fault: what is wrong, with the numbers that show it.
        remedy: what to do about it.
    """

    def __init__(self, file: str | Path, fault: str, remedy: str) -> None:
        super().__init__(str(file), fault, remedy)
        self.file = str(file)
        self.fault = fault if fault.endswith(".") else f"{fault}."
        self.remedy = remedy

    def __str__(self) -> str:
        file, fault = _beginning(self.file), _beginning(self.fault)
        return f"{in_a_line(f'{file}: {fault}')}\n  {in_a_line(self.remedy)}"


def _beginning(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


class ScanError(VsiError):
    """A scan that cannot be used. It is skipped and listed; the build continues with the others."""


class RulesError(VsiError):
    """A rule set that cannot be used: it has an unknown key or a wrong value. The fault names the line."""


class BuildError(VsiError):
    """A build that cannot be read: a file is missing or damaged, or has content that no build writes."""


class OptionError(VsiError):
    """An option, or a combination of options, that makes no sense or does not fit the files on disk."""


class DegenerateGeometry(ValueError):  # noqa: N818 - it describes data, not a mistake
    """Points that do not define the requested quantity: no direction, no area or no volume.

    Pure functions raise it, without a file. The caller leaves out the question and records the reason.
    """
