"""Scores of many replies, references, and messages on predictions that do not fit their questions."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vsitrain.scoring import evaluations
from tests.vsitrain.scoring.answers import rows
from vsidata.errors import OptionError
from vsitrain.commands.app import main
from vsitrain.scoring import Prediction, match_predictions, official_score, read_predictions, score
from vsitrain.scoring.references import REFERENCES
from vsitrain.scoring.score_files import score_files
from vsitrain.scoring.score_text import closing_lines


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


def test_interval_contains_the_mean_and_narrows_with_scenes():
    asked, replies = rows()
    few = score(asked, replies)
    assert few.macro.low < few.macro.official < few.macro.high
    many = score([{**row, "scene_name": row["id"]} for row in asked], replies)
    assert many.scenes == 400
    spread = few.micro.high - few.micro.low
    # Replies are independent here, so one question per scene gives about the same width as twenty do.
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
        (lambda them: them[1:], "no prediction for 1 of 40 questions, such as 0"),
        (lambda them: [*them, them[3]], "two predictions for the same question: 3"),
        (lambda them: [*them, Prediction("x", "1")], "questions that are not in the data: x"),
        (lambda them: [*them, *them], "two predictions for the same question: .* and 37 more"),
    ],
)
def test_predictions_that_do_not_fit_the_questions_are_refused(change, words):
    asked, replies = rows(40)
    with pytest.raises(OptionError, match=words):
        match_predictions(asked, change(replies), "file", missing_as_wrong=False)


def test_missing_predictions_may_count_as_wrong_and_are_reported():
    asked, replies = rows(40)
    some, absent = match_predictions(asked, replies[10:], "file", missing_as_wrong=True)
    assert score(some, absent).without_reply == {"no prediction": 10}


def test_a_line_cut_short_by_a_kill_is_left_out_and_any_other_fault_is_named(tmp_path):
    path = tmp_path / "predictions.jsonl"
    path.write_text('{"id": 1, "prediction": "2"}\n\n{"id": "a", "prediction": null}\n{"id": 3, "pred')
    assert read_predictions(path) == [Prediction("1", "2"), Prediction("a", "")]
    assert read_predictions(tmp_path) == read_predictions(path)
    path.write_text('{"id": 1}\n{"id": 2, "prediction": "3"}\n')
    with pytest.raises(OptionError, match="line 1 is not an object"):
        read_predictions(path)
    with pytest.raises(OptionError, match="cannot be read"):
        read_predictions(tmp_path / "gone.jsonl")


def questions_file(folder, asked):
    path = folder / "test.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in asked))
    return path


def test_the_key_scores_100_and_blind_guesses_score_less(tmp_path):
    asked, _ = rows()
    path = questions_file(tmp_path, asked)
    scores, beside = score_files(None, str(path), reference="key")
    assert scores.macro.official == scores.macro.lenient == 1
    assert set(beside) == {"at random", "best constant", "best for the same words", "the key itself"}
    for name, found in beside.items():
        assert (found.macro.official == 1) == (name == "the key itself")


def test_each_number_of_frames_and_the_debiased_subset_have_their_own_average():
    asked, replies = rows()
    key = REFERENCES["key"][1](asked)
    right = {place for place in range(400) if place % 2}
    mixed = [
        replace(key[place] if place in right else replies[place], frames=16 if place in right else 8)
        for place in range(400)
    ]
    found = score([{**row, "pruned": place not in right} for place, row in enumerate(asked)], mixed)
    assert list(found.frames) == ["8", "16"]
    assert found.frames["16"].official == found.debiased.official == 1
    assert found.frames["16"].questions == found.debiased.questions == 200
    assert found.frames["8"].official < 1
    assert score(asked, replies).debiased is None
    assert score(asked, replies).frames == {}


def test_an_unreadable_key_is_reported():
    """A category with a space in its name. The official scorer reads only the first word."""
    row = {"id": "1", "dataset": "one", "scene_name": "s", "question_type": "nearest", "question": "?"}
    asked = [{**row, "ground_truth": "trash can", "options": None}]
    scores, key = score(asked, replies := REFERENCES["key"][1](asked)), score(asked, replies)
    (line,) = (it for it in closing_lines(scores, {"the key itself": key}) if "key" in it)
    assert line.startswith(
        "the key itself: the right answers, scored as replies, get 0.0 (official) and 100.0 (lenient)"
    )


def test_reasons_for_missing_replies_are_counted_and_the_most_common_comes_first():
    asked, replies = rows(40)
    errors = ["it is damaged"] * 5 + [f"scene {n} is missing" for n in range(8)]
    replies = [replace(it, error=error) for it, error in zip(replies, [*errors, *[None] * 27], strict=True)]
    lines = closing_lines(score(asked, replies), {})
    at = lines.index("13 of 40 questions have no reply and count as wrong:")
    assert lines[at + 1] == "  5: it is damaged"
    assert lines[-1] == "  4: other reasons (4), see the predictions."


def test_an_unfinished_evaluation_is_not_scored_as_a_finished_one(tmp_path):
    out = evaluations.write(tmp_path / "run", questions=301)
    with pytest.raises(OptionError, match="contains 300 predictions for 301 questions"):
        score_files(out, "")


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
_FIELDS = (*rows(1)[0][0], "prediction", "error", "frames", "pruned", "by_centres", "unit")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(_FIELDS), _ANY), max_size=4))
def test_any_values_in_predictions_are_scored_or_refused_with_a_message(tmp_path, changes):
    asked, replies = rows(4)
    lines = [{**row, "prediction": it.reply} for row, it in zip(asked, replies, strict=True)]
    for place, name, value in changes:
        lines[place][name] = value
    path = tmp_path / "predictions.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    try:
        scores, _ = score_files(path, "")
    except OptionError:
        return
    assert 0 <= scores.macro.official <= 1


def test_scores_are_shown_with_published_ones_if_requested(tmp_path, capsys, monkeypatch):
    out = evaluations.write(tmp_path / "run")
    monkeypatch.setattr("sys.argv", ["vsitrain", "score", str(out), "--published", "GPT-4o", "--json"])
    with pytest.raises(SystemExit):
        main()
    found = json.loads(capsys.readouterr().out)
    assert found["published"]["GPT-4o"]["average"] == 34.0
    monkeypatch.setattr("sys.argv", ["vsitrain", "score", str(out), "--published", "GPT-4o"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().out
    assert "*: as published, for 5,130 questions; not computed here." in said
    assert "46.2" in said
    assert "macro over 16 frames" in said


def test_scoring_imports_no_torch(tmp_path):
    out = evaluations.write(tmp_path / "run")
    code = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None; "
        "from vsitrain.commands.app import main; main()"
    )
    for words in (["score", str(out)], ["table", str(out), "--plot", str(tmp_path / "plot.png")]):
        ran = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert "100.0" in ran.stdout


def test_category_constant_never_uses_the_room_that_it_answers_for():
    """Every room has its own answer, so a guess from the other rooms is never right."""
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
    assert "interval over draws of the 20 rooms" in said
    ids = tmp_path / "ids"
    ids.write_text("1\n2\n3\n")
    command = ["vsitrain", "score", str(given), "--data", str(path), "--subset", str(ids), "--json"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit):
        main()
    assert json.loads(capsys.readouterr().out)["micro"]["questions"] == 3
