"""datatrove's Slurm executor, with a merge job after its array. The submission and the ranks use it."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from datatrove.executor.slurm import SlurmPipelineExecutor, launch_slurm_job

from vsidata.engines.rank import Rank


class ArrayThenMerge(SlurmPipelineExecutor):  # type: ignore[misc] # datatrove has no types
    """An array job with one task per rank, and a second job.

    Attributes:
        merge_job: id of the second job after its submission. This job starts when all tasks have ended, even
            with errors.
    """

    def __init__(
        self,
        pipeline: Sequence[Rank],
        tasks: int,
        job_name: str,
        logging_dir: str,
        settings: Mapping[str, str],
        merge: str,
    ) -> None:
        """Prepare the jobs without submitting them.

        Args:
            pipeline: the step of a rank.
            tasks: number of ranks.
            job_name: the name of both jobs.
            logging_dir: the folder for markers and logs. Every machine must see it.
            settings: options of sbatch, by name.
            merge: the command of the second job.
        """
        super().__init__(
            pipeline,
            tasks=tasks,
            time=settings["time"],
            partition=settings["partition"],
            job_name=job_name,
            qos="",  # unless the settings have it
            env_command=f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH",
            sbatch_args=dict(settings),
            logging_dir=logging_dir,
            # a task is one process, so a separate job step would only be another possible failure
            with_srun=False,
        )
        self.merge = merge
        self.merge_job = ""

    def launch_merge_stats(self) -> None:
        """Submit the second job.

        It replaces datatrove's job that merges statistics. Our step has no statistics.
        """
        settings = self.get_sbatch_args()
        del settings["array"]
        settings["output"] = settings["error"] = f"{self.slurm_logs_folder}/merge_%j.out"
        after = f"--dependency=afterany:{self.job_id}"
        script = self.get_launch_file_contents(settings, self.merge)
        self.merge_job = launch_slurm_job(script, self.job_id_retriever, after)
