"""VSTI-Bench's rows, prompts, five scores and two versions, against numbers computed by hand.

The rows are made here in the form that the benchmark's generator writes: a word as the truth of a choice, its
letter in `mc_answer`, and the scene in `video_path`.
"""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vsidata.errors import OptionError
from vsitrain.evaluation.run import record_of
from vsitrain.evaluation.settings import settings_for
from vsitrain.prompts import ask
from vsitrain.scoring.compare_runs import compare_runs
from vsitrain.scoring.layouts import FORMATS, LAYOUTS
from vsitrain.scoring.questions import read_questions
from vsitrain.scoring.score_files import score_files
from vsitrain.scoring.score_text import as_json, closing_lines

TYPES = [
    "camera_displacement",
    "camera_movement_direction",
    "camera_obj_abs_dist",
    "camera_obj_rel_dist_v1",
    "camera_obj_rel_dist_v2",
    "camera_obj_rel_dist_v3",
    "obj_obj_relative_pos_lr",
    "obj_obj_relative_pos_nf",
    "obj_obj_relative_pos_ud",
]
NUMBERS = (TYPES[0], TYPES[2])
WORDS = ["Left", "Right", "Forward", "Backward"]


def question(number, kind):
    row = {
        "id": number,
        "video_path": f"scannet/videos/scene{number % 3:04d}_00.mp4",
        "question_type": kind,
        "question": f"Question {number}?",
    }
    if kind in NUMBERS:
        return row | {"options": [], "ground_truth": "2.0", "mc_answer": None}
    options = [f"{letter}. {word}" for letter, word in zip("ABCD", WORDS, strict=True)]
    return row | {"options": options, "ground_truth": WORDS[number % 4], "mc_answer": "ABCD"[number % 4]}


def bench(folder, count=18):
    """A copy of the benchmark with any number of questions, its types in turn."""
    folder.mkdir(exist_ok=True)
    rows = [question(number, TYPES[number % 9]) for number in range(count)]
    (folder / "test.json").write_text(json.dumps(rows, indent=1))
    return folder


def predicted(path, rows, reply):
    path.write_text("".join(json.dumps({"id": row["id"], "prediction": reply(row)}) + "\n" for row in rows))
    return path


def test_rows_have_the_columns_of_the_other_benchmark(tmp_path):
    rows = read_questions(str(bench(tmp_path)))
    assert rows == read_questions(str(tmp_path / "test.json"))
    assert [(row["dataset"], row["scene_name"]) for row in rows[:2]] == [
        ("scannet", "scene0000_00"),
        ("scannet", "scene0001_00"),
    ]
    assert (rows[0]["ground_truth"], rows[0]["unit"], rows[0]["options"]) == ("2.0", "m", None)
    assert (rows[1]["ground_truth"], rows[1]["answer"]) == ("B", "Right")


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_rows_are_the_same_in_any_form_of_file(tmp_path, form):
    expected = read_questions(str(bench(tmp_path)))
    rows = json.loads((tmp_path / "test.json").read_text())
    (tmp_path / "test.json").unlink()
    if form == "jsonl":
        (tmp_path / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "test-00000-of-00001.parquet")
    assert read_questions(str(tmp_path)) == expected


def test_prompts_are_those_of_the_benchmark(tmp_path):
    rows = read_questions(str(bench(tmp_path)))
    settings = settings_for("none", num_frames=32)
    asked = [ask(row, settings.mode, form=settings.form, letters=True) for row in rows[:2]]
    assert asked[0] == (
        "These are frames of a video.\nQuestion 0?\nPlease answer the question using a single word or phrase."
    )
    assert asked[1] == (
        "These are frames of a video.\nQuestion 1?\nOptions:\nA. Left\nB. Right\nC. Forward\nD. Backward\n"
        "Answer with the option's letter from the given choices directly."
    )
    assert settings.max_new_tokens == 16


