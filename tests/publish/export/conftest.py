"""A small build with frames, to export."""

import pytest

from tests.dataset import small_scans, streams
from vsidata.pipeline.build import BuildOptions, build

NAMES = [f"scene{number:04d}_00" for number in range(4)]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Four scans: three for training, two of them with streams; one for validation, filmed sideways."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 4)
    streams.write(root, NAMES[0], streams.sens(40, size=(64, 48)))
    streams.write(root, NAMES[1], streams.sens(40, turn=90.0, size=(64, 48)))
    streams.write(root, NAMES[2], streams.sens(40, size=(65, 49)))
    options = BuildOptions(
        out=tmp_path_factory.mktemp("built") / "out",
        scannet_root=root,
        visibility=False,
        frames=6,
        holdout="25%",
        workers=1,
        seed=3,
    )
    return build(options).out
