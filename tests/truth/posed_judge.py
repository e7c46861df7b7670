"""Questions about the camera, compared with the recipe: rooms, cameras and times.

The program reads disturbed poses. The truth uses the poses of the walk, and the true surfaces that the scan
contains, without noise. The answers are computed here with numpy and Open3D alone.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import open3d as o3d
from scipy.spatial.transform import Rotation

from tests.frame_streams import bare_stream
from vsidata.measuring.measure import measure
from vsidata.measuring.viewer import viewer
from vsidata.scene import Array, IntArray, Scene, SceneObject
from vsidata.sources.streams.picking import pick
from vsidata.synthetic.camera import camera
from vsidata.synthetic.layout import lay_out
from vsidata.synthetic.scan import Flaws, Scan, scan_room
from vsidata.synthetic.truth import minimal_box
from vsidata.synthetic.walk import walk
from vsidata.topics.ask import ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import RuleSet


def disturbed(poses: Array, shift: float, turn: float, rng: np.random.Generator) -> Array:
    """Poses (n, 4, 4) with independent Gaussian errors: `shift` metres and `turn` radians r.m.s. each."""
    found = poses.copy()
    found[:, :3, 3] += rng.normal(0, shift / np.sqrt(3), (len(poses), 3))
    turns = Rotation.from_rotvec(rng.normal(0, turn / np.sqrt(3), (len(poses), 3)))
    found[:, :3, :3] = turns.as_matrix() @ found[:, :3, :3]
    return found


def scene_of(scan: Scan) -> Scene:
    """A synthetic scan as a source would read it, with its noise."""
    objects = []
    for item in scan.room.items:
        rows = np.flatnonzero(scan.instances == item.instance)
        if not len(rows):
            continue
        place = np.full(len(scan.vertices), -1)
        place[rows] = np.arange(len(rows))
        own = place[scan.triangles[(scan.instances[scan.triangles] == item.instance).all(axis=1)]]
        vertices = scan.vertices[rows]
        objects.append(SceneObject(item.instance, item.label, vertices, own, vertices.mean(axis=0)))
    return Scene(
        dataset="synthetic",
        name=scan.room.name,
        objects=tuple(objects),
        points=scan.vertices,
        triangles=scan.triangles,
        instances=scan.instances,
    )


@dataclass(frozen=True, eq=False)
class Truth:
    """The recipe behind a scan.

    Attributes:
        scan: the scan; only its true surface is used.
        poses: (n, 4, 4) the true camera of each frame of the stream.
    """

    scan: Scan
    poses: Array

    @cached_property
    def _surfaces(self) -> dict[int, o3d.t.geometry.RaycastingScene]:
        return {}

    def surface(self, instance: int) -> tuple[Array, IntArray]:
        """The true surface of an object: vertices (n, 3), triangles (m, 3)."""
        return self.scan.kept_surface(instance)

    def pose(self, question: Question, number: int = 0) -> Array:
        """(4, 4) the true camera of one of the frames that a question asks about."""
        frame = question.evidence.moments[number].frame
        assert frame is not None
        return np.asarray(self.poses[frame])

    def distance(self, center: Array, instance: int) -> float:
        """Metres from a point (3,) to the nearest point of an object's true surface."""
        if instance not in self._surfaces:
            vertices, triangles = self.surface(instance)
            scene = o3d.t.geometry.RaycastingScene()
            scene.add_triangles(
                o3d.core.Tensor.from_numpy(vertices.astype(np.float32)),
                o3d.core.Tensor.from_numpy(triangles.astype(np.uint32)),
            )
            self._surfaces[instance] = scene
        asked = o3d.core.Tensor.from_numpy(center[None].astype(np.float32))
        return float(self._surfaces[instance].compute_distance(asked).numpy()[0])

    def in_camera(self, pose: Array, instance: int) -> Array:
        """(n, 3) the true vertices of an object in a camera's frame."""
        vertices, _ = self.surface(instance)
        return np.asarray((vertices - pose[:3, 3]) @ pose[:3, :3])


