"""Whether the frames that a model is shown can answer a question."""

from itertools import pairwise

from vsidata.measuring.measure import MeasuredScene
from vsidata.measuring.sight import Sight
from vsidata.topics.question import Draft, Evidence


def unanswerable(scene: MeasuredScene, draft: Draft) -> str | None:
    """Why the picked frames cannot answer a question; None where they can, or where none were looked at.

    Every object that a question needs must be seen: all that are counted, all options, all landmarks. A
    question about the room needs its floor to be seen, one about the order of appearance that order.
    """
    sight, evidence = scene.sight, draft.evidence
    if sight is None:
        return None
    if evidence.seconds is not None:
        return None if _shows_order(scene, sight, evidence) else "the frames do not show the order"
    if not evidence.objects:
        return None if sight.shows_room else "the frames show too little of the floor"
    if not all(sight.shows(thing.instance) for thing in evidence.objects):
        return "the frames do not show every object it needs"
    return None


def _shows_order(scene: MeasuredScene, sight: Sight, evidence: Evidence) -> bool:
    """Whether the categories come into the picked frames one after the other, in the order of the answer."""
    moments = zip(evidence.seconds or (), evidence.objects, strict=True)
    in_order = [thing.category for _, thing in sorted(moments, key=lambda moment: moment[0])]
    rows = [
        sight.first((thing.instance for thing in scene.bearers[category]), sight.rules.pixels.value)
        for category in in_order
    ]
    seen = [row for row in rows if row is not None]
    return len(seen) == len(rows) and all(a < b for a, b in pairwise(seen))
