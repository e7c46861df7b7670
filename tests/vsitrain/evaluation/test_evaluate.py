"""Evaluations: the same replies for any batch size, and after an interruption."""

import json
from dataclasses import asdict, replace

import pytest

from scripts.docs.columns import evaluation_fields
from tests.vsitrain import asked
from tests.vsitrain.data import builds
from tests.vsitrain.test_checkpoints import KNOWN
from vsidata.errors import OptionError
from vsitrain.commands.app import main
from vsitrain.data.frames import FrameStore
from vsitrain.evaluation import evaluate, settings_for
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import VERSIONS, Replier
from vsitrain.evaluation.run import NAMED_FRAMES, record_of
from vsitrain.evaluation.study import result_of
from vsitrain.runs.provenance import write_provenance
from vsitrain.scoring.centres import BY_CENTRES
from vsitrain.scoring.predictions import read_entries
from vsitrain.scoring.questions import read_questions
from vsitrain.scoring.score_files import score_files
from vsitrain.scoring.vsti import VERSION


@pytest.fixture
def data(tmp_path):
    return asked.build(tmp_path / "build")


class Says:
    """A stand-in for a model. It records the questions and the size of each batch."""

    def __init__(self, reply=lambda row: f"<answer>{row['id']}</answer> and more"):
        self.text_of = reply
        self.batches = []

    def prepare(self, rows, clips):
        assert all(len(clip.frames) for clip in clips)
        return rows

    def reply(self, rows):
        self.batches.append(len(rows))
        return [self.text_of(row) for row in rows]


class Made:
    """An evaluation with replies that name their question."""

    def __init__(self, folder, data, **given):
        self.out = folder
        self.settings = settings_for("none", **given)
        self.rows = read_questions(str(data))
        self.clips = FrameStore(str(data), "train", num_frames=4, max_pixels=12544)

    def run(self, rows=None, model=None, **how):
        record = record_of({"model": "none"}, {"data": "data"}, self.rows, self.settings, VERSIONS)
        evaluate(
            self.rows if rows is None else rows,
            self.clips,
            model or Says(),
            self.out,
            record=record,
            settings=self.settings,
            batch=how.pop("batch", 2),
            **how,
        )
        return read_entries(self.out)


def test_every_question_is_asked_once_in_batches_and_kept_with_its_truth(data, tmp_path):
    told = []
    made, model = Made(tmp_path / "out", data), Says()
    entries = made.run(batch=3, model=model, on_progress=lambda *count: told.append(count))
    assert model.batches == [3, 1]
    assert told == [(3, 4), (4, 4)]
    assert {entry["id"] for entry in entries} == {row["id"] for row in made.rows}
    described = set(evaluation_fields()["predictions.jsonl"])
    assert all(
        described >= {*entry} >= described - {"pruned", "room", BY_CENTRES, VERSION, NAMED_FRAMES, "error"}
        for entry in entries
    )
    scenes = [entry["scene_name"] for entry in entries]
    assert scenes == sorted(scenes)  # a video is decoded once for all questions about it
    by_id = {entry["id"]: entry for entry in entries}
    assert all(by_id[row["id"]]["options"] == row["options"] for row in made.rows)
    assert entries[0]["prediction"] == entries[0]["reply"]
    assert entries[0]["tag"] is None


@pytest.mark.parametrize("cut", [1, 20, 4000])
def test_a_killed_evaluation_resumes_and_ends_with_the_same_bytes(data, tmp_path, cut):
    whole = Made(tmp_path / "whole", data).run()
    made = Made(tmp_path / "out", data)
    made.run(rows=sorted(made.rows, key=lambda row: row["scene_name"])[:3], batch=1)
    path = tmp_path / "out" / "predictions.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])  # a process that is killed while it writes a line leaves this
    assert made.run() == whole


def test_a_last_line_that_lacks_only_its_newline_is_kept(data, tmp_path):
    whole = Made(tmp_path / "whole", data).run()
    made = Made(tmp_path / "out", data)
    made.run(rows=sorted(made.rows, key=lambda row: row["scene_name"])[:3], batch=1)
    path = tmp_path / "out" / "predictions.jsonl"
    before = path.read_bytes()
    path.write_bytes(before.removesuffix(b"\n"))
    model = Says()
    assert made.run(model=model) == whole
    assert model.batches == [1]  # the question that was not asked before
    assert path.read_bytes().startswith(before)


