"""A plan as text for people, and as JSON for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from vsidata.plain_text import counted
from vsitrain.plan.assumptions import assumptions
from vsitrain.plan.plan import RunPlan

Rows = Iterable[tuple[str, str]]

_GIB = 2**30


def as_text(plan: RunPlan) -> str:
    """The plan as tables: trained parameters, steps, memory by part, time with its formulas and inputs."""
    work, memory, hours = plan.work, plan.memory, plan.hours
    devices = f"{work.processes} device{'s' if work.processes > 1 else ''}"
    stages = [
        (f"{stage}, {time / 3600:,.1f} h", hours.formulas[stage]) for stage, time in hours.seconds.items()
    ]
    terms = [(name, formula) for name, formula in hours.formulas.items() if name not in hours.seconds]
    inputs = [(name, f"{value:,.6g}: {hours.meanings[name]}") for name, value in hours.inputs.items()]
    return "\n\n".join(
        (
            _section(f"{work.method.upper()} of {plan.model.name}", _trained(plan)),
            _section("Steps", _steps(plan)),
            _section(f"Memory of each device at its peak, in GiB: {memory.peak}", _memory(plan)),
            _section(f"Time, {hours.gpu_hours:,.1f} GPU hours: {devices} × the sum of", stages),
            _section("where, in FLOPs of a sequence or clip,", terms),
            _section("with", inputs),
        )
    )


def in_short(plan: RunPlan) -> str:
    """The most important numbers of a plan, in three lines."""
    model, memory, schedule = plan.model, plan.memory, plan.schedule
    device = plan.device.name
    return (
        f"{plan.work.method.upper()} of {model.name}: {model.trained_total:,} of {model.total:,} parameters "
        f"are trained{', as an adapter' if model.lora else ''}.\n"
        f"{counted(schedule.steps, 'step')} over {counted(plan.work.questions, 'question')}, "
        f"{counted(schedule.sequences, 'sequence')}, {schedule.tokens:,} tokens at most.\n"
        f"Each device needs {_gib(memory.total)} GiB ({device}: {_gib(plan.device.memory)} GiB), and the run "
        f"needs about {plan.hours.gpu_hours:,.1f} GPU hours. --plan shows the details."
    )


def as_json(plan: RunPlan) -> dict[str, Any]:
    """The plan as plain data, in bytes and seconds, with the assumptions behind it."""
    return {
        "model": asdict(plan.model) | {"total": plan.model.total, "trained_total": plan.model.trained_total},
        "work": asdict(plan.work) | {"prompt_tokens": plan.work.prompt_tokens},
        "device": asdict(plan.device),
        "schedule": asdict(plan.schedule),
        "memory": asdict(plan.memory) | {"peak": plan.memory.peak, "total": plan.memory.total},
        "hours": asdict(plan.hours),
        "checkpoint_bytes": plan.checkpoint_bytes,
        "fits": plan.fits,
        "assumptions": {name: entry.model_dump() for name, entry in assumptions().items()},
    }


def _trained(plan: RunPlan) -> Iterator[tuple[str, str]]:
    model = plan.model
    yield "parameters", f"{model.total:,}: {_listed(model.parts)}"
    how = "an adapter (LoRA)" if model.lora else "its own weights"
    yield "trained", f"{model.trained_total:,}, {how}: {_listed(model.trained)}"


def _listed(parts: Any) -> str:
    return ", ".join(f"{part} {count:,}" for part, count in parts.items() if count)


def _steps(plan: RunPlan) -> Iterator[tuple[str, str]]:
    work, schedule = plan.work, plan.schedule
    yield "questions", f"{work.questions:,}"
    yield "steps", f"{schedule.steps:,}"
    clip = f"{work.clip.tokens:,} of the clip, {work.text_tokens:,} of text"
    yield "prompts shown", f"{schedule.prompts:,} of {work.prompt_tokens:,} tokens ({clip})"
    if work.method == "grpo":
        yield "generated", f"{work.generated:,} replies at a time on each device, {schedule.rounds:,} times"
    longest = f"replies of {work.completion_tokens:,} tokens at most"
    yield "trained on", f"{counted(schedule.sequences, 'sequence')}, {schedule.tokens:,} tokens ({longest})"
    yield "checkpoint", f"{_gib(plan.checkpoint_bytes)} GiB on disk"


def _memory(plan: RunPlan) -> Iterator[tuple[str, str]]:
    memory, device = plan.memory, plan.device
    parts = {**memory.always, **memory.phases[memory.peak], "reserve": memory.reserve}
    yield from ((part, f"{_gib(number):>8}") for part, number in parts.items() if number)
    yield "together", f"{_gib(memory.total):>8}"
    source = "as CUDA reports" if device.measured else "from its data sheet"
    yield device.name, f"{_gib(device.memory):>8}  {source}"
    stays = sum(memory.always.values()) + memory.reserve
    for phase, others in memory.phases.items():
        if phase != memory.peak:
            yield f"at other times: {phase}", f"{_gib(stays + sum(others.values())):>8}"


def _section(title: str, rows: Rows) -> str:
    listed = list(rows)
    width = max(len(name) for name, _ in listed)
    return "\n".join([title, *(f"  {name:<{width}}  {value}" for name, value in listed)])


def _gib(number: int) -> str:
    return f"{number / _GIB:.2f}"
