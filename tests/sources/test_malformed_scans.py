"""A malformed scan raises a ScanError with file, fault and remedy, and no other exception."""

import json
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scans import Scan, ply_bytes, ply_header, small_scan
from vsidata.errors import ScanError
from vsidata.sources.registry import open_source

NAME = "scene0000_00"
MESH, SEGMENTS = "_vh_clean_2.ply", "_vh_clean_2.0.010000.segs.json"
ANNOTATION, TEXT = ".aggregation.json", ".txt"
SAVE_BINARY = "^Save it as binary little-endian PLY"


@dataclass(frozen=True)
class Kind:
    """One way in which a scan can be malformed, and the expected message.

    The test changes either the scan in memory before it is written, or the bytes of a file afterwards.
    """

    what: str
    file: str
    fault: str
    remedy: str | None = None  # None: the remedy is to download this file again
    scan: Callable[[Scan], object] | None = None
    data: Callable[[bytes], bytes] | None = None


def header(what, old, new, fault, remedy=None):
    """Change the header of the mesh."""

    def replaced(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return Kind(f"header: {what}", MESH, fault, remedy, data=replaced)


def payload(what, change, fault, remedy=None):
    """Change the bytes of the mesh."""
    return Kind(f"payload: {what}", MESH, fault, remedy, data=change)


def mesh(what, change, fault, remedy=None):
    """Change the mesh, and write it correctly."""
    return Kind(f"payload: {what}", MESH, fault, remedy, scan=change)


def text(what, file, content, fault):
    """Replace the content of a text file."""
    return Kind(f"shape: {what}", file, fault, data=lambda _: content)


def value(what, file, change, fault, remedy=None):
    """Change a value in the annotation, the segments or the properties."""
    return Kind(f"value: {what}", file, fault, remedy, scan=change)


def disagreement(what, file, change, fault, remedy=None):
    """Write files that are each valid, but do not belong together."""
    return Kind(f"together: {what}", file, fault, remedy, scan=change)


def group(index, **values):
    """Change one annotated object. The value `...` removes the key."""

    def change(scan: Scan) -> None:
        entry = scan.aggregation["segGroups"][index]
        entry.update(values)
        for key in [key for key, new in values.items() if new is ...]:
            del entry[key]

    return change


def annotation(**values):
    return lambda scan: scan.aggregation.update(values)


def segment_ids(change):
    def apply(scan: Scan) -> None:
        scan.segments["segIndices"] = change(scan.segments["segIndices"])

    return apply


def aligned_by(text_or_matrix):
    def change(scan: Scan) -> None:
        given = text_or_matrix
        scan.properties["axisAlignment"] = (
            given if isinstance(given, str) else " ".join(str(number) for number in np.ravel(given))
        )

    return change


def matrix(*changes):
    """Return the identity matrix with some entries changed."""
    transform = np.eye(4)
    for row, column, new in changes:
        transform[row, column] = new
    return transform


def vertex(row, new):
    def change(scan: Scan) -> None:
        scan.vertices[row] = new

    return change


def face(row, new):
    def change(scan: Scan) -> None:
        scan.faces[row] = new

    return change


def quads(data: bytes) -> bytes:
    """Write faces with four corners below the same header."""
    vertices, faces = small_scan().vertices, small_scan().faces
    start = ply_bytes(vertices, faces[:0]).removeprefix(ply_header(len(vertices), 0).encode())
    body = start + b"".join(struct.pack("<B4i", 4, 0, 1, 2, 3) for _ in faces)
    return ply_header(len(vertices), len(faces)).encode() + body


def one_quad(data: bytes) -> bytes:
    """Replace the sixth face of the file by a face with four corners."""
    faces = len(small_scan().faces)
    cut = len(data) - (faces - 5) * 13
    return data[:cut] + struct.pack("<B4i", 4, 0, 1, 2, 3) + data[cut + 13 :]


VERTICES, FACES = len(small_scan().vertices), len(small_scan().faces)
OBJECTS = len(small_scan().aggregation["segGroups"])

KINDS = [
    # The header of the mesh
    header("no PLY", b"ply\n", b"obj\n", "does not begin with `ply`"),
    header("text PLY", b"binary_little_endian", b"ascii", "ascii; only binary_little_endian", SAVE_BINARY),
    header(
        "big-endian PLY",
        b"binary_little_endian",
        b"binary_big_endian",
        "only binary_little_endian",
        SAVE_BINARY,
    ),
    header("unknown version", b"endian 1.0", b"endian 2.0", "'format binary_little_endian 2.0'"),
    header("no format", b"format binary_little_endian 1.0\n", b"", "nowhere"),
    header("never ends", b"end_header", b"endheader", r"does not end within [\d,]+ bytes"),
    header("negative count", b"vertex 5", b"vertex -5", "'element vertex -500'"),
    header(
        "count beyond all memory",
        b"vertex 5",
        b"vertex 999999999995",
        "is cut short: 99,999,999,999,500 rows",
    ),
    header("more vertices than there are", b"vertex 500", b"vertex 501", "face 0 has|face 0 lists"),
    header("fewer faces than there are", b"face ", b"face 1\ncomment ", "describes .* bytes, the file has"),
    header("no faces", f"face {FACES}".encode(), b"face 0", "describes .* bytes, the file has"),
    header("no face element", b"element face", b"element edge", "has no face"),
    header("no vertex element", b"element vertex", b"element point", "has no vertex"),
    header("no z", b"float z", b"float w", "no float property `z`"),
    header("whole-number x", b"float x", b"int x", "no float property `x`"),
    header("x twice", b"float y", b"float x", "vertex property `x` 2 times"),
    header("vertices twice", b"element face", b"element vertex 0\nelement face", "element `vertex` 2 times"),
    header("unknown type", b"uchar red", b"byte red", "'property byte red'"),
    header(
        "list counted in floats", b"list uchar", b"list float", "'property list float int vertex_indices'"
    ),
    header(
        "property before any element",
        b"element vertex",
        b"property int a\nelement vertex",
        "'property int a'",
    ),
    header(
        "corners under another name", b"vertex_indices", b"corners", "no list of integers `vertex_indices`"
    ),
    header("not ASCII", b"VCGLIB", b"VCG\xff", "not plain ASCII"),
    # The bytes after it
    payload("empty file", lambda _: b"", "is empty"),
    payload("cut in the header", lambda data: data[:100], "does not end within 100 bytes"),
    payload(
        "cut in the vertices", lambda data: data[:600], f"is cut short: {VERTICES} rows of `vertex` need"
    ),
    payload("cut in the faces", lambda data: data[:-100], f"is cut short: {FACES} rows of `face` need"),
    payload("bytes too many", lambda data: data + b"\0\0\0", "describes .* bytes, the file has"),
    payload("quads", quads, "faces have 4 corners", "^Save it with triangles"),
    payload("one quad", one_quad, "face 0 has 3, face 5 has 4"),
    mesh("vertex that is no number", vertex(3, np.nan), f"1 of {VERTICES} vertices"),
    mesh("vertex at infinity", vertex(slice(4, 6), (0, 0, -np.inf)), f"2 of {VERTICES} vertices"),
    mesh("millimetres", vertex(8, (0, 4000, 0)), "3,997 m from the origin", "^Save it in metres"),
    mesh(
        "face beyond the vertices",
        face(2, (0, 1, VERTICES)),
        f"outside 0 … {VERTICES - 1} in 1 of {FACES} faces",
    ),
    mesh("face with a negative corner", face(0, (-1, 0, 1)), f"1 of {FACES} faces"),
    mesh(
        "no vertices",
        lambda scan: (vertex := np.empty((0, 3)), setattr(scan, "vertices", vertex)),
        "has no vertex",
    ),
    mesh("no triangles", lambda scan: setattr(scan, "faces", scan.faces[:0]), "has no face"),
    # The shape of the other files
    text(
        "annotation cut short",
        ANNOTATION,
        b'{"segGroups": [{"objectId": 0, "lab',
        r"is not JSON: .* at byte \d+",
    ),
    text("annotation is a list", ANNOTATION, b"[1, 2]", "contains a list, not an object"),
    text("annotation is an error page", ANNOTATION, b"<!DOCTYPE html><title>404</title>", "is not JSON"),
    text("annotation without objects", ANNOTATION, b"{}", "segGroups: null, not a list"),
    text("annotation empty", ANNOTATION, b"", "is empty"),
    text("segments are null", SEGMENTS, b"null", "contains null, not an object"),
    text(
        "segments of another shape",
        SEGMENTS,
        b'{"segIndices": {"0": 1}}',
        "segIndices: an object, not a list",
    ),
    text("segments are binary", SEGMENTS, b"\x1f\x8b\x08\0\0", "is not JSON"),
    text("segments nested without end", SEGMENTS, b"[" * 100_000, "is not JSON"),
    text("segments not a number", SEGMENTS, b'{"segIndices": [1, NaN]}', "is not JSON"),
    text("properties are binary", TEXT, b"axisAlignment = \xff\xfe\0", "is not text: byte 16"),
    text("properties empty", TEXT, b"", "is empty"),
    # Values in them
    value("no objects", ANNOTATION, annotation(segGroups=[]), "nothing is annotated"),
    value("object is a string", ANNOTATION, annotation(segGroups=["table"]), r"segGroups\[0\]: a string"),
    value("object without id", ANNOTATION, group(1, objectId=...), r"segGroups\[1\]: its objectId is None"),
    value("object id is true", ANNOTATION, group(1, objectId=True), "objectId is True"),
    value("object id is a fraction", ANNOTATION, group(1, objectId=1.5), "objectId is 1.5"),
    value("object id is negative", ANNOTATION, group(1, objectId=-1), "objectId is -1"),
    value("object id beyond all counting", ANNOTATION, group(1, objectId=2**62), f"objectId is {2**62}"),
    value(
        "object id twice", ANNOTATION, group(3, objectId=1), r"segGroups\[1\] and \[3\] both have objectId 1"
    ),
    value("no label", ANNOTATION, group(2, label=...), r"segGroups\[2\]: its label is None"),
    value("blank label", ANNOTATION, group(2, label=" \t"), r"segGroups\[2\]: its label is ' \\t'"),
    value("label is a number", ANNOTATION, group(2, label=7), r"segGroups\[2\]: its label is 7"),
    value("no segments", ANNOTATION, group(0, segments=...), r"segGroups\[0\].segments: null, not a list"),
    value(
        "segment is a string", ANNOTATION, group(0, segments=[1, "2"]), r"segGroups\[0\].segments\[1\]: '2'"
    ),
    value("segment is negative", ANNOTATION, group(0, segments=[1, -2]), r"segGroups\[0\].segments\[1\]: -2"),
    value(
        "index is a fraction", SEGMENTS, segment_ids(lambda ids: [*ids[:-1], 1.5]), r"segIndices\[\d+\]: 1.5"
    ),
    value("index is null", SEGMENTS, segment_ids(lambda ids: [None, *ids[1:]]), r"segIndices\[0\]: None"),
    value("index is negative", SEGMENTS, segment_ids(lambda ids: [-1, *ids[1:]]), r"segIndices\[0\]: -1"),
    value(
        "index beyond 64 bits", SEGMENTS, segment_ids(lambda ids: [2**63, *ids[1:]]), r"segIndices\[0\]: 9223"
    ),
    value("no indices", SEGMENTS, segment_ids(lambda _: []), "are empty"),
    value("15 numbers", TEXT, aligned_by("1 " * 15), "needs 16 numbers, but has 15"),
    value("alignment in words", TEXT, aligned_by("identity"), "words that are not numbers: 'identity'"),
    value("alignment not finite", TEXT, aligned_by(matrix((0, 3, np.nan))), "not finite"),
    value("alignment stretches", TEXT, aligned_by(matrix((0, 0, 1.01))), "stretches or skews by 0.0201"),
    value("alignment overflows", TEXT, aligned_by(matrix((0, 0, 1e200))), "stretches or skews by inf"),
    value("alignment mirrors", TEXT, aligned_by(matrix((2, 2, -1))), "mirrors"),
    value("alignment column by column", TEXT, aligned_by(matrix((0, 3, 2)).T), "ends in the row"),
    value("alignment all zero", TEXT, aligned_by("0 " * 16), "stretches or skews by 1"),
    # Files that do not belong together
    disagreement(
        "one index too few",
        SEGMENTS,
        segment_ids(lambda ids: ids[1:]),
        f"has {VERTICES - 1} indices for {VERTICES} vertices",
        f"both again.*{MESH}.*{SEGMENTS}",
    ),
    disagreement(
        "annotation of another scan", ANNOTATION, annotation(sceneId="scannet.scene0001_00"), "scene0001_00"
    ),
    disagreement(
        "segments of another scan",
        SEGMENTS,
        lambda scan: scan.segments.update(sceneId="scene0000_01"),
        "scene0000_01",
    ),
    disagreement(
        "annotation of the full mesh",
        ANNOTATION,
        annotation(segmentsFile="scannet.scene0000_00_vh_clean.segs.json"),
        "annotates the full-resolution mesh",
        r"decimated mesh's annotation \(--type \.aggregation\.json\)",
    ),
    disagreement(
        "annotation and segments share no number",
        ANNOTATION,
        segment_ids(lambda ids: [id_ + 5000 for id_ in ids]),
        f"has no object with a segment in {NAME}_vh_clean_2.0.010000.segs.json; objects in total: {OBJECTS}",
        f"both again.*{ANNOTATION}.*{SEGMENTS}",
    ),
]


def complaint(root: Path) -> ScanError:
    source = open_source("scannet", [root])
    with pytest.raises(ScanError) as caught:
        source.load(NAME)
    return caught.value


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.what)
def test_malformed_scan_is_refused_with_file_fault_and_remedy(tmp_path, kind):
    scan = small_scan()
    if kind.scan:
        kind.scan(scan)
    file = scan.write(tmp_path) / f"{NAME}{kind.file}"
    if kind.data:
        file.write_bytes(kind.data(file.read_bytes()))
    error = complaint(tmp_path)
    assert error.file == str(file)
    assert re.search(kind.fault, error.fault), error.fault
    assert re.search(kind.remedy or f"Download it again.*--type {re.escape(kind.file)}", error.remedy), (
        error.remedy
    )


