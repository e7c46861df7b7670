"""Estimates of the operations and the time of a run: formulas with their inputs."""

from collections.abc import Mapping
from dataclasses import dataclass

from vsitrain.plan.assumptions import assumed
from vsitrain.plan.devices import Device
from vsitrain.plan.looks import looks_of
from vsitrain.plan.memory import weight_bytes
from vsitrain.plan.model_size import ModelSize
from vsitrain.plan.schedule import Schedule
from vsitrain.plan.workload import Workload

_SPEED = "(flops * utilisation)"
_READ = "read / (bandwidth * bandwidth_share)"
_TERMS = {
    "tokens": "prompt_tokens + completion_tokens",
    "vision": "2 * (P_vision * patches + P_projector * features) + attention_vision",
    "vision_again": "again * (2 * (P_vision - P_vision_last) * patches + attention_vision)",
    "vision_back": "4 * (P_vision * patches + P_projector * features) + 2 * attention_vision + vision_again",
    "forward": "2 * P_language * tokens + attention * tokens * tokens + 2 * P_head * completion_tokens",
    "recomputed": "again * (2 * (P_language + P_adapter - P_last) * tokens + attention * tokens * tokens)",
    "by_inputs": "2 * (P_language + P_adapter) * tokens + 2 * attention * tokens * tokens",
    "by_weights": "2 * P_trained * tokens + (4 * P_head + 2 * P_head_trained) * completion_tokens",
    "backward": "recomputed + by_inputs + by_weights",
}
_GENERATION = {
    "prompt": "2 * ((P_language + P_adapter) * prompt_tokens + P_head)"
    " + attention * prompt_tokens * prompt_tokens",
    "a_token": "2 * (P_language + P_adapter + P_head) + attention * (prompt_tokens + completion_tokens / 2)",
}
_OPERATIONS = {
    "vision tower": "looks * vision + looks_trained * (vision + vision_back)",
    "training": "trained_sequences * (forward + 2 * P_adapter * tokens + backward)",
    "reference": "scored_sequences * forward",
    "old log-probabilities": "old_sequences * (forward + 2 * P_adapter * tokens)",
    "prompts": "generated_sequences * prompt",
    "replies": "generated_sequences * (completion_tokens - 1) * a_token",
}
_REPLIES = f"rounds * completion_tokens * max(layers * launch, {_READ})"


@dataclass(frozen=True)
class Hours:
    """The operations and the time of a run.

    Attributes:
        gpu_hours: hours of all devices together: devices × the sum of `seconds` / 3600.
        seconds: seconds of one device, by stage.
        operations: FLOPs of one device, by stage.
        formulas: terms and stages as Python expressions of the inputs, each after the terms that it needs.
        inputs: value by name.
        meanings: the meaning of each input.
    """

    gpu_hours: float
    seconds: Mapping[str, float]
    operations: Mapping[str, float]
    formulas: Mapping[str, str]
    inputs: Mapping[str, float]
    meanings: Mapping[str, str]


def hours_of(model: ModelSize, work: Workload, schedule: Schedule, device: Device) -> Hours:
    """Count the operations of a run, and estimate its time.

    A forward pass takes 2 FLOPs per parameter and token, and so does each of these: the backward pass to the
    inputs, the gradients of the trained weights, and the second forward pass of gradient checkpointing.
    Attention takes 4 FLOPs per layer, unit of its width and pair of tokens. The head reads only replies, and
    computes their logits again in the backward pass. The time of a generated token is that of reading the
    weights or of launching the kernels. Loading, saving and evaluation are not included.

    Checkpointing computes a layer again up to the last number that the backward pass needs. The last matrix
    of a layer is not computed again if it has no adapter. The projector is computed only once.

    Args:
        model: the trained model.
        work: the run.
        schedule: the steps of the run.
        device: the device that it runs on.
    """
    rows = _inputs(model, work, schedule, device)
    it = {name: value for name, value, _ in rows}
    operations = _operations(it, work)
    speed = it["flops"] * it["utilisation"]
    seconds = {stage: count / speed for stage, count in operations.items()}
    formulas = {stage: f"({_OPERATIONS[stage]}) / {_SPEED}" for stage in operations}
    if work.method == "grpo":
        reading = it["read"] / (it["bandwidth"] * it["bandwidth_share"])
        seconds["replies"] = (
            it["rounds"] * it["completion_tokens"] * max(it["layers"] * it["launch"], reading)
        )
        formulas["replies"] = _REPLIES
    return Hours(
        gpu_hours=work.processes * sum(seconds.values()) / 3600,
        seconds=seconds,
        operations=operations,
        formulas=_TERMS | (_GENERATION if work.method == "grpo" else {}) | formulas,
        inputs=it,
        meanings={name: meaning for name, _, meaning in rows},
    )


