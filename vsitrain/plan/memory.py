"""The memory that a run needs on each device, by part."""

from collections.abc import Mapping
from dataclasses import dataclass

from vsitrain.plan.assumptions import assumed
from vsitrain.plan.model_size import ModelSize
from vsitrain.plan.workload import Workload

Parts = Mapping[str, int]

_GIB = 2**30
_FLOAT = 4
"""Bytes of a float32. Pixels from processors, adapters and the summed gradients of the head have this type.
"""


@dataclass(frozen=True)
class Memory:
    """Bytes on each device.

    Attributes:
        always: memory that is in use during the complete run, by part.
        phases: memory of each phase, by part.
        reserve: memory that PyTorch's allocator cannot use.
    """

    always: Parts
    phases: Mapping[str, Parts]
    reserve: int

    @property
    def peak(self) -> str:
        """The phase that needs most memory."""
        return max(self.phases, key=lambda phase: sum(self.phases[phase].values()))

    @property
    def total(self) -> int:
        """Bytes that a device needs."""
        return sum(self.always.values()) + sum(self.phases[self.peak].values()) + self.reserve


def memory_of(model: ModelSize, work: Workload, device_memory: int) -> Memory:
    """The memory that a run needs on each device.

    Args:
        model: the trained model.
        work: the run.
        device_memory: memory of a device in bytes; vLLM takes a share of it.
    """
    shards = work.processes if work.sharding != "none" else 1
    always = {
        "weights": 0 if work.offloaded == "weights" else _weights(model, work),
        "optimizer": 0 if work.offloaded != "nothing" else int(_state_bytes(model, work) / shards),
    }
    if work.reference and not model.lora:
        always["reference model"] = model.total * weight_bytes(model, work) // _weight_shards(work)
    if work.vllm:
        always["vLLM"] = int(work.vllm * device_memory)
    phases = _training(model, work)
    if work.generated and work.vllm is None:
        phases |= _generation(model, work)
    allocated = sum(always.values()) + max(sum(parts.values()) for parts in phases.values())
    reserve = int(assumed("context") * _GIB + assumed("fragmentation") * allocated)
    return Memory(always, phases, reserve)


def checkpoint_bytes(model: ModelSize, work: Workload) -> int:
    """The size of a checkpoint on disk: the adapter or all weights, and the optimizer."""
    weights = model.trained_total * _trained_bytes(model, work)
    if not model.lora:
        weights += (model.total - model.trained_total) * weight_bytes(model, work)
    return int(weights + _state_bytes(model, work))


def _weight_shards(work: Workload) -> int:
    return work.processes if work.sharding in ("zero3", "fsdp") else 1


def weight_bytes(model: ModelSize, work: Workload) -> int:
    """Bytes of a loaded weight: 4 without an adapter, unless DeepSpeed keeps a float32 copy."""
    copied = work.sharding.startswith("zero") and work.compute_bytes < _FLOAT
    return work.weight_bytes if model.lora or copied else _FLOAT


def _trained_bytes(model: ModelSize, work: Workload) -> int:
    """Bytes of a trained weight: 4 under FSDP, and 4 for adapters except under ZeRO-3."""
    if work.sharding == "fsdp" or (model.lora and work.sharding != "zero3"):
        return _FLOAT
    return weight_bytes(model, work)


def _weights(model: ModelSize, work: Workload) -> int:
    own = model.total if model.lora else model.total - model.trained_total
    in_all = own * weight_bytes(model, work) + model.trained_total * _trained_bytes(model, work)
    return in_all // _weight_shards(work)


def _state_bytes(model: ModelSize, work: Workload) -> float:
    """Bytes of the optimizer's state. DeepSpeed adds a float32 copy of weights in half precision."""
    deepspeed = work.sharding.startswith("zero")
    kept_in = _FLOAT if deepspeed else _trained_bytes(model, work)
    if "8bit" in work.optimizer:
        a_weight = 2.0
    elif work.optimizer in ("sgd", "adafactor"):
        a_weight = 0.0  # SGD has no state, and Adafactor has a row and a column per matrix
    else:
        a_weight = 2.0 * kept_in
    copy = _FLOAT if deepspeed and _trained_bytes(model, work) < _FLOAT else 0
    return model.trained_total * (a_weight + copy)


def _training(model: ModelSize, work: Workload) -> dict[str, Parts]:
    shards = work.processes if work.sharding in ("zero2", "zero3", "fsdp") else 1
    tokens = work.sequences * (work.prompt_tokens + work.completion_tokens)
    number = work.compute_bytes
    vision = model.vision_hidden, model.vision_intermediate
    through = {
        "gradients": model.trained_total * _trained_bytes(model, work) // shards,
        "gathered weights": _gathered(model, work),
        "weights to compute with": _cast(model, work),
    }
    at_once, clips = _clips(model, work)
    pixels = {"pixels": at_once * work.clip.patches * model.pixel * _FLOAT}
    if model.trains_vision:
        patches = clips * work.clip.patches
        through["kept by the vision tower"] = _kept_activations(
            patches, model.vision_layers, *vision, work, "vision_"
        )
        vision_at_work = _layer_bytes(at_once * work.clip.patches, *vision, number, "vision_working")
    else:
        vision_at_work = _forward_vision(at_once * work.clip.patches, model, number)
    if work.shares_features:
        through["features"] = clips * work.clip.features * model.hidden * number
    else:
        through |= pixels
    kept = _kept_activations(tokens, model.layers, model.hidden, model.intermediate, work, "")
    at_work = _layer_bytes(tokens, model.hidden, model.intermediate, number, "working")
    phases: dict[str, Parts] = {
        "training, vision tower": through | pixels | {"the computed layer": vision_at_work},
        "training, language model": through
        | {"kept by the language model": kept, "the computed layer": max(at_work, _head(model, work))},
    }
    if work.method == "grpo" and work.shares_features and not model.trains_vision:
        del phases["training, vision tower"]  # the tower runs before generation
    return phases


