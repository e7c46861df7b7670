"""A run pushes its model with its card to the Hub, and leaves the questions and rollouts at home."""

import os
import subprocess
import sys

import pytest
import yaml

from tests.hub.server import OWNER, served
from tests.vsitrain import asked


@pytest.fixture
def hub():
    with served() as running:
        yield running


@pytest.fixture
def python(hub, tmp_path):
    """Runs Python in a process that knows this hub alone; gives its status and what it printed."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment = ours | {
        "HF_ENDPOINT": hub.address,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(tmp_path / "hf-home"),
        "HF_TOKEN": OWNER,
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }

    def run(*words):
        command = [sys.executable, *map(str, words)]
        ran = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert OWNER not in ran.stdout + ran.stderr
        return ran

    return run


@pytest.fixture
def grpo(python, tiny, tmp_path):
    """A run of one step that pushes its model."""

    def run(name):
        settings = {
            "model_name_or_path": tiny(),
            "data": asked.build(tmp_path / "build"),
            "output_dir": "run",
            "num_frames": 2,
            "dtype": "float32",
            "max_steps": 1,
            "per_device_train_batch_size": 4,
            "num_generations": 4,
            "max_completion_length": 4,
            "report_to": "none",
            "push_to_hub": "true",
            "hub_model_id": name,
        }
        words = [word for key, value in settings.items() for word in (f"--{key}", value)]
        return python("-m", "vsitrain", "grpo", *words)

    return run


_LOAD = """
from transformers import AutoModelForImageTextToText
print(AutoModelForImageTextToText.from_pretrained("lab/rooms").num_parameters())
"""


@pytest.mark.slow
def test_a_trained_model_is_pushed_with_its_card_and_loads_from_the_hub(hub, grpo, python):
    ran = grpo("lab/rooms")
    assert ran.returncode == 0, ran.stderr
    files = hub.files("lab/rooms")
    assert {"README.md", "model.safetensors", "config.json", "vsitrain.json"} <= set(files)
    assert not [name for name in files if "rollouts" in name or "parquet" in name]
    _, front, card = files["README.md"].decode().split("---\n", 2)
    assert yaml.safe_load(front)["pipeline_tag"] == "video-text-to-text"
    assert "wide@12345678" in card
    ran = python("-c", _LOAD)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 100_000


@pytest.mark.slow
def test_a_place_where_the_token_may_not_write_is_refused_before_the_training(grpo, tmp_path):
    ran = grpo("others/rooms")
    assert ran.returncode == 2
    assert "others/rooms: this token may not do that there (403" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "run" / "model.safetensors").exists()
