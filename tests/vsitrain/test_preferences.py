"""Wrong answers are read as wrong, are of the requested kind, and depend only on the seed."""

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vsitrain.data import builds
from vsidata.errors import OptionError
from vsitrain.preferences import KINDS, wrong_answer
from vsitrain.preferences.answer_words import topic_and_rules
from vsitrain.prompts import target
from vsitrain.rewards.match import match_reward
from vsitrain.rewards.mra import mra_reward
from vsitrain.rewards.reply import Setting

topic_and_rules({})  # the rule sets are read here, and not while a test runs
ALL = ("second_nearest", "mirrored", "near_miss", "random")
LEFT, RIGHT = math.radians(30), math.radians(-30)


def evidence(**known):
    return {**builds.NOTHING_KNOWN, "objects": [], **known}


def lettered(words, right):
    options = [f"{letter}. {word}" for letter, word in zip("ABCD", words, strict=False)]
    return {"options": options, "ground_truth": "ABCD"[list(words).index(right)], "answer": right}


def number(answer: str, unit: str | None = None) -> dict:
    return builds.question(
        3, topic="t", question_type="t", unit=unit, answer=answer, ground_truth=answer, evidence=evidence()
    )


def direction(kind: str, words, right: str, degrees: float, margin: float) -> dict:
    return builds.question(
        4,
        topic="object_rel_direction",
        question_type=f"object_rel_direction{kind}",
        question=f"Standing by the bed and facing the tv, is the lamp to my {', '.join(words)}?",
        **lettered(words, right),
        evidence=evidence(value=math.radians(degrees), margin=math.radians(margin)),
    )


HARD = ("front-left", "front-right", "back-left", "back-right")
NEAREST = builds.question(
    5,
    topic="object_rel_distance",
    question_type="object_rel_distance",
    question="Which of these objects (sink, bed, lamp, desk) is the closest to the tv?",
    **lettered(("sink", "bed", "lamp", "desk"), "lamp"),
    evidence=evidence(
        objects=[{"role": "target", "instance": 0, "category": "tv"}]
        + [{"role": "option", "instance": 1, "category": word} for word in ("sink", "bed", "lamp", "desk")],
        measures=[
            {"name": f"to {word}", "value": metres, "unit": "m"}
            for word, metres in zip(("sink", "bed", "lamp", "desk"), (3.0, 1.4, 0.9, 2.2), strict=True)
        ],
    ),
)
ORDERS = [", ".join(words) for words in permutations(("bed", "tv", "sink", "lamp"))]
ORDER = builds.question(
    6,
    topic="obj_appearance_order",
    question_type="obj_appearance_order",
    **lettered([ORDERS[23], ORDERS[0], ORDERS[2], ORDERS[6]], ORDERS[0]),
    evidence=evidence(
        objects=[
            {"role": "appearing", "instance": 1, "category": word} for word in ("lamp", "bed", "sink", "tv")
        ],
        moments=[{"frame": None, "seconds": seconds} for seconds in (9.0, 0.0, 4.0, 3.0)],
    ),
)
ROUTE = builds.question(
    7,
    topic="route_planning",
    question_type="route_planning",
    **lettered(
        ("Turn Right, Turn Back", "Turn Left, Turn Back", "Turn Back, Turn Right", "Turn Right, Turn Left"),
        "Turn Left, Turn Back",
    ),
    evidence=evidence(value=3.0, margin=0.2),
)
ROWS = [
    number("3"),
    number("1"),
    number("133", "cm"),
    number("0.2", "m"),
    number("24.8", "m²"),
    direction("_easy", ("left", "right"), "left", 120, 15),
    direction("_hard", HARD, "front-right", -10, 10),
    direction("_medium", ("back", "left", "right"), "back", 170, 35),
    NEAREST,
    ORDER,
    ROUTE,
]


def wrong(row, *kinds, letters=False, seed=0):
    return wrong_answer(row, kinds, letters=letters, seed=seed)


