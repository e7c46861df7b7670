"""The object, out of several, that is closest to another object."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import comb, inf
from typing import Annotated

from numpy.random import Generator

from vsidata.measuring.measure import Between, MeasuredObject, MeasuredScene
from vsidata.rules.constant import Choices, Count, Labels, Length, Rules, places_for
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.distances import measures, option_distances, second_nearest
from vsidata.topics.measured_words import distance_in_words
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Measure, Shape
from vsidata.topics.released import UnresolvedError, only_object
from vsidata.topics.topic import Margin, Row, Stated, Topic, measure_value, objects_in_words


class RelativeDistanceRules(Rules):
    """Rules of relative distances.

    Attributes:
        question: the text, with `{options}` (words joined by commas) and `{target}`.
        between: what is measured: the distance between the objects' boxes, surfaces, or positions.
        options: the number of categories to choose from, at most the number of letters.
        lettered: True for a choice of letters; False if the word itself is the answer.
        min_gap: the distances of any two options differ by more than this; None for no limit.
        min_distance: no option is closer to the target than this; None for no limit.
        surface_gap: if surfaces are known, the nearest option is also nearest by surfaces, by at least this
            much; None for no limit.
        exclude: words that are never the target.
        per_target: largest number of questions about one target.
        per_scene: largest number of questions from one scene.
    """

    question: Annotated[str, places_for("options", "target")]
    between: Between
    options: Choices
    lettered: bool
    min_gap: Length | None = None
    min_distance: Length | None = None
    surface_gap: Length | None = None
    exclude: tuple[Labels, ...] = ()
    per_target: Count
    per_scene: Count | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A category and its distance from the target.

    Attributes:
        category: the word.
        nearest: its nearest object.
        metres: the distance of that object.
        at_least, at_most: bounds of the distance over all box shapes of its objects that cannot be
            distinguished because of noise.
    """

    category: str
    nearest: MeasuredObject
    metres: float
    at_least: float
    at_most: float