@pytest.mark.parametrize("suffix", [MESH, SEGMENTS, ANNOTATION, TEXT])
def test_error_names_a_missing_file_and_its_download_type(tmp_path, suffix):
    file = small_scan().write(tmp_path) / f"{NAME}{suffix}"
    file.unlink()
    error = complaint(tmp_path)
    assert (error.file, error.fault) == (str(file), "is missing.")
    assert error.remedy == f"Download it (--type {suffix})."


def a_folder(file: Path) -> None:
    file.mkdir()


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def a_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def a_broken_link(file: Path) -> None:
    file.symlink_to(file.with_name("nowhere"))


def a_link_to_itself(file: Path) -> None:
    file.symlink_to(file.name)


def a_file_larger_than_the_limit(file: Path) -> None:
    with file.open("wb") as sparse:
        sparse.truncate(1 << 40)


@pytest.mark.parametrize("suffix", [MESH, SEGMENTS, ANNOTATION, TEXT])
@pytest.mark.parametrize(
    ("put", "fault"),
    [
        (a_folder, "is not a regular file"),
        (a_pipe, "is not a regular file"),
        (a_device, "is not a regular file"),
        (a_broken_link, "is missing."),
        (a_link_to_itself, "cannot be read: Too many levels of symbolic links"),
        (a_file_larger_than_the_limit, "has 1,099,511,627,776 bytes"),
    ],
)
def test_error_names_an_unreadable_file(tmp_path, suffix, put, fault):
    file = small_scan().write(tmp_path) / f"{NAME}{suffix}"
    file.unlink()
    put(file)
    error = complaint(tmp_path)
    assert error.file == str(file)
    assert fault in error.fault
    assert f"--type {suffix}" in error.remedy


