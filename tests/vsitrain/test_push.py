"""A run pushes its model with its card to the Hub, and does not upload questions, rollouts and secrets."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from transformers import AutoModelForImageTextToText

from tests.publish.hub.server import OWNER
from tests.vsitrain import asked
from tests.vsitrain.data import builds
from vsidata.errors import OptionError
from vsitrain.commands.app import main
from vsitrain.data.frames import FrameStore
from vsitrain.evaluation import settings_for
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.settings.config import read_config
from vsitrain.settings.hub_token import hide_token

_OF_METHOD = {
    "grpo": {"per_device_train_batch_size": 4, "num_generations": 4, "max_completion_length": 4},
    "sft": {"per_device_train_batch_size": 1},
}


@pytest.fixture
def train(hub, tiny, tmp_path, monkeypatch, capfd):
    """Train one step and push the model; return the status and the standard error."""
    monkeypatch.chdir(tmp_path)

    def run(method, name="lab/rooms", **changes):
        settings = {
            "model_name_or_path": tiny(),
            "data": asked.build(tmp_path / "build"),
            "output_dir": "run",
            "frames": 2,
            "dtype": "float32",
            "max_steps": 1,
            "report_to": "none",
            "push_to_hub": "true",
            "hub_model_id": name,
            **_OF_METHOD[method],
            **changes,
        }
        words = [str(word) for key, value in settings.items() for word in (f"--{key}", value)]
        monkeypatch.setattr("sys.argv", ["vsitrain", method, *words])
        status = 0
        try:
            main()
        except SystemExit as stop:
            status = int(stop.code or 0)
        printed = capfd.readouterr()
        assert OWNER not in printed.out + printed.err
        return status, printed.err

    return run


def test_a_trained_model_is_pushed_with_its_card_and_loads_from_the_hub(hub, train):
    status, errors = train("grpo")
    assert status == 0, errors
    files = hub.files("lab/rooms")
    assert {"README.md", "model.safetensors", "config.json", "vsitrain.json"} <= set(files)
    assert not [name for name in files if "rollouts" in name or "parquet" in name]
    _, front, card = files["README.md"].decode().split("---\n", 2)
    assert yaml.safe_load(front)["pipeline_tag"] == "video-text-to-text"
    assert "wide@12345678" in card
    assert AutoModelForImageTextToText.from_pretrained("lab/rooms").num_parameters() > 100_000
    assert hub.asked("GET", "lab/rooms/resolve/.*/model.safetensors")


def test_a_repository_that_the_token_may_not_write_is_refused_before_the_training(train, tmp_path):
    status, errors = train("grpo", "others/rooms")
    assert status == 2
    assert "others/rooms: this token has no permission for that (403" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_a_run_from_an_adapter_pushes_the_adapter_and_its_base_to_a_new_branch(hub, train, tmp_path):
    lora = {"use_peft": "true", "lora_r": 4, "learning_rate": 1e-2}
    status, errors = train("sft", output_dir="before", push_to_hub="false", **lora)
    assert status == 0, errors
    saving = {"save_strategy": "steps", "save_steps": 1, "hub_revision": "trial"}
    status, errors = train("sft", model_name_or_path="before", **lora, **saving)
    assert status == 0, errors
    assert set(hub.files("lab/rooms")) == {".gitattributes"}
    commits = hub.repos["lab/rooms"].log("trial")
    for commit in commits:  # the commit of the checkpoint is one of these
        assert {"adapter_model.safetensors", "_base/model.safetensors"} <= set(commit.files)
    stated = json.loads(hub.files("lab/rooms", "trial")["adapter_config.json"])
    assert stated["base_model_name_or_path"] == "_base"  # a folder of the repository
    hub.repos["lab/rooms"].branches["main"] = commits[0].oid
    pushed = find_model("lab/rooms")
    assert pushed.base is not None
    assert pushed.base.weights_sha256 == find_model("run").base.weights_sha256
    clip = FrameStore("build", "train", num_frames=2, max_pixels=12544).clip(asked.SCENES[0], builds.DATASET)
    replies = []
    for model in (pushed, find_model("run"), find_model(pushed.base.name)):
        asking = Replier(model, settings_for("none", num_frames=2), dtype="float32", device="cpu")
        replies.append(asking.reply(asking.prepare(asked.ROWS[:1], [clip])))
    assert replies[0] == replies[1] != replies[2]


def _holding(folder: Path, secret: str) -> list[Path]:
    """The files below a folder that contain a secret."""
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_the_token_is_written_nowhere_and_only_the_model_is_uploaded(hub, train, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.md").write_text("mine")
    saving = {"save_strategy": "steps", "save_steps": 1, "hub_strategy": "all_checkpoints"}
    status, errors = train("sft", hub_token=OWNER, **saving)
    assert status == 0, errors
    assert "--hub_token is in the shell's history" in errors
    assert "not pushed" not in errors
    assert (tmp_path / "run" / "checkpoint-1" / "training_args.bin").exists()
    assert _holding(tmp_path, OWNER) == []
    files = hub.files("lab/rooms")
    assert {"model.safetensors", "checkpoint-1/model.safetensors", "checkpoint-1/optimizer.pt"} <= set(files)
    assert not {"notes.md", "checkpoint-1/training_args.bin", "training_args.bin"} & set(files)
    assert [name for name, content in files.items() if OWNER.encode() in content] == []
    assert files["README.md"].decode().partition("# ")[2].startswith("rooms\n")


def test_a_run_without_a_push_writes_no_token(train, tmp_path):
    saving = {"push_to_hub": "false", "save_strategy": "steps", "save_steps": 1}
    status, errors = train("sft", hub_token=OWNER, **saving)
    assert status == 0, errors
    assert (tmp_path / "run" / "checkpoint-1" / "training_args.bin").exists()
    assert _holding(tmp_path, OWNER) == []


def test_an_interrupted_push_keeps_the_local_model_and_resumes(hub, train, tmp_path):
    before = signal.signal(signal.SIGTERM, lambda *_: pytest.fail("no handler takes the signal"))
    saving = {"save_strategy": "steps", "save_steps": 1, "hub_strategy": "end"}
    with hub.held("POST", "/commit/main") as reached:
        stop = threading.Thread(target=lambda: reached.wait(120) and os.kill(os.getpid(), signal.SIGTERM))
        stop.start()
        status, errors = train("sft", **saving)
        stop.join()
    signal.signal(signal.SIGTERM, before)
    assert status == 128 + signal.SIGTERM
    assert "To push it, run the same command with --resume_from_checkpoint last." in errors
    assert (tmp_path / "run" / "model.safetensors").exists()
    hub.repos["lab/rooms"].branches.clear()  # the interrupted push may have reached the server
    hub.repos["lab/rooms"].commit("main", "made", "", {})
    status, errors = train("sft", resume_from_checkpoint="last", **saving)
    assert status == 0, errors
    assert "model.safetensors" in hub.files("lab/rooms")


@pytest.mark.parametrize("method", ["grpo", "sft", "dpo"])
def test_the_saved_configuration_never_contains_the_token(tmp_path, method):
    recipe = tmp_path / "run.yaml"
    recipe.write_text(f"data: build\nhub_token: {OWNER}\n")
    from_recipe = read_config(method, recipe, [])
    assert from_recipe.hub_token == OWNER
    from_words = read_config(method, recipe, ["--hub-token", "hf_another"])
    assert from_words.hub_token == "hf_another"  # noqa: S105 - a made-up token
    for config in (from_recipe, from_words):
        assert config.training.hub_token is None
        assert OWNER not in repr(config)
        assert "hf_another" not in repr(config)
    for wrong in (["--hub_token"], ["--hub_token", OWNER, "hf_another"], [f"--hub_token={OWNER}\n"]):
        with pytest.raises(OptionError, match="is not a token") as caught:
            read_config(method, None, wrong)
        assert OWNER not in str(caught.value)


_LISTED = """
import sys
from pathlib import Path
from vsitrain.data.frames import FrameStore
from vsitrain.evaluation import settings_for
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.settings.hub_token import hide_token
found = hide_token(sys.argv[1:])
print(found, Path("/proc/self/cmdline").read_bytes().split(bytes(1))[3:-1])
"""


@pytest.mark.parametrize("words", [("--hub_token", OWNER), ("--hub-token", OWNER), (f"--hub_token={OWNER}",)])
def test_the_token_is_removed_from_the_list_of_processes(words):
    command = [sys.executable, "-c", _LISTED, *words, "--other", "x"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("True ")
    assert OWNER not in said
    assert "*" * len(OWNER) in said
    assert said.endswith("b'--other', b'x']\n")
    assert not hide_token(["--data", "hub_token", "--hub_token"])
