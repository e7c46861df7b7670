"""The refusal of a run that cannot fit, with changes that make it fit."""

from collections.abc import Iterator
from dataclasses import replace

from vsidata.errors import OptionError
from vsitrain.plan.memory import memory_of
from vsitrain.plan.model_size import PARTS, ModelSize
from vsitrain.plan.plan import RunPlan
from vsitrain.plan.workload import Workload

_GIB = 2**30
_RANK = 16
_SHARDED_OVER = 8
"""Number of devices of a usual machine, for the proposal of ZeRO-3."""

Change = tuple[str, ModelSize, Workload]


def refuse_if_too_large(plan: RunPlan) -> None:
    """Refuse a run that needs more memory than its devices have.

    Raises:
        OptionError: the devices have too little memory. The error states how much the run needs now, and how
            much it would need after each of several changes.
    """
    if plan.fits:
        return
    memory, device = plan.memory, plan.device
    parts = {**memory.always, **memory.phases[memory.peak]}
    largest = sorted(parts, key=lambda part: parts[part], reverse=True)[:3]
    named = ", ".join(f"{part} {_gib(parts[part])}" for part in largest)
    fault = (
        f"needs {_gib(memory.total)} on each device, but {device.name} has {_gib(device.memory)}. "
        f"The largest parts at the peak ({memory.peak}): {named}"
    )
    raise OptionError(plan.model.name, fault, _advice(plan))


def _advice(plan: RunPlan) -> str:
    """The changes that each make the run fit. If no single change does, several changes together."""
    needs = {name: _needs(plan, model, work) for name, model, work in changes(plan.model, plan.work)}
    if enough := {name: total for name, total in needs.items() if total <= plan.device.memory}:
        listed = "; ".join(f"{name}: {_gib(total)}" for name, total in enough.items())
        return f"Any of these makes it fit: {listed}."
    model, work, taken = plan.model, plan.work, []
    while _needs(plan, model, work) > plan.device.memory:
        options = list(changes(model, work))
        if not options:
            return "No setting makes it fit. Choose a smaller model, or a larger device (see --device)."
        name, model, work = min(options, key=lambda change: _needs(plan, change[1], change[2]))
        taken.append(f"{name}: {_gib(_needs(plan, model, work))}")
    return f"These together make it fit: {'; then '.join(taken)}. Or choose a larger device (see --device)."


def changes(model: ModelSize, work: Workload) -> Iterator[Change]:
    """Possible changes of the settings, each with the changed model and the changed run."""
    if not work.checkpointing:
        yield "gradient_checkpointing: true", model, replace(work, checkpointing=True)
    if work.micro_batch % 2 == 0:
        size, steps = work.micro_batch // 2, work.accumulation * 2
        half = replace(work, micro_batch=size, accumulation=steps)
        name = f"per_device_train_batch_size: {size} with gradient_accumulation_steps: {steps}"
        if work.method == "grpo":
            half = replace(half, steps_per_generation=work.steps_per_generation * 2)
        yield name, model, half
    fewer = _fewer_at_once(work)
    if fewer is not None:
        yield f"steps_per_generation: {fewer.steps_per_generation}", model, fewer
    if work.clip.patches >= 2:
        clip = work.clip
        halves = {name: getattr(clip, name) // 2 for name in ("features", "patches", "pairs")}
        half_clip = replace(clip, **halves)
        yield "half the frames or half max_pixels", model, replace(work, clip=half_clip)
    if not model.lora:
        width = 9 * model.hidden + 2 * model.key_value + 3 * model.intermediate
        trained = dict.fromkeys(PARTS, 0) | {"language model": _RANK * model.layers * width}
        yield f"use_peft: true with lora_r: {_RANK}", replace(model, lora=True, trained=trained), work
        if work.sharding not in ("zero3", "fsdp"):
            sharded = replace(work, sharding="zero3", processes=max(work.processes, _SHARDED_OVER))
            yield f"ZeRO-3 on {sharded.processes} devices (recipes/accelerate/zero3.yaml)", model, sharded


def _fewer_at_once(work: Workload) -> Workload | None:
    """The same run with the largest smaller `steps_per_generation` that still forms complete groups.

    None if there is no such number. Fewer completions are then generated at a time.
    """
    for share in range(2, work.steps_per_generation + 1):
        steps, rest = divmod(work.steps_per_generation, share)
        fewer = replace(work, steps_per_generation=steps)
        if work.method == "grpo" and not rest and fewer.generated * work.processes % work.generations == 0:
            return fewer
    return None


def _needs(plan: RunPlan, model: ModelSize, work: Workload) -> int:
    return memory_of(model, work, plan.device.memory).total


def _gib(number: int) -> str:
    return f"{number / _GIB:.1f} GiB"
