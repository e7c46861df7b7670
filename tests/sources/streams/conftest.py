"""A stream that several tests read."""

import pytest

from tests.dataset import streams
from vsidata.sources.streams.sens import open_sens


@pytest.fixture
def stream(tmp_path):
    """Write a stream of the given frames, and open it."""

    def opened(frames, **how):
        path = tmp_path / "scene0000_00.sens"
        path.write_bytes(streams.sens(frames, **how).bytes())
        return open_sens(path)

    return opened
