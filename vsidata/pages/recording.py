"""A scan as a recording for Rerun's viewer: mesh, boxes, the path of the camera, the frames shown to a model.

The frame of reference is the room's: metres, z up. All entities are below `room`. The frames are on the
timeline `time`, in seconds since the stream began.
"""

import colorsys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vsidata.pages.evidence_picture import TONES
from vsidata.pages.inspection import Inspection
from vsidata.scene import Array, OrientedBox
from vsidata.sources.streams.shown import ShownFrames
from vsidata.topics.question import Question

if TYPE_CHECKING:
    import rerun

_GREY = (190, 190, 190)  # colour of the mesh outside of boxes: walls, floor, and unannotated things
_PATH = (60, 60, 60)
# The step between two hues, as a part of a turn. With this step, any number of hues differ clearly.
_GOLDEN = (5**0.5 - 1) / 2


def recording(inspection: Inspection, question: Question | None = None) -> bytes:
    """The content of an `.rrd` file.

    Args:
        inspection: the inspection of the scene.
        question: the question with the evidence to draw, below `room/evidence`; None for the scene alone.
    """
    import rerun

    scene = inspection.scene
    name = f"{scene.dataset}-{scene.name}"
    to = rerun.RecordingStream("vsidata", recording_id=name, send_properties=False)
    memory = to.memory_recording()
    to.set_log_time_enabled(False)  # the same scan gives the same bytes at any time
    to.log("room", rerun.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    colours = _colours(inspection)
    _log_mesh(to, inspection, colours)
    _log_boxes(to, inspection, colours)
    if inspection.look is not None:
        if path := _stretches(inspection.look.shown):
            to.log("room/path", rerun.LineStrips3D(path, colors=_PATH, radii=0.01), static=True)
        _log_frames(to, inspection.look.shown)
    if question is not None:
        _log_shapes(to, question)
        if inspection.look is not None:
            _log_marks(to, question, inspection.look.shown)
    to.send_blueprint(_views(inspection))
    return memory.drain_as_bytes()


def _colours(inspection: Inspection) -> Mapping[int, tuple[int, int, int]]:
    """The colour (red, green, blue) of each object with a box, by instance. Each category has one colour."""
    boxed = [thing for thing in inspection.measured.objects if thing.box is not None]
    categories = sorted({thing.category for thing in boxed})
    hues = {category: (place * _GOLDEN) % 1 for place, category in enumerate(categories)}
    colours = {category: colorsys.hsv_to_rgb(hue, 0.55, 0.9) for category, hue in hues.items()}
    return {
        thing.instance: (round(255 * red), round(255 * green), round(255 * blue))
        for thing in boxed
        for red, green, blue in [colours[thing.category]]
    }


def _log_mesh(to: "rerun.RecordingStream", inspection: Inspection, colours: Mapping[int, Any]) -> None:
    import rerun

    scene = inspection.scene
    if scene.points is None or scene.triangles is None or scene.instances is None:
        return
    vertex_colours = np.full((len(scene.points), 3), _GREY, dtype=np.uint8)
    for instance, colour in colours.items():
        vertex_colours[scene.instances == instance] = colour
    mesh = rerun.Mesh3D(
        vertex_positions=scene.points,
        triangle_indices=scene.triangles,
        vertex_colors=vertex_colours,
        face_rendering="Front",  # so the room is visible through the backs of its walls
    )
    to.log("room/mesh", mesh, static=True)


def _log_boxes(to: "rerun.RecordingStream", inspection: Inspection, colours: Mapping[int, Any]) -> None:
    import rerun

    for thing in inspection.measured.objects:
        if thing.box is None:
            continue
        box = rerun.Boxes3D(
            centers=[thing.box.center],
            sizes=[thing.box.extents],
            quaternions=[_quaternion(thing.box)],
            labels=[thing.category],
            colors=[colours[thing.instance]],
        )
        to.log(f"room/boxes/{thing.instance}", box, static=True)


def _log_shapes(to: "rerun.RecordingStream", question: Question) -> None:
    """Log the shapes in the room, each as an entity. Sectors and areas are drawn by their edges."""
    import rerun

    for number, shape in enumerate(question.evidence.shapes):
        if shape.picture is not None:
            continue
        points, colour = np.array(shape.points), tuple(bytes.fromhex(TONES[shape.role].removeprefix("#")))
        look: dict[str, Any] = {"colors": [colour], "labels": [shape.label] if shape.label else None}
        match shape.kind:
            case "point":
                drawn: Any = rerun.Points3D(points, radii=0.04, **look)
            case "arrow" if len(points) == 2:
                drawn = rerun.Arrows3D(
                    origins=points[:1], vectors=points[1:] - points[:1], radii=0.015, **look
                )
            case "sector":
                drawn = rerun.LineStrips3D([_arc(points)], radii=0.01, **look)
            case _:
                drawn = rerun.LineStrips3D([points], radii=0.015, **look)
        to.log(f"room/evidence/{number}", drawn, static=True)


def _log_marks(to: "rerun.RecordingStream", question: Question, shown: ShownFrames) -> None:
    """Log the shapes on pictures, each for the time of its frame."""
    import rerun

    times = dict(zip(shown.numbers.tolist(), shown.timestamps.tolist(), strict=True))
    for number, shape in enumerate(question.evidence.shapes):
        if shape.picture is None or shape.picture not in times:
            continue
        entity = f"room/camera/frame/evidence/{number}"
        colour = tuple(bytes.fromhex(TONES[shape.role].removeprefix("#")))
        to.set_time("time", duration=times[shape.picture])
        line = rerun.LineStrips2D([shape.points], radii=2.0, colors=[colour], labels=[shape.label])
        to.log(entity, line)
        if later := [seconds for seconds in times.values() if seconds > times[shape.picture]]:
            to.set_time("time", duration=min(later))
            to.log(entity, rerun.Clear(recursive=False))
    to.reset_time()


def _arc(points: Array) -> Array:
    """The outline (n, 3) of a sector: from its centre along the arc and back."""
    center, begin, end = points
    start, stop = (np.arctan2(*(at - center)[1::-1]) for at in (begin, end))
    angles = start + np.linspace(0, (stop - start) % (2 * np.pi) or 2 * np.pi, 33)
    radius = np.linalg.norm((begin - center)[:2])
    around = center + radius * np.column_stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)])
    return np.vstack([center, around, center])


