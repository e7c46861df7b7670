"""The report as Markdown, to paste into a bug report."""

import platform
from collections.abc import Iterable, Iterator, Sequence

import torch

from vsidata import __version__
from vsitrain.doctor.finding import Finding
from vsitrain.doctor.setup import Setup
from vsitrain.plan import find_device
from vsitrain.runs.versions import version_of

_PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "vllm")
_GIB = 2**30


def as_markdown(setup: Setup, findings: Iterable[Finding]) -> str:
    """The machine with its versions, and the findings, as two tables."""
    facts = _table(("", ""), "ll", _facts(setup))
    columns = ("check", "result", "peak memory, GiB", "by the plan", "seconds", "by the plan")
    rows = [
        (
            it.check,
            it.result,
            _number(None if it.peak is None else it.peak / _GIB, 2),
            _number(None if it.planned_peak is None else it.planned_peak / _GIB, 2),
            _number(it.seconds, 1),
            _number(it.planned_seconds, 1),
        )
        for it in findings
    ]
    return f"{facts}\n\n{_table(columns, 'llrrrr', rows)}"


def _facts(setup: Setup) -> Iterator[tuple[str, str]]:
    yield "vsi100k", __version__
    if setup.device == "cpu":
        yield "device", f"CPU, {platform.machine()}, {torch.get_num_threads()} threads"
    else:
        device = find_device()
        yield "device", f"{device.name}, {device.memory / _GIB:.1f} GiB"
    yield "model", f"{setup.name}, random weights, {setup.size.dtype}"
    settings = setup.settings
    yield "clips", f"{settings.frames} frames of {settings.width} × {settings.height} pixels"
    yield "Python", f"{platform.python_version()}, {platform.system()}"
    yield "CUDA", torch.version.cuda or "not in this PyTorch"
    yield from ((package, version_of(package)) for package in _PACKAGES)


def _table(columns: Sequence[str], aligned: str, rows: Iterable[Sequence[str]]) -> str:
    ruler = [{"l": "---", "r": "---:"}[how] for how in aligned]
    lines = [columns, ruler, *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"
