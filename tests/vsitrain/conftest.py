"""Tiny models of every family, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest

FAMILIES = ("qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Folder of the tiny model of a family."""
    from vsitrain.tiny import TINY, make_tiny

    root = tmp_path_factory.mktemp("tiny")

    def folder(family: str = "qwen2-vl") -> Path:
        out = root / family
        if not out.exists():
            make_tiny(out, TINY.model_copy(update={"family": family}))
        return out

    return folder


@pytest.fixture(params=FAMILIES)
def each_tiny(request: pytest.FixtureRequest, tiny: Callable[..., Path]) -> Path:
    """Folder of the tiny model of each family in turn."""
    return tiny(request.param)
