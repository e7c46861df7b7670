"""Wrong numbers, written like the right one."""

from vsitrain.prompts.question_text import Row


def truth_of(row: Row) -> float | None:
    """The number that answers a question; None if the answer is a word."""
    try:
        return float(row["answer"])
    except ValueError:
        return None


def step_of(row: Row) -> float:
    """One unit in the last place of the answer: 0.1 for `2.4`, 1 for `133`."""
    return float(10.0 ** -_decimals(row))


def format_like_answer(row: Row, number: float) -> str:
    """Format a number with as many decimals as the answer has."""
    return f"{number:.{_decimals(row)}f}"


def turned(truth: float, error: float) -> float:
    """An angle after a turn in degrees: -180 to 180 if the truth is negative, else 0 to 360."""
    return (truth + error + 180) % 360 - 180 if truth < 0 else (truth + error) % 360


def _decimals(row: Row) -> int:
    return len(row["answer"].partition(".")[2])
