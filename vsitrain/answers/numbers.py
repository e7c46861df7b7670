"""The number that a reply states.

These forms are read: `2.5`, `.5`, `1,250` (thousands), `2,5` (a decimal comma, unless three digits follow),
`1e3`, `3/4`, `1 1/2`, `½`, `-3`, `minus 3`, `twenty-one`, `two and a half`, `half a meter`, `5'3"`,
`2 m 50 cm`, `1'000`, `1 000`, `a dozen`, `3.2 ± 0.5 m`. A range (`3-4`, `between 3 and 4`) is read as its
middle. These forms are not read: ordinals (`2nd`), numbers inside words (`3D`, `frame7`), the numbering of a
list, and an article before a noun (`a chair`).
"""

import math

from vsitrain.answers.conclusion import Statement, final_statement
from vsitrain.answers.plain import plain
from vsitrain.answers.quantities import quantities, spaced
from vsitrain.answers.units import units


def read_number(text: str, unit: str | None) -> float | None:
    """Return the number that a reply states, in the unit of the question.

    A number without a unit is in the unit of the question. A number in another unit of the dimension is
    converted. A number in a unit that does not convert (metres for an area, any unit for a count) does not
    count. If the reply states several numbers, `final_statement` chooses one. It prefers numbers with a unit.
    It takes a lone `one` last, because the word may also stand for a noun.

    Args:
        text: the reply, or the body of its answer tag.
        unit: `m`, `cm`, `m²`, another unit of units.yaml, or None for a count. An unknown unit is read as
            None.

    Returns:
        A finite number, None if the reply states no number.

    >>> read_number("**About 250 cm** (2 steps)", "m"), read_number("twenty-one chairs", None)
    (2.5, 21.0)
    """
    wanted = units().get(unit) if unit else None
    text = spaced(plain(text))
    stated = [
        Statement(it.start, it.end, value, weight=0 if it.weak else 2 if it.unit else 1)
        for it in quantities(text)
        if (value := it.in_unit(wanted)) is not None and math.isfinite(value)
    ]
    chosen = final_statement(text, stated, lists=False)
    return None if chosen is None else float(chosen.value)