def _clips(model: ModelSize, work: Workload) -> tuple[int, int]:
    """Numbers of clips in training: in the vision tower at a time, and with stored features."""
    if not work.shares_features:
        return work.sequences, work.sequences
    if work.method != "grpo":
        return 1, work.micro_batch
    of_a_round = max(1, work.generated // work.generations)
    if not model.trains_vision:
        return 1, of_a_round
    batches = work.accumulation if work.sums_tower_gradients else 1
    return 1, min(of_a_round, work.micro_batch * batches)


def _generation(model: ModelSize, work: Workload) -> dict[str, Parts]:
    clips = 1 if work.shares_features else work.generated
    patches, prompts = clips * work.clip.patches, work.generated * work.prompt_tokens
    gathered = (
        model.total * weight_bytes(model, work) - _weights(model, work) if work.sharding == "zero3" else 0
    )
    pixels = {"pixels": patches * model.pixel * _FLOAT}
    common = {"gathered weights": max(0, gathered)}
    if work.shares_features:
        clips_of_a_round = max(1, work.generated // work.generations)
        common["features"] = clips_of_a_round * work.clip.features * model.hidden * work.compute_bytes
    else:
        common |= pixels
    length = work.prompt_tokens + work.completion_tokens
    cache = work.generated * length * model.layers * 2 * model.key_value * weight_bytes(model, work)
    logits = int(work.generated * model.vocabulary * assumed("generated_logit"))
    number = weight_bytes(model, work)
    prefill = _layer_bytes(prompts, model.hidden, model.intermediate, number, "forward")
    if model.lora and number < _FLOAT:
        prefill += _layer_bytes(prompts, model.hidden, model.intermediate, number, "forward_adapter")
    return {
        "generation, vision tower": common
        | pixels
        | {"the computed layer": _forward_vision(patches, model, weight_bytes(model, work))},
        "generation, prompts": common | {"cache of keys and values": cache, "the computed layer": prefill},
        "generation, tokens": common | {"cache of keys and values": cache, "logits": logits},
    }


def _gathered(model: ModelSize, work: Workload) -> int:
    """Bytes of complete weights that a device holds temporarily, if it stores only its share."""
    if work.processes == 1:
        return 0
    if work.sharding == "zero3":
        return int(min(model.total, assumed("zero3_live")) * weight_bytes(model, work))
    if work.sharding == "fsdp":
        layer = model.parts["language model"] // model.layers
        return (model.parts["embeddings"] + model.parts["head"] + 2 * layer) * work.compute_bytes
    return 0


def _cast(model: ModelSize, work: Workload) -> int:
    """Bytes of autocast's copies of float32 weights. With checkpointing, they are copies of one layer."""
    if model.lora or work.sharding == "fsdp" or weight_bytes(model, work) == work.compute_bytes:
        return 0
    at_once = model.layers if work.checkpointing else 1
    return model.parts["language model"] // at_once * work.compute_bytes


def _kept_activations(
    rows: int, layers: int, hidden: int, intermediate: int, work: Workload, tower: str
) -> int:
    """Bytes that the other layers keep for the backward pass.

    With checkpointing, they keep only their inputs.
    """
    if work.checkpointing:
        return layers * rows * hidden * work.compute_bytes
    return (layers - 1) * _layer_bytes(rows, hidden, intermediate, work.compute_bytes, f"{tower}saved")


def _layer_bytes(rows: int, hidden: int, intermediate: int, number: int, what: str) -> int:
    """Bytes of the activations of a layer for `rows` tokens or patches, at `number` bytes per activation."""
    a_row = hidden * assumed(f"{what}_hidden") + intermediate * assumed(f"{what}_intermediate")
    return int(rows * number * a_row)


def _forward_vision(patches: int, model: ModelSize, number: int) -> int:
    return int(patches * model.vision_hidden * number * assumed("vision_forward_hidden"))


def _head(model: ModelSize, work: Workload) -> int:
    """Bytes for the log-probabilities of replies: a tile of logits, and the gradients, summed in float32."""
    replies = work.sequences * work.completion_tokens
    tile = min(replies, assumed("head_tile_tokens")) * min(model.vocabulary, assumed("head_tile_vocabulary"))
    trained = not model.lora and model.trained["head" if model.parts["head"] else "embeddings"] > 0
    sums = replies * model.hidden + (model.vocabulary * model.hidden if trained else 0)
    return int(tile * work.compute_bytes + sums * _FLOAT)
