"""The device of a plan: that of this machine, or a device by name."""

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import yaml

from vsidata.errors import OptionError

DEFAULT = "RTX 4090"
"""The device of a plan if the machine has no GPU and the user passes no device: the smallest supported one.
"""

_GIB = 2**30


@dataclass(frozen=True)
class Device:
    """The facts about a device that a plan needs.

    Attributes:
        name: the usual name of the device.
        memory: its memory in bytes.
        flops: operations per second, dense bfloat16.
        bandwidth: bandwidth of its memory, in bytes per second.
        measured: whether the memory was read from a device of this machine.
        speed_of: the device of the table that the speed is taken from.
    """

    name: str
    memory: int
    flops: float
    bandwidth: float
    measured: bool
    speed_of: str


@cache
def _table() -> dict[str, tuple[Device, str]]:
    entries = yaml.safe_load(resources.files(__package__).joinpath("devices.yaml").read_text("utf-8"))
    return {
        name: (
            Device(
                name, entry["memory"] * _GIB, entry["flops"] * 1e12, entry["bandwidth"] * 1e9, False, name
            ),
            entry["match"],
        )
        for name, entry in entries.items()
    }


def find_device(name: str | None = None) -> Device:
    """The device to plan for.

    Args:
        name: a name of the table, in any case, with or without spaces. None for the device of this machine,
            with the memory that CUDA reports, or for `DEFAULT` if there is no device.

    Raises:
        OptionError: the name is not in the table.
    """
    if name is not None:
        for known, (device, _) in _table().items():
            if _plain(known) == _plain(name):
                return device
        raise OptionError(
            f"--device {name}", "is not in the table of devices.", f"Choose from: {', '.join(_table())}."
        )
    here = _this_device()
    return _table()[DEFAULT][0] if here is None else device_of(*here)


def device_of(name: str, memory: int) -> Device:
    """A device by the name and memory (bytes) that CUDA reports; an unknown device gets `DEFAULT`'s speed."""
    for device, match in _table().values():
        if match in name:
            return replace(device, name=name, memory=memory, measured=True)
    return replace(_table()[DEFAULT][0], name=name, memory=memory, measured=True)


def _this_device() -> tuple[str, int] | None:
    import torch

    if not torch.cuda.is_available():
        return None
    properties = torch.cuda.get_device_properties(0)
    return properties.name, properties.total_memory


def _plain(name: str) -> str:
    return "".join(name.casefold().split())
