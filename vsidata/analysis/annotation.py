"""Doubts about an annotation. Objects that are missing or not separated make counts wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_packaged
from vsidata.rules.vocabulary import Vocabulary
from vsidata.scene import Array, Scene, SceneObject

FindingKind = Literal[
    "unannotated",
    "unaligned",
    "poses",
    "changed",
    "listed twice",
    "hides several",
    "in pieces",
    "empty",
    "unknown label",
    "classes",
]


class AnnotationLimits(Rules):
    """Limits above which an annotation is doubtful.

    Attributes:
        unannotated: share of the vertices without an object. Above it, objects must be missing.
        piece_gap: width of a gap in the outline of an object on the floor. With such a gap, the object is in
            pieces.
        piece_share: share of an object's vertices that a piece must have to count.
        class_disagreement: share of the vertices with a class that differs from the class of their label.
            Above it, one of the two files must be wrong.
    """

    unannotated: StatedConstant
    piece_gap: StatedConstant
    piece_share: StatedConstant
    class_disagreement: StatedConstant


@dataclass(frozen=True)
class Finding:
    """One reason to doubt.

    Attributes:
        kind: `unannotated`: objects are missing. `listed twice`: the annotation lists an object again.
            `unaligned`: no file states the vertical direction. `poses`: the camera poses do not fit the mesh.
            `changed`: the scan is marked as synthetic but its files differ from the mark. `hides several` and
            `in pieces`: one object stands for several things. `empty`: the object has no vertices. `unknown
            label` and `classes`: the label may be a mistake.
        text: the reason in words, with numbers.
        instances: the objects in question; empty if it is about the whole scan.
    """

    kind: FindingKind
    text: str
    instances: tuple[int, ...] = ()


def annotation_limits() -> AnnotationLimits:
    """The limits of this package, from `data/annotation_limits.yaml`."""
    return read_packaged(AnnotationLimits, __package__, "data/annotation_limits.yaml")


def findings(scene: Scene, vocabulary: Vocabulary, limits: AnnotationLimits) -> list[Finding]:
    """The reasons to doubt the annotation of a scene. Objects that no question can name are ignored."""
    found = []
    if scene.instances is not None:
        share = float(np.mean(scene.instances < 0))
        if share > limits.unannotated.value:
            found.append(Finding("unannotated", f"{share:.0%} of the vertices do not belong to an object"))
    named = [thing for thing in scene.objects if vocabulary.names(thing.label, scene.dataset)]
    twice = [thing for thing in scene.objects if thing.instance in scene.repeated]
    several = [thing for thing in named if vocabulary.hides_several(thing.label)]
    in_pieces = [thing for thing in named if _is_in_pieces(thing, limits)]
    empty = [thing for thing in named if thing.vertices is not None and not len(thing.vertices)]
    found += _findings_of_kind("listed twice", twice, "the same object is listed twice, and counts once")
    found += _findings_of_kind("hides several", several, "one object may stand for several things")
    found += _findings_of_kind("in pieces", in_pieces, "one object consists of pieces far apart")
    found += _findings_of_kind("empty", empty, "the object has no vertices")
    return found


def pieces_on_the_floor(vertices: Array, gap: float) -> list[int]:
    """The number of vertices in each piece of an object's outline on the ground plane, largest first.

    The outline is drawn on squares of side `gap`. Two pieces are separate if a whole square between them is
    empty. Parts above each other are one piece, because scans show the top and the feet of a table but rarely
    all of its legs.

    Args:
        vertices: (n, 3) metres, z up.
        gap: metres.
    """
    from scipy.ndimage import label

    if not len(vertices):
        return []
    squares = np.floor((vertices[:, :2] - vertices[:, :2].min(axis=0)) / gap).astype(np.int64)
    occupied = np.zeros(squares.max(axis=0) + 1, dtype=bool)
    occupied[squares[:, 0], squares[:, 1]] = True
    pieces, _ = label(occupied, structure=np.ones((3, 3)))
    sizes = np.bincount(pieces[squares[:, 0], squares[:, 1]])[1:]
    return sorted(sizes.tolist(), reverse=True)


def _is_in_pieces(thing: SceneObject, limits: AnnotationLimits) -> bool:
    if thing.vertices is None:
        return False
    sizes = pieces_on_the_floor(thing.vertices, limits.piece_gap.value)
    return sum(size >= limits.piece_share.value * len(thing.vertices) for size in sizes) > 1


def _findings_of_kind(kind: FindingKind, things: Sequence[SceneObject], doubt: str) -> list[Finding]:
    if not things:
        return []
    labels = ", ".join(sorted({thing.label for thing in things}))
    return [Finding(kind, f"{doubt}: {labels}", tuple(thing.instance for thing in things))]
