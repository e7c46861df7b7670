"""The turns of a walk from landmark to landmark.

A route begins by one landmark, facing another, and goes straight from stop to stop. Each straight way is free
floor that is wide enough for a body. At each turn, the walked path and the line between the middles of the
landmarks give the same word. A person who stands by a landmark or faces it sees it: no wall and no taller
object is between the two.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product
from typing import Annotated

import numpy as np
import scipy
from numpy.random import Generator

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.bearing import signed_bearing
from vsidata.geometry.boxes import upright_box
from vsidata.geometry.free_space import BoolArray, FreeSpace, free_space
from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.rules.constant import Angle, Choices, Count, Labels, Length, Rules, places_for
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Shape
from vsidata.topics.topic import Margin, Row, Stated, Topic, objects_in_words

# The possible numbers of moves. Turns and walks alternate, and the last move is a walk.
_MOVES = (2, 3, 4, 5)
# A turn within this angle of its word is nearer to its word than to another word. For the lines between the
# middles of landmarks, this is enough.
_NEAREST_QUARTER = math.pi / 4

# Limit on the number of cells of the floor times the number of objects on it. Each object needs its own
# maps, with two bytes per cell.
# The room with the most objects in VSI-Bench (107) needs 10 million on 15 by 15 m. This limit is 1 GB.
_MOST_MAPPED = 1 << 29


class RoutePlanningRules(Rules):
    """Rules of routes.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        question: the text, with `{start}`, `{facing}`, `{destination}` and `{moves}` (numbered, with spaces).
        go: a move to the next stop, with `{stop}`.
        turn: a move to be filled in.
        turns: word of the options → degrees, counter-clockwise seen from above.
        tolerance: a turn on the walked path is at most this far from the angle of its word.
        options: largest number of options to choose from. If there are fewer combinations of turns, all are
            options.
        cell: the size of a cell of the grid of free space.
        lowest, highest: objects between these heights above the floor block the way.
        radius: the radius of the body that walks.
        reach: the distance from a landmark within which a person stands by it.
        eye_level: things below this height above the floor do not hide anything that is taller.
        into: a line of sight goes this far into a landmark, so that it crosses a wall behind the landmark.
        short_of: things within this distance of the end of a line of sight do not block it.
        shortest: least length of a way from stop to stop.
        draws: largest number of routes that are tried in one scene.
        exclude: words that are not landmarks.
        per_scene: largest number of questions from one scene.
    """

    by_default: bool
    question: Annotated[str, places_for("start", "facing", "destination", "moves")]
    go: Annotated[str, places_for("stop")]
    turn: str
    turns: dict[str, float]
    tolerance: Angle
    options: Choices
    cell: Length
    lowest: Length
    highest: Length
    radius: Length
    reach: Length
    eye_level: Length
    into: Length
    short_of: Length
    shortest: Length
    draws: Count
    exclude: tuple[Labels, ...] = ()
    per_scene: Count | None = None


@dataclass(frozen=True, eq=False)
class Landmark:
    """An object to walk to.

    Attributes:
        thing: the object.
        middle: (2,) the middle of its box on the ground plane.
        points: (n, 2) its points at the height of the body that walks.
        near: (columns, rows) the cells of the free space with one of these points within reach.
        floor: the free space.
        walls: (columns, rows) the cells in which something hides it.
        into, short_of: the rules for a line of sight to it, metres.
    """

    thing: MeasuredObject
    middle: Array
    points: Array
    near: BoolArray
    floor: FreeSpace
    walls: BoolArray
    into: float
    short_of: float

    @cached_property
    def places(self) -> Array:
        """(n, 2) the free places by it; a landmark has at least one."""
        return self.by_it(self.floor.places)

    def by_it(self, places: Array) -> Array:
        """The places (n, 2) that are within reach of it and from which it is visible."""
        near = places[self.near[self.floor.cells(places)]]
        return near[self.shows_from(near)]

    def shows_from(self, places: Array) -> BoolArray:
        """(n,) whether the lines between places (n, 2) and the landmark's nearest points are free."""
        nearest = self._tree.query(places)[1]
        return self.floor.sees(places, self._within[nearest], self.walls, short_of=self.short_of)

    @cached_property
    def _tree(self) -> "scipy.spatial.KDTree":
        return scipy.spatial.KDTree(self.points)

    @cached_property
    def _within(self) -> Array:
        """(n, 2) its points, moved inwards at right angles to the sides of the rectangle around them."""
        around = upright_box(np.pad(self.points, ((0, 0), (0, 1))))
        across = (self.points - around.center[:2]) @ around.axes[:2, :2].T
        inner = np.sign(across) * np.maximum(np.abs(across) - self.into, 0)
        return np.asarray(around.center[:2] + inner @ around.axes[:2, :2])

    def stop_from(self, start: Array, shortest: float, rng: Generator) -> Array | None:
        """The stop (2,) on a straight way from a start (2,) to a random one of its points.

        None if the way to the stop is not free or is too short.
        """
        way = self.floor.way(start, self.points[rng.integers(len(self.points))])
        by_it = self.by_it(way)[:1]
        return np.asarray(by_it[0]) if len(by_it) and np.linalg.norm(by_it - start) >= shortest else None


