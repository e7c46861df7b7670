"""`vsitrain evaluate` makes predictions from VSI-Bench in every form of its files."""

import pytest

from tests.vsitrain.evaluation import benchmark
from vsitrain.commands.app import main
from vsitrain.scoring.predictions import read_entries


class Shades:
    """A stand-in for a model. It replies with the brightness of the shown frames."""

    def __init__(self, *_, **__):
        pass

    def prepare(self, _, clips):
        return [", ".join(str(round(float(frame.mean()))) for frame in clip.frames) for clip in clips]

    def reply(self, batch):
        return batch


@pytest.fixture
def evaluate(tiny, tmp_path, monkeypatch, capsys):
    """Run `vsitrain evaluate` on three frames of each video, and return its output."""
    monkeypatch.setattr("vsitrain.evaluation.replies.Replier", Shades)

    def run(data, out, *words):
        given = ["--model", str(tiny()), "--data", str(data), "--out", str(tmp_path / out), "--frames", "3"]
        monkeypatch.setattr("sys.argv", ["vsitrain", "evaluate", *given, *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out + said.err

    return run


def shown(folder):
    return {entry["id"]: entry["reply"] for entry in read_entries(folder)}


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
@pytest.mark.parametrize("zipped", [False, True])
def test_every_form_shows_the_same_frames_first_middle_and_last(evaluate, tmp_path, form, zipped):
    copy = benchmark.write(tmp_path / "copy", form=form, zipped=zipped)
    status, said = evaluate(copy, "out")
    assert status == 0, said
    found = shown(tmp_path / "out")
    assert len(found) == len(benchmark.QUESTIONS)
    for row in benchmark.QUESTIONS:
        first = benchmark.SHADES[row["dataset"], row["scene_name"]]
        seen = [int(shade) for shade in found[str(row["id"])].split(", ")]
        assert seen == pytest.approx([first, first + 40, first + 80], abs=5)
    assert {(entry["frames"], len(entry["clip"])) for entry in read_entries(tmp_path / "out")} == {(3, 16)}


def test_questions_and_videos_may_be_in_different_folders(evaluate, tmp_path):
    copy = benchmark.write(tmp_path / "copy", zipped=True)
    questions = (copy / "test.jsonl").rename(tmp_path / "test.jsonl")
    status, said = evaluate(questions, "out")
    assert status == 2
    assert "--videos: is missing: the folder of the questions has no videos of arkitscenes" in said
    status, said = evaluate(questions, "out", "--videos", str(copy))
    assert status == 0, said
    assert len(shown(tmp_path / "out")) == 6


def test_unreadable_videos_are_wrong_and_counted_in_the_output(evaluate, tmp_path):
    copy = benchmark.write(tmp_path / "copy")
    damaged, gone, short = (copy / dataset / f"{name}.mp4" for dataset, name in benchmark.SHADES)
    damaged.write_bytes(b"no video at all")
    gone.unlink()
    short.write_bytes(short.read_bytes()[:-900])
    status, said = evaluate(copy, "out")
    assert status == 0, said
    entries = read_entries(tmp_path / "out")
    assert len(entries) == 6
    errors = {entry["scene_name"]: entry["error"] for entry in entries if "error" in entry}
    assert {"scene0000_00", "scene0001_00", "41069025"} == set(errors)
    assert "6 of 6 questions have no reply and count as wrong" in said
    assert "2: scene0001_00.mp4: is missing" in said


def test_the_debiased_subset_is_reported_if_the_copy_defines_it(evaluate, tmp_path):
    copy = benchmark.write(tmp_path / "copy")
    (copy / "pruned_ids.txt").write_text("0\n3\n")
    status, said = evaluate(copy, "out")
    assert status == 0, said
    (line,) = (line for line in said.splitlines() if line.startswith("macro, debiased subset"))
    assert line.split()[3] == "4"
    entries = read_entries(tmp_path / "out")
    assert {entry["id"] for entry in entries if entry["pruned"]} == {"0", "3"}
