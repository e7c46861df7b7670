"""Read the answer in a model's reply: a number, a letter or a word. No reply raises an error."""

from vsitrain.answers.letters import read_letter
from vsitrain.answers.numbers import read_number
from vsitrain.answers.phrases import option_words, same_word
from vsitrain.answers.tags import after_thought, final_answer, in_format, tagged_answer
from vsitrain.answers.units import is_angle

__all__ = [
    "after_thought",
    "final_answer",
    "in_format",
    "is_angle",
    "option_words",
    "read_letter",
    "read_number",
    "same_word",
    "tagged_answer",
]
