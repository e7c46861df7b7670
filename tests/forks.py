"""Runs programs in their own processes. These start quickly, because they are forked after all imports.

Importing TRL and transformers takes six seconds. A fork does not need to import them. This module is also the
program that forks. It reads one JSON request per line from standard input, and answers each with exit
statuses.
"""

import json
import os
import runpy
import socket
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, NoReturn

_ROOT = Path(__file__).parents[1]


class Forks:
    """Start the forking program when the first fork is requested."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None
        self._said = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - it is closed with this object

    def run(self, *words: object, processes: int = 1, cwd: Path | None = None) -> subprocess.CompletedProcess:
        """Run what `python WORDS` would run, such as `-m MODULE …`. Several processes run as with torchrun.

        Returns:
            The output of the processes, and the first exit status that is not 0.
        """
        if self._server is None:
            pipes = {
                "stdin": subprocess.PIPE,
                "stdout": subprocess.PIPE,
                "stderr": self._said,
                "text": True,
            }
            self._server = subprocess.Popen([sys.executable, "-m", "tests.forks"], cwd=_ROOT, **pipes)
        environments = [os.environ | rank for rank in _ranks(processes)]
        with TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("out", "err")]
            request = [[*map(str, words)], str(cwd or Path.cwd()), [*map(str, files)], environments]
            self._server.stdin.write(json.dumps(request) + "\n")
            self._server.stdin.flush()
            codes = json.loads(self._server.stdout.readline())
            printed = [file.read_text(encoding="utf-8") for file in files]
        return subprocess.CompletedProcess(words, next(filter(None, codes), 0), *printed)

    @property
    def said_by_imports(self) -> str:
        """The text that the imports printed on standard error.

        A process that imports the modules itself prints it too.
        """
        self._said.seek(0)
        return self._said.read()

    def close(self) -> None:
        """End the program that forks."""
        if self._server is not None:
            self._server.communicate()


def _ranks(processes: int) -> list[dict[str, str]]:
    """Return the variables that torchrun sets; empty for a single process."""
    if processes == 1:
        return [{}]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
    common |= {"WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes)}
    return [common | {"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(processes)]


def _serve() -> None:
    for line in sys.stdin:
        words, cwd, files, environments = json.loads(line)
        forks = [_fork(words, cwd, files, environment) for environment in environments]
        codes = [os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) for fork in forks]
        print(json.dumps(codes), flush=True)


def _fork(words: list[str], cwd: str, files: list[str], environment: dict[str, str]) -> int:
    return os.fork() or _become(words, cwd, files, environment)


def _become(words: Sequence[str], cwd: str, files: Sequence[str], environment: dict[str, str]) -> NoReturn:
    """Serve requests until the standard input ends."""
    code: Any = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, file in enumerate(files, 1):
            os.dup2(os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY), number)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(environment)
        flag, module, *sys.argv[1:] = words
        assert flag == "-m"
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        if isinstance(code, str):
            print(code, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    import matplotlib.pyplot  # noqa: F401
    from transformers import AutoModelForImageTextToText, AutoProcessor  # noqa: F401
    from trl import DPOTrainer, GRPOTrainer, SFTTrainer  # noqa: F401

    _serve()
