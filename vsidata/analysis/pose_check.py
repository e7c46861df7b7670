"""Doubts about the poses of a stream: do its depth pictures fit the mesh, and which answers depend on it."""

import math
from dataclasses import replace

import numpy as np

from vsidata.analysis.annotation import Finding
from vsidata.measuring.measure import measure
from vsidata.rules.constant import Angle, Count, Length, Rules
from vsidata.rules.strict_yaml import read_packaged
from vsidata.scene import Array, IntArray, Scene
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.picking import pick
from vsidata.topics.ask import ask
from vsidata.topics.rule_set import load_rules

_RULES = "posed"


class PoseLimits(Rules):
    """Limits above which the poses of a stream are doubtful.

    Attributes:
        shift, turn: a common error of all poses.
        scatter: the median distance of the depth pictures from the mesh after the common error is removed.
        frames: number of frames that are compared.
        per_scene: largest number of questions of a topic that are compared.
    """

    shift: Length
    turn: Angle
    scatter: Length
    frames: Count
    per_scene: Count


def pose_limits() -> PoseLimits:
    """The limits of this package, from `data/pose_limits.yaml`."""
    return read_packaged(PoseLimits, __package__, "data/pose_limits.yaml")


def pose_findings(scene: Scene, stream: FrameStream) -> list[Finding]:
    """The reasons to doubt the poses of a stream; empty if its depth fits the mesh or it has no depth."""
    if scene.points is None or scene.triangles is None or stream.poses is None or stream.depth_matrix is None:
        return []
    from vsidata.measuring.pose_fit import fit_poses  # imports Open3D, which takes a second

    limits = pose_limits()
    positions = pick(stream, limits.frames.whole)
    fit = fit_poses(stream, positions, _on_disk(scene.points, scene.alignment), scene.triangles)
    if fit is None:
        return []
    found = []
    if fit.shift > limits.shift.value or fit.turn > limits.turn.radians:
        poses = stream.poses.copy()
        poses[stream.valid] = fit.corrected(poses[stream.valid])
        changed, common = _changed_answers(scene, stream, replace(stream, poses=poses), positions, limits)
        share = f"{changed / common:.0%} of {common} answers" if common else "answers"
        text = (
            f"the camera poses do not fit the mesh: they are off by {100 * fit.shift:.1f} cm and "
            f"{math.degrees(fit.turn):.1f}° in the frame of the {fit.frame}; with corrected poses, {share} "
            "to questions about the camera would change"
        )
        found.append(Finding("poses", text))
    if fit.after > limits.scatter.value:
        text = (
            f"the depth pictures are {1000 * fit.after:.0f} mm away from the mesh (median): the errors of "
            "the poses differ from frame to frame, or the depth is of another scan"
        )
        found.append(Finding("poses", text))
    return found


def _on_disk(points: Array, alignment: Array | None) -> Array:
    """(n, 3) the vertices of a mesh in the frame of the poses."""
    if alignment is None:
        return points
    back = np.linalg.inv(alignment)
    return np.asarray(points @ back[:3, :3].T + back[:3, 3])


def _changed_answers(
    scene: Scene, stored: FrameStream, corrected: FrameStream, positions: IntArray, limits: PoseLimits
) -> tuple[int, int]:
    """The number of questions about the camera with another answer, of those asked with both streams."""
    from vsidata.measuring.viewer import viewer

    rules = load_rules(_RULES)
    rules = rules.with_caps(dict.fromkeys(rules.topics, limits.per_scene.whole))
    answers = []
    for stream in (stored, corrected):
        view = viewer(scene, stream)
        posed = view.posed(positions, rules.visibility, 0, stream.size) if view else None
        measured = measure(scene, rules.measurement, rules.vocabulary, 0, posed=posed)
        answers.append({one.id: one.answer for one in ask(measured, rules, 0, rules.topics)[0]})
    before, after = answers
    common = before.keys() & after.keys()
    return sum(before[id_] != after[id_] for id_ in common), len(common)
