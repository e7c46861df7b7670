"""Prompts: the exact wordings of the paper, the layout of the benchmark, a user's own file."""

import json
from pathlib import Path

import pytest

from vsidata.errors import OptionError, RulesError
from vsitrain.prompts import (
    PROMPT_MODES,
    PromptMode,
    answer_kind,
    ask,
    offered_words,
    prompt_mode,
    target,
    wants_letter,
)

DISTANCE = {
    "question": "Measuring from the closest point of each object, which of these objects (chair, stool, "
    "stove, sofa) is the closest to the tv?",
    "question_type": "object_rel_distance",
    "options": ["A. chair", "B. stool", "C. stove", "D. sofa"],
    "ground_truth": "C",
    "answer": "stove",
    "unit": None,
}
SIZE = {
    "question": "What is the size of this room (in square meters)?",
    "question_type": "room_size_estimation",
    "options": None,
    "ground_truth": "26.4",
    "answer": "26.4",
    "unit": "m²",
}
ORDER = {
    "question": "What will be the first-time appearance order of the following categories in the video: "
    "cup, door?",
    "question_type": "obj_appearance_order",
    "options": ["A. door, cup", "B. cup, door"],
    "ground_truth": "A",
    "answer": "door, cup",
    "unit": None,
}
OPEN = DISTANCE | {"options": None, "ground_truth": "stove"}  # as the paper's data has it

# Quoted from arXiv 2504.00883.
WORDINGS = {
    ("vanilla", "evaluation"): "Please answer the question using a single word or phrase.",
    (
        "think",
        "evaluation",
    ): "Let's think step by step and then answer the question using a single word or phrase.",
    (
        "observe",
        "evaluation",
    ): "Please observe the video first and then answer the question using a single word or phrase.",
    ("vanilla", "training"): "Please provide the short answer with one or two words or a number.",
    (
        "think",
        "training",
    ): "Please think step by step and enclose your thinking process in <think> </think> tags "
    "and then provide the short answer with one or two words or a number in <answer> </answer>.",
    (
        "observe",
        "training",
    ): "Please observe carefully and analyze what you see that helps you to solve the question "
    "in the video and enclose it in <observe> </observe> tag, and then provide the short answer with one or "
    "two words or a number in <answer> </answer>.",
}


@pytest.mark.parametrize(("name", "form"), WORDINGS)
def test_an_open_question_ends_in_the_papers_wording(name, form) -> None:
    text = ask(SIZE, prompt_mode(name), form=form, letters=True)
    opening = "These are frames of a video.\n" if form == "evaluation" else ""
    assert text == f"{opening}{SIZE['question']}\n{WORDINGS[name, form]}"


def test_the_vanilla_evaluation_of_a_choice_is_the_benchmarks_own_prompt() -> None:
    assert ask(DISTANCE, prompt_mode("vanilla"), form="evaluation", letters=True) == (
        "These are frames of a video.\n"
        f"{DISTANCE['question']}\n"
        "Options:\nA. chair\nB. stool\nC. stove\nD. sofa\n"
        "Answer with the option's letter from the given choices directly."
    )


@pytest.mark.parametrize(("name", "form"), [case for case in WORDINGS if case != ("vanilla", "evaluation")])
def test_a_choice_shows_its_options_asks_for_the_letter_and_ends_in_the_papers_wording(name, form) -> None:
    lines = ask(DISTANCE, prompt_mode(name), form=form, letters=True).split("\n")
    assert lines[-7:-2] == ["Options:", *DISTANCE["options"]]
    assert "letter" in lines[-2]
    assert lines[-1] == WORDINGS[name, form]


def test_the_tags_of_a_mode_are_those_of_its_training_wording() -> None:
    assert {name: prompt_mode(name).tags for name in PROMPT_MODES} == {
        "vanilla": (),
        "think": ("think", "answer"),
        "observe": ("observe", "answer"),
    }


@pytest.mark.parametrize("name", PROMPT_MODES)
def test_every_mode_states_the_source_of_its_wordings(name) -> None:
    assert prompt_mode(name).name == name
    assert "2504.00883" in prompt_mode(name).source