def _quaternion(box: OrientedBox) -> Array:
    """The rotation from the axes of the room to the axes of the box, as a quaternion (4,) x, y, z, w.

    If the axes of the box are left-handed, its third axis is reversed.
    """
    from scipy.spatial.transform import Rotation

    axes = box.axes.T.copy()  # in columns
    axes[:, 2] *= np.sign(np.linalg.det(axes))
    return np.asarray(Rotation.from_matrix(axes).as_quat())


def _stretches(shown: ShownFrames) -> list[Array]:
    """The path of the camera, split where tracking was lost. Each part is (n, 3), metres, room frame."""
    stretches: list[list[Array]] = [[]]
    for spot in shown.path or ():
        if spot.position is None:
            stretches.append([])
        else:
            stretches[-1].append(spot.position)
    return [np.array(stretch) for stretch in stretches if len(stretch) > 1]


def _log_frames(to: "rerun.RecordingStream", shown: ShownFrames) -> None:
    import rerun

    for row, (seconds, jpeg) in enumerate(zip(shown.timestamps.tolist(), shown.jpegs, strict=True)):
        to.set_time("time", duration=seconds)
        if shown.poses is not None and shown.camera_matrix is not None:
            turn, place = shown.poses[row, :3, :3], shown.poses[row, :3, 3]
            to.log("room/camera", rerun.Transform3D(translation=place, mat3x3=turn))
            camera = rerun.Pinhole(
                image_from_camera=shown.camera_matrix,
                resolution=shown.size,
                camera_xyz=rerun.ViewCoordinates.RDF,
                image_plane_distance=0.4,
            )
            to.log("room/camera", camera)
        to.log("room/camera/frame", rerun.EncodedImage(contents=jpeg, media_type="image/jpeg"))
    to.reset_time()


def _views(inspection: Inspection) -> Any:
    """The view of the room beside the picture of the camera."""
    from rerun import blueprint

    views: list[Any] = [blueprint.Spatial3DView(origin="room", name=inspection.scene.name)]
    if inspection.look is not None:
        views.append(blueprint.Spatial2DView(origin="room/camera", name="what a model sees"))
    return blueprint.Blueprint(blueprint.Horizontal(*views), collapse_panels=True)