def marks(row, reply, letters):
    """The score of the rewards: 1 for the right word or letter, VSI-Bench's score for a number."""
    columns = {key: [value] for key, value in row.items()}
    setting = Setting(letters=letters)
    (match,) = match_reward([reply], setting=setting, **columns)
    return match if match is not None else mra_reward([reply], setting=setting, **columns)[0]


@given(
    st.sampled_from(ROWS),
    st.permutations(ALL).filter(lambda kinds: "random" in kinds),
    st.booleans(),
    st.integers(0, 1_000_000),
)
def test_no_wrong_answer_is_read_as_the_right_one(row, kinds, letters, seed):
    answer = wrong(row, *kinds, letters=letters, seed=seed)
    assert marks(row, target(row, letters), letters) == 1
    assert marks(row, answer, letters) < 1
    assert (len(answer) == 1 and answer in "ABCD") == (
        len(target(row, letters)) == 1 and target(row, letters) in "ABCD"
    )


@given(st.integers(1, 9999), st.integers(0, 2), st.integers(0, 10_000))
def test_random_number_is_within_four_times_the_truth_and_has_as_many_decimals(digits, decimals, seed):
    truth = f"{digits / 10**decimals:.{decimals}f}"
    answer = wrong(number(truth, "m"), "random", seed=seed)
    step = 10.0**-decimals
    assert len(answer.partition(".")[2]) == decimals
    assert float(answer) != float(truth)
    assert float(answer) > 0
    assert float(truth) / 4 - step <= float(answer) <= float(truth) * 4 + step
    assert abs(float(answer) - float(truth)) > 0.09 * float(truth) - step / 2


def test_random_numbers_are_too_small_as_often_as_too_large():
    answers = [float(wrong(number("20.0", "m"), "random", seed=seed)) for seed in range(400)]
    assert 160 < sum(answer < 20 for answer in answers) < 240
    assert min(answers) < 6
    assert max(answers) > 70


@given(st.integers(1, 9999), st.integers(0, 2), st.integers(0, 10_000))
def test_near_miss_of_a_number_is_off_by_a_tenth_to_three_tenths_or_the_last_place(digits, decimals, seed):
    truth = f"{digits / 10**decimals:.{decimals}f}"
    answer = float(wrong(number(truth, "m"), "near_miss", seed=seed))
    step = 10.0**-decimals
    off = abs(answer - float(truth))
    assert answer > 0
    assert off >= max(step, 0.1 * float(truth) - step / 2) - 1e-9
    assert off <= max(step, 0.3 * float(truth) + step / 2) + 1e-9


def test_near_miss_scores_higher_in_the_benchmark_than_a_random_number():
    row = number("300", "cm")
    near, far = (
        sum(marks(row, wrong(row, kind, seed=seed), letters=False) for seed in range(200)) / 200
        for kind in ("near_miss", "random")
    )
    assert 0.4 < near < 0.9
    assert far < near - 0.2


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (direction("_easy", ("left", "right"), "left", 20, 20), "right"),
        (direction("_hard", HARD, "front-right", -10, 10), "front-left"),
        (direction("_hard", HARD, "back-left", 160, 20), "back-right"),
    ],
)
def test_mirrored_direction_has_left_and_right_exchanged(row, answer):
    assert wrong(row, "mirrored") == answer
    assert wrong(row, "mirrored", letters=True) == "ABCD"[[o[3:] for o in row["options"]].index(answer)]


def test_mirrored_route_has_left_and_right_turns_exchanged():
    assert wrong(ROUTE, "mirrored") == "A"


def test_direction_without_options_is_mirrored_too():
    words = {"options": None, "ground_truth": "left", "answer": "left"}
    row = {**direction("", ("left", "right"), "left", 20, 20), **words}
    assert wrong(row, "mirrored") == wrong(row, "random") == "right"


