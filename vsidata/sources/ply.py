"""Reads binary little-endian PLY: checks the counts in the header, then returns views of the bytes.

The file is not memory-mapped, because a mapped file that shrinks while it is read kills the process.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray
from vsidata.sources.scan_file import Fault, faults_of, read_scan_file

_INTEGER_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "<i2"),
    **dict.fromkeys(("ushort", "uint16"), "<u2"),
    **dict.fromkeys(("int", "int32"), "<i4"),
    **dict.fromkeys(("uint", "uint32"), "<u4"),
}
_TYPES = {
    **_INTEGER_TYPES,
    **dict.fromkeys(("float", "float32"), "<f4"),
    **dict.fromkeys(("double", "float64"), "<f8"),
}
_LONGEST_HEADER = 1 << 16
_LONGEST_LINE = 200  # of the header, except comments
# A closed surface has two faces per vertex. A face of four bytes in the file takes many times that in memory.
_MOST_FACES_A_VERTEX = 64
_ROW_COUNT = re.compile(r"\d{1,15}", re.ASCII)
_LENGTH_OF = "length of "  # prefix of the field with a list's length; no property name has a space

Rows = NDArray[np.void]


class _Property(NamedTuple):
    name: str
    dtype: str
    length_dtype: str | None  # the type of a list's length; None for a scalar property


class _Element(NamedTuple):
    name: str
    rows: int
    properties: list[_Property]


class Mesh(NamedTuple):
    """A triangle mesh as stored in the file.

    Attributes:
        vertices: (n, 3) metres, in the file's own frame; finite.
        triangles: (m, 3) rows of `vertices`.
    """

    vertices: Array
    triangles: IntArray


def read_mesh(path: Path, remedy: str) -> Mesh:
    """Read the vertices and triangles of a PLY file. Other properties are ignored.

    Args:
        path: a binary little-endian PLY with elements `vertex` (x, y, z as float or double) and `face` (a
            list `vertex_indices` or `vertex_index`).
        remedy: what to do if the file is missing or damaged.

    Raises:
        ScanError: the file is not such a PLY or is cut short. A vertex is not finite. There are no faces, far
            too many faces, faces that are not triangles, or faces with vertices that do not exist.
    """
    data = read_scan_file(path, remedy)
    with faults_of(path, remedy):
        elements = _elements(data)
        vertices = _coordinates(_rows_of(elements, "vertex"))
        if not np.isfinite(vertices).all():
            broken = np.count_nonzero(~np.isfinite(vertices).all(axis=1))
            raise Fault(f"has a coordinate that is not finite in {broken:,} of {len(vertices):,} vertices")
        faces = _rows_of(elements, "face")
        if len(faces) > _MOST_FACES_A_VERTEX * len(vertices):
            raise Fault(f"has {len(faces):,} faces on {len(vertices):,} vertices, too many for a surface")
        triangles = _corner_indices(faces)
        if triangles.min() < 0 or triangles.max() >= len(vertices):
            strangers = np.count_nonzero(((triangles < 0) | (triangles >= len(vertices))).any(axis=1))
            last = f"{len(vertices) - 1:,}"
            raise Fault(f"has a vertex outside 0 … {last} in {strangers:,} of {len(triangles):,} faces")
        return Mesh(vertices, triangles)


def read_vertex_property(path: Path, name: str, remedy: str) -> NDArray[Any]:
    """Read one scalar property of all vertices, (n,), in the file's own type.

    Raises:
        ScanError: the file is not a binary little-endian PLY, or its vertices lack the property.
    """
    data = read_scan_file(path, remedy)
    with faults_of(path, remedy):
        vertices = _rows_of(_elements(data), "vertex")
        if name not in (vertices.dtype.names or ()):
            raise Fault(f"its vertices have no property `{name}`")
        return vertices[name]


def _elements(data: bytes) -> dict[str, Rows]:
    """Return all elements of the file by name. Each is a structured array, a view of the file's bytes.

    A list becomes a field of fixed length: within an element, all lists must be as long as the first.
    """
    elements, offset = _parse_header(data)
    arrays = {}
    for element in elements:
        arrays[element.name] = _rows(element, data, offset)
        offset += arrays[element.name].nbytes
    if offset != len(data):
        raise Fault(f"its header describes {offset:,} bytes, the file has {len(data):,}")
    return arrays


def _parse_header(data: bytes) -> tuple[list[_Element], int]:
    """Return the elements that the header describes, and the offset of the first byte after the header."""
    if not data.startswith((b"ply\n", b"ply\r\n")):
        raise Fault("is not a PLY file: it does not begin with `ply`")
    end = re.search(rb"\nend_header\r?\n", data[:_LONGEST_HEADER])
    if end is None:
        raise Fault(f"its header does not end within {min(len(data), _LONGEST_HEADER):,} bytes")
    header = data[: end.start()]
    if not header.isascii():
        raise Fault("its header is not plain ASCII text")
    elements: list[_Element] = []
    layouts = []
    for line in header.decode().splitlines()[1:]:
        match line.split():
            case ["comment" | "obj_info", *_] | []:
                pass
            case _ if len(line) > _LONGEST_LINE:
                raise Fault(f"its header has a line of {len(line):,} characters: {line[:80]!r}…")
            case ["format", layout, "1.0"]:
                layouts.append(layout)
            case ["element", name, rows] if _ROW_COUNT.fullmatch(rows):
                elements.append(_Element(name, int(rows), []))
            case ["property", "list", length_type, type_, name] if (
                elements and length_type in _INTEGER_TYPES and type_ in _TYPES
            ):
                new = _Property(name, _TYPES[type_], _INTEGER_TYPES[length_type])
                elements[-1].properties.append(new)
            case ["property", type_, name] if elements and type_ in _TYPES:
                elements[-1].properties.append(_Property(name, _TYPES[type_], None))
            case _:
                raise Fault(f"its header has a line that is not PLY: {line[:80]!r}")
    if layouts != ["binary_little_endian"]:
        raise Fault(
            f"has the PLY format {' '.join(layouts)[:80] or 'nowhere'}; only binary_little_endian is read",
            "Save it as binary little-endian PLY, or use ScanNet's own file." if layouts else None,
        )
    _refuse_twice("element", [element.name for element in elements])
    for element in elements:
        _refuse_twice(f"{element.name} property", [known.name for known in element.properties])
    return elements, end.end()


def _refuse_twice(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise Fault(f"its header has the {what} `{name}` {names.count(name)} times")


def _rows(element: _Element, data: bytes, offset: int) -> Rows:
    """Return the rows of an element. Raises Fault if rows are missing, or if their lists differ in length."""
    dtype = _row_dtype(element, data, offset)
    if not element.rows or not element.properties:
        return np.empty(0, dtype)
    left = len(data) - offset
    rows = np.frombuffer(data, dtype, min(element.rows, left // dtype.itemsize), offset)
    for name, _, length_dtype in element.properties:
        if length_dtype is not None and len(rows):
            lengths = rows[_LENGTH_OF + name]
            odd = np.flatnonzero(lengths != lengths[0])
            if len(odd):
                first, other = (
                    f"{element.name} 0 has {lengths[0]}",
                    f"{element.name} {odd[0]:,} has {lengths[odd[0]]}",
                )
                raise Fault(f"its lists of {name} differ in length: {first}, {other}")
    if len(rows) < element.rows:
        raise Fault(
            f"is cut short: {element.rows:,} rows of `{element.name}` need "
            f"{element.rows * dtype.itemsize:,} bytes, but only {left:,} are left"
        )
    return rows


def _row_dtype(element: _Element, data: bytes, offset: int) -> np.dtype[np.void]:
    """Return the layout of a row. Its lists are as long as those of the first row."""
    fields: list[tuple[Any, ...]] = []
    for name, dtype, length_dtype in element.properties:
        if length_dtype is None:
            fields.append((name, dtype))
            continue
        start = offset + np.dtype(fields).itemsize
        length_bytes = data[start : start + np.dtype(length_dtype).itemsize]
        length = int(np.frombuffer(length_bytes, length_dtype)[0]) if element.rows and length_bytes else 0
        if not 0 <= length <= len(data):
            raise Fault(f"{element.name} 0 lists {length:,} {name} in a file of {len(data):,} bytes")
        fields += [(_LENGTH_OF + name, length_dtype), (name, dtype, (length,))]
    return np.dtype(fields)


def _rows_of(elements: dict[str, Rows], name: str) -> Rows:
    if name not in elements or not len(elements[name]):
        raise Fault(f"has no {name}")
    return elements[name]


def _coordinates(rows: Rows) -> Array:
    vertices = np.empty((len(rows), 3))
    for column, name in enumerate("xyz"):
        if name not in (rows.dtype.names or ()) or rows.dtype[name].kind != "f":
            raise Fault(f"its vertices have no float property `{name}`")
        vertices[:, column] = rows[name]
    return vertices


def _corner_indices(rows: Rows) -> IntArray:
    for name in ("vertex_indices", "vertex_index"):
        if name in (rows.dtype.names or ()) and rows.dtype[name].base.kind in "iu" and rows.dtype[name].shape:
            corners = rows[name]
            if corners.shape[1] != 3:
                fault = f"its faces have {corners.shape[1]} corners; only triangles are read"
                raise Fault(fault, "Save it with triangles, or use ScanNet's own file.")
            return corners.astype(np.int64)
    raise Fault("its faces have no list of integers `vertex_indices`")
