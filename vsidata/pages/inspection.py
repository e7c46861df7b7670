"""The inspection of one scan: its content, measurements, questions and doubts."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cached_property

from vsidata.analysis.annotation import annotation_limits, findings
from vsidata.dataset.frames_file import frames_row
from vsidata.errors import OptionError
from vsidata.measuring.measure import MeasuredObject, MeasuredScene, MeasurementRules, measure
from vsidata.pages.evidence import Drawing, drawing
from vsidata.pages.top_view import TopView, top_view
from vsidata.pipeline.process import StreamView, scene_row, unreadable_file, view_stream
from vsidata.scene import Scene, SceneObject
from vsidata.selection.leak_guard import forbidden_rooms, scenes_of_forbidden_rooms
from vsidata.sources.registry import Source
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.shown import Framing
from vsidata.topics.ask import Drops, ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import RuleSet

# The user selects a question by its number or by the first characters of its id. A text of this length or
# more is an id: a scan has fewer than 1,000 questions, so numbers have at most three digits.
_SHORTEST_ID = 4


ASKED_ABOUT: Mapping[str, str] = {
    "yes": "",
    "not counted": "its annotation may stand for several things, so questions do not ask how many there are",
    "no: repeated": "the annotation lists it twice; questions ask about the other entry",
    "no: label": "the rules have no questions about this label",
    "no: a group": "its label names a group of things, which questions neither count nor mention",
    "no: no box": "it has too few points for a box",
    "no: small": "its longest side is shorter than the minimum of the rules",
    "no: unseen": "the frames show too little of it",
}
"""The values of `Inspection.asked_about`, each with its meaning."""


@dataclass(frozen=True, eq=False)
class Inspection:
    """The result of an inspection.

    Attributes:
        scene: the scene as it was read.
        rules: the rules for measurements and questions.
        measured: the scene as the rules measure it, with the room's area by every method.
        stream: the stream of the scan; None if the scan has no stream, or if no frames were requested.
        look: the picked frames and what they show; None if `stream` is None.
        questions: the questions about the scan. A build also balances the answers over all of its scans.
        drops: the number of refused candidates, by topic and reason.
        doubts: the doubts about the scan, as sentences.
    """

    scene: Scene
    rules: RuleSet
    measured: MeasuredScene
    stream: FrameStream | None
    look: StreamView | None
    questions: list[Question]
    drops: Drops
    doubts: tuple[str, ...]

    def asked_about(self, thing: SceneObject) -> str:
        """Return a key of `ASKED_ABOUT`: whether questions are asked about an object, or why not."""
        known = self.measured_objects.get(thing.instance)
        if known is None:
            return "no: repeated" if thing.instance in self.scene.repeated else "no: label"
        if known.is_group:
            return "no: a group"
        if known.box is None:
            return "no: no box"
        if not known.askable:
            return "no: small"
        if self.measured.sight is not None and not self.measured.sight.shows(thing.instance):
            return "no: unseen"
        return "not counted" if known.hides_several else "yes"

    @cached_property
    def plan(self) -> TopView:
        """The scene from above."""
        look = self.look
        frames = None if look is None else frames_row(self.scene, look.shown, look.sight)
        visibility = self.rules.resolved["visibility"] if look and look.sight else None
        return top_view(scene_row(self.scene, self.measured), frames, visibility)

    def evidence(self, question: Question) -> Drawing:
        """The evidence for the answer to a question, on the plan."""
        return drawing(asdict(question), self.plan)

    @cached_property
    def measured_objects(self) -> Mapping[int, MeasuredObject]:
        """The objects with a word, by instance id."""
        return {thing.instance: thing for thing in self.measured.objects}


def inspect(
    source: Source,
    name: str,
    rules: RuleSet,
    *,
    topics: Collection[str] | None = None,
    framing: Framing | None = None,
    visibility: bool = True,
    seed: int = 0,
) -> Inspection:
    """Inspect one scan. Measure it and ask about it as a build does, but do not balance the answers.

    Args:
        source: the source that contains the scan.
        name: the scan.
        rules: the rule set.
        topics: the topics to ask about; None for those of the rule set.
        framing: the frames to pick; None for no frames.
        visibility: whether questions are only about what those frames show.
        seed: the random seed. The seed of a build gives the questions of that build.

    Raises:
        OptionError: the source has no scan of that name, or a topic does not exist.
        ScanError: the scan cannot be used. A build skips it with the same error.
    """
    if name not in source.names():
        raise _no_such_scan(source, name)
    rules = rules.with_more_topics(topics)
    chosen = rules.chosen_topics(topics)
    try:
        scene = source.load(name)
        stream = source.stream(name, framing.quality) if framing else None
        look = (
            view_stream(stream, scene, rules, chosen, framing, visibility)
            if stream is not None and framing
            else None
        )
    except OSError as error:
        raise unreadable_file(name, error) from error
    measured = measure(
        scene,
        _by_every_method(rules.measurement),
        rules.vocabulary,
        seed,
        sight=look.sight if look else None,
        timeline=look.timeline if look else None,
        posed=look.posed if look else None,
    )
    questions, drops = ask(measured, rules, seed, chosen)
    return Inspection(
        scene=scene,
        rules=rules,
        measured=measured,
        stream=stream,
        look=look,
        questions=questions,
        drops=drops,
        doubts=tuple(_doubts(scene, rules, framing, look, visibility)),
    )


def find_question(inspection: Inspection, given: str) -> Question:
    """The question with a number (counted from 1), or with an id that starts with a text.

    Raises:
        OptionError: no question matches, or several do.
    """
    questions = inspection.questions
    if len(given) >= _SHORTEST_ID:
        named = [question for question in questions if question.id.startswith(given)]
        if len(named) == 1:
            return named[0]
    elif given.isdecimal() and 1 <= int(given) <= len(questions):
        return questions[int(given) - 1]
    fault = f"is neither a number from 1 to {len(questions):,} nor the start of exactly one id."
    if not questions:
        fault = "cannot be shown: there are no questions about this scan."
    raise OptionError(f"--question {given}", fault, "`--all-questions` prints all of them with their ids.")


def _no_such_scan(source: Source, name: str) -> OptionError:
    names = source.names()
    near = get_close_matches(name, names, n=5, cutoff=0.6)
    remedy = f"Similar names: {', '.join(near)}." if near else f"The first scans: {', '.join(names[:5])}."
    return OptionError(name, f"is not one of the {len(names):,} scans.", remedy)


def _by_every_method(rules: MeasurementRules) -> MeasurementRules:
    """The same rules, except that the area of every room is measured by all methods.

    By the rules, only a random share of the rooms is measured by all methods.
    """
    compared = rules.room_area.compared.model_copy(update={"value": 1})
    return rules.model_copy(update={"room_area": rules.room_area.model_copy(update={"compared": compared})})


def _doubts(
    scene: Scene, rules: RuleSet, framing: Framing | None, look: StreamView | None, visibility: bool
) -> list[str]:
    doubts = []
    for forbidding in scenes_of_forbidden_rooms([(scene.dataset, scene.name)], forbidden_rooms()).values():
        doubts.append(f"The leak guard keeps this room out of builds: {forbidding} forbids it.")
    for finding in findings(scene, rules.vocabulary, annotation_limits()):
        instances = f" (objects {', '.join(map(str, finding.instances))})" if finding.instances else ""
        doubts.append(f"{finding.text[:1].upper()}{finding.text[1:]}{instances}.")
    if framing and look is None:
        doubts.append(
            "It has no stream, so it is unknown what a video would show. The questions cover all objects."
        )
    elif look and visibility and look.sight is None:
        doubts.append(
            "The camera poses of its stream are unknown. Questions may ask about things outside its frames."
        )
    return doubts
