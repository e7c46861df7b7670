"""The notebooks run from the first cell to the last, and their committed outputs are readable."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient", reason="nbclient is missing: pip install 'vsi100k[notebooks]'")
pytest.importorskip("ipykernel", reason="ipykernel is missing: pip install 'vsi100k[notebooks]'")

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MOST_BYTES = 300_000
ROOT = Path(__file__).parents[1]


@pytest.fixture
def kernels(tmp_path_factory, monkeypatch):
    """Make kernels fast: sizes are small, and trainings are forks that need no imports."""
    folder = tmp_path_factory.mktemp("ipython")
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "kernel_startup.py", startup)
    monkeypatch.setenv("IPYTHONDIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("VSI_NOTEBOOK_QUICK", "1")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_and_its_outputs_agree_with_the_committed_outputs(path, tmp_path, kernels):
    committed = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    # raises the error of a cell
    nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
    for cell, before in zip(notebook.cells, committed.cells, strict=True):
        assert kinds(cell) == kinds(before) or not before.get("outputs"), cell.source
    assert not list(tmp_path.iterdir()), "a notebook left files in the folder that it ran in"


def kinds(cell: Any) -> list[str]:
    """Return the outputs of a cell: printed text, pictures, tables."""
    return sorted({kind for output in cell.get("outputs", ()) for kind in output.get("data", {"printed": 0})})


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_notebook_contains_no_machine_paths_and_no_times(path):
    notebook = json.loads(path.read_text())
    nbformat.validate(notebook)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    pictures = re.compile(r'"image/\w+": ".*"')
    text = pictures.sub("", path.read_text())
    assert not re.findall(r"/(?:home|root|tmp|work|usr|Users)/|20\d\d-\d\d-\d\d", text)
    assert all("execution" not in cell["metadata"] for cell in notebook["cells"])
    errors = [output for cell in notebook["cells"] for output in cell.get("outputs", ()) if "ename" in output]
    assert not errors


def test_committed_notebooks_are_small():
    assert NOTEBOOKS
    assert sum(path.stat().st_size for path in NOTEBOOKS) < MOST_BYTES
