"""The local engine: worker processes on this machine.

A forkserver imports the modules that the work needs, once and on one thread. Each worker is a fork of the
forkserver, never of a process with threads. Each worker has its own pipe and works on one scan at a time. So
if the kernel kills a worker, its scan is known. The pools of the standard library report only that a worker
died.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess

from vsidata.engines.outcome import Outcome
from vsidata.errors import VsiError

_ATTEMPTS = 2  # if a worker is killed, its scan is tried again at the end, when more memory may be free
_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}


@dataclass
class _Worker:
    process: ForkServerProcess
    pipe: Connection
    name: str = ""  # the scan that the worker processes; empty until it has its first scan
    started: float = 0.0

    def take(self, name: str) -> None:
        self.name, self.started = name, time.monotonic()
        with suppress(BrokenPipeError):  # the worker has died; run() finds this when it reads
            self.pipe.send(name)


def run(work: Callable[[str], None], names: Sequence[str], workers: int | None) -> Iterator[Outcome]:
    """Run `work` on every name in worker processes. Yield each outcome when it is done, in any order.

    Args:
        work: a picklable function. It is sent to each worker once, so its caches exist as long as the worker.
        names: the scans. They are started in this order.
        workers: number of processes; None for one per processor.

    Raises:
        VsiError: a worker cannot start.
        Exception: any exception of `work`, unchanged. The other workers are stopped.
    """
    context = multiprocessing.get_context("forkserver")
    # By default, the forkserver would import the caller's main module, which may start threads.
    context.set_forkserver_preload([getattr(work, "func", work).__module__])
    processors = len(os.sched_getaffinity(0))
    todo = deque(names)
    deaths = Counter[str]()  # deaths of workers per scan; the key is "" if a worker had no scan
    causes: dict[str, str] = {}
    crew: list[_Worker] = []
    try:
        crew += [_start(context, work) for _ in range(min(workers or processors, len(names)))]
        while crew:
            for worker in _workers_with_messages(crew):
                seconds = time.monotonic() - worker.started
                try:
                    fault = worker.pipe.recv()
                except (EOFError, ConnectionResetError):
                    crew.remove(worker)
                    cause = _cause_of_death(worker)
                    deaths[worker.name] += 1
                    if deaths[worker.name] >= _ATTEMPTS:
                        if not worker.name:
                            raise _start_error(cause, "If memory ran out, try fewer --workers.") from None
                        yield Outcome(worker.name, seconds, cause, causes[worker.name])
                    elif worker.name:
                        causes[worker.name] = cause
                        todo.append(worker.name)
                    if todo:
                        crew.append(_start(context, work))
                    continue
                if fault is not None:
                    raise fault
                deaths[""] = 0  # workers can start
                if worker.name:
                    yield Outcome(worker.name, seconds, died_before=causes.get(worker.name))
                if todo:
                    worker.take(todo.popleft())
                else:
                    crew.remove(worker)
                    worker.pipe.close()  # ends the worker
    finally:
        for worker in crew:
            worker.pipe.close()
            worker.process.terminate()
        for worker in crew:
            worker.process.join()


def _start(context: ForkServerContext, work: Callable[[str], None]) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    resource_tracker.ensure_running()  # a later start of the tracker would reset the signal mask
    # The first start also starts the forkserver, which inherits the environment and the blocked Ctrl-C.
    # Otherwise, the forkserver would print a traceback after Ctrl-C.
    try:
        with _environment(_ONE_THREAD), _interrupts_held():
            process.start()
    except (OSError, EOFError) as error:  # EOFError: the forkserver ended before it started the worker
        cause = getattr(error, "strerror", None) or "the process that starts them ended immediately"
        remedy = "Allow more processes (ulimit -u), free memory, or try fewer --workers."
        raise VsiError("a worker process", f"cannot be started: {cause}.", remedy) from error
    theirs.close()  # then the pipe closes if the worker dies
    with suppress(BrokenPipeError):  # the worker has died; run() finds this when it reads
        ours.send(work)
    return _Worker(process, ours)


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Delay Ctrl-C until the end of the block. Processes started in the block ignore it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _workers_with_messages(crew: Sequence[_Worker]) -> list[_Worker]:
    """Wait until a worker is ready, done or dead. Return all such workers."""
    heard = wait([worker.pipe for worker in crew])
    return [worker for worker in crew if worker.pipe in heard]


def _cause_of_death(worker: _Worker) -> str:
    worker.pipe.close()
    worker.process.join()
    code = worker.process.exitcode or 0
    cause = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit status {code}"
    if not worker.name and code >= 0:
        remedy = 'In a script, put the build below `if __name__ == "__main__":`, which workers do not run.'
        raise _start_error(cause, remedy)
    return cause


def _start_error(cause: str, remedy: str) -> VsiError:
    return VsiError("a worker process", f"{cause} before it started a scan.", remedy)


def _end_with_build() -> None:
    """End this worker when the process of the build ends, because the result is no longer needed."""
    if build := multiprocessing.parent_process():
        build.join()
        os._exit(1)


def _serve(pipe: Connection) -> None:
    """Run a worker: receive the work, then names until the pipe closes. Send None when ready for a name."""
    # Ctrl-C goes to the whole process group. The worker ignores it, because the parent ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_build, daemon=True).start()
    os.environ.update(_ONE_THREAD)  # needed if another part of the program started the forkserver
    # the parent has ended, or has no more scans
    with suppress(EOFError, ConnectionResetError, BrokenPipeError):
        try:
            work = pipe.recv()
            import cv2

            cv2.setNumThreads(1)
            while True:
                pipe.send(None)
                work(pipe.recv())
        except (EOFError, ConnectionResetError, BrokenPipeError):
            raise
        except Exception as fault:
            pipe.send(fault)
