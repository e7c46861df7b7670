"""What several tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forks import Forks

_VSIBENCH = Path(__file__).resolve().parents[2] / "shared" / "data" / "vsibench"


@pytest.fixture(scope="session")
def vsibench() -> Path:
    """Folder of the released VSI-Bench rooms and questions; they are no part of this project."""
    if not _VSIBENCH.is_dir():
        pytest.skip("the released VSI-Bench rooms are not beside the project, at ../shared/data/vsibench")
    return _VSIBENCH


@pytest.fixture(scope="session")
def synthetic_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two furnished rooms in ScanNet's layout, with the usual noise and flaws."""
    from vsidata.synthetic.write import write_scans

    root = tmp_path_factory.mktemp("synthetic")
    write_scans(root, scenes=2, seed=0)
    return root


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Runs programs of vsitrain, each in a process of its own, without their imports."""
    forks = Forks()
    yield forks
    forks.close()
