"""Each option of the benchmark's released questions is read as itself."""

import json
from pathlib import Path
from string import ascii_uppercase

import pytest

from vsitrain.answers import option_words, read_letter, same_word


@pytest.fixture(scope="module")
def choices(vsibench: Path) -> list[list[str]]:
    with (vsibench / "questions.jsonl").open() as lines:
        return [options for line in lines if (options := json.loads(line)["options"])]


def test_every_released_option_is_read_by_its_words_and_by_its_letter(choices) -> None:
    assert len(choices) > 1000
    for options in choices:
        for letter, option, words in zip(ascii_uppercase, options, option_words(options), strict=False):
            for reply in (
                option,
                option.lower(),
                f"({letter}) {words}",
                words,
                f"The {words}.",
                f"**{words}**",
            ):
                assert read_letter(reply, options) == letter, (reply, options)


def test_every_released_option_equals_itself_and_no_other_option(choices) -> None:
    for options in choices[::7]:
        words = option_words(options)
        for said in words:
            assert [word for word in words if same_word(said, word, words)] == [said]
