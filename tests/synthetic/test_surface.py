"""Tessellation keeps the known properties of simple bodies."""

import numpy as np
import pytest
import trimesh

from vsidata.synthetic.layout import lay_out
from vsidata.synthetic.surface import RoomSurface, coarse_surface, refine


def _surface(mesh: trimesh.Trimesh) -> RoomSurface:
    count = len(mesh.faces)
    nothing = np.zeros(count, dtype=np.int64)
    return RoomSurface(
        np.array(mesh.vertices), np.array(mesh.faces), nothing, nothing, np.ones((count, 3)), ("main",)
    )


BODIES = {
    "slab": trimesh.creation.box(extents=(1.2, 0.03, 0.7)),
    "bar": trimesh.creation.box(extents=(0.04, 0.04, 2.0)),
    "cylinder": trimesh.creation.cylinder(radius=0.3, height=0.8, sections=24),
    "ball": trimesh.creation.icosphere(subdivisions=2, radius=0.4),
}


@pytest.mark.parametrize("name", BODIES)
def test_tessellation_keeps_area_volume_and_orientation(name):
    body = BODIES[name]
    fine = refine(_surface(body), np.full(len(body.faces), 0.05))
    assert fine.areas().sum() == pytest.approx(body.area)
    assert trimesh.Trimesh(fine.vertices, fine.triangles).volume == pytest.approx(body.volume)


@pytest.mark.parametrize("name", BODIES)
def test_tessellation_leaves_one_connected_body_without_long_edges(name):
    body = BODIES[name]
    fine = refine(_surface(body), np.full(len(body.faces), 0.05))
    mesh = trimesh.Trimesh(fine.vertices, fine.triangles, process=False)
    assert mesh.body_count == 1
    assert mesh.edges_unique_length.max() <= 0.05 * np.sqrt(2) + 1e-9


@pytest.mark.parametrize("name", ["slab", "bar", "ball"])
def test_tessellation_leaves_no_cracks(name):
    body = BODIES[name]
    fine = refine(_surface(body), np.full(len(body.faces), 0.05))
    assert trimesh.Trimesh(fine.vertices, fine.triangles, process=False).is_watertight


def test_long_thin_faces_are_split_along_their_length_only():
    body = BODIES["bar"]
    fine = refine(_surface(body), np.full(len(body.faces), 0.05))
    # forty squares on each long side, one square on each end
    assert len(fine.triangles) == 4 * 2 * 40 + 2 * 2


def test_every_triangle_keeps_its_object_and_its_colour():
    room = lay_out(0, 1)
    coarse = coarse_surface(room)
    fine = refine(coarse, np.full(len(coarse.triangles), 0.1))
    for row in range(len(room.items)):
        assert fine.areas()[fine.items == row].sum() == pytest.approx(
            coarse.areas()[coarse.items == row].sum()
        )


def test_the_floor_of_a_room_has_the_area_of_its_plan():
    checked = 0
    for index in range(20):
        room = lay_out(3, index)
        coarse = coarse_surface(room)
        for row, item in enumerate(room.items):
            if item.label == "floor":
                area = coarse.areas()[coarse.items == row].sum()
                assert area == pytest.approx(room.plan.floor_area)
                checked += 1
    assert checked > 15
