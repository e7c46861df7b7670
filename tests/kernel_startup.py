"""Run when a kernel of the tests starts: commands of vsitrain become forks, which need no imports."""

import subprocess
from pathlib import Path

from tests.forks import Forks

_alone = subprocess.run
_forks = Forks()


def _run(words, *, check=False, cwd=None, **how):
    if Path(words[0]).name != "vsitrain":
        return _alone(words, check=check, cwd=cwd, **how)
    done = _forks.run("-m", "vsitrain", *words[1:], cwd=cwd)
    if check:
        done.check_returncode()
    return done


subprocess.run = _run
