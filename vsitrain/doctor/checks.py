"""The checks, by name."""

from collections.abc import Mapping
from functools import partial

from vsitrain.doctor.check import Check
from vsitrain.doctor.training_steps import grpo_step, sft_step
from vsitrain.doctor.vllm_reply import vllm_reply

CHECKS: Mapping[str, Check] = {
    "SFT, one step": sft_step,
    "GRPO, one step, tower once per clip": partial(grpo_step, share_features=True),
    "GRPO, one step, tower in every pass": partial(grpo_step, share_features=False),
    "vLLM, one reply": vllm_reply,
}
