"""Write and read the distances in the evidence."""

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.topics.question import Measure
from vsidata.topics.topic import Row, measure_value


def measures(scene: MeasuredScene, a: MeasuredObject, b: MeasuredObject) -> tuple[Measure, ...]:
    """The distance between the boxes of two objects, and the distance between their surfaces, if known."""
    apart = {"boxes": scene.distance(a, b, "boxes"), "surfaces": scene.distance(a, b, "surfaces")}
    return tuple(Measure(name, metres, "m") for name, metres in apart.items() if metres is not None)


def option_distances(row: Row) -> dict[str, float]:
    """The distance in metres from the target to each option; empty if the evidence has no distances."""
    objects = (row.get("evidence") or {}).get("objects") or ()
    options = [thing["category"] for thing in objects if thing["role"] == "option"]
    metres = {option: measure_value(row, f"to {option}") for option in options}
    return {option: apart for option, apart in metres.items() if apart is not None}


def second_nearest(row: Row) -> str | None:
    """The second nearest option; None if the evidence has no distances to options."""
    by_distance = sorted((metres, option) for option, metres in option_distances(row).items())
    return next((option for _, option in by_distance if option != row["answer"]), None)
