"""Labels that name a group of things, and the questions about a room that has one."""

import csv
from importlib import resources

import pytest

from tests.topics.rooms import room, thing
from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.groups import group_rules
from vsidata.topics.ask import ask
from vsidata.topics.rule_set import load_rules

RULE_SETS = ["wide", "vsibench"]


@pytest.fixture(scope="module")
def statistics() -> dict[str, dict[str, str]]:
    """The labels in at least 12 of ScanNet's training scans, with their sizes."""
    text = (resources.files("vsidata.synthetic") / "data" / "label_statistics.csv").read_text()
    return {row["label"]: row for row in csv.DictReader(text.splitlines())}


def test_groups_among_the_usual_labels_are_those_that_a_reader_finds(statistics) -> None:
    found = {label: thing for label in statistics if (thing := group_rules().member(label))}
    assert found == {
        "books": "book", "boxes": "box", "cabinets": "cabinet", "closet doors": "closet door",
        "doors": "door", "kitchen cabinets": "kitchen cabinet", "mailboxes": "mailbox", "shoes": "shoe",
        "shower walls": "shower wall",
    }  # fmt: skip


def test_a_group_is_larger_than_one_of_its_things(statistics) -> None:
    for label in statistics:
        single = statistics.get(group_rules().member(label) or "")
        if single:
            assert float(statistics[label]["length_p50_m"]) > 1.1 * float(single["length_p50_m"]), label


@pytest.mark.parametrize(
    ("label", "member"),
    [
        ("chairs", "chair"),
        ("shelves", "shelf"),
        ("dishes", "dish"),
        ("stoves", "stove"),
        ("couch cushions", "couch cushion"),
        ("stack of folded chairs", "folded chair"),
        ("piles of books", "book"),
        ("pile of clothes", "clothes"),
        ("cup stack", "cup"),
        ("row of chairs", "chair"),
        ("set of towels", "towel"),
    ],
)
def test_a_plural_or_a_pile_is_a_group_of_its_things(label: str, member: str) -> None:
    assert group_rules().member(label) == member


@pytest.mark.parametrize(
    "label",
    ["scissors", "glass", "clothes", "blinds", "window blinds", "headphones", "jeans", "mattress", "bus",
     "tennis", "drum set", "box of tissues", "desk with drawers", "pile", "chair"],
)  # fmt: skip
def test_a_label_that_only_looks_like_a_group_is_not_one(label: str) -> None:
    assert group_rules().member(label) is None


def test_every_exception_has_its_reason() -> None:
    rules = group_rules()
    assert all(entry.why for entry in (*rules.single, *rules.single_endings))


def furnished(rules: str, *labels: str) -> MeasuredScene:
    """A room with things of these labels in a row, 1.5 m apart. Every second thing is 2 m to the side."""
    vocabulary = load_rules(rules).vocabulary
    return room(
        *(
            thing(i, names[0], (1.5 * i, 2.0 * (i % 2), 0), (0.5, 0.4, 0.6), *names[1:], is_group=group)
            for i, label in enumerate(labels)
            if (names := vocabulary.names(label, "scannet"))
            for group in [vocabulary.is_group(label)]
        )
    )


OTHERS = ("bed", "sofa", "piano", "printer", "microwave")


@pytest.mark.parametrize("rules", RULE_SETS)
@pytest.mark.parametrize(
    "labels",
    [
        ("chair", "chair", "chairs"),
        ("pillow", "pillows"),
        ("towel", "towel", "towels"),
        ("chair", "row of chairs"),
        ("office chairs", "chair"),
        ("pillows",),
        ("doors", "door"),
    ],
)
def test_neither_a_group_nor_its_things_are_asked_about(rules: str, labels: tuple[str, ...]) -> None:
    scene = furnished(rules, *labels, *OTHERS)
    questions, drops = ask(scene, load_rules(rules), 0, load_rules(rules).default_topics)
    word = group_rules().member(labels[-1]) or labels[-1]
    assert {"object_abs_distance", "object_rel_distance", "object_size_estimation"} <= {
        question.topic for question in questions
    }
    for question in questions:
        named = {one.category for one in question.evidence.objects}
        assert word not in named, question.question
        assert not named & set(labels), question.question
    refused = sum(
        count
        for (_, reason), count in drops.items()
        if reason == "a group of them is annotated as one object"
    )
    assert refused == (1 if len(labels) > 1 else 0)


@pytest.mark.parametrize("rules", RULE_SETS)
def test_without_the_group_the_same_things_are_asked_about(rules: str) -> None:
    questions, _ = ask(furnished(rules, "chair", "chair", *OTHERS), load_rules(rules), 0, ["object_counting"])
    assert [question.answer for question in questions] == ["2"]


def test_the_papers_rules_ask_about_a_group_as_about_any_object() -> None:
    scene = furnished("vsi100k", "chair", "chair", "chairs", *OTHERS)
    rules = load_rules("vsi100k")
    questions, _ = ask(scene, rules, 0, ["object_counting", "object_size_estimation"])
    assert "How many chair(s) in the room?" in {question.question for question in questions}
    assert "chairs" in {question.evidence.objects[0].category for question in questions}
