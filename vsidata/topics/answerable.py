"""Check that the frames shown to a model can answer a question."""

from vsidata.measuring.measure import MeasuredScene
from vsidata.topics.question import Draft


def unanswerable(scene: MeasuredScene, draft: Draft) -> str | None:
    """Return why the picked frames cannot answer a question; None if they can, or if there are no frames.

    The frames must show every object that a question needs: all counted objects, all options, all landmarks.
    For a question about the room, they must show its floor.
    """
    sight, objects = scene.sight, draft.evidence.objects
    if sight is None:
        return None
    if not objects:
        return None if sight.shows_room else "the frames show too little of the floor"
    if not all(sight.shows(thing.instance) for thing in objects):
        return "the frames do not show every object it needs"
    return None
