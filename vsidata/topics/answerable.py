"""Whether the frames that a model is shown can answer a question."""

from vsidata.measuring.measure import MeasuredScene
from vsidata.topics.question import Draft


def unanswerable(scene: MeasuredScene, draft: Draft) -> str | None:
    """Why the picked frames cannot answer a question; None where they can, or where none were looked at.

    Every object that a question needs must be seen: all that are counted, all options, all landmarks. A
    question about the room needs its floor to be seen.
    """
    sight, objects = scene.sight, draft.evidence.objects
    if sight is None:
        return None
    if not objects:
        return None if sight.shows_room else "the frames show too little of the floor"
    if not all(sight.shows(thing.instance) for thing in objects):
        return "the frames do not show every object it needs"
    return None
