"""Measures a scene: the words, surfaces, boxes and positions of its objects, distances, and the room's area.

The rule set states what an object *is*: its words, its size and its position. Only this module applies that
definition, so it is the same for all topics.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import combinations
from typing import Literal, get_args

import numpy as np
from numpy.random import Generator, default_rng

from vsidata.errors import DegenerateGeometry, ScanError
from vsidata.geometry import area, boxes, trimming
from vsidata.geometry.distance import Surface, box_distances, closest_points, surface, surface_distance
from vsidata.geometry.nearest import nearest_on_surface
from vsidata.geometry.outline import Ring
from vsidata.measuring.posed import PosedFrames
from vsidata.measuring.sight import Sight, Timeline
from vsidata.rules.constant import Count, Labels, Length, PerMetre, Rules, Share
from vsidata.rules.strict_yaml import read_packaged
from vsidata.rules.vocabulary import Vocabulary
from vsidata.scene import Array, IntArray, OrientedBox, Scene, SceneObject

Between = Literal["boxes", "surfaces", "positions"]
AreaMethod = Literal["floor", "vsibench", "vsi100k"]

_ALL_AT_ONCE = 128  # boxes; their 8,128 distances take 0.15 s


class MeasuringLimits(Rules):
    """Limits of the measurement of a scan, for all rule sets.

    Attributes:
        most_objects: largest number of objects with a word in the vocabulary. A scan with more is refused.
    """

    most_objects: Count


@cache
def measuring_limits() -> MeasuringLimits:
    """Return the limits of this package, from `measuring.yaml`."""
    return read_packaged(MeasuringLimits, __package__, "measuring.yaml")


class TrimmingRules(Rules):
    """Rules for the vertices that are left out before a box is fitted: see `vsidata.geometry.trimming`.

    Attributes:
        gap: a piece of the mesh that is at most this far from the object always belongs to it.
        far: a piece further away than this does not belong to the object, unless the piece is large
            (`min_share`).
        min_share: a piece with at least this share of the object's vertices always belongs to it.
    """

    gap: Length
    far: Length
    min_share: Share


class FloorAreaRules(Rules):
    """Constants of `vsidata.geometry.area.floor_shape`.

    Attributes:
        alpha: one over the radius of the alpha shape's disc, which closes gaps in the floor.
        cell: side of a cell of the grid in which points of the floor are counted.
        min_density: smallest number of points in a cell, as a share of the lower quartile over all cells.
    """

    alpha: PerMetre
    cell: Length
    min_density: Share


class VsiBenchAreaRules(Rules):
    """Constants of `vsidata.geometry.area.vsibench_shape`.

    Attributes:
        alpha: one over the radius of the alpha shape's disc.
        samples: number of vertices that are drawn, with replacement.
    """

    alpha: PerMetre
    samples: Count


class Vsi100kAreaRules(Rules):
    """Constants of `vsidata.geometry.area.vsi100k_shape`.

    Attributes:
        alpha: one over the radius of the alpha shape's disc.
    """

    alpha: PerMetre


class RoomAreaRules(Rules):
    """Rules for measuring a room's area.

    Attributes:
        method: the method of the area in questions.
        floor, vsibench, vsi100k: the constants of each method.
        compared: the share of scenes that all three methods measure. These scenes are drawn at random.
    """

    method: AreaMethod
    floor: FloorAreaRules
    vsibench: VsiBenchAreaRules
    vsi100k: Vsi100kAreaRules
    compared: Share
    why: str = ""
    source: str = ""


class MeasurementRules(Rules):
    """A rule set's definition of an object.

    Attributes:
        vocabulary: name of a vocabulary, or path of the user's own vocabulary file.
        smallest: smallest accepted length of an object's longest side; None for no limit.
        box: `minimal` (any orientation, as in VSI-Bench) or `upright` (one axis vertical).
        rival_boxes: another minimal box is as likely as the measured box if its volume is larger by at most
            this share.
        position: the position of an object for bearings and centre distances: the centre of its box, or the
            mean of its vertices.
        trimming: rules for the stray points that are left out before a box is fitted; None keeps all points.
        room_area: rules for measuring the room's area.
        merge_repeated: whether an object that the annotation lists twice is one object.
    """

    vocabulary: str
    smallest: Length | None
    box: Literal["minimal", "upright"]
    rival_boxes: Share | None = None
    position: Literal["box_center", "vertex_mean"]
    trimming: TrimmingRules | None
    room_area: RoomAreaRules
    merge_repeated: bool = True


@dataclass(frozen=True, eq=False)
class MeasuredObject:
    """An object measured by the rules.

    Attributes:
        instance: its id in the annotation.
        names: the words for it: the narrowest first, then broader words.
        box: its box; None if the object has too few points.
        askable: whether it has a box that is large enough for questions.
        hides_several: whether its annotation may contain several things, so that they cannot be counted.
        is_group: whether its label means a group of things, such as `books`. Its names are those of one such
            thing.
        position: (3,) its position, metres, room frame; None if it has neither a box nor vertices.
        vertices: (n, 3) metres, room frame, without stray points; None if the source has only boxes.
        triangles: (m, 3) rows of `vertices`; None if the source has only boxes.
        slack: metres by which a distance to `box` may change, up or down, if an equally likely box is used
            instead (see `rival_boxes`); 0 if there is no such box.
    """

    instance: int
    names: tuple[str, ...]
    box: OrientedBox | None
    askable: bool
    hides_several: bool
    position: Array | None
    vertices: Array | None = None
    triangles: IntArray | None = None
    slack: float = 0.0
    is_group: bool = False

    @property
    def category(self) -> str:
        """The narrowest word for the object."""
        return self.names[0]


@dataclass(frozen=True, eq=False)
class MeasuredScene:
    """A scene measured by the rules: the input of the topics.

    Attributes:
        dataset, name: the scene.
        objects: the objects with a word in the vocabulary, by instance id.
        declared_counts: number of objects of each word if the source states it; else None.
        unannotated_share: share of the mesh's vertices that belong to no object; None without a mesh.
        room_areas: square metres by the rules' method, and in some scenes by the other methods. A value is
            None if it cannot be measured.
        room_area_method: the rules' method.
        room_outline: rings (n, 2) on the ground plane, metres, around the area that the rules' method
            measures; None if the area is not measured from points.
        points: (n, 3) all vertices of the mesh, metres, room frame; None without a mesh.
        sight: visibility in the picked frames, by which questions are left out; None if it was not measured.
        timeline: size of the objects in frames of the stream; None if it was not measured.
        posed: the picked frames with their cameras; None if no topic needs them, or they are unknown.
    """

    dataset: str
    name: str
    objects: tuple[MeasuredObject, ...]
    declared_counts: Mapping[str, int] | None
    unannotated_share: float | None
    room_areas: Mapping[AreaMethod, float | None]
    room_area_method: AreaMethod
    room_outline: tuple[Ring, ...] | None = None
    points: Array | None = None
    sight: Sight | None = None
    timeline: Timeline | None = None
    posed: PosedFrames | None = None
    _nearest: dict[int, Array] = field(default_factory=dict, repr=False)
    _surfaces: dict[int, Surface | None] = field(default_factory=dict, repr=False)
    _between_boxes: dict[tuple[int, int], float] = field(default_factory=dict, repr=False)
    _between_surfaces: dict[tuple[int, int], float | None] = field(default_factory=dict, repr=False)
    _closest: dict[tuple[int, int], Array] = field(default_factory=dict, repr=False)

    @property
    def room_area(self) -> float | None:
        """The room's area in square metres by the rules' method; None if it cannot be measured."""
        return self.room_areas[self.room_area_method]

    @cached_property
    def bearers(self) -> Mapping[str, tuple[MeasuredObject, ...]]:
        """The objects of each word. Words are sorted."""
        found: dict[str, list[MeasuredObject]] = {}
        for thing in self.objects:
            for name in thing.names:
                found.setdefault(name, []).append(thing)
        return {name: tuple(found[name]) for name in sorted(found)}

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The narrowest word of each object, as in `MeasuredObject.category`: every word once, sorted."""
        return tuple(sorted({thing.category for thing in self.objects}))

    def count(self, name: str) -> int:
        """Return the number of objects of a word. If the source states counts, return its count."""
        if self.declared_counts is not None:
            return self.declared_counts.get(name, 0)
        return len(self.bearers.get(name, ()))

    def has_group(self, name: str) -> bool:
        """Return whether an object is a group of things of a word, such as `chairs` for the word `chair`."""
        return any(thing.is_group for thing in self.bearers.get(name, ()))

    def share_objects(self, a: str, b: str) -> bool:
        """Return whether an object has both words, such as an office chair, which is also a chair."""
        return bool(
            {thing.instance for thing in self.bearers[a]} & {thing.instance for thing in self.bearers[b]}
        )

    @cached_property
    def once_only(self) -> tuple[MeasuredObject, ...]:
        """The objects with a word that no other object has, sorted by word. "The sink" means one object.

        An object is left out if the source states that there is one, but has several different boxes. Then
        the right box is unknown. Equal boxes are one object that is listed twice.
        """
        alone = {thing.category: thing for thing in reversed(self.objects) if self._is_alone(thing)}
        return tuple(alone[category] for category in sorted(alone))

    def _is_alone(self, thing: MeasuredObject) -> bool:
        if thing.is_group or self.count(thing.category) != 1:
            return False
        boxes = [bearer.box for bearer in self.bearers[thing.category] if bearer is not thing]
        return all(box and thing.box and np.array_equal(box.corners, thing.box.corners) for box in boxes)

    def once_only_except(self, exclude: Sequence[Labels]) -> list[MeasuredObject]:
        """Return `once_only` without the words that a topic leaves out."""
        excluded = {label for entry in exclude for label in entry.labels}
        return [thing for thing in self.once_only if thing.category not in excluded]

    @cached_property
    def _boxes(self) -> Mapping[int, OrientedBox]:
        return {thing.instance: thing.box for thing in self.objects if thing.box is not None}

    def _box_distance(self, instance: int, other: int) -> float | None:
        """Return metres between two boxes, by instance ids; None if one object has no box.

        In a usual room, all pairs are measured together. A room with many objects has far more pairs than
        questions. There, the distances from the first box to all other boxes are measured, because they are
        usually needed next.
        """
        boxes = self._boxes
        if instance not in boxes or other not in boxes:
            return None
        pair = min(instance, other), max(instance, other)
        if pair not in self._between_boxes:
            if len(boxes) <= _ALL_AT_ONCE:
                pairs = list(combinations(sorted(boxes), 2))
            else:
                pairs = [(min(instance, name), max(instance, name)) for name in boxes if name != instance]
            new = [pair for pair in pairs if pair not in self._between_boxes]
            metres = box_distances([boxes[low] for low, _ in new], [boxes[high] for _, high in new])
            self._between_boxes.update(zip(new, metres.tolist(), strict=True))
        return self._between_boxes[pair]

    def distance(self, a: MeasuredObject, b: MeasuredObject, between: Between) -> float | None:
        """Return metres between the boxes, surfaces or positions of two objects; None if unknown."""
        first, second = sorted((a, b), key=lambda thing: thing.instance)
        pair = first.instance, second.instance
        match between:
            case "boxes":
                return self._box_distance(a.instance, b.instance)
            case "surfaces":
                if pair not in self._between_surfaces:
                    self._between_surfaces[pair] = self._surface_distance(first, second)
                return self._between_surfaces[pair]
            case "positions":
                if a.position is None or b.position is None:
                    return None
                return float(np.linalg.norm(a.position - b.position))

    def closest_points(self, a: MeasuredObject, b: MeasuredObject) -> tuple[Array, Array] | None:
        """Return the closest points (3,) and (3,) of two objects' boxes, metres; None if one has no box."""
        if a.box is None or b.box is None:
            return None
        pair = a.instance, b.instance
        if pair not in self._closest:
            self._closest[pair] = closest_points(a.box, b.box)
        on_a, on_b = self._closest[pair]
        return on_a, on_b

    def nearest_to_cameras(self, thing: MeasuredObject) -> Array | None:
        """(k, 3) the nearest point of an object's surface to the camera of each picked frame, metres.

        None if the object has no surface, or the cameras are unknown.
        """
        vertices, triangles = thing.vertices, thing.triangles
        if self.posed is None or vertices is None or triangles is None or not len(triangles):
            return None
        if thing.instance not in self._nearest:
            self._nearest[thing.instance] = nearest_on_surface(vertices, triangles, self.posed.centers)
        return self._nearest[thing.instance]

    def _surface_distance(self, a: MeasuredObject, b: MeasuredObject) -> float | None:
        first, second = self._surface(a), self._surface(b)
        return None if first is None or second is None else surface_distance(first, second)

    def _surface(self, thing: MeasuredObject) -> Surface | None:
        if thing.instance not in self._surfaces:
            self._surfaces[thing.instance] = None
            if thing.vertices is not None and thing.triangles is not None and len(thing.triangles):
                self._surfaces[thing.instance] = surface(thing.vertices, thing.triangles)
        return self._surfaces[thing.instance]


