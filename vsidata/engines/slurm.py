"""The Slurm engine: submits an array job, and a second job that does the missing scans and the merge.

The second job runs the same build with the local engine. After the submission, the folder belongs to the
jobs: `.work/submitted` contains their name. No other build may write there while Slurm has a job of that
name. So the folder is free again if the jobs are cancelled or a machine dies.
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

_NEEDED = ("partition", "time")  # datatrove writes these options into every script
_OURS = ("array", "chdir", "dependency", "export", "job-name")  # the build sets these options itself
_JOB_NAME = re.compile("vsidata-[0-9a-f]{8}")
# Final states of a job. Slurm lists such jobs for some more minutes.
_ENDED = frozenset(
    {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "TIMEOUT"}
)


def run(
    work: Callable[[str], None], names: Sequence[str], settings: EngineSettings
) -> Submission | Iterator[Outcome]:
    """Submit `work` on every name.

    Args:
        work: picklable, as for the local engine.
        names: the scans.
        settings: `workers` is the number of tasks in the array.

    Returns:
        The submission. If there are no names, an empty iterator of outcomes.

    Raises:
        OptionError: an option of sbatch is missing, or the user sets an option that the build sets itself.
        VsiError: Slurm or datatrove is not installed, or sbatch refuses the jobs.
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
    write_whole(claim, [name.encode()])  # before the jobs, so that they can be found after any error
    try:
        jobs.launch_job()
    except subprocess.CalledProcessError as error:
        subprocess.run(["scancel", f"--name={name}"], check=False)  # noqa: S603, S607 - Slurm's own command
        claim.unlink()
        fault = f"refused a job with exit status {error.returncode}; its message is above."
        raise VsiError("sbatch", fault, "Correct --slurm, then run the same command again.") from error
    return Submission(settings.out, name, len(names), ranks, jobs.merge_job, local_disk(settings.out))


def refuse_submitted(out: Path, work: Path) -> None:
    """Refuse a folder to which submitted jobs will write. The caller holds the folder's lock.

    Args:
        out: the folder of a build.
        work: the folder below it for the build's own files.

    Raises:
        OptionError: there are such jobs, or squeue fails.
    """
    claim = work / "submitted"
    if not claim.exists():
        return
    name = read_regular(claim)[:80].decode(errors="replace")
    if not _JOB_NAME.fullmatch(name):
        fault = "is not the name of a build's jobs."
        raise OptionError(claim, fault, "Delete it if no job of Slurm builds into this folder.")
    # This may be the job that merges. It starts when the others have ended, and has the same name.
    if os.environ.get("SLURM_JOB_NAME") != name and _is_alive(out, claim, name):
        raise OptionError(
            out,
            f"is the output of running Slurm jobs ({name}).",
            f"Wait for them (`squeue --name={name}`), or stop them (`scancel --name={name}`).",
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
            f"may be the output of running Slurm jobs ({name}), but squeue failed: "
            f"{' '.join(said.split()):.200}.",
            "Run the command on the machine and as the user that submitted them. "
            f"If those jobs have ended, delete {claim}.",
        ) from error
    return not _ENDED.issuperset(found.stdout.split())


def _quoted(settings: Mapping[str, str]) -> dict[str, str]:
    """Quote each value as one word of a line in a batch script for sbatch."""
    return {name: value and shlex.quote(value) for name, value in settings.items()}


def _check(settings: EngineSettings) -> None:
    if missing := [key for key in _NEEDED if key not in settings.sbatch]:
        fault = f"needs --slurm {missing[0]}=…"
        raise OptionError("--engine slurm", fault, "Pass a partition, and the time limit of a task.")
    if ours := [key for key in _OURS if key in settings.sbatch]:
        raise OptionError("--slurm", f"sets `{ours[0]}`, which the build sets itself.", "Remove it.")
    if settings.workers is None:
        remedy = "Pass the number of tasks with --workers; the scans are divided among them."
        raise OptionError("--engine slurm", "needs the number of tasks to submit.", remedy)
    folder = str(settings.out.absolute())
    if shlex.quote(folder) != folder:
        fault = "has a character in its path that is not safe in a batch script."
        raise OptionError(folder, fault, "Choose another --out.")
    if shutil.which("sbatch") is None:
        remedy = "Run it on a machine that submits to Slurm, or choose another --engine."
        raise VsiError("sbatch", "is not on the PATH.", remedy)
