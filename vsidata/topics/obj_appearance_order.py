"""The order in which categories first appear in the video."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise, permutations
from math import comb
from typing import Annotated

import numpy as np
from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.sight import Timeline
from vsidata.rules.constant import Choices, Count, Duration, Labels, Rate, Rules, Share, places_for
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Moment, Shape
from vsidata.topics.topic import Margin, Row, Stated, Topic, objects_in_words


class AppearanceOrderRules(Rules):
    """Rules of the order of appearance.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        question: the text, with `{categories}` (words joined by commas).
        categories: the number of categories to order.
        options: the number of orders to choose from.
        rate: frames of the stream that are examined per second.
        pixels: a category has appeared when its objects fill at least this share of a frame.
        glimpse: below this share of a frame, a category has certainly not appeared yet.
        min_gap: least time from the appearance of a category to the first glimpse of the next.
        draws: largest number of sets of categories that are tried in one scene.
        exclude: words that are not asked about.
        per_scene: largest number of questions from one scene.
    """

    by_default: bool
    question: Annotated[str, places_for("categories")]
    categories: Count
    options: Choices
    rate: Rate
    pixels: Share
    glimpse: Share
    min_gap: Duration
    draws: Count
    exclude: tuple[Labels, ...] = ()
    per_scene: Count | None = None


@dataclass(frozen=True, eq=False)
class Appearance:
    """The first appearance of a category in the video.

    Attributes:
        category: the word.
        largest: the object of the category that is largest in the frame `frame`.
        glimpsed: seconds until the first frame that may show a hint of it. If tracking was lost before that
            frame, seconds until the loss, because the category may have appeared then.
        seen: seconds until the first frame that shows it.
        frame: the source's number of that frame.
        camera: (3,) the position of the camera then, metres, room frame.
    """

    category: str
    largest: MeasuredObject
    glimpsed: float
    seen: float
    frame: int
    camera: Array


def obj_appearance_order(
    scene: MeasuredScene, rules: AppearanceOrderRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """Random sets of categories with first appearances that are clearly apart.

    Source: the question and its options are VSI-Bench's.
    """
    return capped(scene, _candidates(scene, rules, rng), rules.per_scene, refused=_not_shown)


def most(scene: MeasuredScene, rules: AppearanceOrderRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    categories = [name for name in scene.categories if not scene.has_group(name)]
    sets = comb(len(categories), rules.categories.whole)
    return capped_number(min(sets, rules.draws.whole), rules.per_scene)


def _candidates(scene: MeasuredScene, rules: AppearanceOrderRules, rng: Generator) -> Iterator[Candidate]:
    if scene.timeline is None:
        yield partial(Drop, "the scan has no video with known cameras")
        return
    known = appearances(scene, scene.timeline, rules)
    asked: set[frozenset[str]] = set()
    for _ in range(rules.draws.whole):
        yield partial(_ask, scene, rules, known, asked, rng)


def _ask(
    scene: MeasuredScene,
    rules: AppearanceOrderRules,
    known: list[Appearance],
    asked: set[frozenset[str]],
    rng: Generator,
) -> Draft | Drop | None:
    chosen = _draw(scene, rules, known, rng)
    if len(chosen) < rules.categories.whole:
        return Drop("too few categories appear far enough apart")
    words = frozenset(one.category for one in chosen)
    if words in asked:  # in a short video, the same set may be drawn again
        return None
    asked.add(words)
    return _draft(rules, chosen, rng)


def appearances(scene: MeasuredScene, timeline: Timeline, rules: AppearanceOrderRules) -> list[Appearance]:
    """The first appearance of each category, sorted by word. Categories with groups are left out."""
    excluded = {label for entry in rules.exclude for label in entry.labels}
    known_until = timeline.known_until(rules.min_gap.value)
    found = []
    for category in scene.categories:
        bearers = scene.bearers[category]
        instances = [thing.instance for thing in bearers]
        seen = timeline.first(instances, rules.pixels.value)
        glimpsed = timeline.first(instances, rules.glimpse.value)
        if category in excluded or scene.has_group(category) or seen is None or glimpsed is None:
            continue
        if not all(thing.askable for thing in bearers):
            continue
        own = np.isin(timeline.instances, instances)
        largest = timeline.instances[own][np.argmax(timeline.pixels[seen, own])]
        found.append(
            Appearance(
                category=category,
                largest=next(thing for thing in bearers if thing.instance == largest),
                glimpsed=min(float(timeline.seconds[glimpsed]), known_until),
                seen=float(timeline.seconds[seen]),
                frame=int(timeline.numbers[seen]),
                camera=timeline.cameras[seen],
            )
        )
    return found


def _not_shown(scene: MeasuredScene, draft: Draft) -> str | None:
    """The reason why the frames do not show the order; None if they do, or if there are no frames."""
    sight, evidence = scene.sight, draft.evidence
    if sight is None:
        return None
    moments = zip(evidence.moments, evidence.objects, strict=True)
    in_order = [thing.category for _, thing in sorted(moments, key=lambda moment: moment[0].seconds)]
    rows = [
        sight.first((thing.instance for thing in scene.bearers[category]), sight.rules.pixels.value)
        for category in in_order
    ]
    seen = [row for row in rows if row is not None]
    shown = len(seen) == len(rows) and all(a < b for a, b in pairwise(seen))
    return None if shown else "the frames do not show the order"


def _draw(
    scene: MeasuredScene, rules: AppearanceOrderRules, known: list[Appearance], rng: Generator
) -> list[Appearance]:
    """Random categories that appear far enough apart; fewer than requested if there are not enough."""
    gap = rules.min_gap.value
    chosen: list[Appearance] = []
    for index in rng.permutation(len(known)):
        new = known[index]
        if len(chosen) == rules.categories.whole:
            break
        if all(
            (new.seen + gap <= old.glimpsed or old.seen + gap <= new.glimpsed)
            and not scene.share_objects(new.category, old.category)
            for old in chosen
        ):
            chosen.append(new)
    return chosen


def _draft(rules: AppearanceOrderRules, chosen: list[Appearance], rng: Generator) -> Draft:
    in_order = sorted(chosen, key=lambda one: one.seen)
    right = ", ".join(one.category for one in in_order)
    orders = [", ".join(words) for words in permutations(one.category for one in in_order)]
    wrong = rng.choice(orders[1:], rules.options.whole - 1, replace=False)  # the first is the right one
    return Draft(
        question_type="obj_appearance_order",
        question=rules.question.format(categories=", ".join(one.category for one in chosen)),
        answer=right,
        choices=tuple(rng.permutation([right, *wrong]).tolist()),
        evidence=Evidence(
            objects=tuple(EvidenceObject("appearing", one.largest.instance, one.category) for one in chosen),
            value=in_order[-1].seen,
            margin=min(later.seen - earlier.seen for earlier, later in pairwise(in_order)),
            moments=tuple(Moment(one.frame, one.seen) for one in chosen),
        ),
        draw=partial(shapes, in_order),
    )


def shapes(in_order: Sequence[Appearance]) -> tuple[Shape, ...]:
    """The position of the camera at each appearance, and an arrow from there to what appeared."""
    found = []
    for number, one in enumerate(in_order, 1):
        middle = drawn.middle(one.largest)
        if middle is not None:
            found.append(drawn.arrow(one.camera, middle, role="answer"))
            found.append(drawn.point(one.camera, "answer", f"{number}: {one.seen:.1f} s"))
    return tuple(found)


def _explain(row: Row) -> str:
    evidence = row["evidence"]
    in_order = sorted(
        zip((one["seconds"] for one in evidence["moments"]), objects_in_words(row), strict=True)
    )
    moments = [f"{name} at {seconds:.1f} s" for seconds, name in in_order]
    return f"first seen: {', '.join(moments)}; the closest two are {evidence['margin']:.1f} s apart"


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return "A category has appeared in the first frame of the video that shows enough of it."


def _near_miss(row: Row, _rules: AppearanceOrderRules, others: Sequence[str]) -> str | None:
    """The order that swaps categories that appear at nearly the same time."""
    evidence = row.get("evidence") or {}
    if not evidence.get("moments"):
        return None
    categories = [thing["category"] for thing in evidence["objects"]]
    appears = dict(zip(categories, (one["seconds"] for one in evidence["moments"]), strict=True))
    return min(others, key=lambda order: _misplaced_seconds(appears, order), default=None)


def _misplaced_seconds(appears: Mapping[str, float], order: str) -> float:
    """The sum of the time differences of the pairs that an order has in the wrong sequence."""
    times = [appears[word] for word in order.split(", ")]
    return sum(max(0.0, first - second) for first, second in combinations(times, 2))


def _look_rate(rules: AppearanceOrderRules) -> float:
    return rules.rate.value


TOPIC = Topic(
    name="obj_appearance_order",
    title="order of appearance",
    rules=AppearanceOrderRules,
    generate=obj_appearance_order,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(unit="s", words="The closest two appear {} apart", rule="min_gap"),
    seen_share=0.58,
    look_rate=_look_rate,
    near_miss=_near_miss,
)
