"""Time of a report on a build of 200 scenes of 40 objects, 120 questions and 16 frames each.

Run `pytest tests/benchmarks/test_report_speed.py --benchmark-enable`. Aim: 60 s on one core. For comparison,
it also measures a lower bound: the small pictures only.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.pages import builds, rooms
from tests.pages.rows import Row, question, scene, thing
from vsidata.dataset.build import Build
from vsidata.pages.site import write_report
from vsidata.pages.thumbnails import thumbnail

SCENES, OBJECTS, FRAMES = 200, 40, 16


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    """Pictures of 640 by 480 of about 50 kB, as ScanNet's are."""
    rng = np.random.default_rng(0)
    files = []
    for _ in range(FRAMES):
        noise = Image.fromarray(rng.integers(0, 256, (480, 640, 3), np.uint8))
        file = io.BytesIO()
        noise.filter(ImageFilter.GaussianBlur(1.2)).save(file, "JPEG", quality=75)
        files.append(file.getvalue())
    return files


def furnished(name: str, seed: int) -> tuple[Row, list[Row]]:
    """A room of 40 things, with 40 distances, 30 nearest objects and 50 directions."""
    rng = np.random.default_rng(seed)
    places = rng.uniform((0.3, 0.3, 0.2), (5.7, 3.7, 1.5), (OBJECTS, 3))
    things = [
        thing(n, f"thing {n}", place.tolist(), rng.uniform(0.2, 1.0, 3).tolist(), turn=rng.uniform(0, 360))
        for n, place in enumerate(places)
    ]
    named = [(int(n), f"thing {n}") for n in rng.integers(0, OBJECTS, 1_000)]
    one = iter(named)
    asked = []
    for n in range(120):
        value = 1.0 + n / 100
        if n < 40:
            roles = [("first", *next(one)), ("second", *next(one))]
            asked.append(question("object_abs_distance", roles, value, metres={"boxes": value}, unit="m"))
        elif n < 70:
            roles = [("target", *next(one)), *(("option", *next(one)) for _ in range(4))]
            distances = zip((f"to {word}" for _, _, word in roles[1:]), [value, 3.0, 4.0, 5.0], strict=True)
            more = {"metres": {"boxes": value, **dict(distances)}, "margin": 3.0 - value}
            asked.append(question("object_rel_distance", roles, value, options=["A. a"] * 4, **more))
        else:
            roles = [(role, *next(one)) for role in ("observer", "facing", "asked")]
            more = {"question_type": "object_rel_direction_hard", "answer": "front-left", "margin": 0.3}
            asked.append(question("object_rel_direction", roles, value, options=["A. a"] * 4, **more))
    return scene(*things, name=name), [row | {"scene_name": name} for row in asked]


@pytest.fixture(scope="module")
def built(tmp_path_factory, jpegs) -> Path:
    names = [f"scene{n:04d}_00" for n in range(SCENES)]
    furniture = [furnished(name, seed) for seed, name in enumerate(names)]
    images = [{"bytes": jpeg, "path": "a.jpg"} for jpeg in jpegs]
    return builds.write(
        tmp_path_factory.mktemp("build") / "build",
        [room for room, _ in furniture],
        [row for _, asked in furniture for row in asked],
        [rooms.footage(name, FRAMES) | {"images": images} for name in names],
    )


@pytest.mark.benchmark(group="a report on 200 scenes")
def test_report(benchmark, built):
    done = benchmark.pedantic(lambda: write_report(Build.open(built)), rounds=2)
    assert done.scenes == SCENES
    benchmark.extra_info["MB"] = done.bytes / 1e6


@pytest.mark.benchmark(group="a report on 200 scenes")
def test_small_pictures_of_a_report_alone(benchmark, jpegs):
    benchmark.pedantic(lambda: [thumbnail(jpeg, 0) for _ in range(SCENES) for jpeg in jpegs], rounds=2)