@dataclass
class PosedJudgement:
    """The results of some rooms.

    Attributes:
        errors: question type → (error, true value) of each number, before rounding: metres or radians.
        words: question type → word → how often it is right.
        wrong: (scene, question type, question, answer, true answer) of each wrong word.
        unjudged: question types without a truth here, with their numbers.
        questions: all questions, as rows without shapes.
    """

    errors: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    words: dict[str, dict[str, int]] = field(default_factory=dict)
    wrong: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    unjudged: dict[str, int] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: "PosedJudgement") -> None:
        self.wrong += other.wrong
        self.questions += other.questions
        for kind, errors in other.errors.items():
            self.errors.setdefault(kind, []).extend(errors)
        for kind, words in other.words.items():
            mine = self.words.setdefault(kind, {})
            for word, count in words.items():
                mine[word] = mine.get(word, 0) + count
        for kind, count in other.unjudged.items():
            self.unjudged[kind] = self.unjudged.get(kind, 0) + count

    @property
    def asked(self) -> int:
        """Number of judged questions."""
        return sum(map(len, self.errors.values())) + sum(sum(one.values()) for one in self.words.values())


def judge_room(
    index: int,
    *,
    seed: int,
    rules: RuleSet,
    frames: int,
    length: int,
    noise: float,
    shift: float,
    turn: float,
) -> PosedJudgement:
    """Ask about one room and compare.

    Args:
        index, seed: the room.
        rules: the rule set; all its topics are asked.
        frames: number of frames to pick.
        length: number of frames of the walk.
        noise: of the mesh, metres r.m.s.
        shift, turn: of the poses, metres and radians r.m.s.
    """
    room = lay_out(seed, index)
    scan = scan_room(room, Flaws(noise=noise))
    poses = walk(room, length)
    rng = np.random.default_rng([seed, index])
    phone = camera()
    stream = bare_stream(disturbed(poses, shift, turn, rng), phone.rate, phone.matrix, phone.size)
    scene = scene_of(scan)
    view = viewer(scene, stream)
    assert view is not None
    posed = view.posed(pick(stream, frames), rules.visibility, 0, stream.size)
    measured = measure(scene, rules.measurement, rules.vocabulary, seed, sight=posed.sight, posed=posed)
    questions, _ = ask(measured, rules, seed, rules.topics)
    truth = Truth(scan, poses)
    result = PosedJudgement()
    for question in questions:
        result.questions.append(asdict(replace(question, evidence=replace(question.evidence, shapes=()))))
        judged = TRUTHS.get(question.topic)
        if judged is None:
            result.unjudged[question.question_type] = result.unjudged.get(question.question_type, 0) + 1
            continue
        true = judged(truth, question)
        if isinstance(true, float):
            error = _difference(question, true)
            result.errors.setdefault(question.question_type, []).append((error, true))
        else:
            words = result.words.setdefault(question.question_type, {})
            words[question.answer] = words.get(question.answer, 0) + 1
            if true != question.answer:
                result.wrong.append(
                    (room.name, question.question_type, question.question, question.answer, true)
                )
    return result


def _difference(question: Question, true: float) -> float:
    off = question.evidence.value - true
    if question.unit == "°":
        return float((off + np.pi) % (2 * np.pi) - np.pi)
    return off


def displacement(truth: Truth, question: Question) -> float:
    """The straight distance between the true cameras of two frames."""
    return float(np.linalg.norm(truth.pose(question, 1)[:3, 3] - truth.pose(question)[:3, 3]))


def distance(truth: Truth, question: Question) -> float:
    """The distance from the true camera to the true surface of the object."""
    (thing,) = question.evidence.objects
    return truth.distance(truth.pose(question)[:3, 3], thing.instance)


def nearest(truth: Truth, question: Question) -> str:
    """The object with the true surface that is nearest to the true camera."""
    center = truth.pose(question)[:3, 3]
    options = question.evidence.objects
    return min(options, key=lambda one: truth.distance(center, one.instance)).category


