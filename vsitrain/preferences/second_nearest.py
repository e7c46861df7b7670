"""The second nearest instead of the nearest."""

from numpy.random import Generator

from vsitrain.prompts.asking import Row


def second_nearest(row: Row, _: Generator) -> str | None:
    """The option that is nearest after the right one, by the distances in the evidence; None without them."""
    evidence = row.get("evidence") or {}
    distances = evidence.get("option_distances")
    if not distances:
        return None
    options = [thing["category"] for thing in evidence["objects"] if thing["role"] == "option"]
    by_distance = sorted(zip(distances, options, strict=True))
    return next((option for _, option in by_distance if option != row["answer"]), None)