def _measured(
    thing: SceneObject, names: tuple[str, ...], rules: MeasurementRules, vocabulary: Vocabulary
) -> MeasuredObject:
    vertices, triangles, centroid = thing.vertices, thing.triangles, thing.centroid
    if rules.trimming is not None and vertices is not None and triangles is not None and len(vertices):
        vertices, triangles = _trimmed(vertices, triangles, rules.trimming)
        centroid = vertices.mean(axis=0)
    box, slack = thing.box, 0.0
    if box is None and vertices is not None:
        with suppress(DegenerateGeometry):
            if rules.box == "upright":
                box = boxes.upright_box(vertices)
            else:
                tolerance = rules.rival_boxes.value if rules.rival_boxes else 0.0
                box, slack = boxes.minimal_box_and_slack(vertices, tolerance=tolerance)
    position = centroid if rules.position == "vertex_mean" or box is None else box.center
    return MeasuredObject(
        instance=thing.instance,
        names=names,
        box=box,
        askable=box is not None and (rules.smallest is None or box.longest_side >= rules.smallest.value),
        hides_several=vocabulary.hides_several(thing.label),
        position=position,
        vertices=vertices,
        triangles=triangles,
        slack=slack,
        is_group=vocabulary.is_group(thing.label),
    )


def _trimmed(vertices: Array, triangles: IntArray, rules: TrimmingRules) -> tuple[Array, IntArray]:
    keep = trimming.keep_mask(
        vertices,
        triangles,
        gap=rules.gap.value,
        far=rules.far.value,
        min_share=rules.min_share.value,
    )
    if keep.all():
        return vertices, triangles
    row = np.cumsum(keep) - 1
    return vertices[keep], row[triangles[keep[triangles].all(axis=1)]]


