"""The topics by name. A new topic is one new file and one line here.

A topic from outside needs no line: an installed package declares it as an entry point, or the user passes a
file with `--topic-file` (`vsidata.topics.outside`).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from vsidata.errors import OptionError
from vsidata.topics import (
    camera_direction,
    camera_displacement,
    camera_nearest_object,
    camera_object_distance,
    camera_turn,
    closer_or_farther,
    obj_appearance_order,
    object_abs_distance,
    object_bearing,
    object_counting,
    object_rel_direction,
    object_rel_distance,
    object_size_estimation,
    relative_position,
    room_size_estimation,
    route_planning,
)
from vsidata.topics.outside import installed_topics, topic_from_file
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
        camera_object_distance,
        camera_nearest_object,
        relative_position,
        closer_or_farther,
        camera_displacement,
        camera_direction,
        camera_turn,
        object_bearing,
    )
}
"""The topics of this package, in the order in which they are asked about a scene."""

TopicFiles = Sequence[tuple[Path, str]]
"""Files with one topic each, and their digests."""


@cache
def known_topics() -> Mapping[str, Topic]:
    """The topics of this package and of other installed packages.

    Raises:
        VsiError: a topic of another package cannot be used.
    """
    return _merge_topics(TOPICS, [*installed_topics().values()])


def topics_with(files: TopicFiles) -> Mapping[str, Topic]:
    """The known topics and the topics in files. The files are run.

    Raises:
        VsiError: a topic cannot be used, or its name already exists.
    """
    return _merge_topics(known_topics(), [topic_from_file(*file) for file in files])


def _merge_topics(known: Mapping[str, Topic], more: Sequence[Topic]) -> Mapping[str, Topic]:
    found = dict(known)
    for topic in more:
        if topic.name in found:
            where = next(iter((topic.origin or {}).values()), topic.name)
            fault = f"names its topic `{topic.name}`, but a topic of that name already exists."
            raise OptionError(where, fault, "Give it another name.")
        found[topic.name] = topic
    return found
