"""The settings of a run that decide its memory and time."""

import os
from dataclasses import dataclass
from typing import Any, Literal

from vsitrain.plan.clip_size import ClipSize
from vsitrain.settings.run_options import Method

Sharding = Literal["none", "zero1", "zero2", "zero3", "fsdp"]
"""The parts of a training that are split over the processes.

`none`: nothing; `zero1`: the optimizer; `zero2`: the optimizer and the gradients; `zero3` and `fsdp`: the
optimizer, the gradients and the weights.
"""

Offloaded = Literal["nothing", "optimizer", "weights"]
"""Parts that DeepSpeed or FSDP keep in the machine's memory; `weights` includes the optimizer."""


@dataclass(frozen=True)
class Workload:
    """The settings of a run that decide memory and time.

    Attributes:
        method: the trainer.
        questions: number of questions, after mix and limits.
        clip: the size of a clip.
        text_tokens: number of tokens of a prompt without the clip.
        completion_tokens: maximum number of tokens of a reply.
        micro_batch: completions (GRPO), questions (SFT) or pairs (DPO) on a device at a time.
        accumulation: micro-batches per step.
        processes: number of devices; each runs one process.
        epochs: number of passes over the questions.
        max_steps: maximum number of steps; no maximum if it is not positive.
        generations: completions per prompt (GRPO).
        steps_per_generation: micro-batches per generation (GRPO).
        iterations: number of times that a completion is trained on (GRPO).
        reference: whether the log-probabilities of a reference model are needed.
        checkpointing: whether activations are computed again in the backward pass.
        weight_bytes: bytes of a number of the loaded weights.
        compute_bytes: bytes of a number of the activations.
        sharding: what is split over the processes.
        offloaded: what is in the machine's memory instead of the device's: nothing, the optimizer, or the
            weights too.
        optimizer: the value of `optim` in TRL's configuration.
        share_features: whether the vision tower may run once per clip.
        vllm: share of a device's memory that vLLM takes, 0 if it runs on other devices; None if transformers
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
    share_features: bool = True
    vllm: float | None = None

    @property
    def prompt_tokens(self) -> int:
        """Tokens of a prompt with its clip."""
        return self.clip.tokens + self.text_tokens

    @property
    def sequences(self) -> int:
        """Number of sequences in the model at a time in training: a pair of DPO is two."""
        return self.micro_batch * (2 if self.method == "dpo" else 1)

    @property
    def shares_features(self) -> bool:
        """Whether the vision tower runs once per clip. False if weights are split over the devices."""
        return self.share_features and self.sharding not in ("zero3", "fsdp")

    @property
    def sums_tower_gradients(self) -> bool:
        """Whether GRPO runs a trained tower once per step. False with several processes or DeepSpeed."""
        return self.processes == 1 and not self.sharding.startswith("zero")

    @property
    def scores_old(self) -> bool:
        """Whether GRPO scores completions again before it trains on them for several steps."""
        serves = self.steps_per_generation * self.iterations
        return self.method == "grpo" and (self.accumulation % serves != 0 or self.vllm is not None)

    @property
    def generated(self) -> int:
        """Number of completions that a device generates at a time."""
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
        method: the trainer.
        args: a GRPOConfig, SFTConfig or DPOConfig.
        questions: number of questions.
        clip: the size of a clip.
        text_tokens: number of tokens of a prompt without the clip.
        answer_tokens: number of tokens of a right answer (SFT, DPO).
        dtype: the type in which weights are loaded; `auto` and None count as bfloat16, the type of the
            published models.
        processes: number of devices; None for those that the run was launched on.
        sharding: the sharding; None for that of the launch (accelerate, DeepSpeed).
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
    stated = (args.fsdp_config or {}).get("offload_params")
    stated = os.environ.get("FSDP_OFFLOAD_PARAMS", "false") if stated is None else stated
    return "weights" if str(stated).casefold() == "true" and _sharding(args) == "fsdp" else "nothing"


def _sharding(args: Any) -> Sharding:
    plugin = args.deepspeed_plugin
    if plugin is not None:
        stages: dict[int, Sharding] = {1: "zero1", 2: "zero2", 3: "zero3"}
        return stages.get(int(plugin.zero_stage), "none")
    fsdp = args.fsdp or os.environ.get("ACCELERATE_USE_FSDP", "false").casefold() == "true"
    return "fsdp" if fsdp else "none"
