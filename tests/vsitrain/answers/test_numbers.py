"""Numbers as models write them: in every usual form, in the question's unit, one number among many."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsitrain.answers import read_number

FOOT = 0.3048  # metres, by definition


@pytest.mark.parametrize(
    "dress",
    [
        "2.5",
        "2.50",
        "2.5.",
        " 2.5\n",
        "2,5",
        "+2.5",
        "2.5 m",
        "2.5m",
        "2.5M",
        "2.5-meter",
        "2.5 metres.",
        "250 cm",
        "250cm.",
        "2500 mm",
        "2,500 mm",
        "0.0025 km",
        "2 m 50 cm",
        "2 meters and 50 centimeters",
        "2.5e2 cm",
        "2 1/2 m",
        "2½ m",
        "5/2",
        "two and a half",
        "Two and a half meters",
        "two meters and a half",
        "two point five",
        "**2.5 m**",
        "*2.5*",
        "__2.5__ m",
        "`2.5`",
        "# 2.5 m",
        "- 2.5 m",
        "~2.5 m",
        "≈ 2.5",
        "“2.5”",
        "'2.5'",
        '{"answer": "2.5"}',
        "$2.5$",
        r"\boxed{2.5}",
        r"$\boxed{2.5\,\text{m}}$",
        r"\(2.5~\mathrm{m}\)",
        r"\frac{5}{2}",
        "２.５",
        "<b>2.5</b>",
        "about 2.5 meters",
        "approximately **2.5** meters",
        "The answer is 2.5.",
        "Answer: 2.5 m",
        "It is 2.5 m away",
        "2.4-2.6 m",
        "2.4 m – 2.6 m",
        "between 2 and 3 meters",
        "from 200 cm to 3 m",
    ],
)
def test_two_and_a_half_metres_are_read_in_any_usual_form(dress: str) -> None:
    assert read_number(dress, "m") == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("1,250 cm", "cm", 1250),
        ("12,500.5 cm", "cm", 12500.5),
        ("0,125 m", "m", 0.125),  # a thousands group cannot begin with a zero
        (".5", "m", 0.5),
        ("half a meter", "m", 0.5),
        ("three quarters of a meter", "m", 0.75),
        ("3/4", "m", 0.75),
        ("about a meter", "m", 1),
        ("one meter", "m", 1),
        ("1.5 m", "cm", 150),
        ("2.3 m", "cm", 230),  # exact arithmetic, because 2.3 / 0.01 has a rounding error
        ("a hundred and five", "cm", 105),
        ("one hundred twenty centimeters", "cm", 120),
        ("5'3\"", "cm", 63 * 2.54),
        ("5’3”", "cm", 63 * 2.54),
        ("5 ft 3 in", "cm", 63 * 2.54),
        ("5 feet 3 inches tall", "cm", 63 * 2.54),
        ("6'", "m", 6 * FOOT),
        ('72"', "cm", 182.88),
        ("24 in", "cm", 60.96),
        ("24 in wide", "cm", 60.96),
        ("2 yards", "m", 6 * FOOT),
        ("16 m²", "m²", 16),
        ("16 m2", "m²", 16),
        ("16 m^2", "m²", 16),
        ("16 m<sup>2</sup>", "m²", 16),
        (r"16\,\text{m}^2", "m²", 16),
        ("16 ㎡", "m²", 16),
        ("16 sq. m", "m²", 16),
        ("16 square metres", "m²", 16),
        ("16-square-meter room", "m²", 16),
        ("100 sq ft", "m²", 100 * FOOT**2),
        ("160,000 cm²", "m²", 16),
        ("-3", "m", -3),
        ("−3 m", "m", -3),
        ("minus three", None, -3),
        ("3.0", None, 3),
        ("twenty-one", None, 21),
        ("Twenty One chairs", None, 21),
        ("There are three.", None, 3),
        ("3-4", None, 3.5),
        ("one", None, 1),
        ("zero", None, 0),
    ],
)
def test_a_number_is_read_in_the_unit_of_its_question(text: str, unit: str | None, number: float) -> None:
    assert read_number(text, unit) == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", "m"),
        ("sofa", "m"),
        ("a chair", None),
        ("I cannot tell", None),
        ("2nd", None),
        ("3D", None),
        ("frame7", None),
        ("someone", None),
        ("1e999", "m"),
        ("9" * 400, "m"),
        ("nan", "m"),
        ("inf", "m"),
        ("3/0", "m"),
        ("15 m", "m²"),  # a length is not an area
        ("15 m²", "m"),
        ("5 m", None),  # and not a count
        ("50%", None),
        ("45 degrees", "m"),
    ],
)
def test_text_without_a_number_in_a_fitting_unit_has_no_number(text: str, unit: str | None) -> None:
    assert read_number(text, unit) is None


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        # The reply begins with its answer; any other number in it is a note.
        ("3 (one hidden)", None, 3),
        ("3, one of them behind the desk", None, 3),
        ("3. One of them is hidden.", None, 3),
        ("There are 3 chairs: 2 by the table and 1 by the window.", None, 3),
        ("2.5 m, give or take 0.3 m", "m", 2.5),
        ("2.5 m ± 0.3 m", "m", 2.5),
        ("2.5 m. The sofa is 2 m wide.", "m", 2.5),
        ("about 2.5 (see frame 4)", "m", 2.5),
        ("2.5 [unsure!!]", "m", 2.5),
        # The reply argues first, and ends with its answer.
        ("I see 2 chairs at the table. Then 1 by the window. There are 3.", None, 3),
        ("I see 2 chairs at the table and 1 by the window, so 3 in total.", None, 3),
        ("2 + 1 = 3", None, 3),
        ("The sofa is 2 m wide. The distance between them is 2.5 m.", "m", 2.5),
        ("Step 1: find the chairs.\nStep 2: count them.\nAnswer: 4", None, 4),
        ("1. By the desk\n2. By the window\n\nTotal: 2", None, 2),
        ("1. **Desk**: one chair\n2. **Window**: another\n3. None elsewhere\nThere are 2 chairs.", None, 2),
        (r"It has 2 and 3, which makes \boxed{5}", None, 5),
        # A number with the question's unit is preferred to a bare number. A number with another unit does not
        # count.
        ("The room is 5 m by 4 m, so 20 square meters.", "m²", 20),
        ("5x4 = 20", "m²", 20),
        ("Between these 2 objects there are 1.5 m", "m", 1.5),
        ("3 chairs, 2 m apart", None, 3),
        ("2.5 m (8.2 ft)", "m", 2.5),
        ("There are 3 in the room", None, 3),  # no inches
    ],
)
def test_only_one_of_several_numbers_counts(text: str, unit: str | None, number: float) -> None:
    assert read_number(text, unit) == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "unit"), [("2.5 m", "furlong"), ("2.5", "furlong"), ("2.5 furlongs", "furlong")]
)
def test_with_an_unknown_unit_only_bare_numbers_count(text: str, unit: str) -> None:
    assert read_number(text, unit) == (None if text == "2.5 m" else 2.5)


@given(st.decimals("0.01", "9999", places=2), st.sampled_from(["m", "cm", "m²"]))
def test_a_number_with_its_unit_reads_back_as_itself(number, unit) -> None:
    for text in (f"{number}", f"{number} {unit}", f"{number}{unit}", f"**{number:,} {unit}**", f"≈{number}"):
        assert read_number(text, unit) == pytest.approx(float(number), rel=1e-12)


@given(st.floats(0.001, 1000), st.sampled_from([("m", 1.0), ("cm", 0.01), ("mm", 0.001), ("feet", FOOT)]))
def test_any_unit_of_length_converts_to_metres(number, unit) -> None:
    name, metres = unit
    assert read_number(f"{number!r} {name}", "m") == pytest.approx(number * metres)


SMALL = """
zero one two three four five six seven eight nine ten
eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(number: int) -> str:
    """Write a number in words. This is the inverse of reading it."""
    small, tens = SMALL.split(), TENS.split()
    if number < 20:
        return small[number]
    if number < 100:
        return tens[number // 10 - 2] + (f"-{small[number % 10]}" if number % 10 else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = f" {in_words(number % size)}" if number % size else ""
    return f"{in_words(number // size)} {name}{rest}"


@given(st.integers(0, 999_999))
def test_numbers_in_words_are_read(number) -> None:
    words = in_words(number)
    for text in (words, words.capitalize(), words.replace("-", " "), f"There are {words} of them"):
        assert read_number(text, None) == number


@given(st.integers(1, 50), st.integers(1, 50))
def test_a_range_is_read_as_its_middle(low, more) -> None:
    high = low + more
    for text in (f"{low}-{high}", f"{low} to {high} m", f"between {low} and {high} m", f"{low} m – {high} m"):
        assert math.isclose(read_number(text, "m"), low + more / 2)
