"""The checks, by name."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from vsitrain.doctor.finding import Finding
from vsitrain.doctor.setup import Setup
from vsitrain.doctor.training_steps import grpo_step, sft_step
from vsitrain.doctor.vllm_reply import vllm_reply

Check = Callable[[Setup, str], Iterator[Finding]]
"""A check, called with its setup and its name. The last finding that it yields is its result."""

CHECKS: Mapping[str, Check] = {
    "SFT, one step": sft_step,
    "GRPO, one step, tower once per clip": partial(grpo_step, share_features=True),
    "GRPO, one step, tower in every pass": partial(grpo_step, share_features=False),
    "vLLM, one reply": vllm_reply,
}
