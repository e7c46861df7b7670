"""What several tests share."""

from pathlib import Path

import pytest

_VSIBENCH = Path(__file__).resolve().parents[2] / "shared" / "data" / "vsibench"


@pytest.fixture(scope="session")
def vsibench() -> Path:
    """Folder of the released VSI-Bench rooms and questions; they are no part of this project."""
    if not _VSIBENCH.is_dir():
        pytest.skip("the released VSI-Bench rooms are not beside the project, at ../shared/data/vsibench")
    return _VSIBENCH
