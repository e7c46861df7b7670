"""Small scans in ScanNet's layout: boxes on a floor, for builds of many scans or of damaged scans."""

import json
from pathlib import Path

import numpy as np
import trimesh

from vsidata.sources.synthetic_mark import write_mark

FURNITURE = ("chair", "chair", "table", "couch", "bed", "lamp", "door", "tv", "bookshelf", "backpack")
_EDGE = 0.15  # longest edge of the boxes' triangles, metres


def write(root: Path, scans: int, *, edge: float = _EDGE) -> Path:
    """Write `scans` scans of different rooms under a root, marked as synthetic."""
    for number in range(scans):
        write_scan(root / "scans" / f"scene{number:04d}_00", number, edge)
    return mark(root)


def mark(root: Path) -> Path:
    """Mark all scans under a root as synthetic, with their files as they are now."""
    for folder in (root / "scans").glob("scene*"):
        if folder.is_dir():
            write_mark(folder)
    return root


def write_scan(folder: Path, seed: int, edge: float = _EDGE, floor: float = 6.0) -> None:
    rng = np.random.default_rng(seed)
    meshes = [_box((floor, floor, 0.02), (3.0, 3.0, -0.01), 0.0, edge)]
    for cell in rng.permutation(16)[: len(FURNITURE)]:
        place = np.array(divmod(int(cell), 4)) * 1.5 + 0.75 + rng.uniform(-0.2, 0.2, 2)
        sides = rng.uniform(0.35, 0.8, 3)
        meshes.append(_box(sides, (*place, sides[2] / 2), rng.uniform(0, np.pi), edge))
    vertices = np.vstack([mesh.vertices for mesh in meshes])
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    faces = np.vstack([mesh.faces + start for mesh, start in zip(meshes, starts, strict=True)])
    segments = np.repeat(np.arange(len(meshes)), [len(mesh.vertices) for mesh in meshes])
    folder.mkdir(parents=True)
    name = folder.name
    (folder / f"{name}_vh_clean_2.ply").write_bytes(_ply(vertices, faces))
    (folder / f"{name}_vh_clean_2.0.010000.segs.json").write_text(
        json.dumps({"sceneId": name, "segIndices": segments.tolist()})
    )
    groups = [
        {"id": number, "objectId": number, "segments": [number], "label": label}
        for number, label in enumerate(("floor", *FURNITURE))
    ]
    (folder / f"{name}.aggregation.json").write_text(
        json.dumps({"sceneId": f"scannet.{name}", "segGroups": groups})
    )
    (folder / f"{name}.txt").write_text(f"axisAlignment = {' '.join(map(str, np.eye(4).ravel()))}\n")


def _box(sides, center, turn, edge) -> trimesh.Trimesh:
    transform = trimesh.transformations.rotation_matrix(turn, (0, 0, 1))
    transform[:3, 3] = center
    return trimesh.creation.box(sides, transform).subdivide_to_size(edge)


def _ply(vertices: np.ndarray, faces: np.ndarray) -> bytes:
    header = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {len(vertices)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        f"element face {len(faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    rows = np.empty(len(faces), dtype=[("count", "u1"), ("indices", "<i4", 3)])
    rows["count"], rows["indices"] = 3, faces
    return header.encode() + vertices.astype("<f4").tobytes() + rows.tobytes()
