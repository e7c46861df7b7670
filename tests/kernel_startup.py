"""Runs when a notebook's kernel starts in tests.

Commands of vsitrain become forks; forests have few trees.
"""


def _hurry():
    """Import names in a function, so that a notebook cannot use them without its own import."""
    import subprocess
    from pathlib import Path

    from tests.forks import Forks
    from vsidata.analysis.blind import forest

    forest.TREES = 4
    alone, forks = subprocess.run, Forks()

    def run(words, *, check=False, cwd=None, **how):
        if Path(words[0]).name != "vsitrain":
            return alone(words, check=check, cwd=cwd, **how)
        done = forks.run("-m", "vsitrain", *words[1:], cwd=cwd)
        if check:
            done.check_returncode()
        return done

    subprocess.run = run


_hurry()
del _hurry
