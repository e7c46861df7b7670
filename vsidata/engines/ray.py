"""The Ray engine: runs ranks on a Ray cluster. The build blocks until they have ended.

Ray uses the cluster at RAY_ADDRESS, else a cluster that runs on this machine, else it starts a cluster here.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from vsidata.engines import local
from vsidata.engines.cluster_constants import cluster_constants
from vsidata.engines.outcome import Outcome
from vsidata.engines.rank import Rank, need_cluster
from vsidata.engines.settings import EngineSettings
from vsidata.errors import VsiError


def run(work: Callable[[str], None], names: Sequence[str], settings: EngineSettings) -> Iterator[Outcome]:
    """Run `work` on every name. Yield each outcome when its rank reports it.

    If Ray gives up a rank, some scans have no report. They are processed on this machine at the end.

    Args:
        work: a picklable function, as for the local engine.
        names: the scans.
        settings: `workers` is the number of ranks (default: as many as the cluster can run in parallel).

    Raises:
        VsiError: Ray is not installed, or its cluster cannot be reached, is too small, or reported no scan.
    """
    need_cluster()
    left = set(names)
    if names:
        with _cluster() as room:
            rank = Rank(work, names, settings.folder)
            ranks = min(settings.workers or room, len(names))
            for outcome in _outcomes(rank, ranks):
                if outcome.name in left:
                    left.remove(outcome.name)
                    yield outcome
        if len(left) == len(names):
            fault = "has no report of any rank."
            remedy = "Check that every machine sees it, the scans and this installation at the same path."
            raise VsiError(rank.reports, fault, f"{remedy} See also {settings.folder / 'logs'}.")
    yield from local.run(work, sorted(left), settings.workers)


def _outcomes(rank: Rank, ranks: int) -> Iterator[Outcome]:
    """Yield all reports until the ranks have ended. A scan occurs twice if two ranks processed it."""
    from datatrove.executor import RayPipelineExecutor

    executor = RayPipelineExecutor(
        [partial(_with_its_actor, rank)],
        tasks=ranks,
        logging_dir=str(rank.reports.parent),
        mem_per_cpu_gb=cluster_constants().memory.value / 1024,
    )
    faults: list[Exception] = []
    ended = threading.Event()

    def drive() -> None:
        try:
            executor.run()
        except Exception as fault:
            faults.append(fault)
        ended.set()

    threading.Thread(target=drive, daemon=True).start()
    read = Counter[str]()
    while not ended.wait(cluster_constants().poll.value):
        yield from rank.reported(read)
    if faults:
        raise faults[0]
    yield from rank.reported(read)


def _with_its_actor(step: Rank, data: object, rank: int, ranks: int) -> None:
    """Run a rank, and end its actor if the rank is killed.

    datatrove runs a rank in a process pool of the actor. If the rank's process is killed, the pool blocks
    forever. Ray starts a rank again only if its actor dies.
    """
    guard = multiprocessing.get_context("forkserver").Process(
        target=_end_actor_with_rank, args=(os.getppid(),), daemon=True
    )
    guard.start()
    try:
        step(data, rank, ranks)
    finally:
        guard.terminate()


def _end_actor_with_rank(actor: int) -> None:
    if rank := multiprocessing.parent_process():
        rank.join()
        os.kill(actor, signal.SIGKILL)


@contextmanager
def _cluster() -> Iterator[int]:
    """Connect to the cluster. Yield the number of ranks that it can run in parallel."""
    # otherwise Ray sends usage statistics to its makers
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"  # otherwise the end of a stopped build connects again
    import ray

    before = signal.getsignal(signal.SIGTERM)
    try:
        _refuse_unreachable(os.environ.get("RAY_ADDRESS", ""))
        ray.init(log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError) as error:
        fault = f"cannot be reached: {' '.join(str(error).split()):.200}."
        remedy = (
            "Correct RAY_ADDRESS (and set RAY_AUTH_MODE=token if the cluster needs a token), or unset it."
        )
        raise VsiError("the Ray cluster", fault, remedy) from error
    signal.signal(signal.SIGTERM, before)  # Ray has replaced the handler
    try:
        if not (room := _rank_capacity(ray.nodes())):  # type: ignore[no-untyped-call]
            fault = (
                f"has no machine with a processor and {cluster_constants().memory.whole:,} MiB for a rank."
            )
            raise VsiError("the Ray cluster", fault, "Start Ray with more, or use --engine local.")
        yield room
    finally:
        ray.shutdown()


def _refuse_unreachable(address: str) -> None:
    """Check that an address of the form HOST:PORT accepts connections. Ray would try for ten minutes.

    Raises:
        OSError: the address does not accept a connection.
    """
    host, _, port = address.rpartition(":")
    if port.isdecimal() and "/" not in host:
        socket.create_connection((host, int(port)), timeout=10).close()


def _rank_capacity(machines: Iterable[Mapping[str, Any]]) -> int:
    """Return the number of ranks that can run in parallel. Each needs a processor and its memory."""
    memory = cluster_constants().memory.whole << 20
    resources = [machine["Resources"] for machine in machines if machine["Alive"]]
    return sum(int(min(has.get("CPU", 0), has.get("memory", 0) // memory)) for has in resources)
