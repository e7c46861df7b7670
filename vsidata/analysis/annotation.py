"""What an annotation itself gives reason to doubt, so that nobody counts what was not told apart."""

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
    "changed",
    "listed twice",
    "hides several",
    "in pieces",
    "empty",
    "unknown label",
    "classes",
]


class AnnotationLimits(Rules):
    """When to doubt an annotation.

    Attributes:
        unannotated: share of the vertices without an object above which objects must be missing.
        piece_gap: an object whose outline on the floor has a gap this wide is in pieces.
        piece_share: share of its vertices that a piece must hold to count.
        class_disagreement: share of the vertices whose class differs from the labels' own above which one of
            the two files must be wrong.
    """

    unannotated: StatedConstant
    piece_gap: StatedConstant
    piece_share: StatedConstant
    class_disagreement: StatedConstant


@dataclass(frozen=True)
class Finding:
    """One reason to doubt.

    Attributes:
        kind: `unannotated` says that objects are missing; `listed twice` that the annotation
            names an object again; `unaligned` that no file says which way is up; `changed` that the scan
            has the mark of a synthetic one and is none;
            `hides several` and `in pieces` that one object stands for several things; `empty` that it has no
            vertex; `unknown label` and `classes` that its label may be a slip.
        text: the same in words, with numbers.
        instances: the objects it is about; empty where it is about the scan.
    """

    kind: FindingKind
    text: str
    instances: tuple[int, ...] = ()


def annotation_limits() -> AnnotationLimits:
    """The limits of this package, from `data/annotation_limits.yaml`."""
    return read_packaged(AnnotationLimits, __package__, "data/annotation_limits.yaml")


def findings(scene: Scene, vocabulary: Vocabulary, limits: AnnotationLimits) -> list[Finding]:
    """The reasons to doubt a scene's annotation; of objects, only those that a question could name."""
    found = []
    if scene.instances is not None:
        share = float(np.mean(scene.instances < 0))
        if share > limits.unannotated.value:
            found.append(Finding("unannotated", f"{share:.0%} of the vertices belong to no object"))
    named = [thing for thing in scene.objects if vocabulary.names(thing.label, scene.dataset)]
    twice = [thing for thing in scene.objects if thing.instance in scene.repeated]
    several = [thing for thing in named if vocabulary.hides_several(thing.label)]
    in_pieces = [thing for thing in named if _is_in_pieces(thing, limits)]
    empty = [thing for thing in named if thing.vertices is not None and not len(thing.vertices)]
    found += _findings_of_kind("listed twice", twice, "the same object is listed twice, and counts once")
    found += _findings_of_kind("hides several", several, "one object may stand for several things")
    found += _findings_of_kind("in pieces", in_pieces, "one object lies in pieces far apart")
    found += _findings_of_kind("empty", empty, "the object has no vertex")
    return found


def pieces_on_the_floor(vertices: Array, gap: float) -> list[int]:
    """How many vertices there are in each piece of an object's outline on the ground plane, largest first.

    Seen on squares of side `gap`: two pieces are apart where a whole square between them is empty. What lies
    above each other is one piece: scans show a table's top and feet, and seldom all of its legs.

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
