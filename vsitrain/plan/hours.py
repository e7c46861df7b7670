"""How long a run takes: a formula with its inputs, not a promise."""

from collections.abc import Mapping
from dataclasses import dataclass

from vsitrain.plan.assumptions import assumed
from vsitrain.plan.devices import Device
from vsitrain.plan.memory import weight_bytes
from vsitrain.plan.model_size import ModelSize
from vsitrain.plan.schedule import Schedule
from vsitrain.plan.workload import Workload

_SPEED = "(flops * utilisation)"
_TERMS = {
    "tokens": "prompt_tokens + completion_tokens",
    "forward": "2 * (P_vision * patches + P_language * tokens + P_head * completion_tokens)",
    "backward": "back * (P_back * tokens + P_head * completion_tokens) + 2 * P_trained * tokens"
    " + P_vision_back * patches",
}
_PROMPT = "2 * (P_vision * patches + P_language * prompt_tokens)"
_STAGES = {
    "training": f"trained_sequences * (forward + backward) / {_SPEED}",
    "reference": f"scored_sequences * forward / {_SPEED}",
    "prompts": f"generated_sequences * {_PROMPT} / {_SPEED}",
    "replies": "rounds * completion_tokens * max(layers * launch, read / (bandwidth * bandwidth_share))",
}


@dataclass(frozen=True)
class Hours:
    """The time of a run.

    Attributes:
        gpu_hours: of all devices together: devices × the sum of `seconds` / 3600.
        seconds: of one device, by stage.
        formulas: terms and stages in the names of the inputs, as Python reads them, each after what it needs.
        inputs: value by name.
        meanings: what each input is.
    """

    gpu_hours: float
    seconds: Mapping[str, float]
    formulas: Mapping[str, str]
    inputs: Mapping[str, float]
    meanings: Mapping[str, str]


def hours_of(model: ModelSize, work: Workload, schedule: Schedule, device: Device) -> Hours:
    """Estimate the time of a run.

    A pass forward takes 2 FLOPs a parameter and token, and so does each of these: the way back to the inputs,
    the gradients of the weights that are trained, and the second pass forward of gradient checkpointing.
    Generated tokens wait for the weights to be read, or for the kernels to be launched. Attention's own
    FLOPs, loading, saving and evaluation are left out.

    Args:
        model: that is trained.
        work: the run.
        schedule: its steps.
        device: that it runs on.
    """
    rows = _inputs(model, work, schedule, device)
    it = {name: value for name, value, _ in rows}
    speed = it["flops"] * it["utilisation"]
    tokens = it["prompt_tokens"] + it["completion_tokens"]
    scored = it["P_language"] * tokens + it["P_head"] * it["completion_tokens"]
    forward = 2 * (it["P_vision"] * it["patches"] + scored)
    backward = it["back"] * (it["P_back"] * tokens + it["P_head"] * it["completion_tokens"])
    backward += 2 * it["P_trained"] * tokens + it["P_vision_back"] * it["patches"]
    seconds = {"training": it["trained_sequences"] * (forward + backward) / speed}
    if work.reference:
        seconds["reference"] = it["scored_sequences"] * forward / speed
    if work.method == "grpo":
        prompt = 2 * (it["P_vision"] * it["patches"] + it["P_language"] * it["prompt_tokens"])
        seconds["prompts"] = it["generated_sequences"] * prompt / speed
        reading = it["read"] / (it["bandwidth"] * it["bandwidth_share"])
        seconds["replies"] = (
            it["rounds"] * it["completion_tokens"] * max(it["layers"] * it["launch"], reading)
        )
    return Hours(
        gpu_hours=work.processes * sum(seconds.values()) / 3600,
        seconds=seconds,
        formulas=_TERMS | {stage: _STAGES[stage] for stage in seconds},
        inputs=it,
        meanings={name: meaning for name, _, meaning in rows},
    )


def _inputs(
    model: ModelSize, work: Workload, schedule: Schedule, device: Device
) -> list[tuple[str, float, str]]:
    """Name, value and meaning of what the formulas need."""
    language = model.parts["language model"] + model.parts["projector"]
    head = model.vocabulary * model.hidden
    through_projector = model.trains_vision or model.trained["projector"] > 0
    through = language if through_projector else model.parts["language model"]
    back = 2 + 2 * work.checkpointing
    rows: list[tuple[str, float, str]] = [
        ("P_vision", model.parts["vision tower"], "parameters of the vision tower"),
        ("P_language", language, "parameters of the language model and the projector"),
        ("P_back", through, "the same without a projector that stays as it is: no gradient goes through it"),
        ("P_head", head, "parameters of the head"),
        (
            "P_trained",
            model.trained["language model"] + model.trained["projector"],
            "parameters trained in the language model and the projector",
        ),
        (
            "P_vision_back",
            (back + 2) * model.parts["vision tower"] if model.trains_vision else 0,
            "FLOPs a patch of the way back through the vision tower; 0 where it stays as it is",
        ),
        ("back", back, "FLOPs a parameter and token of the way back; 2 more with gradient checkpointing"),
        ("patches", work.clip.patches, "of a clip"),
        ("prompt_tokens", work.prompt_tokens, "of a prompt with its clip"),
        ("completion_tokens", work.completion_tokens, "of a reply, at most"),
        ("trained_sequences", schedule.sequences / work.processes, "trained on by each device"),
        ("flops", device.flops, f"FLOP/s of {device.speed_of}, dense bfloat16"),
        ("utilisation", assumed("utilisation"), "share of them that is reached"),
    ]
    if work.reference:
        scored = schedule.sequences / work.processes / work.iterations
        rows.append(("scored_sequences", scored, "scored by the reference on each device"))
    if work.method == "grpo":
        length = work.prompt_tokens + work.completion_tokens
        cache = work.generated * length * model.layers * 2 * model.key_value
        launch = assumed("layer_launch" if work.vllm is None else "vllm_launch")
        rows += [
            ("generated_sequences", schedule.rounds * work.generated, "generated by each device"),
            ("rounds", schedule.rounds, "of generation"),
            ("layers", model.layers, "of the language model"),
            ("launch", launch, "seconds to launch the kernels of a layer"),
            (
                "read",
                (language + head + cache) * weight_bytes(model, work),
                "bytes of weights and cache, for a token",
            ),
            ("bandwidth", device.bandwidth, f"bytes a second of {device.speed_of}"),
            ("bandwidth_share", assumed("bandwidth_share"), "share of it that is reached"),
        ]
    return rows
