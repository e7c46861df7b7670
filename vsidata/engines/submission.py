"""A submitted build, which other machines continue after the command has ended."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vsidata.plain_text import counted


@dataclass(frozen=True)
class Submission:
    """Submitted jobs.

    Attributes:
        out: the output folder of the jobs.
        name: the name of all jobs.
        scenes: number of scenes to process.
        ranks: number of tasks.
        job: id of the job that merges when the tasks have ended.
        local_disk: kind of the file system of `out` if it is local to this machine; else None.
    """

    out: Path
    name: str
    scenes: int
    ranks: int
    job: str
    local_disk: str | None


def closing_lines(submitted: Submission) -> list[str]:
    """Return the lines that a command prints: what was submitted, how to watch it, how to stop it."""
    work = submitted.out / ".work"
    lines = [
        f"Submitted: {counted(submitted.ranks, 'task')} for {counted(submitted.scenes, 'scene')}, and job "
        f"{submitted.job}, which writes {submitted.out} when they have ended.",
        f"Watch: `squeue --name={submitted.name}`. {work / 'logs'} has one log per task, "
        f"{work / 'slurm_logs'} the output of Slurm and of that job.",
        f"Stop: `scancel --name={submitted.name}`. Run the same command again to resume.",
    ]
    if submitted.local_disk:
        lines.append(
            f"Warning: {submitted.out} is on {submitted.local_disk}, a disk of this machine. If tasks run on "
            "other machines, they must see it at the same path."
        )
    return lines


def as_json(submitted: Submission) -> dict[str, Any]:
    """Return the submission as plain data for JSON."""
    return asdict(submitted) | {"out": str(submitted.out)}
