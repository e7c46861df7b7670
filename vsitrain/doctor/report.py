"""The report as Markdown, to paste into a bug report."""

import platform
from collections.abc import Iterable, Iterator, Sequence

import torch

from vsidata import __version__
from vsitrain.doctor.check_result import CheckResult
from vsitrain.doctor.setup import Setup
from vsitrain.plan import find_device
from vsitrain.runs.versions import version_of

_PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "vllm")
_GIB = 2**30
_ON_A_CPU = (
    "The plan is that of a GPU. On a CPU, TRL computes the logits of all tokens and not only of the replies, "
    "which takes more memory."
)


def as_markdown(setup: Setup, results: Iterable[CheckResult]) -> str:
    """The machine with its versions, and the results, as two tables."""
    facts = _table(("", ""), "ll", _facts(setup))
    columns = ("check", "result", "peak memory", "by the plan", "seconds", "by the plan")
    rows = [
        (
            it.check,
            it.result,
            _bytes(it.peak),
            _bytes(it.planned_peak),
            _seconds(it.seconds),
            _seconds(it.planned_seconds),
        )
        for it in results
    ]
    tables = f"{facts}\n\n{_table(columns, 'llrrrr', rows)}"
    return f"{tables}\n\n{_ON_A_CPU}" if setup.device == "cpu" else tables


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


def _bytes(number: int | None) -> str:
    if number is None:
        return "–"
    return f"{number / _GIB:.2f} GiB" if number >= _GIB else f"{number / 2**20:.1f} MiB"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"