def change(truth: Truth, question: Question) -> str:
    """Whether the true camera is closer to the true surface in the second frame."""
    (thing,) = question.evidence.objects
    first, second = (truth.distance(truth.pose(question, i)[:3, 3], thing.instance) for i in (0, 1))
    return "closer" if second < first else "farther"


def position(truth: Truth, question: Question) -> str:
    """The word for two objects by their true vertices in the true camera; `none` if they overlap there.

    For up and down, the heights in the room have to give the same word.
    """
    kind = question.question_type.rpartition("_")[2]
    a, b = (one.instance for one in question.evidence.objects)
    axis, words = {"lr": (0, ("Left", "Right")), "ud": (1, ("Up", "Down")), "nf": (2, ("Near", "Far"))}[kind]
    in_camera = [truth.in_camera(truth.pose(question), one)[:, axis] for one in (a, b)]
    found = {_first(*in_camera)}
    if kind == "ud":
        found.add(_first(*(-truth.surface(one)[0][:, 2] for one in (a, b))))
    if kind == "nf":
        found.add(_first(*(np.array([truth.distance(truth.pose(question)[:3, 3], one)]) for one in (a, b))))
    place = found.pop()
    return "none" if found or place is None else words[place]


def _first(a: Array, b: Array) -> int | None:
    """0 if all of the first values are lower, 1 if all are higher; else None."""
    if a.max() < b.min():
        return 0
    return 1 if b.max() < a.min() else None


def movement(truth: Truth, question: Question) -> str:
    """The word nearest to the true level movement, relative to the true heading at the start."""
    start, end = truth.pose(question), truth.pose(question, 1)
    angle = np.degrees(_bearing(end[:3, 3] - start[:3, 3], np.arctan2(start[1, 2], start[0, 2])))
    if question.question_type.endswith("diagonal"):
        words = (
            "Directly forward",
            "Diagonally forward and left",
            "Directly left",
            "Diagonally backward and left",
        )
        words += ("Directly backward", "Diagonally backward and right", "Directly right")
        return (*words, "Diagonally forward and right")[round(angle / 45) % 8]
    return ("Forward", "Left", "Backward", "Right")[round(angle / 90) % 4]


def turn(truth: Truth, question: Question) -> float | str:
    """The true change of heading between two frames, summed over all frames between them; or of the pitch."""
    first, last = (moment.frame for moment in question.evidence.moments)
    assert first is not None
    assert last is not None
    axes = truth.poses[first : last + 1, :3, 2]
    if question.answer in ("up", "down"):
        return "up" if axes[-1, 2] > axes[0, 2] else "down"
    total = float(np.diff(np.unwrap(np.arctan2(axes[:, 1], axes[:, 0]))).sum())
    if question.unit is None:
        return "counterclockwise" if total > 0 else "clockwise"
    return total


def direction(truth: Truth, question: Question) -> float | str:
    """The true bearing of the middle of the object's true box."""
    pose = truth.pose(question)
    (thing,) = question.evidence.objects
    box = minimal_box(truth.surface(thing.instance)[0])
    assert box is not None
    bearing = _bearing(np.array(box["center"]) - pose[:3, 3], np.arctan2(pose[1, 2], pose[0, 2]))
    if question.unit:
        return bearing
    degrees = np.degrees(bearing)
    if question.question_type.endswith("quadrant"):
        return ("front left", "rear left", "rear right", "front right")[int(degrees // 90) % 4]
    return ("front", "left", "behind", "right")[round(degrees / 90) % 4]


def _bearing(offset: Array, heading: float) -> float:
    """The angle from a heading to an offset, counter-clockwise seen from above, radians in [-pi, pi)."""
    return float((np.arctan2(offset[1], offset[0]) - heading + np.pi) % (2 * np.pi) - np.pi)


TRUTHS: dict[str, Callable[[Truth, Question], float | str]] = {
    "camera_direction": movement,
    "camera_displacement": displacement,
    "camera_turn": turn,
    "object_bearing": direction,
    "camera_nearest_object": nearest,
    "camera_object_distance": distance,
    "closer_or_farther": change,
    "relative_position": position,
}
"""Topic → the true answer: a number for numbers, a word for words."""
