"""Any valid layout of a binary little-endian triangle mesh is read as by an independent reader."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plyfile import PlyData, PlyElement

from tests.scans import ply_bytes, small_scan
from vsidata.errors import ScanError
from vsidata.sources.ply import read_mesh, read_vertex_property

REMEDY = "Download it again."
SCALARS = ["i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"]


@st.composite
def meshes(draw):
    """A mesh in any valid layout, written by plyfile. It has other properties and elements, in any order."""
    vertices, faces = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    further = st.lists(st.sampled_from(["red", "nx", "quality", "label", "alpha"]), unique=True, max_size=4)

    coordinate = draw(st.sampled_from(["<f4", "<f8"]))
    fields = [(axis, coordinate) for axis in "xyz"] + [
        (name, draw(st.sampled_from(SCALARS))) for name in draw(further)
    ]
    vertex = np.empty(vertices, draw(st.permutations(fields)))
    for name in vertex.dtype.names:
        vertex[name] = rng.uniform(0, 100, vertices)

    corners = draw(st.sampled_from(["vertex_indices", "vertex_index"]))
    fields = [(corners, draw(st.sampled_from(["<i4", "<u4"])), (3,))]
    fields += [(name, draw(st.sampled_from(SCALARS))) for name in draw(further)]
    if draw(st.booleans()):
        fields.append(("texcoord", "<f4", (6,)))
    face = np.empty(faces, draw(st.permutations(fields)))
    for name in face.dtype.names:
        face[name] = rng.integers(0, vertices, face[name].shape)

    count = draw(st.sampled_from(["u1", "i4", "u2"]))
    elements = [
        PlyElement.describe(vertex, "vertex"),
        PlyElement.describe(face, "face", len_types={corners: count, "texcoord": count}),
    ]
    if draw(st.booleans()):
        camera = np.ones(draw(st.integers(0, 3)), [("view", "<f4"), ("zoom", "<u1")])
        elements.append(PlyElement.describe(camera, "camera"))
    order = draw(st.permutations(elements))
    data = PlyData(order, byte_order="<", comments=["end_header", "made for a test"], obj_info=["none"])
    stream = io.BytesIO()
    data.write(stream)
    return stream.getvalue(), vertex, face[corners]


@settings(max_examples=200)
@given(mesh=meshes())
def test_any_valid_layout_is_read_as_it_was_written(tmp_path_factory, mesh):
    data, vertex, corners = mesh
    path = tmp_path_factory.getbasetemp() / "any.ply"
    path.write_bytes(data)
    read = read_mesh(path, REMEDY)
    assert (read.vertices.dtype, read.triangles.dtype) == (np.float64, np.int64)
    np.testing.assert_array_equal(read.vertices, np.stack([vertex[axis] for axis in "xyz"], axis=1))
    np.testing.assert_array_equal(read.triangles, corners)
    for name in vertex.dtype.names:
        np.testing.assert_array_equal(read_vertex_property(path, name, REMEDY), vertex[name])


def test_two_readers_agree_on_scannets_own_layout(tmp_path):
    scan = small_scan()
    path = tmp_path / "mesh.ply"
    path.write_bytes(ply_bytes(scan.vertices, scan.faces))
    other = PlyData.read(path, known_list_len={"face": {"vertex_indices": 3}})
    read = read_mesh(path, REMEDY)
    np.testing.assert_array_equal(read.vertices[:, 2], other["vertex"]["z"])
    np.testing.assert_array_equal(read.triangles, np.stack(list(other["face"]["vertex_indices"])))
    np.testing.assert_array_equal(read_vertex_property(path, "green", REMEDY), other["vertex"]["green"])


def test_header_may_have_windows_line_ends(tmp_path):
    scan = small_scan()
    data = ply_bytes(scan.vertices, scan.faces)
    header, body = data[: (end := data.index(b"end_header\n") + 11)], data[end:]
    path = tmp_path / "mesh.ply"
    path.write_bytes(header.replace(b"\n", b"\r\n") + body)
    np.testing.assert_array_equal(read_mesh(path, REMEDY).triangles, scan.faces)


def test_caller_may_change_the_arrays(tmp_path):
    scan = small_scan()
    path = tmp_path / "mesh.ply"
    path.write_bytes(ply_bytes(scan.vertices, scan.faces))
    read = read_mesh(path, REMEDY)
    path.write_bytes(b"")
    assert read.vertices.flags.writeable
    assert read.triangles.flags.writeable
    np.testing.assert_array_equal(read.triangles, scan.faces)


def test_error_names_a_property_that_the_vertices_lack(tmp_path):
    scan = small_scan()
    path = tmp_path / "mesh.ply"
    path.write_bytes(ply_bytes(scan.vertices, scan.faces))
    with pytest.raises(ScanError, match="`label`"):
        read_vertex_property(path, "label", REMEDY)
