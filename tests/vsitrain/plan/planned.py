"""Workloads to plan, and models of real size by their configuration."""

from typing import Any

from vsitrain.models.tiny import SIZES
from vsitrain.models.tiny.configs import make_config
from vsitrain.models.tiny.processors import make_tokenizer
from vsitrain.plan import ClipSize, ModelSize, Workload, measure_model

CLIP = ClipSize(features=936, marks=2, patches=3744)


def real_config(name: str) -> Any:
    size = SIZES[name]
    return make_config(size, make_tokenizer(size.family))


def real_model(name: str, **how: Any) -> ModelSize:
    return measure_model(real_config(name), **how)


def grpo(**changes: Any) -> Workload:
    """The paper's settings on one device, as far as it states them."""
    given: dict[str, Any] = {
        "method": "grpo",
        "questions": 116_900,
        "clip": CLIP,
        "text_tokens": 90,
        "completion_tokens": 32,
        "micro_batch": 14,
        "accumulation": 8,
        "generations": 14,
        "steps_per_generation": 8,
        "reference": True,
    }
    return Workload(**{**given, **changes})


def sft(**changes: Any) -> Workload:
    given: dict[str, Any] = {
        "method": "sft",
        "questions": 1000,
        "clip": CLIP,
        "text_tokens": 90,
        "completion_tokens": 8,
        "micro_batch": 4,
    }
    return Workload(**{**given, **changes})
