"""A room made by hand with a question of every topic, and a camera that walks through it."""

import io
import math

import numpy as np
from PIL import Image

from tests.pages.rows import ROOM, Row, measured_scene, question, scene, thing
from vsidata.topics import (
    obj_appearance_order,
    object_counting,
    object_rel_direction,
    object_rel_distance,
    object_size_estimation,
    room_size_estimation,
    shapes,
)
from vsidata.topics.rule_set import load_rules

THINGS = (
    thing(3, "sink", (1, 1, 0.5)),
    thing(5, "stove", (4, 1, 0.5), (0.6, 0.4, 0.4)),
    thing(7, "lamp", (1, 3, 1.0), (0.2, 0.2, 1.6)),
    thing(9, "door", (4, 3, 1.0), (1.0, 0.1, 2.0), turn=45),
    thing(11, "chair", (2, 2, 0.4)),
    thing(12, "chair", (5, 2, 0.4)),
)
TOPICS = 8
WALK = (
    shapes.arrow(np.array([1.5, 1.5, 0]), np.array([1, 3, 1]), role="given"),
    shapes.arrow(np.array([1.5, 1.5, 0]), np.array([3.5, 1.5, 0]), role="answer", label="2.0 m"),
    shapes.point(np.array([1.5, 1.5, 0]), "answer", "start"),
    shapes.point(np.array([3.5, 1.5, 0]), "answer", "1"),
)


def room(name: str = "scene0000_00") -> Row:
    return scene(*THINGS, name=name)


def questions(name: str = "scene0000_00") -> list[Row]:
    """One question of each topic. The distance is along x and 2.5 m long."""
    sink, stove, lamp, door = ((3, "sink"), (5, "stove"), (7, "lamp"), (9, "door"))
    seen = measured_scene(*THINGS)
    at = {one.instance: one for one in seen.objects}
    middle = {instance: one.box.center for instance, one in at.items()}
    kind = load_rules("wide").topics["object_rel_direction"].kinds["object_rel_direction_medium"]
    options = [
        object_rel_distance.Option(at[n].category, at[n], metres, metres, metres)
        for n, metres in ((5, 2.5), (7, 1.7))
    ]
    asked = [
        question(
            "object_counting",
            [("counted", 11, "chair"), ("counted", 12, "chair")],
            2.0,
            answer="2",
            shapes=object_counting.shapes([at[11], at[12]]),
        ),
        question(
            "object_size_estimation",
            [("measured", *stove)],
            0.6,
            answer="60",
            unit="cm",
            shapes=object_size_estimation.shapes(at[5].box),
        ),
        question(
            "room_size_estimation",
            [],
            24.0,
            answer="24.0",
            unit="m²",
            shapes=room_size_estimation.shapes([np.array(ROOM)], 24.0),
        ),
        question(
            "object_abs_distance",
            [("first", *sink), ("second", *stove)],
            2.5,
            answer="2.5",
            unit="m",
            metres={"boxes": 2.5, "surfaces": 2.52},
            shapes=shapes.between(seen, at[3], at[5], "boxes", 2.5, "answer"),
        ),
        question(
            "object_rel_distance",
            [("target", *sink), ("option", *stove), ("option", *lamp)],
            1.7,
            answer="lamp",
            ground_truth="B",
            options=["A. stove", "B. lamp"],
            metres={"boxes": 1.7, "to stove": 2.5, "to lamp": 1.7},
            margin=0.8,
            shapes=object_rel_distance.shapes(seen, "boxes", at[3], options),
        ),
        question(
            "object_rel_direction",
            [("observer", *sink), ("facing", *stove), ("asked", *door)],
            math.atan2(2, 3),
            answer="left",
            ground_truth="A",
            options=["A. left", "B. right", "C. back"],
            margin=math.atan2(2, 3),
            question_type="object_rel_direction_medium",
            shapes=object_rel_direction.shapes(
                kind,
                load_rules("wide").topics["object_rel_direction"].margin,
                object_rel_direction.direction(kind, middle[3], middle[5], middle[9]),
                *(middle[instance] for instance in (3, 5, 9)),
            ),
        ),
        question(
            "obj_appearance_order",
            [("appearing", *sink), ("appearing", *lamp)],
            2.25,
            answer="lamp, sink",
            ground_truth="A",
            options=["A. lamp, sink", "B. sink, lamp"],
            seconds=[2.25, 0.5],
            margin=1.75,
            shapes=obj_appearance_order.shapes(
                [
                    obj_appearance_order.Appearance(
                        at[n].category, at[n], s, s, 0, np.array([1 + s / 2, 0.5, 1.5])
                    )
                    for n, s in ((7, 0.5), (3, 2.25))
                ]
            ),
        ),
        question(
            "route_planning",
            [("observer", *sink), ("facing", *lamp), ("stop", *stove)],
            2.0,
            answer="Turn Right",
            ground_truth="A",
            options=["A. Turn Right", "B. Turn Left"],
            margin=0.3,
            shapes=WALK,
        ),
    ]
    return [row | {"scene_name": name} for row in asked]


def jpeg(shade: int = 128, size: tuple[int, int] = (320, 240)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (shade, 90, 60)).save(file, "JPEG")
    return file.getvalue()


def footage(name: str = "scene0000_00", count: int = 4) -> Row:
    """Frames of a camera that moves along x at half a metre per second and looks along y.

    Every second frame shows all objects except the lamp, which no frame shows.
    """
    seconds = [2.0 * number for number in range(count)]
    poses = [
        np.array([[1, 0, 0, 1 + s / 2], [0, 0, 1, 0.5], [0, -1, 0, 1.5], [0, 0, 0, 1]]).tolist()
        for s in seconds
    ]
    in_sight = [0.1 * (number % 2) for number in range(count)]
    return {
        "dataset": "synthetic",
        "scene_name": name,
        "images": [{"bytes": jpeg(40 * number), "path": f"{number}.jpg"} for number in range(count)],
        "indices": [30 * number for number in range(count)],
        "timestamps": seconds,
        "timed": True,
        "fps": 30.0,
        "width": 320,
        "height": 240,
        "orientation": 0,
        "intrinsics": None,
        "poses": poses,
        "seen": [
            {
                "instance": one["instance"],
                "first": None,
                "pixels": [0.0] * count if one["label"] == "lamp" else in_sight,
                "surfaces": in_sight,
                "surface": 0.5,
            }
            for one in THINGS
        ],
        "floor_seen": 0.9,
        "camera_path": [{"seconds": s / 2, "position": [1 + s / 4, 0.5, 1.5]} for s in range(4 * count)],
    }
