"""Blind guesses, on questions with a known amount of information in their words."""

import numpy as np
import pytest

from tests.analysis import made_questions as made
from vsidata.analysis.blind.blind_question import BlindQuestion, read_blind_questions
from vsidata.analysis.blind.constants import best_answer, folds_of
from vsidata.analysis.blind.guess import guess
from vsidata.errors import VsiError

CATEGORIES = ("bed", "chair", "lamp", "sofa", "table", "tv")
ROOMS = [f"room{number}" for number in range(100)]


def asked(rows: list[made.Row]) -> list[BlindQuestion]:
    return read_blind_questions(rows)


def test_answers_that_depend_on_the_category_alone_are_guessed():
    length = dict(zip(CATEGORIES, (200, 90, 40, 180, 120, 100), strict=True))
    found = guess(asked([made.size(room, it, length[it]) for room in ROOMS for it in CATEGORIES]))
    assert found.of_forest.mean() == 1
    assert found.of_category.mean() == 1
    assert found.of_constant.mean() < 0.6


def test_answers_that_depend_on_a_pair_of_categories_are_guessed_in_either_order():
    rng = np.random.default_rng(0)
    rows = []
    for room in ROOMS:
        for a, b in rng.permutation(CATEGORIES).reshape(-1, 2):
            near = {a, b} in ({"bed", "lamp"}, {"chair", "table"}, {"sofa", "tv"})
            rows.append(made.distance(room, a, b, 0.4 if near else 4.0))
    found = guess(asked(rows))
    assert found.of_forest.mean() > 0.99
    assert found.of_category.mean() > 0.99
    assert found.of_constant.mean() < 0.85


def test_the_guess_of_a_number_has_the_best_score_and_is_not_the_mean():
    # Neither the mean of 1 and 10 nor the mean of their logarithms is near 1 or 10.
    rows = [made.count(room, "chair", (1, 1, 1, 10, 10)[number % 5]) for number, room in enumerate(ROOMS)]
    assert guess(asked(rows)).of_forest.mean() == pytest.approx(0.6, abs=0.02)


def test_noise_is_not_guessed_better_than_by_the_constant():
    rng = np.random.default_rng(1)
    rows = [
        made.size(room, it, round(rng.lognormal(4, 0.7)) + 1)
        for room in ROOMS * 3
        for it in rng.choice(CATEGORIES, 4)
    ]
    found = guess(asked(rows))
    assert found.of_forest.mean() == pytest.approx(found.of_constant.mean(), abs=0.03)


def directions(word_of, rooms=ROOMS, each=12):
    rng = np.random.default_rng(2)
    rows = []
    for room in rooms:
        for _ in range(each):
            words = tuple(map(str, rng.choice(CATEGORIES, 3, replace=False)))
            options = [str(it) for it in rng.permutation(["left", "right"])]
            rows.append(made.direction(room, "easy", words, options, word_of(rng, words)))
    return asked(rows)


def test_random_directions_are_not_guessed():
    found = guess(directions(lambda rng, _: str(rng.choice(["left", "right"]))))
    assert found.of_forest.mean() == pytest.approx(0.5, abs=0.05)


def test_a_word_that_is_always_right_is_guessed_with_any_letter():
    found = guess(directions(lambda *_: "left"))
    assert found.of_forest.mean() == 1
    assert found.of_constant.mean() < 0.6


def test_directions_that_follow_from_the_words_are_guessed():
    found = guess(directions(lambda _, words: "left" if words[2] in ("bed", "sofa") else "right"))
    assert found.of_forest.mean() > 0.99


def test_an_option_that_is_always_the_nearest_is_guessed():
    rng = np.random.default_rng(3)
    rows = []
    for room in ROOMS:
        for _ in range(5):
            target, *options = map(str, rng.permutation(CATEGORIES)[:5])
            # The right option is always the first by a fixed order of all categories.
            rows.append(made.nearest(room, target, options, min(options)))
    found = guess(asked(rows))
    assert found.of_forest.mean() > 0.95
    assert found.of_constant.mean() < 0.35


def test_orders_are_guessed_from_the_usual_first_category():
    rng = np.random.default_rng(4)
    rows = []
    for room in ROOMS:
        four = sorted(map(str, rng.choice(CATEGORIES, 4, replace=False)))
        others = [four[i:] + four[:i] for i in (1, 2, 3)]
        options = [", ".join(it) for it in (four, *others)]
        shown = [str(it) for it in rng.permutation(options)]
        text = f"What will be the first-time appearance order of … in the video: {', '.join(four)}?"
        rows.append(made.row(room, "obj_appearance_order", text, options[0], shown))
    assert guess(asked(rows)).of_forest.mean() > 0.9


def test_answers_about_a_room_do_not_help_with_its_rescan():
    rng = np.random.default_rng(5)
    rows = []
    for number in range(60):
        answers = rng.lognormal(4, 1, 4).round() + 1
        for scan in (f"scene{number:04d}_00", f"scene{number:04d}_01"):
            rows += [made.size(scan, f"thing {number} {i}", int(it)) for i, it in enumerate(answers)]
    found = guess(asked(rows))
    assert found.of_forest.mean() <= found.of_constant.mean() + 0.02


def test_all_scans_of_a_room_are_in_the_same_part():
    rooms = [it.room for it in asked([made.size(f"scene0001_{i:02d}", "bed", 200) for i in range(9)])]
    assert len(set(rooms)) == 1
    parts = folds_of([*rooms, *ROOMS], seed=3)
    assert len(set(parts[:9].tolist())) == 1
    assert np.bincount(parts[9:], minlength=5).min() >= 19


def test_the_choices_of_an_open_question_are_the_words_of_its_type():
    text = "If I am standing by the bed and facing the tv is the sofa to the left or the right of the tv?"
    rows = asked([made.row("r", "object_rel_direction", text, word) for word in ("left", "right", "left")])
    assert [it.choices for it in rows] == [("left", "right")] * 3
    assert rows[0].words == ("bed", "tv", "sofa")


def test_words_that_no_rule_set_has_are_taken_from_the_text():
    (it,) = asked([made.row("r", "object_size_estimation", "How long is it?", "9")])
    assert it.words == ("How long is it?",)
    assert it.is_number


@pytest.mark.parametrize("letter", ["C", "", "AB", "left"])
def test_a_letter_without_an_option_is_refused(letter):
    row = made.direction("r", "easy", ("bed", "tv", "sofa"), ["left", "right"], "left")
    with pytest.raises(VsiError, match="but only 2 options"):
        read_blind_questions([row | {"ground_truth": letter}])


def test_best_answer_is_the_most_common_word_or_the_number_that_scores_best():
    assert best_answer(["B", "A", "B"], number=False) == "B"
    assert best_answer(["A", "B"], number=False) == "A"
    assert best_answer(["1.0", "1.0", "9.5"], number=True) == "1.0"
