"""Time to load a scan of 150,000 vertices and 40 objects. Limit: 30 ms on one idle core. Aim: 15 ms.

For comparison, the lower bound of any reader: the time to read the same bytes and parse the same JSON.
"""

import json

import numpy as np
import orjson
import pytest

from tests.scans import ALIGNMENT, ply_header
from vsidata.sources.registry import open_source

NAME = "scene0000_00"
COLUMNS, ROWS, SEGMENT, OBJECTS = 500, 300, 10, 40


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A rough floor of 10 m by 6 m with 1,500 segments. 40 objects have 35 segments each."""
    root = tmp_path_factory.mktemp("scans")
    folder = root / "scans" / NAME
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    column, row = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    vertices = np.zeros(COLUMNS * ROWS, [("xyz", "<f4", 3), ("rgba", "u1", 4)])
    vertices["xyz"] = np.stack(
        [column.ravel() * 0.02, row.ravel() * 0.02, rng.uniform(0, 2, column.size)], axis=1
    )
    corner = (column + row * COLUMNS)[:-1, :-1].ravel()
    faces = np.zeros(2 * len(corner), [("corners", "u1"), ("indices", "<i4", 3)])
    faces["corners"] = 3
    faces["indices"][0::2] = np.stack([corner, corner + 1, corner + COLUMNS], axis=1)
    faces["indices"][1::2] = np.stack([corner + 1, corner + COLUMNS + 1, corner + COLUMNS], axis=1)
    header = ply_header(len(vertices), len(faces)).encode()
    (folder / f"{NAME}_vh_clean_2.ply").write_bytes(header + vertices.tobytes() + faces.tobytes())

    ids = rng.choice(len(vertices), size=(COLUMNS // SEGMENT) * (ROWS // SEGMENT), replace=False)
    segments = ids[column // SEGMENT + row // SEGMENT * (COLUMNS // SEGMENT)].ravel().tolist()
    indices = {"sceneId": NAME, "segIndices": segments}
    (folder / f"{NAME}_vh_clean_2.0.010000.segs.json").write_text(json.dumps(indices))
    groups = [
        {"objectId": i, "label": f"thing {i}", "segments": ids[i * 35 : (i + 1) * 35].tolist()}
        for i in range(OBJECTS)
    ]
    (folder / f"{NAME}.aggregation.json").write_text(
        json.dumps({"sceneId": f"scannet.{NAME}", "segGroups": groups})
    )
    numbers = " ".join(f"{value:f}" for value in ALIGNMENT.ravel())
    (folder / f"{NAME}.txt").write_text(f"axisAlignment = {numbers}\n")
    return open_source("scannet", [root])


def test_time_to_load_a_scan(benchmark, source):
    scene = benchmark.pedantic(source.load, args=(NAME,), rounds=60, warmup_rounds=3)
    assert (len(scene.points), len(scene.objects)) == (150_000, 40)


def test_time_to_read_the_same_bytes_and_parse_the_same_json(benchmark, source):
    def floor():
        for file in source.files(NAME):
            data = file.read_bytes()
            if file.suffix == ".json":
                orjson.loads(data)

    benchmark.pedantic(floor, rounds=60, warmup_rounds=3)


def test_time_to_list_and_label_1513_scans(benchmark, tmp_path, source):
    """The cost of a plan, which reads only the annotations."""
    annotation = (source.folder(NAME) / f"{NAME}.aggregation.json").read_text()
    for number in range(1513):
        name = f"scene{number:04}_00"
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.aggregation.json").write_text(annotation.replace(NAME, name))

    def labels():
        opened = open_source("scannet", [tmp_path])
        return [opened.labels(name) for name in opened.names()]

    assert len(benchmark.pedantic(labels, rounds=3, warmup_rounds=1)) == 1513
