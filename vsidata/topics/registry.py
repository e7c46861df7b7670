"""The topics by name. A new topic is one new file and one line here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import Rules
from vsidata.topics import (
    obj_appearance_order,
    object_abs_distance,
    object_counting,
    object_rel_direction,
    object_rel_distance,
    object_size_estimation,
    room_size_estimation,
    route_planning,
)
from vsidata.topics.question import Draft, Drop


@dataclass(frozen=True)
class Topic:
    """A topic.

    Attributes:
        rules: the form of its rules.
        generate: makes its questions about a scene.
        most: the most questions it can make about a scene of which only the labels are known.
    """

    rules: type[Rules]
    generate: Callable[[MeasuredScene, Any, Generator], Iterator[Draft | Drop]]
    most: Callable[[MeasuredScene, Any], int]


TOPICS: Mapping[str, Topic] = {
    "object_counting": Topic(
        object_counting.ObjectCountingRules, object_counting.object_counting, object_counting.most
    ),
    "object_size_estimation": Topic(
        object_size_estimation.ObjectSizeRules,
        object_size_estimation.object_size_estimation,
        object_size_estimation.most,
    ),
    "room_size_estimation": Topic(
        room_size_estimation.RoomSizeRules,
        room_size_estimation.room_size_estimation,
        room_size_estimation.most,
    ),
    "object_abs_distance": Topic(
        object_abs_distance.AbsoluteDistanceRules,
        object_abs_distance.object_abs_distance,
        object_abs_distance.most,
    ),
    "object_rel_distance": Topic(
        object_rel_distance.RelativeDistanceRules,
        object_rel_distance.object_rel_distance,
        object_rel_distance.most,
    ),
    "object_rel_direction": Topic(
        object_rel_direction.RelativeDirectionRules,
        object_rel_direction.object_rel_direction,
        object_rel_direction.most,
    ),
    "obj_appearance_order": Topic(
        obj_appearance_order.AppearanceOrderRules,
        obj_appearance_order.obj_appearance_order,
        obj_appearance_order.most,
    ),
    "route_planning": Topic(
        route_planning.RoutePlanningRules, route_planning.route_planning, route_planning.most
    ),
}
