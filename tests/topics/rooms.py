"""Measured scenes made by hand, with answers that can be worked out on paper."""

from collections.abc import Iterable

import numpy as np

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.scene import OrientedBox

Place = tuple[str, tuple[float, float, float], tuple[float, float, float]]


def box(center: Iterable[float], sides: Iterable[float] = (0.4, 0.4, 0.4)) -> OrientedBox:
    return OrientedBox(np.array(list(center), float), np.array(list(sides), float), np.eye(3))


def room(
    *things: MeasuredObject, area: float | None = 20.0, unannotated: float | None = 0.1
) -> MeasuredScene:
    return MeasuredScene("scannet", "scene0000_00", things, None, unannotated, {"floor": area}, "floor")


def thing(
    instance: int,
    name: str,
    center: Iterable[float],
    sides: Iterable[float] = (0.4, 0.4, 0.4),
    *broader: str,
    askable: bool = True,
    hides_several: bool = False,
    is_group: bool = False,
) -> MeasuredObject:
    around = box(center, sides)
    names = (name, *broader)
    return MeasuredObject(instance, names, around, askable, hides_several, around.center, is_group=is_group)
