"""Settings of an engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EngineSettings:
    """The folders and the number of processes of a run.

    Attributes:
        out: the output folder of the work. For engines on several machines, all of them must see it.
        folder: a folder below it for the engine's own files: claims, reports, logs.
        workers: processes, ranks or tasks; None for the engine's own default.
        sbatch: options of Slurm's sbatch by name.
        finish: makes the shell command that does the rest of the work and the merge, for engines that only
            submit jobs.
    """

    out: Path
    folder: Path
    workers: int | None
    sbatch: Mapping[str, str]
    finish: Callable[[], str]
