"""What an engine needs to know beside the work itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EngineSettings:
    """Where and how widely to run.

    Attributes:
        out: folder that the work fills; engines for several machines want all of them to see it.
        folder: below it, for files of the engine's own: claims, reports, logs.
        workers: processes, ranks or tasks; None for the engine's own default.
        sbatch: options of Slurm's sbatch by name.
        finish: makes the shell command that does what is left and what comes after the work; for engines that
            end before the work does.
    """

    out: Path
    folder: Path
    workers: int | None
    sbatch: Mapping[str, str]
    finish: Callable[[], str]
