"""Fixtures that several tests of reports share."""

from pathlib import Path

import pytest

from tests.scans import small_scan


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan of a room made by hand, which no test changes."""
    root = tmp_path_factory.mktemp("small")
    small_scan().write(root)
    return root


@pytest.fixture(scope="session")
def filmed_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished room with a short video, in ScanNet's layout."""
    from vsidata.synthetic.write import write_scans

    root = tmp_path_factory.mktemp("filmed")
    write_scans(root, scenes=1, seed=3, frames=24, frame_size=(320, 240))
    return root
