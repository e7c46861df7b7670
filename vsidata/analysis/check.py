"""Check scans: find missing files, what is lost without them, and doubts about the annotation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from vsidata.analysis.annotation import AnnotationLimits, Finding, annotation_limits, findings
from vsidata.analysis.pose_check import pose_findings
from vsidata.errors import ScanError
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged
from vsidata.rules.vocabulary import Vocabulary, load_vocabulary
from vsidata.scene import Scene, SceneObject
from vsidata.selection.leak_guard import forbidden_rooms, scenes_of_forbidden_rooms
from vsidata.sources.label_table import LABEL_TABLE, read_label_table
from vsidata.sources.official import official_lists
from vsidata.sources.ply import read_vertex_property
from vsidata.sources.scannet import ALIGNMENT, ScanNet
from vsidata.sources.streams.rehearsal import rehearse
from vsidata.sources.streams.shown import Framing
from vsidata.topics.rule_set import load_rules

_CLASSES = "_vh_clean_2.labels.ply"

_CHANGED = (
    "the scan is marked as synthetic, but {} is not as listed in the mark, so it counts as a ScanNet scan"
)

# The defaults of a build.
_RULES = "wide"
_FRAMING = Framing(16)


class ScanFile(Rules):
    """A file of a scan.

    Attributes:
        suffix: the part of its name after the name of the scan. It is the download script's `--type`.
        instead: suffixes of files, or names of folders, that can replace it.
        needed: whether the scan cannot be used without it.
        holds: the content of the file.
        without: the loss without it.
    """

    suffix: str
    instead: tuple[str, ...] = ()
    needed: bool
    holds: str
    without: str

    def is_in(self, folder: Path) -> bool:
        """Return whether the folder of a scan contains the file, or another one that can replace it."""
        names = (f"{folder.name}{name}" if name[0] in "._" else name for name in (self.suffix, *self.instead))
        return any((folder / name).exists() for name in names)


class _ScanFiles(Rules):
    files: tuple[ScanFile, ...]


@dataclass(frozen=True)
class Standards:
    """The data that scans are compared with.

    Attributes:
        vocabulary: the vocabulary. It decides which labels a question can name, and which may mean several
            things.
        limits: the limits above which an annotation is doubtful.
        classes: NYU40 class by raw label; None if ScanNet's table is missing.
        forbidden: scan → the list that forbids its room.
        without_table: the reason why `classes` is None.
        framing: the choice of the frames that a build shows.
        rate: the number of frames per second that a build reads for the order of appearance.
    """

    vocabulary: Vocabulary
    limits: AnnotationLimits
    classes: Mapping[str, int] | None
    forbidden: Mapping[str, str]
    without_table: ScanError | None
    framing: Framing
    rate: float


@dataclass(frozen=True)
class ScanReport:
    """The result of the check of one scan.

    Attributes:
        name: the scan.
        dataset: `scannet` or `synthetic`.
        official: the official list that contains the scan: `train`, `val` or `test`; None if no list does.
        forbidden_by: the list because of which the leak guard refuses its room; None if the room is allowed.
        objects, vertices: the numbers of objects and of vertices; None if unknown.
        missing: the files that the scan lacks.
        fault: the reason why the scan cannot be used; None if it can.
        findings: the doubts about its annotation.
    """

    name: str
    dataset: str
    official: str | None
    forbidden_by: str | None
    objects: int | None
    vertices: int | None
    missing: tuple[ScanFile, ...]
    fault: ScanError | None
    findings: tuple[Finding, ...]


@cache
def scan_files() -> tuple[ScanFile, ...]:
    """The files of a scan, from `data/scan_files.yaml`."""
    return read_packaged(_ScanFiles, __package__, "data/scan_files.yaml").files


def standards(source: ScanNet) -> Standards:
    """The data that the scans of a root are compared with.

    The table of labels is in the root, or above `scans/`.
    """
    beside, above = source.root / LABEL_TABLE, source.root.resolve().parent / LABEL_TABLE
    classes, fault = None, None
    try:
        classes = read_label_table(above if above.exists() and not beside.exists() else beside)
    except ScanError as error:
        fault = error
    scenes = ((source.dataset_of(name), name) for name in source.names())
    rules = load_rules(_RULES)
    return Standards(
        vocabulary=load_vocabulary("raw"),
        limits=annotation_limits(),
        classes=classes,
        forbidden=scenes_of_forbidden_rooms(scenes, forbidden_rooms()),
        without_table=fault,
        framing=_FRAMING,
        rate=rules.look_rate(rules.topics) or 0.0,
    )


def check_scan(source: ScanNet, name: str, against: Standards, quick: bool = False) -> ScanReport:
    """Check one scan.

    Args:
        source: the scans of a root.
        name: the scan.
        against: the data that the scans are compared with.
        quick: whether to read only the annotation, not the geometry or the frames.
    """
    missing: tuple[ScanFile, ...] = ()
    scene: Scene | None = None
    fault: ScanError | None = None
    found: list[Finding] = []
    try:
        folder = source.folder(name)
        missing = tuple(file for file in scan_files() if not file.is_in(folder))
        scene = _labels_alone(source, name) if quick else source.load(name)
        found += findings(scene, against.vocabulary, against.limits)
        if changed := source.changed_file(name):
            found.append(Finding("changed", _CHANGED.format(changed)))
        if not quick and source.alignment(name) is None:
            fault_of_text = (
                f"{name}{ALIGNMENT} has no axisAlignment: the mesh is used unrotated. If its floor is not "
                "level, sizes, areas and directions are wrong"
            )
            found.append(Finding("unaligned", fault_of_text))
        if against.classes is not None:
            found += _compare_with_table(scene, against.classes)
            found += _compare_with_classes(scene, folder / f"{name}{_CLASSES}", against)
        if not quick and (stream := source.stream(name, against.framing.quality)):
            rehearse(stream, scene.alignment, against.framing, against.rate)
            found += pose_findings(scene, stream)
    except ScanError as error:
        fault = error
    return ScanReport(
        name=name,
        dataset=source.dataset_of(name),
        official=source.official_split(name) if official_lists(source.dataset_of(name)) else None,
        forbidden_by=against.forbidden.get(name),
        objects=None if scene is None else len(scene.objects),
        vertices=None if scene is None or scene.points is None else len(scene.points),
        missing=missing,
        fault=fault,
        findings=tuple(found),
    )


def _labels_alone(source: ScanNet, name: str) -> Scene:
    labels = source.labels(name)
    return Scene(
        source.dataset_of(name),
        name,
        tuple(SceneObject(*labelled) for labelled in labels.items()),
        repeated=source.repeated(name),
    )


def _compare_with_table(scene: Scene, classes: Mapping[str, int]) -> list[Finding]:
    strangers = [thing for thing in scene.objects if thing.label not in classes]
    if not strangers:
        return []
    labels = ", ".join(sorted({thing.label for thing in strangers}))
    instances = tuple(thing.instance for thing in strangers)
    return [Finding("unknown label", f"not in ScanNet's table of labels: {labels}", instances)]


def _compare_with_classes(scene: Scene, file: Path, against: Standards) -> list[Finding]:
    """Compare the class of each vertex, from the mesh with classes, with the labels of the objects."""
    if scene.points is None or scene.instances is None or against.classes is None or not file.exists():
        return []
    try:
        given = read_vertex_property(file, "label", f"Download it again (--type {_CLASSES}).")
    except ScanError as error:
        return [Finding("classes", str(error.fault))]
    if len(given) != len(scene.points):
        counts = f"{len(given):,} vertices, but the mesh has {len(scene.points):,}"
        return [Finding("classes", f"{file.name} has {counts}")]
    known = {thing.instance: against.classes.get(thing.label, 0) for thing in scene.objects}
    instances, place = np.unique(scene.instances, return_inverse=True)
    expected = np.array([known.get(instance, 0) for instance in instances.tolist()])[place]
    comparable = expected > 0
    differing = float(np.mean(given[comparable] != expected[comparable])) if comparable.any() else 0.0
    if differing <= against.limits.class_disagreement.value:
        return []
    return [
        Finding(
            "classes",
            f"{file.name} gives {differing:.0%} of the vertices a class that differs from their label",
        )
    ]