def test_five_scores_and_their_mean(tmp_path):
    rows = read_questions(str(bench(tmp_path, 36)))  # four questions of each type

    def reply(row):
        number, kind = int(row["id"]), row["question_type"]
        if kind == "camera_displacement":
            return "2.4"  # an error of a fifth: the thresholds 0.50 to 0.80, seven of ten
        if kind == "camera_obj_abs_dist":
            return "2 m" if number < 18 else "far"
        if kind in ("camera_obj_rel_dist_v1", "obj_obj_relative_pos_ud"):
            return f"{row['ground_truth']}."
        if kind == "camera_obj_rel_dist_v2":
            return row["ground_truth"].lower() if number < 9 else "E"
        return "E"

    scores, references = score_files(predicted(tmp_path / "p.jsonl", rows, reply), str(tmp_path))
    found = {task: figure.official for task, figure in scores.tasks.items()}
    assert list(found) == [
        "camera_displacement",
        "camera_movement_direction",
        "camera_obj_abs_dist",
        "camera_obj_rel_dist",
        "obj_obj_relative_pos",
    ]
    assert list(found.values()) == pytest.approx([0.7, 0, 0.5, (1 + 0.25 + 0) / 3, 1 / 3])
    assert scores.macro.official == pytest.approx((0.7 + 0 + 0.5 + 1.25 / 3 + 1 / 3) / 5)
    assert references["the key itself"].macro.official == references["the key itself"].macro.lenient == 1
    assert scores.tasks["camera_obj_abs_dist"].lenient == 0.5


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (6042, "VSTI-Bench before the erratum of 2026-07-13 (6,042 questions)"),
        (5736, "VSTI-Bench after the erratum of 2026-07-13 (5,736 questions)"),
        (18, "version not known: the file has 18 questions"),
    ],
)
def test_version_is_stated_with_the_scores(tmp_path, count, words):
    bench(tmp_path, count)
    scores, references = score_files(None, str(tmp_path), reference="key")
    (line,) = [line for line in closing_lines(scores, references) if "VSTI-Bench" in line]
    assert words in line
    assert "not comparable" in line
    assert as_json(scores, references)["version"] == line


def evaluation(folder, data, kept=9):
    """An evaluation of the first questions of a copy of the benchmark, as `vsitrain evaluate` stores it."""
    folder.mkdir()
    rows = read_questions(str(data))[:kept]
    record = record_of({"model": "m"}, {"data": str(data)}, rows, settings_for("none"), ())
    (folder / "run.json").write_text(json.dumps(record))
    lines = ({**row, "prediction": row["ground_truth"], "frames": 32} for row in rows)
    (folder / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_mixed_versions_are_named_or_refused(tmp_path):
    old, new = bench(tmp_path / "old", 6042), bench(tmp_path / "new", 5736)
    of_old, of_new = evaluation(tmp_path / "a", old), evaluation(tmp_path / "b", new)
    scores, _ = score_files(of_old, "")
    assert "before the erratum" in scores.version  # the predictions keep the version, even of a few questions
    warnings: list[str] = []
    score_files(of_old, str(new), warned=warnings.append, missing_as_wrong=True)
    assert len(warnings) == 1
    assert "6,042 questions (before the erratum" in warnings[0]
    assert "5,736 questions (after the erratum" in warnings[0]
    score_files(of_new, str(new), warned=warnings.append, missing_as_wrong=True)
    assert len(warnings) == 1
    bare = predicted(tmp_path / "bare.jsonl", read_questions(str(old)), lambda row: row["ground_truth"])
    with pytest.raises(OptionError, match="not in the data"):
        score_files(bare, str(new), warned=warnings.append)
    assert len(warnings) == 2
    both = tmp_path / "both.jsonl"
    lines = [(it / "predictions.jsonl").read_text().splitlines() for it in (of_old, of_new)]
    both.write_text("\n".join([*lines[0][:4], *lines[1][4:]]))
    with pytest.raises(OptionError, match="several copies of VSTI-Bench"):
        score_files(both, "")


def test_comparison_of_runs_on_different_versions_is_refused(tmp_path):
    runs = [
        evaluation(tmp_path / name, bench(tmp_path / f"data-{name}", count))
        for name, count in (("a", 6042), ("b", 5736))
    ]
    lines = [json.loads(line) for line in (runs[1] / "predictions.jsonl").read_text().splitlines()]
    lines[0]["ground_truth"] = "1.5"
    (runs[1] / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(OptionError, match="made for VSTI-Bench with 5,736 questions"):
        compare_runs(runs)


def test_table_has_the_columns_of_the_benchmark(tmp_path):
    run = evaluation(tmp_path / "run", bench(tmp_path / "data"))
    rows = compare_runs([run], references=False).rows
    text = FORMATS["markdown"](rows, LAYOUTS["models"])
    assert (
        text.splitlines()[0]
        == "| Model | Mode | Avg | Displacement | Direction | Abs.Dist | Rel.Dist | Rel.Pos |"
    )
    assert text.splitlines()[2] == "| run | vanilla | 100.0 | 100.0 | 100.0 | 100.0 | 100.0 | 100.0 |"
