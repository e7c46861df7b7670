"""Prompts are never truncated, for any tokenizer. An error names a prompt that is too long."""

import json
import shutil

import pytest
from transformers import AutoProcessor

from tests.vsitrain import asked, test_dpo, test_sft
from tests.vsitrain.tiny_runs import CLIPS, trainer
from tests.vsitrain.tiny_runs import asked as prompt
from vsidata.errors import OptionError
from vsitrain.data.frames import FrameStore
from vsitrain.evaluation import settings_for
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.families import encode_rows
from vsitrain.trainers.collate import AnswerCollator


@pytest.fixture
def limited(tiny, tmp_path):
    """Copy the tiny model of a family and set one setting of its tokenizer."""

    def copy(family="qwen2-vl", **setting):
        folder = shutil.copytree(tiny(family), tmp_path / f"{family}-{len(list(tmp_path.iterdir()))}")
        path = folder / "tokenizer_config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **setting}))
        return folder

    return copy


@pytest.fixture
def data(tmp_path):
    return asked.build(tmp_path / "build")


@pytest.mark.parametrize("family", ["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl"])
@pytest.mark.parametrize("setting", ["max_length", "model_max_length"])
def test_a_prompt_is_kept_complete_or_refused_by_the_limit_of_its_tokenizer(limited, tiny, family, setting):
    whole = encode_rows(AutoProcessor.from_pretrained(tiny(family)), [prompt("Well?")], [CLIPS["scene_a"]])[0]
    length = len(whole.input_ids)
    fits = AutoProcessor.from_pretrained(limited(family, **{setting: length}))
    assert encode_rows(fits, [prompt("Well?")], [CLIPS["scene_a"]])[0].input_ids == whole.input_ids
    short = AutoProcessor.from_pretrained(limited(family, **{setting: length - 1}))
    with pytest.raises(OptionError, match=rf"the prompt this one: has {length} tokens.* {length - 1}"):
        encode_rows(short, [prompt("Well?")], [CLIPS["scene_a"]], names=["this one"])


def test_error_of_supervised_fine_tuning_names_the_question(limited, data):
    processor = AutoProcessor.from_pretrained(limited(max_length=40))
    with pytest.raises(OptionError, match=f"question {asked.ROWS[0]['id']} about {asked.SCENES[0]}"):
        AnswerCollator(asked.asking(data, processor))([asked.ROWS[0]])


@pytest.mark.parametrize("kind", [test_sft, test_dpo])
def test_a_length_to_truncate_at_is_refused_in_python_as_on_the_command_line(tiny, data, tmp_path, kind):
    with pytest.raises(OptionError, match="`max_length` would have no effect: prompts are never truncated"):
        kind.trainer_of(tiny(), data, tmp_path / "out", changes={"max_length": 512})
    kind.trainer_of(tiny(), data, tmp_path / "out", changes={"max_length": None})


def test_grpo_refuses_settings_without_effect_in_python(tiny, tmp_path):
    with pytest.raises(OptionError, match="`cast_lm_head_to_fp32` ends the run in TRL"):
        trainer(tiny(), tmp_path / "out", cast_lm_head_to_fp32=True)


def test_error_of_grpo_names_the_question(limited, tmp_path):
    run = trainer(limited(max_length=20), tmp_path / "out")
    with pytest.raises(OptionError, match=r"the prompt about scene_[ab].* has [0-9]+ tokens"):
        run.train()


def test_error_of_an_evaluation_names_the_question(limited, data):
    settings = settings_for("none", num_frames=4)
    model = Replier(find_model(str(limited(max_length=20))), settings, dtype=None, device="cpu")
    clips = FrameStore(str(data), "train", num_frames=4, max_pixels=12544)
    row = asked.ROWS[0]
    with pytest.raises(OptionError, match=f"question {row['id']} about {row['scene_name']}"):
        model.prepare([row], [clips.clip(row["scene_name"], row["dataset"])])
