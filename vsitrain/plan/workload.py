"""What a run asks of the hardware, in numbers."""

import os
from dataclasses import dataclass
from typing import Any, Literal

from vsitrain.plan.clip_size import ClipSize
from vsitrain.settings.run_options import Method

Sharding = Literal["none", "zero1", "zero2", "zero3", "fsdp"]
"""What is spread over the processes: nothing, the optimizer, gradients too, weights too (the last two)."""

Offloaded = Literal["nothing", "optimizer", "weights"]
"""What DeepSpeed or FSDP keep in the machine's memory; the optimizer with the weights."""


@dataclass(frozen=True)
class Workload:
    """The settings of a run that decide on memory and time.

    Attributes:
        method: which trainer.
        questions: in the data, after its mix and limits.
        clip: of a question.
        text_tokens: of a prompt besides the clip.
        completion_tokens: of a reply, at most.
        micro_batch: completions (GRPO), questions (SFT) or pairs (DPO) on a device at a time.
        accumulation: micro-batches a step.
        processes: devices, each of which runs all of this.
        epochs: passes over the questions.
        max_steps: ends the run before; none if it is not positive.
        generations: completions a prompt (GRPO).
        steps_per_generation: micro-batches whose completions are generated at once (GRPO).
        iterations: how often they are trained on (GRPO).
        reference: whether the log-probabilities of an untrained model are wanted.
        checkpointing: whether activations are computed again in the backward pass.
        weight_bytes: of a number of the loaded weights.
        compute_bytes: of a number of the activations.
        sharding: what is spread over the processes.
        offloaded: what lies in the machine's memory instead of the device's: nothing, the optimizer, or the
            weights too.
        optimizer: by the name that `optim` has in TRL's configuration.
        vllm: share of a device's memory that vLLM takes, 0 where it runs elsewhere; None where transformers
            generates.
    """

    method: Method
    questions: int
    clip: ClipSize
    text_tokens: int
    completion_tokens: int
    micro_batch: int
    accumulation: int = 1
    processes: int = 1
    epochs: float = 1.0
    max_steps: int = -1
    generations: int = 1
    steps_per_generation: int = 1
    iterations: int = 1
    reference: bool = False
    checkpointing: bool = True
    weight_bytes: int = 2
    compute_bytes: int = 2
    sharding: Sharding = "none"
    offloaded: Offloaded = "nothing"
    optimizer: str = "adamw_torch"
    vllm: float | None = None

    @property
    def prompt_tokens(self) -> int:
        """Tokens of a prompt with its clip."""
        return self.clip.tokens + self.text_tokens

    @property
    def sequences(self) -> int:
        """Sequences that go through the model at a time in training: DPO's pairs are two each."""
        return self.micro_batch * (2 if self.method == "dpo" else 1)

    @property
    def shares_features(self) -> bool:
        """Whether the vision tower runs once a clip: not where weights are spread over the devices."""
        return self.sharding not in ("zero3", "fsdp")

    @property
    def scores_old(self) -> bool:
        """Whether GRPO scores what it generated once more, before it trains on it for several steps."""
        serves = self.steps_per_generation * self.iterations
        return self.method == "grpo" and (self.accumulation % serves != 0 or self.vllm is not None)

    @property
    def generated(self) -> int:
        """Completions that a device generates at once."""
        return self.micro_batch * self.steps_per_generation if self.method == "grpo" else 0


def workload_of(
    method: Method,
    args: Any,
    *,
    questions: int,
    clip: ClipSize,
    text_tokens: int,
    answer_tokens: int,
    dtype: str | None,
    processes: int | None = None,
    sharding: Sharding | None = None,
) -> Workload:
    """The numbers of a run from TRL's configuration.

    Args:
        method: which trainer.
        args: a GRPOConfig, SFTConfig or DPOConfig.
        questions: how many there are.
        clip: of a question.
        text_tokens: of a prompt besides the clip.
        answer_tokens: of a right answer (SFT, DPO).
        dtype: that weights are loaded in; `auto` and None are taken for bfloat16, in which these models are
            published.
        processes: devices; None for those that the run was launched on.
        sharding: None for what the run was launched with (accelerate, DeepSpeed).
    """
    half = args.bf16 or args.fp16
    weight_bytes = 4 if dtype == "float32" else 2
    common = {
        "method": method,
        "questions": questions,
        "clip": clip,
        "text_tokens": text_tokens,
        "micro_batch": args.per_device_train_batch_size,
        "accumulation": args.gradient_accumulation_steps,
        "processes": args.world_size if processes is None else processes,
        "epochs": args.num_train_epochs,
        "max_steps": args.max_steps,
        "checkpointing": bool(args.gradient_checkpointing),
        "weight_bytes": weight_bytes,
        "compute_bytes": 2 if half else weight_bytes,
        "sharding": _sharding(args) if sharding is None else sharding,
        "offloaded": _offloaded(args),
        "optimizer": str(getattr(args.optim, "value", args.optim)),
    }
    if method != "grpo":
        return Workload(**common, completion_tokens=answer_tokens, reference=method == "dpo")
    return Workload(
        **common,
        completion_tokens=args.max_completion_length,
        generations=args.num_generations,
        steps_per_generation=args.steps_per_generation,
        iterations=args.num_iterations,
        reference=args.beta != 0,
        vllm=_vllm(args),
    )


def _vllm(args: Any) -> float | None:
    if not args.use_vllm:
        return None
    return float(args.vllm_gpu_memory_utilization) if args.vllm_mode == "colocate" else 0.0


def _offloaded(args: Any) -> Offloaded:
    plugin = args.deepspeed_plugin
    if plugin is not None:
        zero = plugin.deepspeed_config.get("zero_optimization", {})
        away = {
            kind: (zero.get(f"offload_{kind}") or {}).get("device", "none") != "none"
            for kind in ("param", "optimizer")
        }
        return "weights" if away["param"] else "optimizer" if away["optimizer"] else "nothing"
    told = (args.fsdp_config or {}).get("offload_params")
    told = os.environ.get("FSDP_OFFLOAD_PARAMS", "false") if told is None else told
    return "weights" if str(told).casefold() == "true" and _sharding(args) == "fsdp" else "nothing"


def _sharding(args: Any) -> Sharding:
    plugin = args.deepspeed_plugin
    if plugin is not None:
        stages: dict[int, Sharding] = {1: "zero1", 2: "zero2", 3: "zero3"}
        return stages.get(int(plugin.zero_stage), "none")
    fsdp = args.fsdp or os.environ.get("ACCELERATE_USE_FSDP", "false").casefold() == "true"
    return "fsdp" if fsdp else "none"
