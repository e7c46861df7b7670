"""The reported numbers of tokens of a run's prompts equal those of the prompts."""

import pytest

from tests.vsitrain.data import builds
from vsitrain.data.frames import FrameStore
from vsitrain.data.messages import conversation
from vsitrain.data.questions import load_questions
from vsitrain.families import encode_rows
from vsitrain.prompts import prompt_mode
from vsitrain.trainers.prompt_tokens import prompt_tokens

HOW = {"form": "training", "letters": True}


@pytest.fixture(scope="module")
def processor(tiny):
    from transformers import AutoProcessor

    return AutoProcessor.from_pretrained(tiny())


@pytest.fixture
def folder(tmp_path):
    frames = [
        builds.footage("scene0000_00", 8, (112, 84)),
        builds.footage("scene0001_00", 4, (56, 112)),
        builds.footage("scene0002_00", 5),
    ]
    questions = [
        builds.question(n, f"scene{n % 3:04d}_00", question="Which? " * (1 + n % 7)) for n in range(20)
    ]
    return builds.write(tmp_path, questions, frames)


def test_prompt_is_one_message_with_the_video_before_the_question():
    row = builds.question(1, options=["A. sink", "B. bed"], ground_truth="B", answer="bed")
    (message,) = conversation(row, prompt_mode("vanilla"), form="evaluation", letters=True)
    video, text = message["content"]
    assert message["role"] == "user"
    assert video == {"type": "video"}
    assert row["question"] in text["text"]
    assert "A. sink\nB. bed" in text["text"]


@pytest.mark.parametrize("input_mode", ["video", "images"])
@pytest.mark.parametrize("mode", ["vanilla", "think"])
def test_report_equals_the_count_over_all_encoded_prompts(folder, processor, mode, input_mode):
    store = FrameStore(str(folder), "train", num_frames=6, max_pixels=84 * 84)
    rows = load_questions(str(folder), "train")
    mode = prompt_mode(mode)
    reported = prompt_tokens(processor, rows, store, mode, input_mode=input_mode, **HOW)
    prompts = [conversation(row, mode, **HOW) for row in rows]
    clips = [store.clip(row["scene_name"], row["dataset"]) for row in rows]
    encoded = encode_rows(processor, prompts, clips, input_mode=input_mode)
    lengths = sorted(len(row.input_ids) for row in encoded)
    assert lengths[0] <= reported.median <= lengths[-1]
    assert lengths[-1] <= reported.longest <= lengths[-1] + reported.video[1] - reported.video[0]
    pad = processor.video_token_id if input_mode == "video" else processor.image_token_id
    pixels = [row.input_ids.count(pad) for row in encoded]
    around = 2 if input_mode == "video" else 2 * 6  # marks before and after the tokens that stand for pixels
    assert max(pixels) + 2 <= reported.video[1] <= max(pixels) + around
    assert (reported.prompts, reported.scenes, reported.frames) == (20, 3, (4, 6))
    assert reported.scenes_with_fewer == 2
    assert reported.size == (72, 96)


def test_report_names_scenes_with_fewer_frames_than_requested(folder, processor):
    store = FrameStore(str(folder), "train", num_frames=8, max_pixels=84 * 84)
    rows = load_questions(str(folder), "train")
    text = str(prompt_tokens(processor, rows, store, prompt_mode("vanilla"), **HOW))
    assert text.startswith("20 prompts about 3 scenes, 4 to 8 frames each (2 with fewer than requested)")
