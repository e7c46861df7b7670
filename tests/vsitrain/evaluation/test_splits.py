"""Models are scored on held-out rooms. Without such rooms, the user is warned."""

import json

import pytest

from tests.vsitrain import asked
from tests.vsitrain.data import builds
from vsitrain.commands.app import main
from vsitrain.scoring.questions import split_of


@pytest.fixture
def data(tmp_path):
    return asked.build(tmp_path / "build")


@pytest.fixture
def held_out(data):
    """A build with one question, in the validation split."""
    frames = [builds.footage("scene0050_00", 3, (84, 84))]
    return builds.write(
        data, [asked.ROWS[0] | {"id": "v", "scene_name": "scene0050_00"}], frames, split="validation"
    )


@pytest.fixture
def vsitrain(monkeypatch, capsys, tmp_path):
    def run(*words):
        monkeypatch.setattr("sys.argv", ["vsitrain", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code
        return capsys.readouterr().err

    return run


def test_held_out_rooms_are_scored_if_there_are_any(held_out):
    assert split_of(str(held_out), None) == "validation"
    assert split_of(str(held_out), "train") == "train"


def test_without_held_out_rooms_the_train_split_is_scored_with_a_warning(vsitrain, data):
    assert "has no validation split" in vsitrain("score", "--data", data, "--reference", "key")
    assert "Warning" not in vsitrain("score", "--data", data, "--reference", "key", "--split", "train")


def test_held_out_rooms_are_scored_without_a_warning(vsitrain, held_out):
    assert "Warning" not in vsitrain("score", "--data", held_out, "--reference", "key")


def test_evaluation_uses_held_out_rooms_and_warns_about_clips_with_fewer_frames(
    vsitrain, held_out, tiny, tmp_path
):
    how = ["--max-new-tokens", 1, "--out", tmp_path / "out", "--frames", 32]
    said = vsitrain("evaluate", "--model", tiny(), "--data", held_out, *how)
    assert json.loads((tmp_path / "out" / "run.json").read_text())["split"] == "validation"
    assert "1 scene of" in said
    assert "stores fewer than 32 frames (the fewest: 3)" in said
