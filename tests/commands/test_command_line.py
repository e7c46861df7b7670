"""Both console scripts answer quickly: they import nothing heavy before a command needs it."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from vsidata.errors import RulesError

_HEAVY = {
    "cv2",
    "datasets",
    "open3d",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "torch",
    "transformers",
    "trimesh",
}


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["vsidata", "vsitrain"])
def test_help_says_what_the_program_is_for(package):
    ran = _python(f"from {package}.commands.app import main; main()", "--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Usage:" in ran.stdout


@pytest.mark.parametrize("package", ["vsidata", "vsitrain"])
def test_command_line_imports_nothing_heavy(package):
    ran = _python(
        f"import sys, {package}.commands.app; print(*{{name.partition('.')[0] for name in sys.modules}})"
    )
    assert _HEAVY.isdisjoint(ran.stdout.split())


def test_help_of_vsitrain_names_the_installation_for_training():
    ran = _python("from vsitrain.commands.app import main; main()", "--help")
    assert "pip install 'vsi100k[train]'" in ran.stdout


def test_training_without_its_packages_names_the_installation():
    hide = "import sys; sys.modules['torch'] = None; from vsitrain.commands.app import main; main()"
    ran = _python(hide, "tiny", "nowhere")
    assert ran.returncode == 2
    assert "pip install 'vsi100k[train]'" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("package", ["vsidata", "vsitrain"])
def test_version_is_that_of_the_distribution(package):
    ran = _python(f"from {package}.commands.app import main; main()", "--version")
    assert ran.stdout.split() == [package, version("vsi100k")]


@pytest.mark.parametrize("package", ["vsidata", "vsitrain"])
def test_a_shell_completes_commands(package, monkeypatch):
    monkeypatch.setenv(
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1"
    )  # make's own shell is not one of them
    ran = _python(f"from {package}.commands.app import main; main()", "--show-completion", "bash")
    assert "COMPLETE" in ran.stdout


def test_an_error_shows_a_part_of_a_very_long_name():
    said = str(RulesError("n" * 9_000, "cannot be read.", "Name another file."))
    assert said.startswith("nnn")
    assert said.endswith("n…: cannot be read.\n  Name another file.")
    assert len(said) < 2_000


def test_reading_a_build_does_not_load_packages_for_measuring():
    """Topics explain their answers without scipy. A build imports scipy before it forks its workers."""
    parts = {"scipy.ndimage", "scipy.optimize", "scipy.sparse.csgraph", "scipy.spatial"}
    ran = _python("import sys, vsidata.dataset.browse; print(*sys.modules)")
    assert parts.isdisjoint(ran.stdout.split())
    ran = _python("import sys, vsidata.pipeline.process; print(*sys.modules)")
    assert parts <= set(ran.stdout.split())