@pytest.fixture
def no_superuser(tmp_path_factory):
    """Run the test as another user, because permissions do not limit the superuser."""
    if os.geteuid() != 0:
        yield
        return
    for folder in (tmp_path_factory.getbasetemp(), *tmp_path_factory.getbasetemp().parents[:2]):
        folder.chmod(0o755)
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.parametrize("suffix", [MESH, SEGMENTS, ANNOTATION, TEXT])
def test_error_names_a_file_without_read_permission(tmp_path, suffix, no_superuser):
    with_rights(lambda: _write_unreadable(tmp_path, suffix))
    error = complaint(tmp_path)
    assert error.file == str(tmp_path / "scans" / NAME / f"{NAME}{suffix}")
    assert error.fault == "may not be read by this user."
    assert "chmod u+r" in error.remedy


def test_error_names_a_scan_folder_without_permission_to_enter(tmp_path, no_superuser):
    with_rights(lambda: _lock_folder(tmp_path))
    error = complaint(tmp_path)
    assert error.file.startswith(str(tmp_path / "scans" / NAME))
    assert error.fault == "may not be read by this user."
    assert "Make it readable" in error.remedy


def with_rights(action: Callable[[], None]) -> None:
    """Call a function as the user who runs the tests."""
    stepped_down, real = os.geteuid(), os.getuid()
    os.seteuid(real)
    action()
    os.seteuid(stepped_down)


