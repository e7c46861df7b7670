"""A run pushes its model with its card to the Hub, and leaves the questions and rollouts at home."""

import pytest
import yaml
from transformers import AutoModelForImageTextToText

from tests.hub.server import OWNER
from tests.vsitrain import asked
from vsitrain.cli import main


@pytest.fixture
def grpo(hub, tiny, tmp_path, monkeypatch, capfd):
    """A run of one step that pushes its model; gives its status and what it printed on standard error."""
    monkeypatch.chdir(tmp_path)

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
        words = [str(word) for key, value in settings.items() for word in (f"--{key}", value)]
        monkeypatch.setattr("sys.argv", ["vsitrain", "grpo", *words])
        status = 0
        try:
            main()
        except SystemExit as stop:
            status = int(stop.code or 0)
        printed = capfd.readouterr()
        assert OWNER not in printed.out + printed.err
        return status, printed.err

    return run


def test_a_trained_model_is_pushed_with_its_card_and_loads_from_the_hub(hub, grpo):
    status, errors = grpo("lab/rooms")
    assert status == 0, errors
    files = hub.files("lab/rooms")
    assert {"README.md", "model.safetensors", "config.json", "vsitrain.json"} <= set(files)
    assert not [name for name in files if "rollouts" in name or "parquet" in name]
    _, front, card = files["README.md"].decode().split("---\n", 2)
    assert yaml.safe_load(front)["pipeline_tag"] == "video-text-to-text"
    assert "wide@12345678" in card
    assert AutoModelForImageTextToText.from_pretrained("lab/rooms").num_parameters() > 100_000
    assert hub.asked("GET", "lab/rooms/resolve/.*/model.safetensors")


def test_a_place_where_the_token_may_not_write_is_refused_before_the_training(grpo, tmp_path):
    status, errors = grpo("others/rooms")
    assert status == 2
    assert "others/rooms: this token may not do that there (403" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "run" / "model.safetensors").exists()