def test_a_question_that_names_its_options_can_be_asked_openly() -> None:
    text = ask(DISTANCE, prompt_mode("vanilla"), form="training", letters=False)
    assert text == f"{DISTANCE['question']}\n{WORDINGS['vanilla', 'training']}"
    assert (target(DISTANCE, letters=False), target(DISTANCE, letters=True)) == ("stove", "C")


def test_a_question_that_does_not_name_its_options_always_shows_them() -> None:
    for letters in (True, False):
        assert "Options:\nA. door, cup\nB. cup, door\n" in ask(
            ORDER, prompt_mode("think"), form="training", letters=letters
        )
        assert target(ORDER, letters) == "A"


@pytest.mark.parametrize("letters", [True, False])
def test_a_question_without_options_asks_for_its_open_answer(letters) -> None:
    assert (target(SIZE, letters), target(OPEN, letters)) == ("26.4", "stove")
    assert "Options" not in ask(OPEN, prompt_mode("vanilla"), form="training", letters=letters)


def test_only_orders_and_longer_routes_of_the_released_questions_need_their_options(vsibench: Path) -> None:
    with (vsibench / "questions.jsonl").open() as lines:
        rows = [json.loads(line) for line in lines]
    choices = [row for row in rows if row["options"]]
    assert [row for row in rows if wants_letter(row, letters=True)] == choices
    for row in choices:
        moves = row["question"].count("[please fill in]") - 1  # the text explains it once
        needed = row["question_type"] == "obj_appearance_order" or moves > 1
        assert wants_letter(row, letters=False) == needed, row


def test_the_kind_of_answer_follows_from_the_row() -> None:
    count = {**SIZE, "unit": None, "answer": "3", "ground_truth": "3"}
    rows = [DISTANCE, OPEN, SIZE, count, ORDER]
    assert [answer_kind(row, letters=True) for row in rows] == [
        "letter",
        "word",
        "number",
        "number",
        "letter",
    ]
    assert [answer_kind(row, letters=False) for row in rows] == ["word", "word", "number", "number", "letter"]
    assert answer_kind(OPEN | {"ground_truth": None}, letters=True) is None


def test_the_words_to_choose_from_are_the_options_or_those_in_the_question() -> None:
    assert offered_words(DISTANCE) == offered_words(OPEN) == ("chair", "stool", "stove", "sofa")
    assert offered_words(SIZE) == ()


MINE = "name: mine\ntraining: Say it in <answer> </answer>.\nevaluation: Say it.\ntags: [answer]\n"


def test_a_users_own_mode_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    for mode in (prompt_mode(path), prompt_mode(str(path))):
        assert (mode.name, mode.tags) == ("mine", ("answer",))
        assert ask(SIZE, mode, form="evaluation", letters=True) == f"{SIZE['question']}\nSay it."


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (MINE + "tag: [answer]\n", 5, "tag"),
        (MINE.replace("Say it.\n", "\n"), 3, "evaluation"),
        (MINE.replace("evaluation: Say it.\n", ""), None, "evaluation"),
        (MINE.replace("[answer]", "[think, answer]"), None, "<think>"),
        (MINE.replace("[answer]", "[answer, think]").replace("Say", "<think> Say"), None, "last"),
        (MINE.replace("[answer]", "[answer, answer]"), None, "twice"),
        (MINE.replace("[answer]", "['a b']"), 4, "a b"),
        (MINE + "name: yours\n", 5, "name"),
        ("- a list\n", None, "mapping"),
    ],
)
def test_a_mistake_in_a_users_mode_is_named(tmp_path: Path, text: str, line: int | None, word: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(RulesError) as caught:
        prompt_mode(path)
    assert caught.value.file == str(path)
    assert word in str(caught.value)
    if line is not None:
        assert f"line {line}:" in caught.value.fault


def test_error_for_an_unknown_mode_lists_the_known_modes() -> None:
    with pytest.raises(OptionError, match="vanilla, think, observe"):
        prompt_mode("ponder")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="absent"):
        prompt_mode(tmp_path / "absent.yaml")


def test_a_mode_can_be_made_in_code() -> None:
    mode = PromptMode(name="mine", training="Say it.", evaluation="Say.")
    assert ask(SIZE, mode, form="training", letters=False).endswith("\nSay it.")
