"""Left for right: the mistake of who takes another's view, or mirrors the room."""

import re

from numpy.random import Generator

from vsitrain.preferences.answer_words import wrong_words
from vsitrain.prompts.question_text import Row

_SIDES = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def mirrored(row: Row, _: Generator) -> str | None:
    """The answer with left and right exchanged: of a direction, or of the turns of a route.

    None where the question does not offer that: what lies to the back does so in the mirror too.
    """
    exchanged = re.sub("|".join(_SIDES), lambda side: _SIDES[side[0]], row["answer"])
    return exchanged if exchanged in wrong_words(row) else None