def _operations(it: Mapping[str, float], work: Workload) -> dict[str, float]:
    """FLOPs of one device, by stage."""
    again, attention, completion = it["again"], it["attention"], it["completion_tokens"]
    tokens = it["prompt_tokens"] + completion
    layers = it["P_language"] + it["P_adapter"]
    tower = it["P_vision"] * it["patches"] + it["P_projector"] * it["features"]
    vision = 2 * tower + it["attention_vision"]
    vision_back = 4 * tower + 2 * it["attention_vision"]
    vision_back += again * (
        2 * (it["P_vision"] - it["P_vision_last"]) * it["patches"] + it["attention_vision"]
    )
    forward = 2 * it["P_language"] * tokens + attention * tokens**2 + 2 * it["P_head"] * completion
    adapted = forward + 2 * it["P_adapter"] * tokens
    backward = again * (2 * (layers - it["P_last"]) * tokens + attention * tokens**2)
    backward += 2 * layers * tokens + 2 * attention * tokens**2
    backward += 2 * it["P_trained"] * tokens + (4 * it["P_head"] + 2 * it["P_head_trained"]) * completion
    counted = {
        "vision tower": it["looks"] * vision + it["looks_trained"] * (vision + vision_back),
        "training": it["trained_sequences"] * (adapted + backward),
    }
    if work.reference:
        counted["reference"] = it["scored_sequences"] * forward
    if work.scores_old:
        counted["old log-probabilities"] = it["old_sequences"] * adapted
    if work.method == "grpo":
        prompt = 2 * (layers * it["prompt_tokens"] + it["P_head"]) + attention * it["prompt_tokens"] ** 2
        a_token = 2 * (layers + it["P_head"]) + attention * (it["prompt_tokens"] + completion / 2)
        counted["prompts"] = it["generated_sequences"] * prompt
        counted["replies"] = it["generated_sequences"] * (completion - 1) * a_token
    return counted


def _inputs(
    model: ModelSize, work: Workload, schedule: Schedule, device: Device
) -> list[tuple[str, float, str]]:
    """Name, value and meaning of each input of the formulas."""
    language = model.parts["language model"]
    head = model.vocabulary * model.hidden
    head_trained = not model.lora and model.trained["head" if model.parts["head"] else "embeddings"] > 0
    looks = looks_of(model, work, schedule)
    trained = schedule.sequences / work.processes
    rows: list[tuple[str, float, str]] = [
        ("P_vision", model.parts["vision tower"], "parameters of the vision tower"),
        ("P_projector", model.parts["projector"], "parameters of the vision tower's projector"),
        ("P_language", language, "parameters of the language model's layers"),
        ("P_head", head, "parameters of the head"),
        (
            "P_adapter",
            model.trained["language model"] if model.lora else 0,
            "parameters of the language model's adapters",
        ),
        (
            "P_last",
            0 if model.lora else model.layers * model.hidden * model.intermediate,
            "parameters of the last matrix of each language layer, which is not computed again",
        ),
        (
            "P_vision_last",
            model.vision_layers * model.vision_hidden * model.vision_intermediate,
            "parameters of the last matrix of each layer of the vision tower",
        ),
        ("P_trained", model.trained["language model"], "parameters trained in the language model's layers"),
        ("P_head_trained", head if head_trained else 0, "parameters trained in the head"),
        (
            "attention",
            4 * model.layers * model.attention,
            "FLOPs of all layers' attention for a pair of tokens",
        ),
        (
            "attention_vision",
            4 * model.vision_hidden * work.clip.pairs,
            "FLOPs of the tower's attention for a clip",
        ),
        ("again", int(work.checkpointing), "1 with gradient checkpointing, which computes layers again"),
        ("patches", work.clip.patches, "patches of a clip"),
        ("features", work.clip.features, "features that the tower computes for a clip"),
        ("prompt_tokens", work.prompt_tokens, "tokens of a prompt with its clip"),
        ("completion_tokens", work.completion_tokens, "maximum tokens of a reply"),
        ("looks", looks.forward, "runs of the vision tower over a clip on each device, without gradients"),
        ("looks_trained", looks.trained, "runs of a trained vision tower, forward and backward"),
        ("trained_sequences", trained, "sequences that each device trains on"),
        ("flops", device.flops, f"FLOP/s of {device.speed_of}, dense bfloat16"),
        ("utilisation", assumed("utilisation"), "share of the FLOP/s that is reached"),
    ]
    if work.reference:
        scored = "sequences that the reference scores on each device"
        rows.append(("scored_sequences", trained / work.iterations, scored))
    if work.scores_old:
        old = "sequences that each device scores before training"
        rows.append(("old_sequences", trained / work.iterations, old))
    if work.method == "grpo":
        length = work.prompt_tokens + work.completion_tokens
        cache = work.generated * length * model.layers * 2 * model.key_value
        launch = assumed("layer_launch" if work.vllm is None else "vllm_launch")
        rows += [
            ("generated_sequences", schedule.rounds * work.generated, "sequences that each device generates"),
            ("rounds", schedule.rounds, "rounds of generation"),
            ("layers", model.layers, "layers of the language model"),
            ("launch", launch, "seconds to launch the kernels of a layer"),
            (
                "read",
                (language + head + cache) * weight_bytes(model, work),
                "bytes of weights and cache that are read per token",
            ),
            ("bandwidth", device.bandwidth, f"bytes per second of {device.speed_of}"),
            ("bandwidth_share", assumed("bandwidth_share"), "share of the bandwidth that is reached"),
        ]
    return rows
