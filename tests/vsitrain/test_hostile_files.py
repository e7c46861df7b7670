"""Recipes, adapters, predictions and files of runs, mutated at random: read, or refused with a message."""

import json
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peft import LoraConfig, get_peft_model

from tests.hostile.mutations import mutated
from tests.hostile.readers import Reader
from tests.hostile.test_mutations import refused_or_read
from tests.vsitrain.test_checkpoints import KNOWN
from tests.vsitrain.tiny_runs import parts
from vsitrain.answers.plain import LONGEST
from vsitrain.evaluation.settings import settings_for
from vsitrain.families import LORA_TARGETS
from vsitrain.models.starting_model import base_of, check_adapter
from vsitrain.models.tiny import TINY, make_tiny
from vsitrain.plan import read_model_config
from vsitrain.prompts import prompt_mode
from vsitrain.runs.alarms.callback import ALARMS, read_alarms
from vsitrain.runs.checkpoints import resumed_from
from vsitrain.runs.continuation import continue_provenance
from vsitrain.runs.history import read_history
from vsitrain.runs.model_card import model_card
from vsitrain.runs.provenance import read_provenance, write_provenance
from vsitrain.scoring.lenient import lenient_score
from vsitrain.scoring.official import official_score
from vsitrain.scoring.score_files import score_files
from vsitrain.settings.config import read_config

_RECIPE = b"""extends: null
data: build
output_dir: out
learning_rate: 1e-6
frames: 8
rewards: [min_ratio, match]
mix: {object_counting: 2, object_abs_distance: 0.5}
length_window: [1, 20]
lr_scheduler_kwargs: {num_cycles: 1}
use_peft: true
lora_r: 4
"""
_QUESTION = {
    "dataset": "scannet",
    "scene_name": "scene0000_00",
    "question_type": "object_counting",
    "question": "How many chair(s) are in this room?",
    "options": None,
    "ground_truth": "3",
    "answer": "3",
    "unit": None,
}
_CHOICE = {
    "question_type": "object_rel_distance_v1",
    "question": "Which of these objects (sink, bed) is the closest to the tv?",
    "options": ["A. sink", "B. bed"],
    "ground_truth": "B",
    "answer": "bed",
}
_SAID = [({}, "**3** chairs"), (_CHOICE, "B. bed"), (_CHOICE, "<think>A</think>")]
_PREDICTIONS = b"".join(
    json.dumps({"id": n, **_QUESTION, **more, "prediction": said, "frames": 8}).encode() + b"\n"
    for n, (more, said) in enumerate(_SAID)
)
_STATE = {
    "global_step": 3,
    "epoch": 1.0,
    "max_steps": 9,
    "log_history": [{"step": step, "loss": 0.5, "epoch": 0.5} for step in (1, 2, 3)],
    "best_metric": 0.5,
    "best_model_checkpoint": None,
}
_ALARM = {"kind": "kl", "step": 3, "since": 2, "sentence": "It grows.", "remedy": "Stop it."}
_MODE = b"""name: mine
tags: [think, answer]
training: "Write <think> </think> <answer> </answer>."
evaluation: "Answer."
"""


@cache
def _tiny() -> Path:
    folder = Path(mkdtemp()) / "tiny"
    make_tiny(folder, TINY)
    return folder


@cache
def _adapter() -> tuple[bytes, bytes]:
    """Configuration and weights of an adapter on the tiny model."""
    adapted = get_peft_model(parts(_tiny())[0], LoraConfig(r=4, target_modules=LORA_TARGETS))
    folder = _tiny().parent / "adapter"
    adapted.save_pretrained(folder)
    return tuple(
        (folder / name).read_bytes() for name in ("adapter_config.json", "adapter_model.safetensors")
    )


@cache
def _model_config():
    return read_model_config(str(_tiny()))


@cache
def _provenance() -> bytes:
    folder = Path(mkdtemp())
    write_provenance(folder, KNOWN)
    return (folder / "vsitrain.json").read_bytes()


def _read_recipe(path: Path) -> None:
    read_config("sft", path, [], planned=True)


def _read_adapter(path: Path) -> None:
    base_of(str(path.parent))
    check_adapter(str(path.parent), _model_config())


def _read_provenance(path: Path) -> None:
    known = read_provenance(path.parent)
    if known is not None:
        model_card("mine", replace(KNOWN, before=asdict(known)), adapter=False)
        settings_for(str(path.parent))
        continue_provenance(str(path.parent), KNOWN, accept=True)


def _read_state(path: Path) -> None:
    read_history(path.parent)
    resumed_from(str(path.parent), path.parent)


READERS = [
    Reader("recipe", "a.yaml", _RECIPE, _read_recipe),
    Reader("prompt mode", "a.yaml", _MODE, prompt_mode),
    Reader("predictions", "predictions.jsonl", _PREDICTIONS, lambda path: score_files(path, "")),
    Reader("record", "run.json", b'{"questions": 3, "prompt": {}}', lambda path: score_files(path.parent, ""),
           (("predictions.jsonl", _PREDICTIONS),)),
    Reader("trainer state", "trainer_state.json", json.dumps(_STATE).encode(), _read_state),
    Reader("alarms", ALARMS, json.dumps(_ALARM).encode() + b"\n", lambda path: read_alarms(path.parent)),
]  # fmt: skip
OF_MODELS = {
    "adapter": lambda: Reader(
        "adapter", "adapter_config.json", _adapter()[0], _read_adapter,
        (("adapter_model.safetensors", _adapter()[1]),),
    ),
    "provenance": lambda: Reader("provenance", "vsitrain.json", _provenance(), _read_provenance),
}  # fmt: skip
ALL = [*(pytest.param(lambda it=it: it, id=str(it)) for it in READERS)]
ALL += [pytest.param(make, id=name) for name, make in OF_MODELS.items()]

_IN_ONE_FOLDER = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("reader", ALL)
def test_valid_file_is_read(tmp_path, reader):
    reader().read(reader().put(tmp_path, reader().valid))


@pytest.mark.parametrize("reader", ALL)
@settings(_IN_ONE_FOLDER, max_examples=40, derandomize=True, database=None)
@given(data=st.data())
def test_mutated_file_is_read_or_refused(tmp_path, reader, data):
    refused_or_read(reader(), tmp_path, data.draw(mutated(reader().valid)))


@pytest.mark.soak
@pytest.mark.parametrize("reader", ALL)
@settings(_IN_ONE_FOLDER, max_examples=1000)
@given(data=st.data())
def test_file_mutated_in_thousands_of_ways_is_read_or_refused(tmp_path, reader, data):
    refused_or_read(reader(), tmp_path, data.draw(mutated(reader().valid)))


@pytest.mark.parametrize("part", ["'1' ", "1 ", "A. ", "x5x4", "not sink, ", "<answer>", "</think>", "9"])
@pytest.mark.parametrize("more", [{}, _CHOICE], ids=["number", "letter"])
def test_a_reply_of_a_megabyte_is_read_quickly_as_no_answer(tmp_path, part, more):
    row = {**_QUESTION, **more}
    reply = part * (1_000_000 // len(part))
    read = Reader("reply", "a.txt", b"", lambda _: (official_score(row, reply), lenient_score(row, reply)))
    refused_or_read(read, tmp_path, b"")
    assert lenient_score(row, "bed" + " " * LONGEST) == 0
    assert lenient_score(row, f"{row['ground_truth']}" + " " * (LONGEST - 9)) == 1
