"""The rewards in TRL's own trainer: the columns that it passes, and its treatment of None."""

from collections import defaultdict
from types import SimpleNamespace

import pytest

from vsitrain.prompts import prompt_mode
from vsitrain.rewards import reward_functions


@pytest.mark.slow
def test_trl_accepts_the_rewards_and_ignores_missing_rewards() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("trl")
    from accelerate import Accelerator
    from trl.trainer.grpo_trainer import GRPOTrainer
    from trl.trainer.utils import get_callable_name, is_async_callable

    functions = reward_functions(["min_ratio", "match", "format"], mode=prompt_mode("think"), letters=True)
    assert [get_callable_name(function) for function in functions] == [
        "min_ratio_reward",
        "match_reward",
        "format_reward",
    ]
    assert not any(is_async_callable(function) for function in functions)
    trainer = SimpleNamespace(
        accelerator=Accelerator(cpu=True),
        reward_funcs=functions,
        reward_processing_classes=[None] * 3,
        reward_func_names=[get_callable_name(function) for function in functions],
        state=SimpleNamespace(global_step=0),
        environments=None,
        args=SimpleNamespace(report_to=[]),
        _log_completion_extra=None,
        _log_metric=None,
        _metrics={"train": defaultdict(list)},
        model=SimpleNamespace(training=True),
    )
    inputs = [
        {
            "prompt": "?",
            "question": "?",
            "options": None,
            "ground_truth": "2.0",
            "answer": "2.0",
            "unit": "m",
        },
        {
            "prompt": "?",
            "question": "?",
            "options": ["A. bed", "B. sofa"],
            "ground_truth": "B",
            "answer": "sofa",
            "unit": None,
        },
    ]
    replies = ["<think>far</think><answer>250 cm</answer>", "<answer>b</answer>"]
    completions = [[{"role": "assistant", "content": reply}] for reply in replies]
    calculate = GRPOTrainer._calculate_rewards
    table = calculate(trainer, inputs, ["?", "?"], completions, [[1], [1]])
    nan = float("nan")
    torch.testing.assert_close(table.cpu(), torch.tensor([[0.75, nan, 1.0], [nan, 1.0, 0.0]]), equal_nan=True)
    assert table.nansum(dim=1).tolist() == pytest.approx([1.75, 1.0])
