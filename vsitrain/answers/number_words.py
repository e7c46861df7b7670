"""Numbers in words: `twenty-one`, `a hundred and five`, `two point five`, `three thousand`."""

import re

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUE = {word: float(value) for value, word in enumerate(_ONES + _TEENS)}
_VALUE |= {word: 10.0 * value for value, word in enumerate(_TENS, start=2)}
_VALUE |= {"half": 0.5, "couple": 2.0}
_MULTIPLE = {"dozen": 12.0, "hundred": 100.0, "thousand": 1000.0}

_one, _teen, _ten = ("|".join(words) for words in (_ONES, _TEENS, _TENS))
_below_100 = rf"(?:(?:{_ten})(?:[ -](?:{_one}))?|{_teen}|{_one})"
_below_1000 = rf"(?:(?:(?:a|{_teen}|{_one}) hundred(?:(?: and)? {_below_100})?)|{_below_100})"
_whole = rf"(?:(?:(?:a|{_below_1000}) thousand(?:(?: and)? {_below_1000})?)|{_below_1000})"

_dozens = rf"(?:half a|a|{_below_100}) dozen|a couple"

NUMBER_IN_WORDS = rf"\b(?:{_dozens}|{_whole}(?: point(?: (?:{_one}))+)?)\b"
"""Regular expression of a number in words, in lower case."""


def value_of(words: str) -> float:
    """The value of a text that NUMBER_IN_WORDS matches.

    >>> value_of("twenty-one"), value_of("two thousand three hundred and five"), value_of("two point five")
    (21.0, 2305.0, 2.5)
    """
    whole, _, decimals = words.partition(" point ")
    total = current = 0.0
    for word in re.split(r"[ -]", whole):
        if word in _MULTIPLE:
            current = (current or 1.0) * _MULTIPLE[word]
            if word == "thousand":
                total, current = total + current, 0.0
        else:
            current += _VALUE.get(word, 0.0)
    digits = "".join(str(_ONES.index(digit)) for digit in decimals.split())
    return total + current + (float(f"0.{digits}") if digits else 0.0)