@dataclass(frozen=True, eq=False)
class Route:
    """A walk.

    Attributes:
        start, facing: the landmark where the walk begins, and the landmark that is faced there.
        stops: the landmarks walked to; the last is the destination.
        path: (stops + 1, 2) the start and the stops, metres, ground plane.
        turns: the word of each turn.
        margin: radians, the smallest distance of a turn from another word.
    """

    start: Landmark
    facing: Landmark
    stops: tuple[Landmark, ...]
    path: Array
    turns: tuple[str, ...]
    margin: float

    @property
    def length(self) -> float:
        """The walked length in metres."""
        return float(np.linalg.norm(np.diff(self.path, axis=0), axis=1).sum())


def route_planning(scene: MeasuredScene, rules: RoutePlanningRules, rng: Generator) -> Iterator[Draft | Drop]:
    """Random routes with 2, 3, 4 and 5 moves, again and again. Source: the form of VSI-Bench's questions."""
    return capped(scene, _candidates(scene, rules, rng), rules.per_scene)


def most(scene: MeasuredScene, rules: RoutePlanningRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    enough = len(scene.once_only_except(rules.exclude)) >= 3
    return capped_number(rules.draws.whole if enough else 0, rules.per_scene)


def _candidates(scene: MeasuredScene, rules: RoutePlanningRules, rng: Generator) -> Iterator[Candidate]:
    if scene.points is None:
        yield partial(Drop, "the source has no mesh that shows the free floor")
        return
    try:
        found = landmarks(scene, rules)
    except DegenerateGeometry:
        yield partial(Drop, "the scan shows no floor")
        return
    if len(found) < 3:
        yield partial(Drop, "fewer than three landmarks can be reached on foot")
        return
    asked: set[str] = set()
    for draw in range(rules.draws.whole):
        yield partial(_ask, rules, found, _MOVES[draw % len(_MOVES)], asked, rng)


def _ask(
    rules: RoutePlanningRules, found: list[Landmark], moves: int, asked: set[str], rng: Generator
) -> Draft | Drop | None:
    route = draw_route(found, moves, rules, rng)
    if route is None:
        return Drop("no further landmark at the end of a free way and a clear turn")
    draft = _draft(rules, route, rng)
    if draft.question in asked:
        return None
    asked.add(draft.question)
    return draft


def landmarks(scene: MeasuredScene, rules: RoutePlanningRules) -> list[Landmark]:
    """The objects that occur once and can be reached on foot, by word.

    Raises:
        DegenerateGeometry: the scan shows no floor, or the floor is too large for so many objects.
    """
    if scene.points is None:
        return []
    lowest, highest = rules.lowest.value, rules.highest.value
    floor = free_space(
        scene.points, cell=rules.cell.value, lowest=lowest, highest=highest, radius=rules.radius.value
    )
    found = []
    things = scene.once_only_except(rules.exclude)
    if len(things) * floor.free.size > _MOST_MAPPED:
        raise DegenerateGeometry(f"{len(things):,} objects on a floor of {floor.free.size:,} cells")
    for thing in things:
        if not thing.askable or thing.box is None or thing.vertices is None:
            continue
        heights = thing.vertices[:, 2] - floor.level
        in_band = (heights > lowest) & (heights < highest)
        beside = thing.vertices[in_band, :2]
        if len(beside) and np.ptp(beside, axis=0).any():
            near = floor.near(beside, rules.reach.value)
            top = min(float(thing.vertices[:, 2].max()) - floor.level, rules.eye_level.value)
            walls = floor.walls(top, np.column_stack([beside, heights[in_band]]))
            into, short_of = rules.into.value, rules.short_of.value
            landmark = Landmark(thing, thing.box.center[:2], beside, near, floor, walls, into, short_of)
            if len(landmark.places):
                found.append(landmark)
    return found


def draw_route(
    found: Sequence[Landmark], moves: int, rules: RoutePlanningRules, rng: Generator
) -> Route | None:
    """A random route with this number of moves. At each stop it continues to a random reachable landmark.

    A route with an even number of moves begins with a turn. A route with an odd number begins with a walk to
    the landmark that is faced.

    Returns:
        The route; None if no landmark can be reached from one of its stops.
    """
    start, *others = _shuffled(found, rng)
    route = next((begun for first in others if (begun := _start_route(start, first, rules, rng))), None)
    if route and moves % 2 == 0:
        first = route.stops[0]
        facings = (facing for facing in _shuffled(others, rng) if facing is not first)
        route = next((turned for facing in facings if (turned := _turn_to_face(route, facing, rules))), None)
    while route and len(route.stops) < (moves + 1) // 2:
        further = (landmark for landmark in _shuffled(others, rng) if landmark not in route.stops)
        route = next(
            (longer for landmark in further if (longer := _extend_route(route, landmark, rules, rng))), None
        )
    return route


def _shuffled(found: Sequence[Landmark], rng: Generator) -> list[Landmark]:
    return [found[index] for index in rng.permutation(len(found))]


def _start_route(start: Landmark, first: Landmark, rules: RoutePlanningRules, rng: Generator) -> Route | None:
    begin = start.places[rng.integers(len(start.places))]
    end = first.stop_from(begin, rules.shortest.value, rng)
    if end is None:
        return None
    return Route(start, first, (first,), np.array([begin, end]), (), math.inf)


def _turn_to_face(route: Route, facing: Landmark, rules: RoutePlanningRules) -> Route | None:
    begin, end = route.path
    if not facing.shows_from(begin[None])[0]:
        return None
    walked = begin, facing.middle, end
    between_middles = route.start.middle, facing.middle, route.stops[0].middle
    turn = _turn(walked, between_middles, rules)
    return replace(route, facing=facing, turns=(turn.word,), margin=turn.margin) if turn else None


def _extend_route(
    route: Route, landmark: Landmark, rules: RoutePlanningRules, rng: Generator
) -> Route | None:
    before, here = route.path[-2:]
    end = landmark.stop_from(here, rules.shortest.value, rng)
    if end is None:
        return None
    last, last_but_one = route.stops[-1].middle, (route.start, *route.stops)[-2].middle
    walked = here, 2 * here - before, end
    between_middles = last, 2 * last - last_but_one, landmark.middle
    turn = _turn(walked, between_middles, rules)
    if turn is None:
        return None
    return replace(
        route,
        stops=(*route.stops, landmark),
        path=np.vstack([route.path, end]),
        turns=(*route.turns, turn.word),
        margin=min(route.margin, turn.margin),
    )


@dataclass(frozen=True)
class Turn:
    """A turn: its word, and the angle in radians after which another word would be nearer."""

    word: str
    margin: float


def _turn(
    walked: tuple[Array, Array, Array], between_middles: tuple[Array, Array, Array], rules: RoutePlanningRules
) -> Turn | None:
    """The turn at a position towards a goal; None if no turn is clear.

    `walked` and `between_middles` each contain the position, a point ahead, and the goal.
    """
    try:
        angle, roughly = signed_bearing(*walked), signed_bearing(*between_middles)
    except DegenerateGeometry:
        return None
    for word, degrees in rules.turns.items():
        off, roughly_off = (
            abs(math.remainder(seen - math.radians(degrees), math.tau)) for seen in (angle, roughly)
        )
        if off <= rules.tolerance.radians and roughly_off < _NEAREST_QUARTER:
            return Turn(word, _NEAREST_QUARTER - off)
    return None


def _draft(rules: RoutePlanningRules, route: Route, rng: Generator) -> Draft:
    moves = [move for stop in route.stops for move in (rules.turn, rules.go.format(stop=stop.thing.category))]
    moves = moves[
        len(moves) - len(route.stops) - len(route.turns) :
    ]  # the first walk may have no turn before it
    ways = [", ".join(words) for words in product(rules.turns, repeat=len(route.turns))]
    right = ", ".join(route.turns)
    ways.remove(right)
    wrong = rng.choice(ways, min(rules.options.whole - 1, len(ways)), replace=False)
    roles = [("observer", route.start), ("facing", route.facing), *(("stop", stop) for stop in route.stops)]
    return Draft(
        question_type="route_planning",
        question=rules.question.format(
            start=route.start.thing.category,
            facing=route.facing.thing.category,
            destination=route.stops[-1].thing.category,
            moves=" ".join(f"{number}. {move}" for number, move in enumerate(moves, 1)),
        ),
        answer=right,
        choices=tuple(rng.permutation([right, *wrong]).tolist()),
        evidence=Evidence(
            objects=tuple(EvidenceObject(role, at.thing.instance, at.thing.category) for role, at in roles),
            value=route.length,
            margin=route.margin,
        ),
        draw=partial(shapes, route),
    )


def shapes(route: Route) -> tuple[Shape, ...]:
    """An arrow to the faced landmark, the way as measured (not rounded), and a number at each stop."""
    path = np.column_stack([route.path, np.full(len(route.path), route.start.floor.level)])
    facing = drawn.middle(route.facing.thing)
    ahead = () if facing is None else (drawn.arrow(path[0], facing, role="given"),)
    way = Shape("arrow", tuple(map(tuple, path.tolist())), "answer", f"{route.length:.1f} m")
    stops = (drawn.point(at, "answer", str(number) if number else "start") for number, at in enumerate(path))
    return (*ahead, way, *stops)


def _explain(row: Row) -> str:
    evidence = row["evidence"]
    start, facing, *stops = objects_in_words(row)
    return (
        f"from {start}, facing {facing}, to {', '.join(stops)}: {evidence['value']:.1f} m of free floor; "
        f"the least clear turn is {math.degrees(evidence['margin']):.0f}° from where the answer would change"
    )


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return "Each way is a straight line over free floor; each turn is measured on the walked path."


def _near_miss(row: Row, _rules: RoutePlanningRules, others: Sequence[str]) -> str | None:
    """The route with the fewest wrong turns."""
    if not row.get("evidence"):
        return None
    right = row["answer"].split(", ")
    return min(
        others,
        key=lambda turns: sum(a != b for a, b in zip(turns.split(", "), right, strict=True)),
        default=None,
    )


TOPIC = Topic(
    name="route_planning",
    title="route planning",
    rules=RoutePlanningRules,
    generate=route_planning,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(
        unit="rad",
        words="The answer would change after another {}, at the least clear turn",
        rule="tolerance",
        asks="turns within {} of their word",
        bounds=False,
    ),
    seen_share=0.92,
    near_miss=_near_miss,
)
