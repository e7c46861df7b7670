"""Fixtures that the tests of engines share: small scans, and the digests that their build must have."""

import pytest

from tests.dataset import small_scans
from tests.pipeline.test_build import digests
from vsidata.pipeline.build import BuildOptions, build

SCANS = 24


@pytest.fixture(scope="package")
def root(tmp_path_factory):
    """Small scans, one of which cannot be used."""
    root = small_scans.write(tmp_path_factory.mktemp("engines") / "download", SCANS, edge=0.3)
    broken = root / "scans/scene0001_00/scene0001_00_vh_clean_2.ply"
    broken.write_bytes(broken.read_bytes()[:-1000])
    return root


@pytest.fixture(scope="package")
def whole(root, tmp_path_factory):
    """Digests of a build of these scans with the local engine."""
    out = tmp_path_factory.mktemp("whole") / "out"
    build(BuildOptions(out=out, scannet_root=root, workers=1))
    return digests(out)
