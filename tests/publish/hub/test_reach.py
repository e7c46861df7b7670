"""If a name is not a folder and the Hub cannot be reached, the command ends after one try, with one line."""

import socket

import pytest
from huggingface_hub import constants

from vsidata.errors import OptionError, VsiError
from vsidata.files.hub.reach import require_reach


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """An empty cache, and an address at which no server listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{closed.getsockname()[1]}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    return tmp_path / "cache"


def test_without_a_connection_the_path_and_the_hub_are_both_named(nowhere):
    with pytest.raises(
        VsiError, match="neither a folder on this disk nor a model in the Hub's cache"
    ) as caught:
        require_reach("demo/cpu-sft", "model")
    assert "the Hub cannot be reached: " in caught.value.fault


def test_offline_mode_is_named(nowhere, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(VsiError, match="HF_HUB_OFFLINE prevents the download"):
        require_reach("demo/vsi100k", "dataset")


def test_a_cached_model_needs_no_connection(nowhere):
    snapshot = nowhere / "models--demo--cpu-sft" / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    require_reach("demo/cpu-sft", "model")
    with pytest.raises(VsiError, match="nor a dataset"):
        require_reach("demo/cpu-sft", "dataset")


@pytest.mark.parametrize("name", ["./demo", "/demo/model", "~/model", "a/b/c", "has space"])
def test_a_path_is_never_looked_up_on_the_hub(nowhere, name):
    with pytest.raises(OptionError, match="is not a folder on this disk"):
        require_reach(name, "model")
