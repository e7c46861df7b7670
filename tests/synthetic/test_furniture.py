"""Every label of the catalogue becomes a shape of the requested size."""

import numpy as np
import pytest
import trimesh

from vsidata.synthetic.catalogue import kinds, palette
from vsidata.synthetic.decks import decks
from vsidata.synthetic.furniture import BUILDERS, build
from vsidata.synthetic.layout import STRUCTURE

FURNITURE = [kind for kind in kinds().values() if kind.label not in STRUCTURE]
SHAPES = sorted({kind.shape for kind in FURNITURE})


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [(0.9, 0.6, 0.8), (0.3, 0.5, 1.7), (2.1, 0.1, 0.4)])
def test_parts_fill_exactly_the_requested_size(shape, size):
    vertices = np.concatenate([part.vertices for part in build(shape, size, style=4)])
    assert np.allclose(vertices.min(axis=0), (-size[0] / 2, -size[1] / 2, 0))
    assert np.allclose(vertices.max(axis=0), (size[0] / 2, size[1] / 2, size[2]))


@pytest.mark.parametrize("shape", SHAPES)
def test_closed_parts_face_outward(shape):
    for part in build(shape, (0.9, 0.6, 0.8), style=4):
        mesh = trimesh.Trimesh(part.vertices, part.triangles)
        if mesh.is_watertight:
            assert mesh.volume > 0


@pytest.mark.parametrize("shape", SHAPES)
def test_parts_of_an_object_have_different_known_tones(shape):
    tones = {part.tone for style in range(3) for part in build(shape, (0.9, 0.6, 0.8), style)}
    assert tones <= {"main", "shade", "light", *palette()}
    assert len(tones) > 1 or shape in ("partition", "bowl", "plate", "doorframe")


def test_every_builder_has_a_label():
    assert set(BUILDERS) == set(SHAPES)


def test_furniture_has_the_parts_of_real_furniture():
    chair = build("chair", (0.5, 0.5, 0.9), style=0)
    legs = [part for part in chair if part.vertices[:, 2].min() == 0]
    assert len(legs) == 4
    door = build("door", (0.9, 0.1, 2.0), style=0)
    assert sum(part.tone == "silver" for part in door) == 2  # the handle


@pytest.mark.parametrize("kind", FURNITURE, ids=lambda kind: kind.label)
def test_decks_are_within_their_furniture_and_on_its_surface(kind):
    size = (kind.length.p50, kind.width.p50, kind.height.p50)
    vertices = np.concatenate([part.vertices for part in build(kind.shape, size, style=1)])
    for deck in decks(kind.shape, size):
        assert -size[0] / 2 <= deck.x0 < deck.x1 <= size[0] / 2
        assert -size[1] / 2 <= deck.y0 < deck.y1 <= size[1] / 2
        assert np.abs(vertices[:, 2] - deck.z).min() < 0.03
