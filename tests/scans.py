"""A small valid scan in ScanNet's layout, written by hand, for tests to read and damage.

It is a room of 4 m by 3 m by 2.5 m with two boxes in it. All points are on a grid, so that counts and
coordinates are simple. Nothing here uses the code under test or the generator of synthetic scans.
"""

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

# The frame of the scan's files is rotated by 90° about z and shifted, relative to the room frame.
ALIGNMENT = np.array([[0.0, -1, 0, 3], [1, 0, 0, 2], [0, 0, 1, 0.5], [0, 0, 0, 1]])


@dataclass
class Part:
    """A part of the room: an axis-aligned box, room frame, metres. A grid of points covers its surface."""

    label: str | None
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    segments: tuple[int, ...]


ROOM = (
    Part("floor", (0, 0, 0), (4, 3, 0), (7, 8)),
    Part("wall", (0, 0, 0), (4, 0, 2.5), (11,)),
    Part("table", (0.5, 1, 0), (2.0, 1.8, 0.75), (40, 3, 25)),
    Part("office chair", (2.5, 1, 0), (3.0, 1.5, 0.9), (19, 5)),
    Part(None, (3.5, 2, 0), (3.8, 2.5, 0.4), (30,)),
)


@dataclass
class Scan:
    """A scan in memory. A test may change any part of it, then write it."""

    name: str = "scene0000_00"
    vertices: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))
    faces: np.ndarray = field(default_factory=lambda: np.empty((0, 3), dtype=int))
    aggregation: dict[str, Any] = field(default_factory=dict)
    segments: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    def write(self, root: Path) -> Path:
        """Write the four files of the scan to ROOT/scans/NAME, and return this folder."""
        folder = root / "scans" / self.name
        folder.mkdir(parents=True)
        (folder / f"{self.name}_vh_clean_2.ply").write_bytes(ply_bytes(self.vertices, self.faces))
        for suffix, content in (
            (".aggregation.json", self.aggregation),
            ("_vh_clean_2.0.010000.segs.json", self.segments),
        ):
            (folder / f"{self.name}{suffix}").write_text(json.dumps(content))
        lines = "".join(f"{key} = {value} \n" for key, value in self.properties.items())
        (folder / f"{self.name}.txt").write_text(lines)
        return folder


def small_scan(name: str = "scene0000_00") -> Scan:
    """Return the room as a scan.

    Some points have no annotation, one segment is listed twice, and one is empty.
    """
    vertices, faces, segments, groups = [], [], [], []
    for part in ROOM:
        points, triangles = grid_box(np.array(part.low), np.array(part.high))
        faces += [[corner + len(vertices) for corner in triangle] for triangle in triangles]
        vertices += points
        segments += [part.segments[i * len(part.segments) // len(points)] for i in range(len(points))]
        if part.label:
            groups.append(
                {
                    "id": len(groups),
                    "objectId": len(groups),
                    "segments": [*part.segments, part.segments[0], 900 + len(groups)],
                    "label": part.label,
                }
            )
    room_to_mesh = np.linalg.inv(ALIGNMENT)
    return Scan(
        name=name,
        vertices=np.array(vertices) @ room_to_mesh[:3, :3].T + room_to_mesh[:3, 3],
        faces=np.array(faces),
        aggregation={
            "sceneId": f"scannet.{name}",
            "appId": "Aggregator.v2",
            "segGroups": groups,
            "segmentsFile": f"scannet.{name}_vh_clean_2.0.010000.segs.json",
        },
        segments={
            "params": {"kThresh": "0.01\n", "segMinVerts": "20\t"},
            "sceneId": name,
            "segIndices": segments,
        },
        properties={
            "axisAlignment": " ".join(f"{value:f}" for value in ALIGNMENT.ravel()),
            "colorHeight": "968",
            "numColorFrames": "5578",
            "sceneType": "Office",
        },
    )


def grid_box(low: np.ndarray, high: np.ndarray, steps: int = 4) -> tuple[list[list[float]], list[list[int]]]:
    """Return points and triangles of an axis-aligned box: a grid on each face. A flat box has one face."""
    points: list[list[float]] = []
    triangles: list[list[int]] = []
    flat = [axis for axis in range(3) if low[axis] == high[axis]]
    for axis in flat or range(3):
        for side in (low,) if flat else (low, high):
            u, v = (other for other in range(3) if other != axis)
            start = len(points)
            for i in range(steps + 1):
                for j in range(steps + 1):
                    point = [0.0, 0.0, 0.0]
                    point[axis] = float(side[axis])
                    point[u] = float(low[u] + (high[u] - low[u]) * i / steps)
                    point[v] = float(low[v] + (high[v] - low[v]) * j / steps)
                    points.append(point)
            for i in range(steps):
                for j in range(steps):
                    a = start + i * (steps + 1) + j
                    b, c, d = a + 1, a + steps + 1, a + steps + 2
                    triangles += [[a, c, b], [b, c, d]]
    return points, triangles


def ply_header(vertices: int, faces: int) -> str:
    """Return the header of ScanNet's own meshes."""
    return (
        "ply\nformat binary_little_endian 1.0\ncomment VCGLIB generated\n"
        f"element vertex {vertices}\n"
        "property float x\nproperty float y\nproperty float z\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\nproperty uchar alpha\n"
        f"element face {faces}\nproperty list uchar int vertex_indices\nend_header\n"
    )


def ply_bytes(vertices: np.ndarray, faces: np.ndarray) -> bytes:
    """Return a mesh as ScanNet writes it."""
    body = b"".join(struct.pack("<fff4B", *vertex, 200, 150, 100, 255) for vertex in vertices)
    body += b"".join(struct.pack("<Biii", 3, *face) for face in faces)
    return ply_header(len(vertices), len(faces)).encode() + body
