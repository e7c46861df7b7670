"""Wrong answers to questions, from any one at all to the nearest miss, for preference pairs."""

from vsitrain.preferences.wrong_answer import KINDS, wrong_answer

__all__ = ["KINDS", "wrong_answer"]