def object_rel_distance(
    scene: MeasuredScene, rules: RelativeDistanceRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """The category, out of several random ones, that is nearest to a target.

    A target is the only object of its category. The distance to a category is the distance to its nearest
    object. A category with a group that is annotated as one object is not an option, because its single
    things are unknown. Sets of options are drawn and not listed, because a scene can have millions of sets.
    Source: VSI-Bench keys, 693 of 693.
    """
    return capped(scene, _candidates(scene, rules, rng), rules.per_scene)


def most(scene: MeasuredScene, rules: RelativeDistanceRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    others = [name for name in scene.categories if not scene.has_group(name)]
    sets = comb(len(others) - 1, rules.options.whole) if others else 0
    targets = len(scene.once_only_except(rules.exclude))
    return capped_number(targets * min(sets, rules.per_target.whole), rules.per_scene)


def _candidates(scene: MeasuredScene, rules: RelativeDistanceRules, rng: Generator) -> Iterator[Candidate]:
    targets = scene.once_only_except(rules.exclude)
    asked: set[tuple[str, ...]] = set()

    @cache  # a target is asked about several times
    def candidates_of(target: MeasuredObject) -> list[Option]:
        options = options_at(scene, target, rules.between)
        return [option for option in options if not scene.has_group(option.category)]

    for _ in range(rules.per_target.whole):
        for index in rng.permutation(len(targets)):
            yield partial(_ask, scene, rules, targets[index], candidates_of, asked, rng)


def _ask(
    scene: MeasuredScene,
    rules: RelativeDistanceRules,
    target: MeasuredObject,
    candidates_of: Callable[[MeasuredObject], list[Option]],
    asked: set[tuple[str, ...]],
    rng: Generator,
) -> Draft | Drop | None:
    options = draw_options(scene, rules, candidates_of(target), rng)
    if refusal := _refusal(scene, rules, target, options):
        return Drop(refusal)
    key = (target.category, *sorted(option.category for option in options))
    if key in asked:  # in a small scene, the same set may be drawn again
        return None
    asked.add(key)
    return _draft(scene, rules, target, options)


def options_at(scene: MeasuredScene, target: MeasuredObject, between: Between) -> list[Option]:
    """Every category that could be an option for a target, with its distance, sorted by category."""
    found = []
    for category in scene.categories:
        bearers = scene.bearers[category]
        if target in bearers or not all(thing.askable for thing in bearers):
            continue
        distances = [scene.distance(target, thing, between) for thing in bearers]
        known = [
            (metres, thing.instance, thing)
            for metres, thing in zip(distances, bearers, strict=True)
            if metres is not None
        ]
        if known:
            metres, _, nearest = min(known)
            at_least = min(apart - thing.slack for apart, _, thing in known)
            at_most = min(apart + thing.slack for apart, _, thing in known)
            found.append(Option(category, nearest, metres, at_least, at_most))
    return found


def draw_options(
    scene: MeasuredScene, rules: RelativeDistanceRules, candidates: list[Option], rng: Generator
) -> list[Option]:
    """Random candidates with the gaps of the rules, shuffled; fewer than requested if there are not enough.

    The chosen options are shuffled again because of a bias. Of two candidates with distances that are too
    close together, the earlier candidate is kept. So candidates with close neighbours come early. Such
    candidates are near the target more often than far from it.
    """
    gap = rules.min_gap.value if rules.min_gap else -1.0
    least = rules.min_distance.value if rules.min_distance else 0.0
    chosen: list[Option] = []
    for index in rng.permutation(len(candidates)):
        option = candidates[index]
        if len(chosen) == rules.options.whole:
            break
        if option.metres >= least and all(
            abs(option.metres - other.metres) > gap
            and not scene.share_objects(option.category, other.category)
            for other in chosen
        ):
            chosen.append(option)
    return [chosen[index] for index in rng.permutation(len(chosen))]


def _refusal(
    scene: MeasuredScene, rules: RelativeDistanceRules, target: MeasuredObject, options: list[Option]
) -> str | None:
    if not target.askable:
        return "the target is too small or has no box"
    if len(options) < rules.options.whole:
        others = [thing for thing in scene.objects if thing != target]
        if others and all(scene.distance(target, thing, rules.between) is None for thing in others):
            return "the source has neither boxes nor surfaces to measure the distance"
        return "too few other categories far enough apart"
    if not boxes_agree(target, options):
        return "with a box of nearly the same volume another option would be nearest"
    if rules.surface_gap:
        lead = surface_lead(scene, target, options, rules.surface_gap.value)
        if lead < 0:
            return "the nearest by boxes and by surfaces differ"
        if lead < rules.surface_gap.value:
            return "by surfaces another option is nearly as near"
    return None


def boxes_agree(target: MeasuredObject, options: list[Option]) -> bool:
    """Return whether the nearest option is the same for all box shapes that noise makes indistinguishable.

    The target's box is part of every distance: one distance may grow by its slack while another shrinks by
    it. No other topic needs this check, because no other topic compares two distances between boxes.
    `min_gap` and `min_distance` only select the questions.
    """
    nearest = min(options, key=lambda option: option.metres)
    at_most = nearest.at_most + 2 * target.slack
    return all(option.at_least > at_most for option in options if option is not nearest)


def surface_lead(scene: MeasuredScene, target: MeasuredObject, options: list[Option], enough: float) -> float:
    """Distance between surfaces of the second nearest option, minus that of the nearest option, in metres.

    The nearest option is the one with the nearest box. The result is negative if the surface of another
    option is nearer. Larger results are cut to `enough`. It is also `enough` if the source has no surfaces.
    Objects with a box that is too far to matter are not measured, because a surface is never nearer than its
    box.
    """
    nearest = min(options, key=lambda option: option.metres)
    best = _surface_distance(scene, target, nearest.category, inf)
    if best is None:
        return enough
    lead = enough
    for option in options:
        if option is not nearest:
            other = _surface_distance(scene, target, option.category, best + lead)
            lead = lead if other is None else other - best
    return lead


def _surface_distance(
    scene: MeasuredScene, target: MeasuredObject, category: str, limit: float
) -> float | None:
    """Metres to the nearest surface of a category, up to a limit; None if unknown or farther."""
    best = None
    for thing in scene.bearers[category]:
        by_box = scene.distance(target, thing, "boxes")
        if by_box is None or by_box > limit:
            continue
        metres = scene.distance(target, thing, "surfaces")
        if metres is not None and metres <= limit:
            best = limit = metres
    return best


def _draft(
    scene: MeasuredScene, rules: RelativeDistanceRules, target: MeasuredObject, options: list[Option]
) -> Draft:
    words = tuple(option.category for option in options)
    nearest, second = sorted(options, key=lambda option: option.metres)[:2]
    return Draft(
        question_type="object_rel_distance",
        question=rules.question.format(options=", ".join(words), target=target.category),
        answer=nearest.category,
        choices=words if rules.lettered else None,
        evidence=Evidence(
            objects=(
                EvidenceObject("target", target.instance, target.category),
                *(EvidenceObject("option", option.nearest.instance, option.category) for option in options),
            ),
            value=nearest.metres,
            margin=second.metres - nearest.metres,
            measures=(
                *measures(scene, target, nearest.nearest),
                *(Measure(f"to {option.category}", option.metres, "m") for option in options),
            ),
        ),
        draw=partial(shapes, scene, rules.between, target, options),
    )


def shapes(
    scene: MeasuredScene, between: Between, target: MeasuredObject, options: Sequence[Option]
) -> tuple[Shape, ...]:
    """A line from the target to each option."""
    nearest = min(options, key=lambda option: option.metres)
    return tuple(
        shape
        for option in options
        for shape in drawn.between(
            scene, target, option.nearest, between, option.metres, "answer" if option is nearest else "other"
        )
    )


def _explain(row: Row) -> str:
    metres = option_distances(row)
    target, *options = zip(objects_in_words(row), row["evidence"]["objects"], strict=True)
    distances = ", ".join(f"{name} {metres[thing['category']]:.2f} m" for name, thing in options)
    words = f"from {target[0]}: {distances}; the second nearest is {row['evidence']['margin']:.2f} m farther"
    by_surfaces = measure_value(row, "surfaces")
    if by_surfaces is not None:
        words += f"; from surface to surface the nearest is {by_surfaces:.2f} m away"
    return words


def _definition(rules: Stated, measurement: Stated) -> str:
    return distance_in_words(
        "The distance from the object to the nearest one of each category is measured", rules, measurement
    )


def _answer(scene: MeasuredScene, rules: RelativeDistanceRules, _type: str, words: Mapping[str, str]) -> str:
    options = options_at(scene, only_object(scene, words["target"]), rules.between)
    at = {option.category: option.metres for option in options}
    named_ones = words["options"].split(", ")
    if not set(named_ones) <= set(at):
        raise UnresolvedError("no box of the category")
    return min(named_ones, key=lambda word: at[word])


def _near_miss(row: Row, _rules: RelativeDistanceRules, _others: Sequence[str]) -> str | None:
    return second_nearest(row)


TOPIC = Topic(
    name="object_rel_distance",
    title="relative distance",
    rules=RelativeDistanceRules,
    generate=object_rel_distance,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(unit="m", words="The second nearest is {} farther", rule="min_gap", asks="more than {}"),
    seen_share=0.94,
    answer=_answer,
    near_miss=_near_miss,
)