@pytest.mark.parametrize("name", ["predictions.jsonl", "predictions-0-of-2.jsonl"])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_predictions_of_another_program_are_not_changed(data, tmp_path, name, end):
    path = tmp_path / "out" / name
    path.parent.mkdir()
    path.write_bytes(b'{"id": "mine", "prediction": "3"}\n{"id": "yours", "prediction": "4"}' + end)
    before = path.read_bytes()
    with pytest.raises(OptionError, match=r"has no run\.json next to it") as caught:
        Made(tmp_path / "out", data).run()
    assert caught.value.file == str(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [name]


def test_an_evaluation_resumes_with_another_number_of_processes(data, tmp_path):
    made = Made(tmp_path / "out", data)
    made.run(process=(0, 3), batch=1)
    made.run(process=(1, 3), batch=1)
    entries = made.run(process=(0, 1))
    assert sorted(entry["id"] for entry in entries) == sorted(row["id"] for row in made.rows)


def test_a_folder_with_another_evaluation_is_not_written_to(data, tmp_path):
    Made(tmp_path / "out", data).run()
    with pytest.raises(OptionError, match="with other settings: num_frames"):
        Made(tmp_path / "out", data, num_frames=3).run()


def test_an_evaluation_that_showed_frames_at_other_rates_is_not_continued(data, tmp_path):
    made = Made(tmp_path / "out", data)
    made.run(rows=made.rows[:1])
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    del record["shown_as"]  # evaluations were like this before the frame rates were corrected
    (tmp_path / "out" / "run.json").write_text(json.dumps(record))
    with pytest.raises(
        OptionError, match="another version of vsitrain, which shows frames in another way"
    ) as no:
        made.run()
    assert "Pass another --out, and evaluate all questions again" in str(no.value)
    assert len(read_entries(tmp_path / "out")) == 1


def test_a_video_that_cannot_be_opened_is_scored_as_wrong_and_counted(data, tmp_path):
    frames = [builds.footage(scene, 3, (84, 84)) for scene in asked.SCENES[1:]]
    builds.write(data, frames=frames)
    made = Made(tmp_path / "out", data)
    entries = made.run()
    assert [("error" in entry) for entry in entries] == [True, False, False, False]
    assert "has no frames" in entries[0]["error"]
    scores, _ = score_files(tmp_path / "out", "")
    assert sum(scores.without_reply.values()) == 1
    assert scores.micro.questions == 4


def test_the_scorer_gets_the_text_of_a_single_tag_or_else_the_whole_reply(data, tmp_path):
    made = Made(tmp_path / "out", data, prompt="think")
    texts = iter(["<answer>5</answer>", *["5 chairs"] * 3])
    first, *others = made.run(model=Says(lambda _: next(texts)))
    assert (first["prediction"], first["reply"], first["tag"]) == ("5", "<answer>5</answer>", True)
    assert others[0]["prediction"] == "5 chairs"
    assert not others[0]["tag"]


def test_record_contains_all_settings_of_a_result(data, tmp_path):
    made = Made(tmp_path / "out", data, prompt="observe")
    made.run()
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["prompt"]["name"] == "observe"
    assert record["prompt"]["evaluation"].startswith("Please observe the video first")
    assert record["rules"] == ["wide@12345678"]
    assert (record["num_frames"], record["decoding"], record["wording"]) == (16, "greedy", "untouched")
    assert {"vsi100k", "torch", "transformers", "peft", "numpy", "opencv-python-headless"} <= set(
        record["versions"]
    )


def test_a_result_can_be_repeated_from_its_files(tiny, data, tmp_path, monkeypatch):
    out = tmp_path / "out"
    places = ["--model", str(tiny()), "--data", str(data), "--out", str(out)]
    words = [*places, "--frames", "2", "--max-new-tokens", "4", "--prompt", "think", "--dtype", "float32"]
    monkeypatch.setattr("sys.argv", ["vsitrain", "evaluate", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    record = json.loads((out / "run.json").read_text())
    assert record.keys() == evaluation_fields()["run.json"].keys()
    assert record["model"] == str(tiny())
    assert len(record["weights_sha256"]) == len(record["settings_sha256"]) == 64
    assert (record["revision"], record["base"], record["trained"]) == (None, None, None)
    assert (record["data"], record["split"], record["questions"]) == (str(data), "train", 4)
    assert len(record["questions_sha256"]) == 64
    assert record["rules"] == ["wide@12345678"]
    assert record["prompt"]["evaluation"].startswith("Let's think step by step")
    how = ("num_frames", "min_pixels", "max_pixels", "input_mode", "max_new_tokens", "dtype", "backend")
    assert [record[name] for name in how] == [2, 3136, 100352, "video", 4, "float32", "hf"]
    assert (record["decoding"], record["repetition_penalty"], record["seed"]) == ("greedy", 1.0, 0)
    asked_of = {row["id"]: row for row in asked.ROWS}
    for entry in read_entries(out):
        assert entry["question"] == asked_of[entry["id"]]["question"]
        assert entry["ground_truth"] == asked_of[entry["id"]]["ground_truth"]
        assert entry["prompt"].startswith("These are frames of a video.\n" + entry["question"])
        assert entry["prompt"].endswith("using a single word or phrase.")
        assert (entry["frames"], len(entry["clip"])) == (2, 16)
        assert isinstance(entry["reply"], str)
        assert entry["tag"] is False


def test_differences_are_listed_if_another_model_would_write_into_a_result(tiny, data, tmp_path, monkeypatch):
    model = tmp_path / "model"
    model.mkdir()
    for file in tiny().iterdir():
        (model / file.name).write_bytes(file.read_bytes())
    words = [
        "--model",
        str(model),
        "--data",
        str(data),
        "--out",
        str(tmp_path / "out"),
        "--max-new-tokens",
        "1",
    ]
    monkeypatch.setattr("sys.argv", ["vsitrain", "evaluate", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-2] + b"\0\0")
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    weights.write_bytes(weights.read_bytes()[:1000])
    monkeypatch.setattr("sys.argv", ["vsitrain", "evaluate", *words[:4], "--out", str(tmp_path / "other")])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2


def test_a_trained_model_gets_its_training_prompts(tmp_path):
    write_provenance(tmp_path, replace(KNOWN, prompt="think", num_frames=7))
    found = settings_for(str(tmp_path))
    assert (found.mode.name, found.form, found.num_frames) == ("think", "training", 7)
    assert found.max_pixels == KNOWN.pixels[1]
    official = settings_for(str(tmp_path), prompt="official")
    assert (official.mode.name, official.form) == ("vanilla", "evaluation")
    assert official.max_new_tokens == 16
    with pytest.raises(OptionError, match="trained with input_mode video, not images"):
        settings_for(str(tmp_path), input_mode="images")


def test_an_untrained_model_gets_the_prompts_of_the_benchmark(tmp_path):
    found = settings_for(str(tmp_path))
    assert (found.mode.name, found.form, found.input_mode) == ("vanilla", "evaluation", "video")
    assert settings_for(str(tmp_path), prompt="think").max_new_tokens == 512


def test_replies_are_the_same_alone_and_in_any_batch(each_tiny, data):
    settings = settings_for("none", num_frames=4, max_pixels=12544, max_new_tokens=6)
    rows = read_questions(str(data))
    store = FrameStore(str(data), "train", num_frames=4, max_pixels=12544)
    clips = [store.clip(row["scene_name"], row["dataset"]) for row in rows]
    replier = Replier(find_model(str(each_tiny)), settings, dtype="float32", device="cpu")
    together = replier.reply(replier.prepare(rows, clips))
    alone = [replier.reply(replier.prepare([row], [clip]))[0] for row, clip in zip(rows, clips, strict=True)]
    assert together == alone


def test_command_asks_and_scores(tiny, data, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    words = [
        "--model",
        str(tiny()),
        "--data",
        str(data),
        "--out",
        str(out),
        "--frames",
        "2",
        "--max-new-tokens",
        "4",
    ]
    monkeypatch.setattr("sys.argv", ["vsitrain", "evaluate", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    said = capsys.readouterr().out
    assert "macro" in said
    assert f"`vsitrain table {out}`" in said
    assert len(read_entries(out)) == 4
    assert asdict(score_files(out, "")[0].micro)["questions"] == 4


def test_study_asks_in_every_mode_and_counts_missing_tags(tiny, data, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    small = ["--frames", "2", "--max-new-tokens", "4", "--json"]
    places = ["--model", str(tiny()), "--data", str(data), "--out", str(out)]
    monkeypatch.setattr("sys.argv", ["vsitrain", "study", *places, *small])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    results = json.loads(capsys.readouterr().out)
    assert list(results) == ["vanilla", "think", "observe"]
    assert results["vanilla"]["without_tag"] is None
    assert results["think"]["without_tag"] == 1.0  # a random model writes no tags
    assert json.loads((out / "think" / "run.json").read_text())["prompt"]["name"] == "think"


def test_study_counts_replies_that_only_a_lenient_parser_reads(data, tmp_path):
    made = Made(tmp_path / "out", data)
    made.run(model=Says(lambda row: f"It is {row['ground_truth']}."))
    found = result_of(tmp_path / "out")
    assert found.unread == 1.0
    assert (found.macro.official, found.macro.lenient) == (0.0, 1.0)
    assert found.words == 3
