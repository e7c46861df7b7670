"""No answer is more common than the rules allow, and as few questions as possible are left out."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsidata.rules.balance import BalanceRules
from vsidata.selection.balance import Answer, balance, level, tallies
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import load_rules


def answers(topic: str, kind: str | None = None, **numbers: int) -> list[Answer]:
    """Return this number of questions with each answer."""
    thinned = TOPICS[topic].thinned if topic in TOPICS else None
    return [
        Answer(f"{topic}-{kind}-{word}-{i}", kind or topic, None, 0, word, None, 1.0, thinned)
        for word, number in numbers.items()
        for i in range(number)
    ]


def rules(smallest: int = 0, **parts: float) -> BalanceRules:
    return BalanceRules(smallest=smallest, **parts)


def kept(before: list[Answer], given: BalanceRules, seed: int = 0) -> list[Answer]:
    dropped = balance(before, given, seed)
    return [answer for answer in before if answer.id not in dropped]


@given(st.lists(st.integers(1, 300), min_size=1, max_size=8), st.floats(0, 1))
def test_level_is_the_largest_number_that_keeps_every_share(sizes, share):
    share = max(share, 1 / len(sizes))

    def holds(cut: int) -> bool:
        return cut <= share * sum(min(size, cut) for size in sizes) + 1e-9

    most = level(sizes, share)
    assert most == max(cut for cut in range(max(sizes) + 1) if holds(cut))
    assert most > 0


def test_counts_are_reduced_to_their_largest_share():
    before = answers("object_counting", two=600, three=250, four=150)
    after = Counter(answer.word for answer in kept(before, rules(counts=0.4)))
    # 266 is the largest number that is at most 40 percent of the total: 266 + 250 + 150 = 666.
    assert after == {"two": 266, "three": 250, "four": 150}


def test_directions_are_reduced_separately_per_question_type():
    before = answers("object_rel_direction", "easy", left=90, right=60)
    before += answers("object_rel_direction", "medium", left=40, right=40, back=40)
    after = Counter((answer.question_type, answer.word) for answer in kept(before, rules(directions=1)))
    assert after == {
        ("easy", "left"): 60, ("easy", "right"): 60,
        ("medium", "left"): 40, ("medium", "right"): 40, ("medium", "back"): 40,
    }  # fmt: skip


def test_letters_are_reduced_separately_per_number_of_options():
    def lettered(letter, options, number):
        return [
            Answer(f"{letter}{options}{i}", "d", letter, options, "sofa", "bed", 1.0) for i in range(number)
        ]

    before = lettered("A", 2, 70) + lettered("B", 2, 50) + lettered("A", 4, 9) + lettered("C", 4, 9)
    after = Counter((answer.letter, answer.options) for answer in kept(before, rules(letters=1)))
    assert after == {("A", 2): 50, ("B", 2): 50, ("A", 4): 9, ("C", 4): 9}


def sizes(category: str, *metres: float) -> list[Answer]:
    return [
        Answer(f"{category}{i}", "s", None, 0, "", category, value, "sizes") for i, value in enumerate(metres)
    ]


def test_similar_sizes_are_reduced_separately_per_category():
    alike, spread = sizes("bed", *[2.0] * 80, *[1.6] * 20), sizes("table", *np.geomspace(0.4, 3, 100))
    after = Counter(answer.category for answer in kept(alike + spread, rules(sizes=0.5, size_step=0.1)))
    assert after == {"bed": 40, "table": 100}


def test_question_types_are_reduced_to_a_multiple_of_their_even_share():
    before = [a for kind in "abcdefg" for a in answers(kind, x=100)] + answers("h", x=900)
    after = Counter(answer.question_type for answer in kept(before, rules(types=2)))
    assert after["h"] == 233  # a quarter of 933
    assert all(after[kind] == 100 for kind in "abcdefg")


def test_two_topics_do_not_limit_each_other():
    before = answers("object_abs_distance", x=900) + answers("room_size_estimation", x=30)
    assert kept(before, rules(types=2)) == before


def test_small_group_is_not_changed():
    before = answers("object_counting", two=30, three=5)
    assert kept(before, rules(smallest=36, counts=0.5)) == before
    assert len(kept(before, rules(smallest=35, counts=0.5))) == 10


@given(st.randoms(use_true_random=False))
def test_the_kept_questions_do_not_depend_on_the_order_of_the_input(random):
    before = answers("object_counting", two=60, three=25) + answers("object_abs_distance", x=200)
    given_rules = rules(counts=0.5, types=1.2)
    shuffled = random.sample(before, len(before))
    assert balance(shuffled, given_rules, 3) == balance(before, given_rules, 3)


def test_seed_determines_which_questions_are_kept_but_not_how_many():
    before = answers("object_counting", two=60, three=25)
    first, second = (balance(before, rules(counts=0.5), seed) for seed in (0, 1))
    assert first != second
    assert len(first) == len(second) == 35
    assert set(first.values()) == {"balance: its number is too common"}


def test_questions_with_the_same_answer_are_equally_likely_to_be_kept():
    before = answers("object_counting", two=40, three=10)
    times = Counter(answer.id for seed in range(400) for answer in kept(before, rules(counts=0.5), seed))
    of_two = [times[answer.id] for answer in before if answer.word == "two"]
    # Each question is kept in a quarter of the draws: 100 of 400, with a standard error of 8.7.
    assert np.mean(of_two) == 100
    assert max(of_two) < 100 + 5 * 8.7
    assert min(of_two) > 100 - 5 * 8.7


def test_tallies_count_questions_before_and_after_balancing():
    before = answers("object_counting", two=60, three=25) + answers("room_size_estimation", x=3)
    given = rules(counts=0.5)
    assert tallies(before, balance(before, given, 0), given) == {
        "object_counting": {"questions": [85, 50], "answers": {"two": [60, 25], "three": [25, 25]}},
        "room_size_estimation": {"questions": [3, 3], "answers": {}},
    }


def test_tallies_of_sizes_state_the_share_of_the_usual_size_of_a_category():
    before = sizes("bed", *[2.0] * 80, *[1.6] * 20) + sizes("lamp", *[0.4] * 30)
    given = rules(smallest=50, sizes=0.5, size_step=0.1)
    assert tallies(before, balance(before, given, 0), given) == {
        "s": {
            "questions": [130, 70],
            "answers": {},
            # there are too few lamps to balance
            "sizes": {"bed": {"questions": [100, 40], "commonest": [80, 20]}},
        }
    }


@pytest.mark.parametrize("part", ["counts", "directions", "letters", "sizes", "types"])
def test_an_empty_list_of_questions_stays_empty(part):
    assert balance([], rules(**{part: 0.5}), 0) == {}


def test_no_topic_has_more_than_its_largest_share():
    before = [
        answer._replace(topic=answer.question_type)
        for kind, number in {"a": 900, "b": 500, "c": 200, "d": 200, "e": 200, "f": 200}.items()
        for answer in answers("other", kind, x=number)
    ]
    after = Counter(answer.topic for answer in kept(before, rules(topics=0.2)))
    # 266 is the largest number that is at most a fifth of the total: 2 * 266 + 4 * 200 = 1332.
    assert after == {"a": 266, "b": 266, "c": 200, "d": 200, "e": 200, "f": 200}


@pytest.mark.parametrize("seed", range(5))
def test_the_words_of_a_reduced_topic_keep_their_shares(seed):
    words = {"left": 300, "right": 300, "up": 150, "down": 150}
    before = [answer._replace(topic="a") for answer in answers("object_rel_direction", "a", **words)]
    before += [answer._replace(topic="b") for answer in answers("other", "b", x=450)]
    after = Counter(answer.word for answer in kept(before, rules(topics=0.5), seed) if answer.topic == "a")
    assert after.total() == 450
    assert all(abs(after[word] - number / 2) <= 1 for word, number in words.items())
    others = Counter(answer.id for answer in kept(before, rules(topics=0.5), seed + 1))
    assert others != Counter(answer.id for answer in kept(before, rules(topics=0.5), seed))


def test_angles_of_a_topic_about_directions_are_not_words():
    row = {"id": "a", "question_type": "t", "options": None, "answer": "57", "topic": "camera_turn"}
    evidence = {"objects": [], "value": 1.0}
    angle = Answer.of(row | {"evidence": evidence, "unit": "°"}, "directions")
    word = Answer.of(row | {"evidence": evidence, "unit": None, "answer": "left"}, "directions")
    assert (angle.thinned, angle.shown_answer) == (None, None)
    assert (word.thinned, word.shown_answer) == ("directions", "left")


def test_rule_sets_without_a_limit_for_topics_do_not_state_it():
    assert "topics" not in load_rules("wide").resolved["balance"]
    assert load_rules("posed").resolved["balance"]["topics"]["value"] == 0.2
