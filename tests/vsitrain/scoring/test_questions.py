"""Questions from every form of the benchmark's files, and the messages on files without questions."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.vsitrain.scoring.answers import rows
from vsidata.errors import OptionError
from vsitrain.scoring.benchmark import find_benchmark
from vsitrain.scoring.questions import read_questions


@pytest.fixture
def asked():
    """Ids are numbers, as in the released files."""
    return [{**row, "id": int(row["id"])} for row in rows(30)[0]]


def write(folder, asked, form) -> str:
    """The file of questions."""
    folder.mkdir(exist_ok=True)
    if form == "jsonl":
        path = folder / "test.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in asked))
    else:
        path = folder / "test-00000-of-00001.parquet"
        pq.write_table(pa.Table.from_pylist(asked), path)
    return str(path)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
@pytest.mark.parametrize("whole", [False, True])
def test_both_forms_give_the_same_questions_from_the_file_or_its_folder(tmp_path, asked, form, whole):
    path = write(tmp_path / "copy", asked, form)
    found = read_questions(str(tmp_path / "copy") if whole else path)
    assert found == [{**row, "id": str(row["id"])} for row in asked]
    assert find_benchmark(path).folder == tmp_path / "copy"


def test_questions_left_out_of_the_debiased_subset_are_listed_in_a_file(tmp_path, asked):
    path = write(tmp_path, asked, "jsonl")
    (tmp_path / "pruned_ids.txt").write_text("3\n7\n")
    assert [row["id"] for row in read_questions(path) if row["pruned"]] == ["3", "7"]


CHANGES = {
    "has no scene_name": lambda row: {k: v for k, v in row.items() if k != "scene_name"},
    "has no ground_truth": lambda row: {**row, "ground_truth": None},
    "not a positive number": lambda row: {**row, "ground_truth": "some", "options": None},
    "has no option for its ground_truth": lambda row: {**row, "options": ["A. bed"], "ground_truth": "B"},
    "has options that are not a list of texts": lambda row: {**row, "options": "A. bed, B. door"},
    "questions with the id 1": lambda row: {**row, "id": 1},
}


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
@pytest.mark.parametrize("words", CHANGES)
def test_a_benchmark_file_with_changed_columns_is_named_with_its_first_fault(tmp_path, form, words):
    alike = [
        {**row, "id": int(row["id"])} for row in rows(60)[0] if row["question_type"] == "object_counting"
    ]
    changed = [CHANGES[words](row) for row in alike] if form == "parquet" else alike[:1]
    if form == "jsonl":
        changed += (
            [CHANGES[words](alike[1])]
            if "the id" not in words
            else [CHANGES[words](alike[0]), CHANGES[words](alike[1])]
        )
    path = write(tmp_path, changed, form)
    with pytest.raises(OptionError, match=words) as fault:
        read_questions(path)
    assert path in str(fault.value)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_renamed_columns_are_reported_as_missing(tmp_path, asked, form):
    path = write(
        tmp_path,
        [{("answer" if k == "ground_truth" else k): v for k, v in row.items()} for row in asked],
        form,
    )
    with pytest.raises(OptionError, match="question 1, which has no ground_truth"):
        read_questions(path)


@pytest.mark.parametrize("text", ["", '{"id": 1}', "no json", "[1, 2]"])
def test_a_file_without_questions_is_refused(tmp_path, text):
    path = tmp_path / "test.jsonl"
    path.write_text(text)
    with pytest.raises(OptionError):
        read_questions(str(path))


def test_an_invalid_parquet_file_is_refused(tmp_path):
    path = tmp_path / "test.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(OptionError, match="cannot be read as questions"):
        read_questions(str(path))
