"""Draw one example of each question type, for the page of topics.

    .venv/bin/python -m scripts.docs.draw_examples

Makes four synthetic rooms in a temporary folder. Each topic is asked by the first rule set that has it.
Writes the chosen questions with their evidence: the plans to docs/pictures/topics, the texts to
scripts/docs/examples.yaml. The same code draws the same pictures. Run it again when a rule set changes.
"""

import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import yaml

from scripts.docs.rule_keys import all_rule_sets, rule_set_of
from vsidata.pages.inspection import Inspection, inspect
from vsidata.pages.picture import picture
from vsidata.sources.registry import open_source
from vsidata.sources.streams.shown import Framing
from vsidata.synthetic.write import write_scans
from vsidata.topics.question import Question
from vsidata.topics.registry import TOPICS

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures" / "topics"
EXAMPLES = Path(__file__).with_name("examples.yaml")

ROOMS, SEED, NOISE, FRAMES, SHOWN = 4, 3, 0.003, 24, 16  # noise in metres; the seed is that of `make demo`
WIDTH, DPI = 7.2, 140  # inches, and pixels per inch: letters stay readable in a column of text

CHOSEN = {
    "object_counting": ("scene0000_00", "chair(s)"),
    "object_size_estimation": ("scene0000_00", "of the desk"),
    "room_size_estimation": ("scene0000_00", ""),
    "object_abs_distance": ("scene0000_00", "between the box and the office chair"),
    "object_rel_distance": ("scene0000_00", "storage organizer, stand, chair, desk"),
    "object_rel_direction_easy": ("scene0000_00", "by the office chair and facing the bottle, is the box"),
    "object_rel_direction_medium": ("scene0000_00", "by the office chair and facing the box, is the desk"),
    "object_rel_direction_hard": (
        "scene0000_00",
        "by the office chair and facing the bottle, is the computer",
    ),
    "obj_appearance_order": ("scene0000_00", "whiteboard, stand, storage organizer, computer tower"),
    "camera_object_distance": ("scene0000_00", ""),
    "camera_nearest_of_4": ("scene0000_00", ""),
    "camera_nearest_of_3": ("scene0000_00", ""),
    "camera_nearest_of_2": ("scene0000_00", ""),
    "relative_position_lr": ("scene0000_00", "relative to storage organizer, is whiteboard"),
    "relative_position_nf": ("scene0000_00", "is bottle [Near/Far] compared to storage organizer"),
    "relative_position_ud": ("scene0001_00", "relative to bed, is picture"),
    "closer_or_farther": ("scene0000_00", "from the desk in frame 7"),
    "camera_displacement": ("scene0000_00", ""),
    "camera_direction": ("scene0000_00", ""),
    "camera_direction_diagonal": ("scene0000_00", "frame 8 and frame 12"),
    "camera_turn": ("scene0000_00", "frame 4 and frame 8"),
    "camera_turn_degrees": ("scene0000_00", "frame 4 and frame 9"),
    "camera_tilt": ("scene0003_00", ""),
    "object_bearing": ("scene0000_00", "where is the bin"),
    "object_bearing_quadrant": ("scene0000_00", "is the office chair"),
    "object_bearing_degrees": ("scene0000_00", "is the bottle"),
    "route_planning": ("scene0002_00", "beginning at the bulletin board and facing the storage organizer"),
}
"""Question type → room, and words of a question that shows well on a plan. They were chosen by eye."""


def main() -> None:
    """Write all pictures and texts."""
    rule_sets = {rule_set_of(topic) for topic in TOPICS}
    asking = {name: rules for name, rules in all_rule_sets().items() if name in rule_sets}
    with tempfile.TemporaryDirectory() as folder:
        write_scans(Path(folder), ROOMS, SEED, NOISE, FRAMES, 1, frame_size=(640, 480))
        source = open_source("scannet", [Path(folder)])
        rooms = {
            (name, by): inspect(source, name, rules, topics=[*rules.topics], framing=Framing(SHOWN))
            for name in sorted({room for room, _ in CHOSEN.values()})
            for by, rules in asking.items()
        }
    PICTURES.mkdir(parents=True, exist_ok=True)
    examples = {}
    for type_, (name, words) in CHOSEN.items():
        room, question = next(
            (room, one)
            for (of, _), room in rooms.items()
            for one in room.questions
            if of == name and one.question_type == type_ and words in one.question
        )
        examples[type_] = _row(question)
        (PICTURES / f"{type_}.png").write_bytes(_drawn(room, question))
    head = "# Written by scripts/docs/draw_examples.py.\n"
    texts = yaml.safe_dump(
        {"rules": {name: rules.label for name, rules in asking.items()}, "examples": examples},
        sort_keys=False,
        allow_unicode=True,
    )
    EXAMPLES.write_text(head + texts, "utf-8")


def _drawn(room: Inspection, question: Question) -> bytes:
    """The plan with the evidence. The camera is drawn only if the question is about the video."""
    seen = TOPICS[question.topic].look_rate is not None or TOPICS[question.topic].needs_cameras
    return picture(room if seen else replace(room, look=None), question, DPI, width=WIDTH, titled=False)


def _row(question: Question) -> dict[str, Any]:
    """The parts of a question that the page shows, as plain data. The shapes are in the picture."""
    row = asdict(question)
    del row["evidence"]["shapes"]
    return dict(orjson.loads(orjson.dumps(row)))


if __name__ == "__main__":
    main()
