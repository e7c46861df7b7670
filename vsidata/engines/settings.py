"""Settings of an engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EngineSettings:
    """The folders and the number of processes of a run.

    Attributes:
        out: the output folder of the work. If the engine uses several machines, all of them must see it.
        folder: a folder below `out` for the files of the engine: claims, reports, logs.
        workers: number of processes, ranks or tasks; None for the engine's default.
        sbatch: options of Slurm's sbatch by name.
        finish: returns the shell command that does the rest of the work and the merge. Engines that only
            submit jobs need it.
    """

    out: Path
    folder: Path
    workers: int | None
    sbatch: Mapping[str, str]
    finish: Callable[[], str]