@pytest.mark.parametrize(
    ("degrees", "margin", "right", "answer"),
    [
        (-10, 10, "front-right", "front-left"),  # nearly straight ahead
        (-80, 10, "front-right", "back-right"),  # nearly to the side
        (170, 10, "back-left", "back-right"),
        (100, 10, "back-left", "front-left"),
    ],
)
def test_near_miss_of_a_direction_is_beyond_the_nearest_edge(degrees, margin, right, answer):
    assert wrong(direction("_hard", HARD, right, degrees, margin), "near_miss") == answer


def test_near_miss_of_a_direction_without_a_next_sector_is_replaced_by_another_kind():
    row = direction(
        "_easy", ("left", "right"), "left", 120, 15
    )  # the easy question does not ask for the back
    assert wrong(row, "near_miss", "mirrored") == "right"
    with pytest.raises(OptionError, match=r"no kind applies to question .*: near_miss\.\n.*random"):
        wrong(row, "near_miss")


def test_second_nearest_is_taken_from_the_distances_in_the_evidence():
    assert wrong(NEAREST, "second_nearest") == wrong(NEAREST, "near_miss") == "bed"
    assert wrong(NEAREST, "second_nearest", letters=True) == "B"


def test_near_miss_of_an_order_exchanges_categories_that_appear_at_nearly_the_same_time():
    # bed 0 s, tv 3 s, sink 4 s, lamp 9 s: of the other three orders, the one with tv and sink exchanged.
    assert ORDERS[2] == "bed, sink, tv, lamp"
    assert wrong(ORDER, "near_miss", letters=True) == "C"


def test_near_miss_of_a_route_has_the_fewest_wrong_turns():
    assert wrong(ROUTE, "near_miss", letters=True) == "A"


def test_first_kind_that_applies_makes_the_answer():
    assert wrong(NEAREST, "mirrored", "second_nearest", "random") == "bed"
    back = direction("_medium", ("back", "left", "right"), "back", 170, 35)
    assert wrong(back, "mirrored", "second_nearest", "near_miss") == "left"


def test_all_other_words_are_drawn_about_equally_often():
    drawn = [wrong(NEAREST, "random", seed=seed) for seed in range(300)]
    assert {*drawn} == {"sink", "bed", "desk"}
    assert all(70 < drawn.count(word) < 130 for word in {*drawn})


def test_draw_depends_only_on_seed_and_question():
    rows = [number("24.8", "m²") | {"id": f"{n:016x}"} for n in range(30)]
    answers = [wrong(row, "random") for row in rows]
    assert [wrong(row, "random") for row in reversed(rows)] == answers[::-1]
    assert [wrong(row, "mirrored", "random") for row in rows] == answers
    assert len({*answers}) > 20
    assert [wrong(row, "random", seed=1) for row in rows] != answers


def test_question_without_evidence_still_has_a_random_answer():
    for row in ROWS:
        bare = {**row, "evidence": None}
        assert wrong(bare, *ALL, letters=True)


def test_single_word_has_no_wrong_answer():
    row = builds.question(1, topic="t", question_type="t", answer="sink", ground_truth="sink")
    with pytest.raises(OptionError, match=r"no kind applies to question .*: near_miss, random\."):
        wrong(row, "near_miss", "random")


def test_error_for_an_unknown_kind_lists_the_known_kinds():
    with pytest.raises(OptionError, match=f"worst is not a kind of wrong answer.\n.*{', '.join(KINDS)}"):
        wrong(NEAREST, "worst")


@pytest.mark.parametrize("truth", ["0", "5", "90", "180", "355", "-45", "-179"])
def test_wrong_angles_are_wrong_on_the_circle(truth):
    row = number(truth, "°")
    for seed in range(40):
        near, far = (
            float(wrong_answer(row, [kind], letters=True, seed=seed)) for kind in ("near_miss", "random")
        )
        errors = [math.degrees(math.acos(math.cos(math.radians(it - float(truth))))) for it in (near, far)]
        assert 8 <= errors[0] <= 28
        assert errors[1] >= 44
        assert all(-180 <= it <= 360 for it in (near, far))
