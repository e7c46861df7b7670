"""Fixtures that the tests of the data share."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def datasets_cache(tmp_path_factory, monkeypatch, offline) -> Path:
    """Use an empty cache of `datasets`, and no network."""
    import datasets

    cache = tmp_path_factory.mktemp("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(cache))
    return cache
