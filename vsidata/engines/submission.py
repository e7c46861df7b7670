"""A build that was handed over: other machines go on with it after the command has ended."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Submission:
    """Jobs that are on their way.

    Attributes:
        out: the folder that they build into.
        name: of all of the jobs.
        scenes: how many are to be done.
        ranks: among how many tasks they are divided.
        job: id of the job that merges once those have ended.
        local_disk: kind of the disk that `out` lies on where other machines see it only if it is exported.
    """

    out: Path
    name: str
    scenes: int
    ranks: int
    job: str
    local_disk: str | None


def closing_lines(submitted: Submission) -> list[str]:
    """What was handed over, how to watch it, how to stop it."""
    work = submitted.out / ".work"
    lines = [
        f"Submitted: {submitted.ranks:,} tasks for {submitted.scenes:,} scenes, and job {submitted.job}, "
        f"which writes {submitted.out} once they have ended.",
        f"Watch: `squeue --name={submitted.name}`; {work / 'logs'} has a log a task, "
        f"{work / 'slurm_logs'} what Slurm and that job say.",
        f"Stop: `scancel --name={submitted.name}`; the same command then goes on from there.",
    ]
    if submitted.local_disk:
        lines.append(
            f"Doubt: {submitted.out} lies on {submitted.local_disk}, a disk of this machine. Where tasks run "
            "on others, those must see it at the same place."
        )
    return lines


def as_json(submitted: Submission) -> dict[str, Any]:
    """The same for a program."""
    return asdict(submitted) | {"out": str(submitted.out)}
