"""The log of rollouts contains every completion with its rewards, also of an interrupted and resumed run."""

import pyarrow.parquet as pq
import pytest
from datasets import Dataset

from tests.vsitrain.tiny_runs import early_letters, questions, trainer
from vsidata.errors import VsiError
from vsitrain.runs.rollouts import RolloutLog, Rollouts, read_rollouts


def scored(count, scene="scene_a", reward=0.5):
    return Rollouts(
        rows=[{"id": "q", "scene_name": scene, "topic": "object_counting", "other": 1}] * count,
        completions=[f"reply {number}" for number in range(count)],
        rewards={"mra_reward": [reward] * count, "match_reward": [None] * count},
        totals=[reward] * count,
        tokens=[3] * count,
        truncated=[False] * count,
    )


def log(folder, **more):
    return RolloutLog(folder, ["mra_reward", "match_reward"], **more)


def fill(rollouts, steps):
    for step in steps:
        rollouts.add(step, scored(2), [1.0, -1.0])
    rollouts.flush()


def test_every_completion_is_logged_once_with_its_question_and_rewards(tmp_path):
    fill(log(tmp_path), range(25))
    assert [path.name[:17] for path in sorted(tmp_path.iterdir())] == [
        "00000000-00000009",
        "00000010-00000019",
        "00000020-00000024",
    ]
    table = read_rollouts(tmp_path)
    assert table["step"].to_pylist() == [step for step in range(25) for _ in range(2)]
    row = table.slice(3, 1).to_pylist()[0]
    assert row["completion"] == "reply 1"
    assert (row["reward_mra"], row["reward_match"], row["reward"]) == (0.5, None, 0.5)
    assert (row["advantage"], row["tokens"], row["truncated"]) == (-1.0, 3, False)
    assert (row["id"], row["topic"], row["ground_truth"]) == ("q", "object_counting", None)
    assert "other" not in row


def test_rows_that_a_resumed_run_repeats_are_removed_for_all_processes(tmp_path):
    for rank in range(2):
        fill(log(tmp_path, rank=rank), range(25))
    log(tmp_path).forget_from(13)
    assert read_rollouts(tmp_path)["step"].to_pylist() == [step for step in range(13) for _ in range(4)]
    log(tmp_path).forget_from(0)
    with pytest.raises(VsiError, match="contains no rollouts"):
        read_rollouts(tmp_path)


def test_there_must_be_one_figure_per_completion(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        log(tmp_path).add(0, scored(2), [1.0])


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    rollouts = log(tmp_path / "file" / "rollouts")
    rollouts.add(0, scored(1), [0.0])
    with pytest.raises(VsiError, match="cannot be written"):
        rollouts.flush()


def test_a_damaged_file_is_named(tmp_path):
    fill(log(tmp_path), [0])
    next(tmp_path.iterdir()).write_bytes(b"PAR1")
    with pytest.raises(VsiError, match="cannot be read"):
        read_rollouts(tmp_path)


def _run(folder, out, resume=None):
    rows = [{**row, "topic": f"topic {number}"} for number, row in enumerate(questions())]
    run = trainer(
        folder,
        out,
        data=Dataset.from_list(rows),
        options={"rollouts": out / "_rollouts"},
        max_steps=4,
        save_strategy="steps",
        save_steps=2,
    )
    run.train(resume_from_checkpoint=resume)
    return run, read_rollouts(out / "_rollouts")


def test_log_of_a_run_has_the_completions_that_were_generated_and_trained_on(tiny, tmp_path):
    run, table = _run(tiny(), tmp_path / "run")
    assert table["step"].to_pylist() == [step for step in range(4) for _ in range(8)]
    for row in table.to_pylist():
        replies = [[{"role": "assistant", "content": row["completion"]}]]
        assert row["reward"] == row["reward_early_letters"] == pytest.approx(early_letters(replies)[0])
        assert row["tokens"] <= 6
        assert row["truncated"] == (row["tokens"] == 6)
    logged = [entry for entry in run.state.log_history if "reward" in entry]
    frame = table.to_pandas()
    assert [entry["reward"] for entry in logged] == pytest.approx(
        frame.groupby("step").reward.mean().tolist()
    )
    for topic in ("topic 0", "topic 1"):
        means = frame[frame.topic == topic].groupby("step").reward.mean()
        assert [entry[f"rewards_by_topic/{topic}"] for entry in logged] == pytest.approx(means.tolist())
    # Advantages of a group add up to zero.
    assert frame.groupby(["step", "scene_name"]).advantage.sum().abs().max() < 1e-4


def test_log_of_a_resumed_run_equals_that_of_an_uninterrupted_run(tiny, tmp_path):
    _, whole = _run(tiny(), tmp_path / "run")
    _, resumed = _run(tiny(), tmp_path / "run", str(tmp_path / "run" / "checkpoint-2"))
    assert resumed.equals(whole)


def test_completions_of_an_evaluation_are_not_logged(tiny, tmp_path):
    out = tmp_path / "_rollouts"
    run = trainer(
        tiny(), tmp_path, options={"rollouts": out, "eval_dataset": questions()}, per_device_eval_batch_size=8
    )
    run.evaluate()
    assert not out.exists()


def test_files_of_a_run_open_with_any_reader_of_parquet(tiny, tmp_path):
    _run(tiny(), tmp_path)
    assert pq.read_table(tmp_path / "_rollouts").num_rows == 32
