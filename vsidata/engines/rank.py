"""What each rank of a cluster runs, a step of a datatrove pipeline: the local engine on its share of scans.

So a scan that kills its worker costs a rank nothing. Each rank reports every scan in a file of its own, by
which it goes on where it was stopped when the cluster starts it again.
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
from vsidata.files.safe_files import LARGEST_TABLE, append, opened


def need_cluster() -> None:
    """See that the packages are there that lead to a cluster, and that datatrove does not talk in between.

    Raises:
        VsiError: they are not.
    """
    for package in ("datatrove", "ray"):
        if find_spec(package) is None:
            fault = f"needs {package}, which is not installed."
            raise VsiError("--engine", fault, "Install it: pip install 'vsi100k[cluster]'.")
    from loguru import logger

    logger.disable("datatrove")  # in this process; ranks log to their own files


class Rank:
    """A pipeline step. Ranks share the names out among themselves: each takes one in so many."""

    def __init__(self, work: Callable[[str], None], names: Sequence[str], folder: Path) -> None:
        """Run `work` on `names`.

        Args:
            work: as for the local engine.
            names: of all ranks.
            folder: for what the ranks report and datatrove marks; what an earlier run left there is removed,
                since its ranks had other shares.
        """
        self.work = work
        self.names = names
        self.reports = folder.absolute() / "reports"
        self.home = Path.cwd()  # paths may be relative, and failures name files as the user did
        for old in (self.reports, folder / "completions"):
            shutil.rmtree(old, ignore_errors=True)
        self.reports.mkdir()

    def __repr__(self) -> str:
        return f"{len(self.names):,} scans, {self.reports.parent}"

    def __call__(self, _data: object, rank: int, ranks: int) -> None:
        """Do a rank's share; what it reported before it was stopped is done.

        Raises:
            VsiError: this machine does not see the build's folder.
            InterruptedError: whoever started this rank is gone.
        """
        if not self.reports.is_dir():
            fault = f"is not there on {socket.gethostname()}."
            raise VsiError(self.reports, fault, "Name an --out that every machine sees at the same place.")
        from loguru import logger  # datatrove's, which it leads to the rank's own file

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
                    raise InterruptedError(f"rank {rank} has lost whoever started it")

    def reported(self, read: Counter[str]) -> Iterator[Outcome]:
        """What all ranks have reported, in any order.

        Args:
            read: bytes of each report that are known already; it goes on from there, and counts them up.
        """
        for report in sorted(self.reports.iterdir()):
            yield from _read(report, read)


def _read(report: Path, read: Counter[str]) -> Iterator[Outcome]:
    with opened(report, LARGEST_TABLE) as file:
        file.seek(read[report.name])
        for line in file:
            if not line.endswith(b"\n"):  # a rank writes it right now, or was killed in the middle
                return
            read[report.name] += len(line)
            yield Outcome(**orjson.loads(line))
