"""One scan, looked into: what it holds, what is measured in it, what is asked about it, and what to doubt."""

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

# An id's first characters are enough to name it; a scan has fewer than a thousand questions, so their numbers
# are shorter.
_SHORTEST_ID = 4


ASKED_ABOUT: Mapping[str, str] = {
    "yes": "",
    "not counted": "its annotation may stand for several things, so that nobody asks how many there are",
    "no: repeated": "the annotation lists it again; the other one is asked about",
    "no: label": "the rules ask about nothing of that label",
    "no: a group": "its label names a group of things; they are not counted, nor is one of them asked about",
    "no: no box": "it has too few points for a box",
    "no: small": "its longest side is shorter than what the rules ask about",
    "no: unseen": "the frames show too little of it",
}
"""Whether questions are asked about an object, and what that means."""


@dataclass(frozen=True, eq=False)
class Inspection:
    """What is known of a scan.

    Attributes:
        scene: as read.
        rules: by which it is measured and asked.
        measured: the scene as the rules see it, the room's area by every method.
        stream: its frames; None where it has none, or none were wanted.
        look: what the picked frames are and show; likewise.
        questions: what it can be asked, before a build balances the answers over all of its scans.
        drops: how many candidates were refused, by topic and reason.
        doubts: what to doubt in it, in words.
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
        """Whether questions are asked about an object, and why not: a key of `ASKED_ABOUT`."""
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
        """Why the answer to a question is what it is, on the plan."""
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
    """Look into one scan: what a build would measure and ask, unless it balances a question away.

    Args:
        source: where the scan lies.
        name: the scan.
        rules: the rule set.
        topics: those to ask about; None for the rule set's own.
        framing: which frames to look at; None for none.
        visibility: ask only what those frames show.
        seed: of every draw; that of a build gives its questions.

    Raises:
        OptionError: there is no scan of that name, or no such topic.
        ScanError: the scan cannot be used; the same that would set it aside in a build.
    """
    if name not in source.names():
        raise _no_such_scan(source, name)
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
    """The question with a number, counted from 1, or with an id that begins so.

    Raises:
        OptionError: there is none, or there are several.
    """
    questions = inspection.questions
    if len(given) >= _SHORTEST_ID:
        named = [question for question in questions if question.id.startswith(given)]
        if len(named) == 1:
            return named[0]
    elif given.isdecimal() and 1 <= int(given) <= len(questions):
        return questions[int(given) - 1]
    fault = f"is neither a number from 1 to {len(questions):,} nor how one id alone begins."
    if not questions:
        fault = "asks for a question, and the rules ask none."
    raise OptionError(f"--question {given}", fault, "`--all-questions` prints all of them with their ids.")


def _no_such_scan(source: Source, name: str) -> OptionError:
    names = source.names()
    near = get_close_matches(name, names, n=5, cutoff=0.6)
    remedy = f"Near it: {', '.join(near)}." if near else f"The first of them: {', '.join(names[:5])}."
    return OptionError(name, f"is none of the {len(names):,} scans here", remedy)


def _by_every_method(rules: MeasurementRules) -> MeasurementRules:
    """The same rules, by which every scan's room is measured by all methods, not only those drawn for it."""
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
        doubts.append("It has no stream: nobody knows what a video would show, so everything is asked.")
    elif look and visibility and look.sight is None:
        doubts.append("Its stream has no known cameras: questions may ask what its frames do not show.")
    return doubts
