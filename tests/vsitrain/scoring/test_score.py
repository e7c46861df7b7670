"""Scores of many replies, references, and what is said of predictions that do not fit their questions."""

import json

import numpy as np
import pytest

from tests.vsitrain.scoring.answers import odd_answers
from vsidata.errors import OptionError
from vsitrain.cli import main
from vsitrain.scoring import Prediction, matched, official_score, read_predictions, score
from vsitrain.scoring.command import scored
from vsitrain.scoring.questions import read_questions
from vsitrain.scoring.references import REFERENCES


def rows(count=400, seed=1):
    """Questions of all types about 20 scenes of two datasets, with replies."""
    asked, replies = [], []
    for place, (row, reply) in enumerate(odd_answers(count, seed)):
        scene = place % 20
        asked.append(
            {
                **row,
                "id": str(place),
                "scene_name": f"scene{scene:04d}",
                "dataset": "one" if scene < 8 else "two",
            }
        )
        replies.append(Prediction(str(place), reply))
    return asked, replies


def test_tasks_and_their_mean_are_those_of_lmms_eval(lmms_eval):
    asked, replies = rows()
    docs = [
        lmms_eval.vsibench_process_results(dict(row), [it.reply])["vsibench_overall"]
        for row, it in zip(asked, replies, strict=True)
    ]
    found = score(asked, replies)
    assert found.macro.official == pytest.approx(lmms_eval.vsibench_aggregate_overall(docs), abs=1e-6)
    direction = lmms_eval.vsibench_aggregate_object_rel_direction_accuracy(docs)
    assert found.tasks["object_rel_direction"].official == pytest.approx(direction, abs=1e-6)
    assert found.micro.official == pytest.approx(
        np.mean([official_score(row, it.reply) for row, it in zip(asked, replies, strict=True)])
    )
    assert list(found.tasks)[:5] == [
        "object_counting",
        "object_abs_distance",
        "object_size_estimation",
        "room_size_estimation",
        "object_rel_distance",
    ]


def test_interval_holds_the_mean_and_narrows_with_scenes():
    asked, replies = rows()
    few = score(asked, replies)
    assert few.macro.low < few.macro.official < few.macro.high
    many = score([{**row, "scene_name": row["id"]} for row in asked], replies)
    assert many.scenes == 400
    spread = few.micro.high - few.micro.low
    # Replies are independent here, so one question a scene gives about the same width as twenty do.
    assert 0.6 < (many.micro.high - many.micro.low) / spread < 1.7


def test_questions_without_a_reply_score_nothing_and_are_counted():
    asked, replies = rows(40)
    replies[0] = Prediction("0", "", "its video cannot be opened")
    replies[1] = Prediction("1", " ")
    found = score(asked, replies)
    assert found.without_reply == {"its video cannot be opened": 1}
    assert found.empty >= 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda them: them[1:], "1 of 40 questions have no prediction, such as 0"),
        (lambda them: [*them, them[3]], "3 is there twice"),
        (lambda them: [*them, Prediction("x", "1")], "x is of no question"),
        (lambda them: [*them, *them], "and 37 more are there twice"),
    ],
)
def test_predictions_that_do_not_fit_the_questions_are_refused(change, words):
    asked, replies = rows(40)
    with pytest.raises(OptionError, match=words):
        matched(asked, change(replies), "file", missing_as_wrong=False)


def test_missing_predictions_may_count_as_wrong_and_are_told():
    asked, replies = rows(40)
    some, absent = matched(asked, replies[10:], "file", missing_as_wrong=True)
    assert score(some, absent).without_reply == {"no prediction": 10}


def test_a_line_cut_short_by_a_kill_is_left_out_and_any_other_fault_is_named(tmp_path):
    path = tmp_path / "predictions.jsonl"
    path.write_text('{"id": 1, "prediction": "2"}\n\n{"id": "a", "prediction": null}\n{"id": 3, "pred')
    assert read_predictions(path) == [Prediction("1", "2"), Prediction("a", "")]
    assert read_predictions(tmp_path) == read_predictions(path)
    path.write_text('{"id": 1}\n{"id": 2, "prediction": "3"}\n')
    with pytest.raises(OptionError, match="line 1 is no object"):
        read_predictions(path)
    with pytest.raises(OptionError, match="cannot be read"):
        read_predictions(tmp_path / "gone.jsonl")


def questions_file(folder, asked):
    path = folder / "test.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in asked))
    return path


def test_key_earns_everything_and_blind_guesses_do_not(tmp_path):
    asked, _ = rows()
    for name, (_, answers) in REFERENCES.items():
        found = score(asked, answers(asked))
        assert (found.macro.official == 1) == (name == "key")
    path = questions_file(tmp_path, asked)
    scores, beside = scored(None, str(path), reference="key")
    assert scores.macro.official == scores.macro.lenient == 1
    assert set(beside) == {"at random", "best constant", "best for the same words"}


def test_category_constant_never_sees_the_room_that_it_answers_for():
    """Every room has its own answer, so that whoever knows only the others is never right."""
    asked = [
        {
            "id": str(room),
            "dataset": "one",
            "scene_name": str(room),
            "question_type": "object_counting",
            "question": "How many chair(s) are in this room?",
            "ground_truth": str(10 ** (room % 5)),
            "options": None,
        }
        for room in range(5)
    ]
    _, answers = REFERENCES["category_constant"]
    assert score(asked, answers(asked)).micro.official == 0


def test_command_prints_a_table_or_json(tmp_path, capsys, monkeypatch):
    asked, replies = rows()
    path = questions_file(tmp_path, asked)
    given = tmp_path / "predictions.jsonl"
    given.write_text("\n".join(json.dumps({"id": it.id, "prediction": it.reply}) for it in replies))
    monkeypatch.setattr("sys.argv", ["vsitrain", "score", str(given), "--data", str(path)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert "macro" in said
    assert "the 20 scenes are drawn again" in said
    ids = tmp_path / "ids"
    ids.write_text("1\n2\n3\n")
    command = ["vsitrain", "score", str(given), "--data", str(path), "--subset", str(ids), "--json"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit):
        main()
    assert json.loads(capsys.readouterr().out)["micro"]["questions"] == 3


@pytest.mark.parametrize("text", ["", '{"id": 1}', "no json", "[1, 2]"])
def test_a_file_that_holds_no_questions_is_refused(tmp_path, text):
    path = tmp_path / "test.jsonl"
    path.write_text(text)
    with pytest.raises(OptionError):
        read_questions(str(path))
