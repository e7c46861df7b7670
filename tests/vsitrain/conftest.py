"""Fixtures: tiny models of every family, made once; a hub on loopback; lmms-eval as a second scorer."""

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.publish.hub.server import OWNER, Hub, served

FAMILIES = ("qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Folder of the tiny model of a family."""
    from vsitrain.models.tiny import TINY, make_tiny

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


@pytest.fixture(scope="session")
def lmms_eval_wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """lmms-eval's wheel, downloaded without its dependencies and not installed."""
    folder = tmp_path_factory.mktemp("lmms-eval")
    options = ["--quiet", "--no-deps", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, "lmms-eval"]
    if subprocess.run(command, capture_output=True, check=False, timeout=120).returncode:
        pytest.skip("lmms-eval cannot be downloaded on this machine")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        yield archive


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on loopback. The client in this process uses it as the Hub, with a token that may write."""
    from huggingface_hub import constants, hf_api

    with served() as running:
        template = f"{running.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "ENDPOINT", running.address)
        monkeypatch.setattr(hf_api.api, "endpoint", running.address)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf-cache"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_TOKEN", OWNER)
        yield running