def _write_unreadable(root: Path, suffix: str) -> None:
    root.chmod(0o755)
    (small_scan().write(root) / f"{NAME}{suffix}").chmod(0)


def _lock_folder(root: Path) -> None:
    root.chmod(0o755)
    small_scan().write(root).chmod(0)


def test_message_fits_in_two_lines(tmp_path):
    (small_scan().write(tmp_path) / f"{NAME}{SEGMENTS}").write_text(
        json.dumps({"segIndices": "\n".join("a" * 900)})
    )
    assert len(str(complaint(tmp_path)).splitlines()) == 2


@pytest.mark.parametrize("suffix", [MESH, SEGMENTS, ANNOTATION, TEXT])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_give_a_scan_or_a_scan_error_and_nothing_else(tmp_path, suffix, data):
    folder = tmp_path / "scans" / NAME
    if not folder.exists():
        small_scan().write(tmp_path)
    file = folder / f"{NAME}{suffix}"
    intact = file.with_suffix(".intact")
    if not intact.exists():
        intact.write_bytes(file.read_bytes())
    content = bytearray(intact.read_bytes())
    start = data.draw(st.integers(0, len(content) - 1) | st.integers(0, 400))
    length = data.draw(st.integers(0, 20))
    content[start : start + length] = data.draw(st.binary(max_size=20))
    file.write_bytes(content)
    try:
        scene = open_source("scannet", [tmp_path]).load(NAME)
    except ScanError:
        return
    assert np.isfinite(scene.points).all()
