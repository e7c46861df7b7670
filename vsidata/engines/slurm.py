"""The Slurm engine: hands an array job to Slurm, and a job after it that does what is missing and merges.

That second job is the same build with the local engine. From the moment of submission on the folder is
theirs: `.work/submitted` holds the name of the jobs, and no other build may write there as long as Slurm
knows one by that name. So nothing is left stuck when they are cancelled, or a machine dies.
"""

import os
import re
import shlex
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from vsidata.engines.cluster_constants import cluster_constants
from vsidata.engines.outcome import Outcome
from vsidata.engines.rank import Rank, need_cluster
from vsidata.engines.settings import EngineSettings
from vsidata.engines.shared_disk import local_disk
from vsidata.engines.submission import Submission
from vsidata.errors import OptionError, VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import read_regular

_NEEDED = ("partition", "time")  # what datatrove writes into every script
_OURS = ("array", "chdir", "dependency", "export", "job-name")  # what the build itself tells sbatch
_JOB_NAME = re.compile("vsidata-[0-9a-f]{8}")
# States that no job returns from; Slurm goes on listing them for some minutes.
_ENDED = frozenset(
    {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "TIMEOUT"}
)


def run(
    work: Callable[[str], None], names: Sequence[str], settings: EngineSettings
) -> Submission | Iterator[Outcome]:
    """Submit `work` on every name.

    Args:
        work: picklable, as for the local engine.
        names: what to work on.
        settings: `workers` is the number of tasks in the array.

    Returns:
        What was submitted; without names there is nothing to submit, and no outcome.

    Raises:
        OptionError: options of sbatch are missing, or are the build's own.
        VsiError: Slurm or datatrove is not there, or sbatch refuses the jobs.
    """
    if not names:
        return iter(())
    _check(settings)
    need_cluster()
    from vsidata.engines.slurm_array import ArrayThenMerge

    claim = settings.folder / "submitted"
    name = f"vsidata-{uuid.uuid4().hex[:8]}"
    step = Rank(work, names, settings.folder)
    ranks = min(settings.workers or len(names), len(names))
    jobs = ArrayThenMerge(
        [step],
        tasks=ranks,
        job_name=name,
        logging_dir=str(settings.folder.absolute()),
        settings={"mem-per-cpu": f"{cluster_constants().memory.whole}M", **_quoted(settings.sbatch)},
        merge=settings.finish(),
    )
    write_whole(claim, [name.encode()])  # first: whatever happens from here on, the jobs are found by it
    try:
        jobs.launch_job()
    except subprocess.CalledProcessError as error:
        subprocess.run(["scancel", f"--name={name}"], check=False)  # noqa: S603, S607 - Slurm's own, by its name
        claim.unlink()
        fault = f"refused a job, with exit status {error.returncode}; its message is above."
        raise VsiError("sbatch", fault, "Correct --slurm, then run the same command again.") from error
    return Submission(settings.out, name, len(names), ranks, jobs.merge_job, local_disk(settings.out))


def refuse_submitted(out: Path, work: Path) -> None:
    """Refuse a folder that jobs are on their way to; whoever holds its lock then has it alone.

    Args:
        out: the folder of a build.
        work: the folder below it for what the build itself needs.

    Raises:
        OptionError: there are such jobs, or nobody here can tell.
    """
    claim = work / "submitted"
    if not claim.exists():
        return
    name = read_regular(claim)[:80].decode(errors="replace")
    if not _JOB_NAME.fullmatch(name):
        fault = "is not the name of a build's jobs."
        raise OptionError(claim, fault, "Delete it if no job of Slurm builds into this folder.")
    # The job that merges starts when the others have ended, and bears the name itself.
    if os.environ.get("SLURM_JOB_NAME") != name and _is_alive(out, claim, name):
        raise OptionError(
            out,
            f"jobs of Slurm are building there, {name}.",
            f"Wait for it (`squeue --name={name}`), or stop it (`scancel --name={name}`).",
        )
    claim.unlink()


def _is_alive(out: Path, claim: Path, name: str) -> bool:
    asked = ["squeue", "--noheader", "--states=all", f"--name={name}", "--format=%T"]
    try:
        if claim.stat().st_uid != os.getuid():
            raise PermissionError("Slurm may hide another user's jobs")
        found = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise OptionError(
            out,
            f"jobs of Slurm may be building there, {name}; Slurm cannot be asked here: "
            f"{' '.join(said.split()):.200}.",
            "Run the command on the machine and as the user that submitted them. "
            f"If those jobs are gone, delete {claim}.",
        ) from error
    return not _ENDED.issuperset(found.stdout.split())


def _quoted(settings: Mapping[str, str]) -> dict[str, str]:
    """Each value as one word of a batch script's line, as sbatch reads it."""
    return {name: value and shlex.quote(value) for name, value in settings.items()}


def _check(settings: EngineSettings) -> None:
    if missing := [key for key in _NEEDED if key not in settings.sbatch]:
        fault = f"needs --slurm {missing[0]}=…"
        raise OptionError("--engine slurm", fault, "Give a partition, and the time limit of a task.")
    if ours := [key for key in _OURS if key in settings.sbatch]:
        raise OptionError("--slurm", f"sets `{ours[0]}`, which the build itself does.", "Drop it.")
    if settings.workers is None:
        remedy = "Give the number of tasks with --workers; the scans are divided among them."
        raise OptionError("--engine slurm", "needs the number of tasks to submit.", remedy)
    folder = str(settings.out.absolute())
    if shlex.quote(folder) != folder:
        fault = "has a character in its path that a batch script would misread."
        raise OptionError(folder, fault, "Name another --out.")
    if shutil.which("sbatch") is None:
        remedy = "Run it on a machine that submits to Slurm, or take another --engine."
        raise VsiError("sbatch", "is not on the PATH.", remedy)