def room_shape(
    scene: Scene, method: AreaMethod, rules: RoomAreaRules, rng: Generator
) -> area.FloorShape | None:
    """Return a scene's floor by one method.

    None if the floor cannot be measured, or if the source states its area.
    """
    if scene.room_area is not None or scene.points is None:
        return None
    try:
        match method:
            case "floor":
                floor = rules.floor
                return area.floor_shape(
                    scene.points,
                    scene.triangles,
                    alpha=floor.alpha.value,
                    cell=floor.cell.value,
                    min_density=floor.min_density.value,
                )
            case "vsibench":
                sampled = rules.vsibench
                return area.vsibench_shape(
                    scene.points, rng, alpha=sampled.alpha.value, samples=sampled.samples.whole
                )
            case "vsi100k":
                return area.vsi100k_shape(scene.points, alpha=rules.vsi100k.alpha.value)
    except DegenerateGeometry:
        return None


def generator(seed: int, dataset: str, scene: str, purpose: str) -> Generator:
    """Return the random generator of one purpose in one scene. It does not depend on order or engine."""
    digest = hashlib.sha256(f"{seed}\n{dataset}\n{scene}\n{purpose}".encode()).digest()
    return default_rng(int.from_bytes(digest, "little"))


def measure(
    scene: Scene,
    rules: MeasurementRules,
    vocabulary: Vocabulary,
    seed: int,
    sight: Sight | None = None,
    timeline: Timeline | None = None,
    posed: PosedFrames | None = None,
) -> MeasuredScene:
    """Measure the objects of a scene (names, surfaces, boxes, positions) and its room.

    Args:
        scene: the scene.
        rules: the definition of an object.
        vocabulary: the words for objects.
        seed: random seed of the measurement.
        sight, timeline, posed: visibility in its frames, which is stored in the result; None if it was not
            measured.

    Raises:
        ScanError: the scene has more objects than the limit.
    """
    named = [
        (thing, names)
        for thing in sorted(scene.objects, key=lambda thing: thing.instance)
        if not (rules.merge_repeated and thing.instance in scene.repeated)
        and (names := vocabulary.names(thing.label, scene.dataset))
    ]
    if len(named) > (most := measuring_limits().most_objects.whole):
        fault = f"has {len(named):,} objects that questions could ask about; the limit is {most:,}"
        remedy = "Split the scan into rooms, or use rules with a smaller vocabulary (--rules vsibench)."
        raise ScanError(scene.name, fault, remedy)
    rng = generator(seed, scene.dataset, scene.name, "room area")
    shapes = _room_shapes(scene, rules.room_area, rng)
    asked = shapes[rules.room_area.method]
    objects = tuple(_measured(thing, names, rules, vocabulary) for thing, names in named)
    return MeasuredScene(
        dataset=scene.dataset,
        name=scene.name,
        objects=objects,
        declared_counts=_declared_counts(scene, vocabulary),
        unannotated_share=None if scene.instances is None else float(np.mean(scene.instances < 0)),
        room_areas={
            method: scene.room_area if shape is None else shape.area for method, shape in shapes.items()
        },
        room_area_method=rules.room_area.method,
        room_outline=None if asked is None else asked.outline,
        points=scene.points,
        sight=sight,
        timeline=timeline,
        posed=posed,
    )


def _room_shapes(
    scene: Scene, rules: RoomAreaRules, rng: Generator
) -> dict[AreaMethod, area.FloorShape | None]:
    compared = rng.random() < rules.compared.value
    return {
        method: room_shape(scene, method, rules, rng) if compared or method == rules.method else None
        for method in get_args(AreaMethod)
    }


def _declared_counts(scene: Scene, vocabulary: Vocabulary) -> Mapping[str, int] | None:
    if scene.declared_counts is None:
        return None
    counts: Counter[str] = Counter()
    for label, count in scene.declared_counts.items():
        counts.update(dict.fromkeys(vocabulary.names(label, scene.dataset), count))
    return counts
