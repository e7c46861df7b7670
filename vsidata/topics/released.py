"""The objects that the words of a question refer to, for questions that are known only by their words."""

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.scene import Array


class UnresolvedError(Exception):
    """A question that the scene's boxes do not answer; the text is the reason."""


def only_object(scene: MeasuredScene, category: str) -> MeasuredObject:
    """The one object of a category.

    Raises:
        UnresolvedError: there is no object, or there are several.
    """
    bearers = scene.bearers.get(category, ())
    if not bearers:
        raise UnresolvedError("no box of the category")
    if len(bearers) > 1:
        raise UnresolvedError("several boxes of a category that is asked about as one")
    return bearers[0]


def position_of(scene: MeasuredScene, category: str) -> Array:
    """(3,) the position of the one object of a category, metres, room frame.

    Raises:
        UnresolvedError: there is no object, there are several, or it has no position.
    """
    position = only_object(scene, category).position
    if position is None:
        raise UnresolvedError("no vertices for the position of an object")
    return position
