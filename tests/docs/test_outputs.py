"""The outputs in README and docs/ are those that the commands print. The test makes the demo, in minutes."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks
from tests.publish.hub.server import OWNER, served

# The other pages need Slurm, or minutes of training.
RUN = ("synth", "plan", "build", "inspect", "sample", "audit", "verify", "show", "compare", "debias", "push")
ANY = "…"  # any lines, or any text within one
DEMO = (ROOT / "scripts/demo.sh").read_text("utf-8")


def steps_of(page: Path) -> list[tuple[str, str]]:
    """The commands of a page's console blocks that can be run, each with the output that the page shows."""
    found: list[tuple[str, str]] = []
    for block in blocks(page):
        if block.language == "console" and not block.text.startswith("$ make demo"):
            parts = re.split(r"^\$ (.+)\n", block.text, flags=re.MULTILINE)[1:]
            steps = list(zip(parts[::2], parts[1::2], strict=True))
            found += steps if all(can_run(shlex.split(command)) for command, _ in steps) else []
    return found


def can_run(words: list[str]) -> bool:
    of_vsidata = words[0] == "vsidata" and words[1] in RUN and "slurm" not in " ".join(words)
    return of_vsidata or words[0] in ("rm", "truncate")


def run(command: str, folder: Path, **environment: str) -> str:
    """Output of a command that must succeed, both streams in their order."""
    words = shlex.split(command)
    if words[0] == "vsidata":
        words = [str(Path(sys.executable).with_name("vsidata")), *words[1:]]
    ran = subprocess.run(
        words,
        cwd=folder,
        env=os.environ | {"COLUMNS": "120", "PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def is_shown(printed: str, page: str) -> bool:
    """Return whether a page shows the output, apart from white space and the text that `…` stands for."""
    parts = [re.escape(" ".join(part.split())) for part in page.split(ANY)]
    return re.fullmatch(r"\s?.*?\s?".join(parts), " ".join(printed.split()), re.DOTALL) is not None


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the demo, made by the commands of scripts/demo.sh, and the output of `make demo`."""
    folder = tmp_path_factory.mktemp("outputs")
    printed = ""
    for command in re.findall(r"^run (.+)$", DEMO, re.MULTILINE):
        printed += f"\n$ {command}\n{run(command, folder)}"
    return folder, printed + "\n".join(re.findall(r"^printf '(.+)\\n'$", DEMO, re.MULTILINE))


@pytest.mark.soak
def test_output_of_make_demo_is_the_one_shown(made):
    (block,) = (it for page in PAGES for it in blocks(page) if it.text.startswith("$ make demo\n…"))
    assert is_shown(made[1], block.text.removeprefix("$ make demo\n")), made[1]


@pytest.mark.soak
@pytest.mark.parametrize("page", [page for page in PAGES if steps_of(page)], ids=lambda page: page.name)
def test_outputs_are_those_shown(page, made):
    with served() as hub:
        there = {"HF_ENDPOINT": hub.address, "HF_TOKEN": OWNER, "HF_HOME": str(made[0] / "hub")}
        for command, output in steps_of(page):
            printed = run(command, made[0], **there, HF_HUB_DISABLE_XET="1")
            assert is_shown(printed, output), f"{command}\n{printed}"


def test_dots_stand_for_any_lines_and_nothing_else_does():
    assert is_shown("a  b\nc\nd\n", "a b\n…\nd\n")
    assert is_shown("a\nb\n", "…\nb\n")
    assert not is_shown("a\nx\n", "a\nb\n")
    assert not is_shown("a\nb\nc\n", "a\nb\n")
