"""The rollout log: every completion of a GRPO run with its rewards, in Parquet files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from transformers import TrainerCallback

from vsidata.errors import VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import check_regular, refuse_link

_OF_THE_QUESTION = ("id", "dataset", "scene_name", "topic", "question_type", "ground_truth")
ROLLOUTS = "_rollouts"
"""Subfolder of a run with its rollout log. Names that begin with _ are not uploaded with the model."""

_PREFIX = "reward_"
_NAME = re.compile(r"(\d+)-(\d+)-of-rank-(\d+)\.parquet")


@dataclass(frozen=True)
class Rollouts:
    """The completions of one generation by one process. Each sequence has one value per completion.

    Attributes:
        rows: the questions, with the columns of the `qa` table; a missing column is empty in the log.
        completions: the texts of the completions.
        rewards: the rewards by name; NaN or None if a reward does not apply.
        totals: the weighted sum of the rewards; NaN if no reward applies.
        tokens: the number of tokens of each completion.
        truncated: whether a completion was cut off at the maximum length.
    """

    rows: Sequence[Mapping[str, Any]]
    completions: Sequence[str]
    rewards: Mapping[str, Sequence[float | None]]
    totals: Sequence[float | None]
    tokens: Sequence[int]
    truncated: Sequence[bool]


class RolloutLog:
    """Appends rollouts to a folder, with one file per process and `every` steps.

    A file is written completely or not at all, so `datasets.load_dataset("parquet",
    data_files="…/*.parquet")` can read a run in progress. A run that resumes first removes the steps that it
    will repeat.

    Args:
        folder: the folder to write to; it is created with the first file.
        rewards: names of the reward functions, as TRL logs them.
        every: number of steps per file.
        rank: rank of this process.
    """

    def __init__(self, folder: Path, rewards: Sequence[str], *, every: int = 10, rank: int = 0) -> None:
        self.folder = Path(folder)
        self._every = every
        self._rank = rank
        self._rewards = {name: reward_column(name) for name in rewards}
        self._rows: list[dict[str, Any]] = []
        self._schema = pa.schema(
            [
                ("step", pa.int64()),
                *((name, pa.string()) for name in _OF_THE_QUESTION),
                ("completion", pa.string()),
                ("tokens", pa.int64()),
                ("truncated", pa.bool_()),
                *((column, pa.float64()) for column in self._rewards.values()),
                ("reward", pa.float64()),
                ("advantage", pa.float64()),
            ]
        )

    def add(self, step: int, scored: Rollouts, advantages: Sequence[float]) -> None:
        """Add the completions of one generation.

        Args:
            step: number of optimizer steps before this generation.
            scored: the completions.
            advantages: the advantage of each completion over its group's mean, as used in the training.

        Raises:
            VsiError: a file cannot be written.
            ValueError: the number of values differs from the number of completions.
        """
        if self._rows and step >= self._rows[0]["step"] // self._every * self._every + self._every:
            self.flush()
        columns = {
            "completion": scored.completions,
            "tokens": scored.tokens,
            "truncated": scored.truncated,
            **{column: scored.rewards[name] for name, column in self._rewards.items()},
            "reward": scored.totals,
            "advantage": advantages,
        }
        for row, *values in zip(scored.rows, *columns.values(), strict=True):
            known = {name: row.get(name) for name in _OF_THE_QUESTION}
            self._rows.append({"step": step, **known, **dict(zip(columns, values, strict=True))})

    def flush(self) -> None:
        """Write the rollouts that were added since the last file.

        Raises:
            VsiError: the file cannot be written.
        """
        if self._rows:
            steps = [row["step"] for row in self._rows]
            self._write(pa.Table.from_pylist(self._rows, self._schema), min(steps), max(steps), self._rank)
            self._rows = []

    def forget_from(self, step: int) -> None:
        """Remove the rollouts of a step and all later steps, of all processes.

        A resumed run repeats these steps.

        Raises:
            VsiError: a file cannot be written.
        """
        refuse_link(self.folder)
        for path, _, last, rank in _files(self.folder):
            if last >= step:
                check_regular(path)
                table = pq.read_table(path)
                earlier = table.filter(pc.less(table["step"], step))
                if len(earlier):
                    steps = pc.min_max(earlier["step"]).as_py()
                    self._write(earlier, steps["min"], steps["max"], rank)
                path.unlink()

    def _write(self, table: pa.Table, first: int, last: int, rank: int) -> None:
        path = self.folder / f"{first:08d}-{last:08d}-of-rank-{rank}.parquet"
        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer, compression="zstd")
        try:
            refuse_link(self.folder)
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, [memoryview(buffer.getvalue())])
        except OSError as error:
            remedy = "Free space and resume from the last checkpoint, or set rollout_log: false."
            raise VsiError(path, f"cannot be written: {error.strerror}", remedy) from error


class RolloutCallback(TrainerCallback):
    """Keeps log and checkpoints of a run consistent: it writes the rollouts to disk before a checkpoint."""

    def __init__(self, log: RolloutLog) -> None:
        self._log = log

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Remove the rollouts after the checkpoint of an interrupted run, or of another run in the folder."""
        if state.is_world_process_zero:
            self._log.forget_from(state.global_step)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Write the rollouts that are not written yet."""
        self._log.flush()

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Write the remaining rollouts."""
        self._log.flush()


def reward_column(name: str) -> str:
    """The column of a reward: `reward_min_ratio` for `min_ratio` and for TRL's name `min_ratio_reward`."""
    return f"{_PREFIX}{name.removesuffix('_reward')}"


def read_rollouts(folder: Path) -> pa.Table:
    """All rollouts of a run, in the order of their steps.

    Raises:
        VsiError: the folder contains no rollouts, or a file cannot be read.
    """
    paths = [path for path, *_ in _files(folder)]
    if not paths:
        remedy = f"Train with rollout_log: true, and pass the run's folder {ROLLOUTS}."
        raise VsiError(folder, "contains no rollouts", remedy)
    try:
        for path in paths:
            check_regular(path)
        return pa.concat_tables(pq.read_table(path) for path in paths).sort_by("step")
    except (pa.ArrowInvalid, OSError) as error:
        where, fault = getattr(error, "filename", None) or folder, getattr(error, "strerror", None) or error
        raise VsiError(where, f"cannot be read: {fault}", "Remove the damaged file.") from error


def _files(folder: Path) -> list[tuple[Path, int, int, int]]:
    """Path, first step, last step and rank of each file."""
    found = []
    for path in sorted(Path(folder).glob("*.parquet")):
        if matched := _NAME.fullmatch(path.name):
            first, last, rank = (int(number) for number in matched.groups())
            found.append((path, first, last, rank))
    return found
