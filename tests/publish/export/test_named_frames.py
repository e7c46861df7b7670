"""A question that names frames is exported with exactly these, in order.

Each stored frame has its own colour, and the exported pictures are compared with these colours.
"""

import json
import re

import numpy as np
import pytest
from PIL import Image

from tests.publish.export.test_media import decoded
from tests.vsitrain.data import builds
from vsidata.dataset.build import Build
from vsidata.errors import BuildError
from vsidata.publish.export.export import export
from vsidata.publish.export.registry import FORMS

SCENE = "scene0000_00"
NAMED = [(1, 3), (0, 2), (1, 3), None, (0, 1, 2, 3), (2,)]


def build(folder, named=NAMED):
    rows = [
        builds.question(number, SCENE, frames=None if frames is None else list(frames))
        for number, frames in enumerate(named)
    ]
    return Build.open(builds.write(folder, rows, [builds.footage(SCENE, 4)]))


def paths_of(record) -> list[str]:
    """The files of a record in any of the formats."""
    (video,) = record["videos"] if "videos" in record else [record["path"]]
    return [video] if isinstance(video, str) else video


def numbers(folder, paths) -> list[int]:
    """The numbers of the shown frames, from the red of the stored ones."""
    pictures = (
        decoded(folder / paths[0])[0]
        if paths[0].endswith("mp4")
        else map(Image.open, map(folder.joinpath, paths))
    )
    return [round((float(np.asarray(picture)[..., 0].mean()) - 10) / 10) for picture in pictures]


@pytest.mark.parametrize(("to", "media"), [(to, media) for to, form in FORMS.items() for media in form.media])
def test_every_format_shows_the_named_frames(tmp_path, to, media):
    folder = export(build(tmp_path / "build"), to, tmp_path / "out", media).out
    text = (folder / f"train{FORMS[to].suffix}").read_text()
    records = [json.loads(line) for line in text.splitlines()] if FORMS[to].lines else json.loads(text)
    files = [paths_of(record) for record in records]
    assert [numbers(folder, paths) for paths in files] == [
        [0, 1, 2, 3] if frames is None else list(frames) for frames in NAMED
    ]
    assert files[0] == files[2]  # one video for equal clips
    assert files[3] == files[4]
    written = [path for path in folder.rglob("*") if path.suffix in (".mp4", ".jpg")]
    assert len(written) == 4  # pictures are stored once; four different videos


@pytest.mark.parametrize("named", [(1, 4), (3, 1), (-1,), ()])
def test_build_with_a_frame_that_does_not_exist_is_refused(tmp_path, named):
    with pytest.raises(BuildError, match=rf"{SCENE}: .*names") as refusal:
        export(build(tmp_path / "build", [(0, 1), named]), "ms-swift", tmp_path / "out")
    assert re.search("[Bb]uild it again", refusal.value.remedy)
    assert not (tmp_path / "out").exists()
