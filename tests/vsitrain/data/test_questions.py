"""Which questions of a build are shown in training, how often, and which data is refused."""

import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dataset.manifests import write_manifest
from tests.vsitrain.data import builds
from vsidata.errors import BuildError, OptionError
from vsitrain.data.questions import _mixed, load_questions

EASY, HARD = "object_rel_direction_easy", "object_rel_direction_hard"
COUNTS = 40


def _direction(number: int, question_type: str) -> dict:
    return builds.question(
        number,
        topic="object_rel_direction",
        question_type=question_type,
        options=["A. left", "B. right"],
        ground_truth="B",
        answer="right",
    )


ROWS = [
    *(builds.question(number) for number in range(COUNTS)),
    *(_direction(100 + number, EASY) for number in range(7)),
    *(_direction(200 + number, HARD) for number in range(11)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    builds.write(folder, ROWS)
    held_out = [builds.question(number, "scene0009_00") for number in range(300, 303)]
    return builds.write(folder, held_out, split="validation")


def load(folder, **more):
    return load_questions(str(folder), more.pop("split", "train"), **more)


def test_questions_that_were_written_again_with_the_time_restored_are_read_again(tmp_path):
    builds.write(tmp_path, [builds.question(1, ground_truth="2")])
    (shard,) = (tmp_path / "qa").glob("*.parquet")
    assert load(tmp_path)["ground_truth"] == ["2"]
    status = shard.stat()
    builds.write(tmp_path, [builds.question(1, ground_truth="3")])
    os.utime(shard, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert load(tmp_path)["ground_truth"] == ["3"]


def test_rows_are_in_the_order_of_the_build_and_contain_no_pictures(folder):
    rows = load(folder)
    assert list(rows) == ROWS
    assert not any("image" in name for name in rows.column_names)


def test_validation_has_other_rooms_than_train(folder):
    held_out = load(folder, split="validation")
    assert {*held_out["scene_name"]} == {"scene0009_00"}
    assert not {*held_out["scene_name"]} & {*load(folder)["scene_name"]}


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        ([HARD], {HARD: 11}),
        (["object_rel_direction"], {EASY: 7, HARD: 11}),
        (["object_counting", EASY], {"object_counting": COUNTS, EASY: 7}),
    ],
)
def test_names_of_types_and_of_topics_choose_questions(folder, names, kinds):
    assert Counter(load(folder, question_types=names)["question_type"]) == kinds


@pytest.mark.parametrize(
    ("weights", "kinds"),
    [
        ({"object_counting": 0.5}, {"object_counting": 20, EASY: 7, HARD: 11}),
        ({"object_rel_direction": 2}, {"object_counting": COUNTS, EASY: 14, HARD: 22}),
        ({"object_rel_direction": 2, HARD: 0}, {"object_counting": COUNTS, EASY: 14}),
        ({HARD: 2.5}, {"object_counting": COUNTS, EASY: 7, HARD: 28}),
    ],
)
def test_weight_is_the_number_of_times_that_each_question_of_a_type_is_shown(folder, weights, kinds):
    assert Counter(load(folder, weights=weights)["question_type"]) == kinds


@given(weight=st.floats(0, 4), seed=st.integers(0, 1000))
def test_counts_of_showings_of_a_type_differ_by_at_most_one(weight, seed):
    types = np.array(["a"] * 9 + ["b"] * 4)
    places = _mixed(types, types, {"a": weight}, seed).tolist()
    shown = Counter(places)
    assert [shown[place] for place in range(9, 13)] == [1] * 4
    times = [shown[place] for place in range(9)]
    assert max(times) - min(times) <= 1
    assert sum(times) == round(9 * weight)


def test_draw_depends_only_on_the_seed_and_not_on_the_weights_of_other_types(folder):
    def counted(**more):
        rows = load(folder, **more)
        return [row["id"] for row in rows if row["topic"] == "object_counting"]

    first = counted(weights={"object_counting": 0.5}, seed=1)
    assert counted(weights={"object_counting": 0.5, EASY: 3}, seed=1) == first
    assert counted(weights={"object_counting": 0.5}, seed=2) != first


def test_questions_of_a_smaller_limit_are_among_those_of_a_greater_one(folder):
    few, more = ({*load(folder, limit=limit, seed=5)["id"]} for limit in (10, 30))
    assert len(few) == 10
    assert few < more
    assert len(load(folder, limit=1000)) == len(ROWS)


@pytest.mark.parametrize("how", [{"question_types": ["counting"]}, {"weights": {"counting": 1.0}}])
def test_error_for_an_unknown_name_lists_the_known_names(folder, how):
    with pytest.raises(OptionError, match=f"type or topic counting.*\n.*{EASY}"):
        load(folder, **how)


def test_a_choice_without_questions_is_refused(folder):
    with pytest.raises(OptionError, match="has no matching questions in the split train"):
        load(folder, question_types=[HARD], weights={HARD: 0})


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ({"answer": None}, "its answer is missing"),
        ({"ground_truth": None}, "its ground_truth is missing"),
        ({"question": " "}, "its question is empty"),
        ({"ground_truth": "0", "answer": "0"}, "'0' is not a positive number, which object_counting needs"),
        ({"ground_truth": "several"}, "'several' is not a positive number"),
        ({"unit": "m", "topic": "x", "question_type": "x", "ground_truth": "nan"}, "'nan' is not a positive"),
        ({"options": ["A. sink", "B. bed"], "ground_truth": "C"}, "'C' is not one of the letters A, B"),
    ],
)
def test_error_names_a_question_that_cannot_be_scored(tmp_path, spoilt, fault):
    rows = [builds.question(1), builds.question(2, **spoilt), builds.question(3, **spoilt)]
    with pytest.raises(OptionError, match=fault) as caught:
        load(builds.write(tmp_path, rows))
    assert f"{2:016x}" in caught.value.fault
    assert "Other questions that cannot be scored: 1" in caught.value.fault


def test_word_may_be_the_answer_of_a_question_without_options(tmp_path):
    row = builds.question(1, topic="x", question_type="x", ground_truth="left", answer="left")
    assert len(load(builds.write(tmp_path, [row]))) == 1


def test_folder_without_a_build_is_refused(tmp_path):
    with pytest.raises(OptionError, match="is not a build"):
        load(tmp_path)


def test_error_for_an_unknown_split_lists_the_known_splits(tmp_path):
    builds.write(tmp_path, [builds.question(1)])
    with pytest.raises(OptionError, match="of the split validation, only of train"):
        load(tmp_path, split="validation")


def test_folder_that_does_not_exist_is_refused():
    with pytest.raises(OptionError, match="is not a folder on this disk"):
        load("./no_such_folder")


def test_other_table_is_refused(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "qa").mkdir()
    pq.write_table(
        pa.table({"id": ["1"], "question": ["?"]}), tmp_path / "qa" / "train-00000-of-00001.parquet"
    )
    write_manifest(tmp_path)
    with pytest.raises(OptionError, match=r"has no column answer, dataset, .* in its questions"):
        load(tmp_path)


def test_truncated_file_is_refused(tmp_path):
    builds.write(tmp_path, [builds.question(1)])
    path = tmp_path / "qa" / "train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BuildError, match="has questions that cannot be opened"):
        load(tmp_path)
