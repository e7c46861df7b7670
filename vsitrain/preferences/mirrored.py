"""Wrong answers with left in place of right, as after a mistake about the viewpoint."""

import re

from numpy.random import Generator

from vsitrain.preferences.answer_words import wrong_words
from vsitrain.prompts.question_text import Row

_SIDES = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def mirrored(row: Row, _: Generator) -> str | None:
    """The answer with left and right exchanged, for a direction or the turns of a route.

    None if that answer is not one of the wrong words: `back` stays `back`.
    """
    exchanged = re.sub("|".join(_SIDES), lambda side: _SIDES[side[0]], row["answer"])
    return exchanged if exchanged in wrong_words(row) else None
