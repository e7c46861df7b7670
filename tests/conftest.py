"""Fixtures that several test modules share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.forks import Forks

# Property tests have no deadline, because an example may take long on a busy machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_VSIBENCH = Path(__file__).resolve().parents[2] / "shared" / "data" / "vsibench"


@pytest.fixture(scope="session")
def vsibench() -> Path:
    """Folder of the released VSI-Bench rooms and questions, which are not part of this project."""
    if not _VSIBENCH.is_dir():
        pytest.skip("the released VSI-Bench rooms are not in the folder ../shared/data/vsibench")
    return _VSIBENCH


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the network for Hugging Face's libraries, in this process and in those that it starts.

    The libraries read HF_HUB_OFFLINE once, when they are imported. So they are imported before the variable
    is set. Otherwise, the variable would apply to all later tests.
    """
    from datasets import config
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(config, "HF_HUB_OFFLINE", True)


@pytest.fixture(scope="session")
def synthetic_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scans of furnished rooms in ScanNet's layout, with the usual noise and flaws."""
    from vsidata.synthetic.write import write_scans

    root = tmp_path_factory.mktemp("synthetic")
    write_scans(root, scenes=2, seed=0)
    return root


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Run programs of vsitrain, each in its own process.

    Processes are forked, so they need no time for imports.
    """
    forks = Forks()
    yield forks
    forks.close()
