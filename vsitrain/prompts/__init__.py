"""The text that a model is asked: the wordings around a question, and the answer of a right reply."""

from vsitrain.prompts.mode import PROMPT_MODES, PromptMode, prompt_mode
from vsitrain.prompts.question_text import answer_kind, ask, offered_words, target, wants_letter

__all__ = [
    "PROMPT_MODES",
    "PromptMode",
    "answer_kind",
    "ask",
    "offered_words",
    "prompt_mode",
    "target",
    "wants_letter",
]
