"""The order in which categories appear, on timelines made by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.topics.rooms import room, thing
from tests.topics.sights import sight, timeline
from vsidata.measuring.measure import MeasuredScene
from vsidata.topics.ask import Drops, ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import load_rules

TOPIC = "obj_appearance_order"
WIDE = load_rules("wide")
WORDS = ["bed", "cup", "door", "heater", "lamp"]
LARGE, HINT = 0.05, 0.0005


def from_then_on(frame: int, frames: int = 40) -> list[float]:
    """The shares of an object that is in full view from a frame to the end."""
    return [0.0] * frame + [LARGE] * (frames - frame)


def video(shown: Mapping[int, Sequence[float]], words: Sequence[str] = WORDS) -> MeasuredScene:
    """A scene with a video of two frames per second. `shown` has the shares of each object, by its number."""
    things = [thing(i, word, (i, 0, 0)) for i, word in enumerate(words)]
    return replace(room(*things), timeline=timeline(shown))


def asked(scene: MeasuredScene, seed: int = 0, rules=WIDE) -> tuple[list[Question], Drops]:
    return ask(scene, rules, seed, [TOPIC])


ONE_AFTER_ANOTHER = {0: from_then_on(9), 1: from_then_on(0), 2: from_then_on(3), 3: from_then_on(6)}


def test_the_answer_is_the_order_of_the_first_frames_that_show_each_category() -> None:
    (question,), _ = asked(video(ONE_AFTER_ANOTHER))
    assert question.answer == "cup, door, heater, bed"
    assert question.options is not None
    assert question.options["ABCD".index(question.ground_truth)][3:] == "cup, door, heater, bed"
    evidence = question.evidence
    moments = zip(evidence.objects, evidence.moments, strict=True)
    appears = {item.category: (moment.frame, moment.seconds) for item, moment in moments}
    assert appears == {"cup": (0, 0.0), "door": (30, 1.5), "heater": (60, 3.0), "bed": (90, 4.5)}
    assert (evidence.value, evidence.margin) == (4.5, 1.5)


def test_question_and_options_have_the_wording_of_the_benchmark() -> None:
    (question,), _ = asked(video(ONE_AFTER_ANOTHER))
    listed = question.question.removeprefix(
        "What will be the first-time appearance order of the following categories in the video: "
    ).removesuffix("?")
    assert sorted(listed.split(", ")) == ["bed", "cup", "door", "heater"]
    assert [option[:3] for option in question.options or ()] == ["A. ", "B. ", "C. ", "D. "]
    assert len({option[3:] for option in question.options or ()}) == 4
    assert {tuple(sorted(option[3:].split(", "))) for option in question.options or ()} == {
        ("bed", "cup", "door", "heater")
    }


@pytest.mark.parametrize("name", ["wide", "vsibench", "vsi100k"])
def test_the_string_is_that_of_the_released_questions(name: str, vsibench) -> None:
    released = (vsibench / "questions.jsonl").read_text()
    beginning = load_rules(name).topics[TOPIC].question.partition("{")[0]
    assert released.count(beginning) > 200


def test_categories_that_appear_within_the_same_second_are_never_asked_about_together() -> None:
    together = {
        0: from_then_on(0),
        1: from_then_on(1),
        2: from_then_on(5),
        3: from_then_on(9),
        4: from_then_on(13),
    }
    orders = {q.answer for seed in range(20) for q in asked(video(together), seed)[0]}
    assert orders == {"bed, door, heater, lamp", "cup, door, heater, lamp"}


def test_an_early_glimpse_of_a_category_makes_its_order_uncertain() -> None:
    hinted = [HINT] * 12 + [
        LARGE
    ] * 28  # less than the share that counts as seen, more than a share that no viewer can see
    questions, drops = asked(video({**ONE_AFTER_ANOTHER, 0: hinted}))
    assert questions == []
    assert set(drops) == {(TOPIC, "too few categories appear far enough apart")}


def test_one_or_two_rays_are_not_a_glimpse() -> None:
    speck = [0.00005] * 12 + [LARGE] * 28
    (question,), _ = asked(video({**ONE_AFTER_ANOTHER, 0: speck}))
    assert question.answer == "cup, door, heater, bed"


def without_frames(scene: MeasuredScene, first: int, last: int) -> MeasuredScene:
    """The same video, but the frames from `first` to `last` have no pose, so their content is unknown."""
    whole = scene.timeline
    assert whole is not None
    known = [row for row in range(len(whole.seconds)) if not first <= row <= last]
    per_frame = ("positions", "numbers", "seconds", "cameras", "pixels")
    seen = replace(whole, **{name: getattr(whole, name)[known] for name in per_frame})
    return replace(scene, timeline=seen)


@pytest.mark.parametrize(("first", "last"), [(12, 15), (12, 13)])
def test_categories_first_seen_after_the_camera_was_lost_come_last_or_are_not_asked_about(
    first: int, last: int
) -> None:
    """The lamp appears at 6 s and the plant at 10 s. The frames without a pose may show both earlier."""
    scene = video({**ONE_AFTER_ANOTHER, 4: from_then_on(12), 5: from_then_on(20)}, [*WORDS, "plant"])
    questions, _ = asked(without_frames(scene, first, last))
    orders = [question.answer.split(", ") for question in questions]
    assert {"lamp", "plant"} <= {word for order in orders for word in order}
    for order in orders:
        assert not {"lamp", "plant"} & {*order[:-1]}


def test_categories_seen_before_the_camera_was_lost_keep_their_moment() -> None:
    (question,), _ = asked(without_frames(video(ONE_AFTER_ANOTHER), 12, 30))
    assert question.answer == "cup, door, heater, bed"


def test_losing_the_camera_for_less_than_min_gap_changes_no_order() -> None:
    (question,), _ = asked(without_frames(video(ONE_AFTER_ANOTHER), 5, 5))
    assert question.answer == "cup, door, heater, bed"


def test_a_video_that_begins_without_a_camera_has_no_first_appearances() -> None:
    assert len(asked(without_frames(video(ONE_AFTER_ANOTHER), 0, 0))[0]) == 1  # 0.5 s is less than min_gap
    questions, drops = asked(without_frames(video(ONE_AFTER_ANOTHER), 0, 2))
    assert questions == []
    assert drops[TOPIC, "too few categories appear far enough apart"] > 0


def test_a_category_appears_with_the_first_of_its_objects() -> None:
    scene = video({**ONE_AFTER_ANOTHER, 4: from_then_on(12)}, ["chair", "cup", "door", "heater", "chair"])
    (question,), _ = asked(scene)
    (chair,) = [item for item in question.evidence.objects if item.category == "chair"]
    assert chair.instance == 0
    assert question.answer == "cup, door, heater, chair"


def test_a_category_that_is_never_seen_is_not_asked_about() -> None:
    questions, _ = asked(video({**ONE_AFTER_ANOTHER, 4: [HINT] * 40}))
    assert all("lamp" not in q.question for q in questions)
    assert len(questions) == 1


def test_a_chair_and_an_office_chair_are_never_ordered_against_each_other() -> None:
    things = [thing(i, word, (i, 0, 0)) for i, word in enumerate(["chair", "cup", "door", "heater"])]
    office_chair = thing(4, "office chair", (4, 0, 0), (0.4, 0.4, 0.4), "chair")
    scene = replace(
        room(*things, office_chair), timeline=timeline({**ONE_AFTER_ANOTHER, 4: from_then_on(20)})
    )
    for seed in range(10):
        for question in asked(scene, seed)[0]:
            words = {item.category for item in question.evidence.objects}
            assert not {"chair", "office chair"} <= words


def test_frames_that_show_two_new_categories_cannot_order_them() -> None:
    scene = video(ONE_AFTER_ANOTHER)
    apart = sight({0: [0, 0, 0, LARGE], 1: [LARGE] * 4, 2: [0, LARGE, 0, 0], 3: [0, 0, LARGE, LARGE]})
    assert len(asked(replace(scene, sight=apart))[0]) == 1
    at_once = sight({0: [0, 0, LARGE, LARGE], 1: [LARGE] * 4, 2: [0, LARGE, 0, 0], 3: [0, 0, LARGE, LARGE]})
    questions, drops = asked(replace(scene, sight=at_once))
    assert questions == []
    assert drops[TOPIC, "the frames do not show the order"] == 1
    never = sight({0: [0, 0, 0, 0], 1: [LARGE] * 4, 2: [0, LARGE, 0, 0], 3: [0, 0, LARGE, LARGE]})
    assert asked(replace(scene, sight=never))[0] == []


def test_without_a_video_no_order_is_asked() -> None:
    questions, drops = asked(room(thing(0, "bed", (0, 0, 0))))
    assert questions == []
    assert drops == {(TOPIC, "the scan has no video with known cameras"): 1}


def test_all_letters_are_right_about_equally_often() -> None:
    letters = [asked(video(ONE_AFTER_ANOTHER), seed)[0][0].ground_truth for seed in range(200)]
    # Of 200 fair draws of four letters, 50 are each letter, within 4 standard deviations.
    assert all(abs(letters.count(letter) - 50) < 25 for letter in "ABCD")


def test_appearances_are_a_second_or_more_apart_in_any_video() -> None:
    many = {i: from_then_on((7 * i) % 23, frames=60) for i in range(16)}
    scene = video(many, [f"thing {i}" for i in range(16)])
    found = [question for seed in range(5) for question in asked(scene, seed)[0]]
    assert found
    for question in found:
        gaps = [
            later - earlier
            for earlier, later in pairwise(sorted(moment.seconds for moment in question.evidence.moments))
        ]
        assert min(gaps) >= 1
        assert question.evidence.margin == pytest.approx(min(gaps))
