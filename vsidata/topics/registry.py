"""The topics by name. A new topic is one new file and one line here."""

from collections.abc import Mapping

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
from vsidata.topics.topic import Topic

TOPICS: Mapping[str, Topic] = {
    module.TOPIC.name: module.TOPIC
    for module in (
        object_counting,
        object_size_estimation,
        room_size_estimation,
        object_abs_distance,
        object_rel_distance,
        object_rel_direction,
        obj_appearance_order,
        route_planning,
    )
}
"""In the order in which a scene is asked."""
