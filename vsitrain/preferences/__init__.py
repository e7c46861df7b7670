"""Wrong answers to questions, from random ones to near misses, for preference pairs."""

from vsitrain.preferences.wrong_answer import KINDS, wrong_answer

__all__ = ["KINDS", "wrong_answer"]
