"""The step of a datatrove pipeline that each rank of a cluster runs.

A rank runs the local engine on its share of the scans. So it survives a scan that kills its worker. Each rank
reports its scans in its own file. If the cluster starts a rank again, the rank resumes after the reported
scans.
"""

import os
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import orjson

from vsidata.engines import local
from vsidata.engines.outcome import Outcome
from vsidata.errors import VsiError
from vsidata.files.safe_files import LARGEST_TABLE, append, open_regular


def need_cluster() -> None:
    """Check that the packages for a cluster are installed, and disable datatrove's log.

    Raises:
        VsiError: a package is not installed.
    """
    for package in ("datatrove", "ray"):
        if find_spec(package) is None:
            fault = f"needs {package}, which is not installed."
            raise VsiError("--engine", fault, "Install it: pip install 'vsi100k[cluster]'.")
    from loguru import logger

    logger.disable("datatrove")  # only in this process; ranks log to their own files


class Rank:
    """A step of a pipeline. If there are n ranks, each rank processes every n-th name."""

    def __init__(self, work: Callable[[str], None], names: Sequence[str], folder: Path) -> None:
        """Run `work` on `names`.

        Args:
            work: the function to run, as for the local engine.
            names: the names of all ranks.
            folder: the folder for the ranks' reports and datatrove's markers. Files of an earlier run are
                removed, because its ranks had other shares.
        """
        self.work = work
        self.names = names
        self.reports = folder.absolute() / "reports"
        self.home = Path.cwd()  # paths may be relative; errors show them as the user wrote them
        for old in (self.reports, folder / "completions"):
            shutil.rmtree(old, ignore_errors=True)
        self.reports.mkdir()

    def __repr__(self) -> str:
        return f"{len(self.names):,} scans, {self.reports.parent}"

    def __call__(self, _data: object, rank: int, ranks: int) -> None:
        """Process a rank's share, except the scans that the rank has already reported.

        Raises:
            VsiError: the build's folder does not exist on this machine.
            InterruptedError: the process that started this rank has ended.
        """
        if not self.reports.is_dir():
            fault = f"does not exist on {socket.gethostname()}."
            raise VsiError(self.reports, fault, "Pass an --out that every machine sees at the same path.")
        from loguru import logger  # datatrove writes it to the rank's own file

        os.chdir(self.home)
        starter = os.getppid()
        report = self.reports / f"{rank:05d}.jsonl"
        append(report).close()
        whole = Counter[str]()
        done = {outcome.name for outcome in _read(report, whole)}
        share = [name for name in self.names[rank::ranks] if name not in done]
        with append(report) as file:
            file.truncate(whole[report.name])
            for outcome in local.run(self.work, share, 1):
                file.write(orjson.dumps(outcome, option=orjson.OPT_APPEND_NEWLINE))
                file.flush()
                death = f"; its worker {outcome.died_before}" if outcome.died_before else ""
                logger.info(f"{outcome.name} {outcome.seconds:.2f} s{death}")
                if os.getppid() != starter:
                    raise InterruptedError(f"the process that started rank {rank} has ended")

    def reported(self, read: Counter[str]) -> Iterator[Outcome]:
        """Yield the new reports of all ranks, in any order.

        Args:
            read: number of bytes of each report that were read before. It is updated.
        """
        for report in sorted(self.reports.iterdir()):
            yield from _read(report, read)


def _read(report: Path, read: Counter[str]) -> Iterator[Outcome]:
    with open_regular(report, LARGEST_TABLE) as file:
        file.seek(read[report.name])
        for line in file:
            if not line.endswith(b"\n"):  # a rank is writing the line now, or was killed while it did
                return
            read[report.name] += len(line)
            yield Outcome(**orjson.loads(line))
