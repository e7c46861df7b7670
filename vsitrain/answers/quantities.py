"""Numbers that a text states, with their units."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from vsitrain.answers.number_words import NUMBER_IN_WORDS, value_of
from vsitrain.answers.units import Unit, unit_pattern, units

_THOUSANDS = r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:'\d{3})+|(?: \d{3})+)(?!\d)"
_DIGITS = rf"(?:{_THOUSANDS}(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?:e[+-]?\d+)?"
_NUMBER = rf"(?:(?:\d+[ -])?\d+/\d+(?!/)|{_DIGITS}|{NUMBER_IN_WORDS})"
_AND_SHARE = r" and (?:a half|a quarter|three quarters|[1-9]\d*/[1-9]\d*)"
# These words are a number only before a unit: "a meter" is a number, "a chair" is not.
_SHARE_OF = r"(?:a )?half(?: an?)?|(?:a|one) quarter(?: of)?(?: an?)?|three[ -]quarters(?: of)?(?: an?)?|an?"
# "in" is the unit only at the end of the text, or before a word that describes a length.
_INCHES = r"in(?![a-z0-9])(?! (?!(?:wide|tall|long|high|deep|across|apart|away|by|x|and|or)\b)[a-z])"
_TIMES = re.compile(r"(?<=\d) ?[x*] ?(?=\d)")
_NUMBERING = re.compile(r"^\d+[.)] ", re.MULTILINE)


@dataclass(frozen=True)
class Quantity:
    """A number that a text states.

    Attributes:
        value: finite, in `unit`.
        unit: None for a bare number.
        start, end: its place in the text.
        weak: whether it is a lone `one`, which may also stand for a noun.
    """

    value: float
    unit: Unit | None
    start: int
    end: int
    weak: bool = False

    def in_unit(self, unit: Unit | None) -> float | None:
        """The value converted to a unit; None if it does not convert.

        A number without a unit keeps its value.
        """
        if self.unit is None:
            return self.value
        if unit is None or unit.dimension != self.unit.dimension:
            return None
        return self.value * self.unit.size / unit.size


def quantities(text: str) -> list[Quantity]:
    """Every number with its unit, in order. `3-4`, `3.2 ± 0.5 m` and `2 m 50 cm` are one number each.

    Args:
        text: the result of `plain`, with its products `spaced`.
    """
    found: list[Quantity] = []
    for quantity in _single(text):
        together = _together(text, found[-1], quantity) if found else None
        if together:
            found[-1] = together
        else:
            found.append(quantity)
    return found


def spaced(text: str) -> str:
    """Write `5x4` as `5 x 4`: two numbers, not a word."""
    return _TIMES.sub(" x ", text)


@lru_cache
def _pattern() -> re.Pattern[str]:
    unit = rf"(?:(?:{unit_pattern()})(?![a-z0-9])|{_INCHES}|['\"](?![a-z]))"
    return re.compile(
        r"(?<![\w./])(?<!\d,)(?P<minus>-|minus |negative )?"
        rf"(?:\b(?P<share>{_SHARE_OF})[ -](?P<of>{unit})(?P<and>{_AND_SHARE})?"
        rf"|(?P<number>{_NUMBER})(?P<more>{_AND_SHARE})?"
        rf"(?:[ -]?(?P<unit>{unit})(?P<yet>{_AND_SHARE})?|(?!\w|\.\d)))"
    )


def _single(text: str) -> Iterator[Quantity]:
    numbering = {match.start() for match in _NUMBERING.finditer(text)}
    for match in _pattern().finditer(text):
        unit = _unit(match["unit"] or match["of"], text, match.start())
        if unit is None and match.start() in numbering and len(numbering) > 1:
            continue
        share = _share(match["more"] or match["yet"] or match["and"] or "")
        number = _value(match["number"]) if match["number"] else _share(match["share"]) or 1.0
        if math.isfinite(number):
            value = -(number + share) if match["minus"] else number + share
            yield Quantity(value, unit, match.start(), match.end(), weak=match[0] == "one")


def _value(number: str) -> float:
    if number[-1].isalpha():
        return value_of(number)
    if "/" in number:
        *whole, over, under = (float(digits) for digits in re.split(r"[ /-]", number))
        return sum(whole) + over / under if under else math.nan
    if re.match(_THOUSANDS, number):
        return float(re.sub("[,' ]", "", number))
    return float(number.replace(",", "."))


def _share(words: str) -> float:
    if "/" in words:
        return _value(words.removeprefix(" and "))
    if "quarter" in words:
        return 0.75 if "three" in words else 0.25
    return 0.5 if "half" in words else 0.0


def _unit(written: str | None, text: str, start: int) -> Unit | None:
    """The unit of a number; None without a unit.

    A quotation mark that was opened before the number is not a unit.
    """
    if written in ("'", '"'):
        opened = text.count(written, 0, start) % 2
        return None if opened else units()["ft" if written == "'" else "in"]
    return units()[written] if written else None


def _together(text: str, first: Quantity, second: Quantity) -> Quantity | None:
    """Join two neighbouring quantities: the middle of a range, or the sum of `5 ft 3 in`; None for others."""
    gap = text[first.end : second.start].strip(" ")
    if gap in ("±", "+/-") and first.unit in (None, second.unit):
        return replace(first, unit=second.unit, end=second.end)
    if gap in ("-", "to", "~") or (gap == "and" and text[: first.start].rstrip().endswith("between")):
        unit = second.unit or first.unit
        low, high = first.in_unit(unit), second.in_unit(unit)
        if low is not None and high is not None and low < high:
            return Quantity(low + (high - low) / 2, unit, first.start, second.end)
    if gap in ("", "and") and first.unit is not None:
        if first.unit.symbol == "ft" and second.unit is None and not gap:
            second = replace(second, unit=units()["in"])
        smaller = second.in_unit(first.unit)
        if second.unit is not None and smaller is not None and 0 <= smaller < 1:
            return replace(first, value=first.value + smaller, end=second.end)
    return None
