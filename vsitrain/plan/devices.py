"""The devices that a plan reckons with: the one that is here, or one by name."""

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import yaml

from vsidata.errors import OptionError

DEFAULT = "RTX 4090"
"""Where there is no device and none is named: the smallest one that this project is meant for."""

_GIB = 2**30


@dataclass(frozen=True)
class Device:
    """What a plan must know of a device.

    Attributes:
        name: as people write it.
        memory: bytes.
        flops: operations a second, dense bfloat16.
        bandwidth: of its memory, bytes a second.
        measured: whether the memory was read from a device that is here.
        speed_of: the device of the table whose speed this is.
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
        name: of the table, in any case, with or without spaces. None for the one that is here, with the
            memory that CUDA reports; where there is none, for `DEFAULT`.

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
    """A device by the name and memory (bytes) that CUDA reports; an unknown one has `DEFAULT`'s speed."""
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
