"""Every format, opened as its framework opens it and compared with the documentation of the framework."""

import json
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from datasets import load_dataset

from tests.publish.export.conftest import NAMES
from vsidata.dataset.build import Build
from vsidata.publish.export.export import export
from vsidata.publish.export.registry import FORMS
from vsidata.publish.export.user_message import message
from vsitrain.prompts import ask, prompt_mode


@pytest.fixture(scope="module")
def questions(built):
    """The rows of the build about scenes with frames, by split."""
    rows = ds.dataset(sorted((built / "qa").glob("*.parquet"))).to_table().to_pylist()
    rows = [row for row in rows if row["scene_name"] != NAMES[3]]
    return {
        "train": [row for row in rows if row["scene_name"] != NAMES[1]],
        "validation": [row for row in rows if row["scene_name"] == NAMES[1]],
    }


@pytest.fixture(scope="module")
def exported(built, tmp_path_factory):
    """The folder of an export, made once per format and kind of media."""
    folders: dict[tuple[str, str | None], Path] = {}

    def make(to: str, media: str | None = None) -> Path:
        if (to, media) not in folders:
            folders[to, media] = export(Build.open(built), to, tmp_path_factory.mktemp("to") / to, media).out
        return folders[to, media]

    return make


@pytest.fixture
def rows_of(tmp_path, offline):
    """`load_dataset` on a JSON file, without the network: all four frameworks read with it."""
    return lambda path: load_dataset(
        "json", data_files=str(path), split="train", cache_dir=str(tmp_path)
    ).to_list()


def files_of(video) -> list[str]:
    return [video] if isinstance(video, str) else video


@pytest.mark.parametrize("media", ["mp4", "frames"])
@pytest.mark.parametrize("split", ["train", "validation"])
def test_ms_swift_finds_messages_videos_and_the_columns_of_its_rewards(
    exported, rows_of, questions, split, media
):
    folder = exported("ms-swift", media)
    rows = rows_of(folder / f"{split}.jsonl")
    assert [row["id"] for row in rows] == [row["id"] for row in questions[split]]
    for row, asked in zip(rows, questions[split], strict=True):
        # "messages" is required: objects of role and content; the last one is the assistant's.
        assert [set(message) for message in row["messages"]] == [{"role", "content"}] * 2
        assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
        # One tag in the messages per video; a video is a path, or a list of the paths of its frames.
        assert row["messages"][0]["content"].count("<video>") == len(row["videos"]) == 1
        assert all((folder / name).is_file() for name in files_of(row["videos"][0]))
        assert len(files_of(row["videos"][0])) == (1 if media == "mp4" else 6)
        # GRPO drops the reply and passes every other column to the rewards.
        assert row["solution"] == row["messages"][1]["content"] == asked["ground_truth"]


@pytest.mark.parametrize("media", ["mp4", "frames"])
def test_llama_factory_finds_its_datasets_by_their_description(exported, rows_of, questions, media):
    folder = exported("llama-factory", media)
    info = json.loads((folder / "dataset_info.json").read_text())
    assert set(info) == {"vsidata_train", "vsidata_validation"}
    for split in ("train", "validation"):
        described = info[f"vsidata_{split}"]
        assert described["formatting"] == "sharegpt"
        tags = described["tags"]
        rows = rows_of(folder / described["file_name"])
        assert len(rows) == len(questions[split])
        for row, asked in zip(rows, questions[split], strict=True):
            talk = row[described["columns"]["messages"]]
            assert [turn[tags["role_tag"]] for turn in talk] == [tags["user_tag"], tags["assistant_tag"]]
            said, replied = (turn[tags["content_tag"]] for turn in talk)
            videos = row[described["columns"]["videos"]]
            assert said.count("<video>") == len(videos) == 1
            assert asked["question"] in said
            assert replied == asked["ground_truth"]
            assert all((folder / name).is_file() for name in files_of(videos[0]))  # joined to media_dir


@pytest.mark.parametrize("media", ["mp4", "frames"])
def test_easyr1_finds_problem_answer_and_videos(exported, rows_of, questions, media):
    folder = exported("easyr1", media)
    rows = rows_of(folder / "train.jsonl")
    assert len(rows) == len(questions["train"])
    for row, asked in zip(rows, questions["train"], strict=True):
        before, text = row["problem"].split("<video>")  # EasyR1 puts a video between the parts
        assert (before, row["answer"]) == ("", asked["ground_truth"])
        assert text == "\n".join(
            [asked["question"], *(["Options:", *asked["options"]] if asked["options"] else [])]
        )
        assert len(row["videos"]) == 1
        assert all((folder / name).is_file() for name in files_of(row["videos"][0]))  # joined to image_dir


def test_video_r1_finds_the_columns_of_its_prompt_and_reward(exported, rows_of, questions):
    folder = exported("video-r1")
    assert json.loads((folder / "train.json").read_text())  # one JSON list, as in Video-R1's own files
    rows = rows_of(folder / "train.json")
    assert [row["problem_id"] for row in rows] == list(range(len(questions["train"])))
    for row, asked in zip(rows, questions["train"], strict=True):
        assert (row["data_type"], row["problem"]) == ("video", asked["question"])
        assert row["path"].startswith("./")
        assert (folder / row["path"][2:]).is_file()  # Video-R1 removes these two characters
        assert row["solution"] == f"<answer>{asked['ground_truth']}</answer>"
        assert row["options"] == (asked["options"] or [])
    types = {asked["topic"]: row["problem_type"] for row, asked in zip(rows, questions["train"], strict=True)}
    assert types == {
        "object_counting": "numerical",  # the reward needs the exact number
        "object_abs_distance": "regression",  # the reward is 1 minus the relative error
        "object_size_estimation": "regression",
        "room_size_estimation": "regression",
        "object_rel_distance": "multiple choice",
        "object_rel_direction": "multiple choice",
    }


def test_the_users_message_is_that_of_the_unmodified_evaluation(questions):
    for row in questions["validation"]:
        same = ask(row, prompt_mode("vanilla"), form="evaluation", letters=True)
        assert message(row) == f"<video>{same}"


@pytest.mark.parametrize("to", FORMS)
def test_two_exports_of_one_build_have_the_same_bytes(exported, built, tmp_path, to):
    again = export(Build.open(built), to, tmp_path / "again").out
    first = exported(to)
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    for name in names:
        assert (first / name).read_bytes() == (again / name).read_bytes(), name
