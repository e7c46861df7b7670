"""Which vertices of an annotated object to believe: stray points and far pieces are left out."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from vsidata.scene import Array, IntArray


def keep_mask(
    vertices: Array, triangles: IntArray, *, gap: float, min_vertices: int, far: float, min_share: float
) -> NDArray[np.bool_]:
    """Which vertices of an object belong to it, and not to the noise of its scan or of its annotation.

    Vertices that triangles join form a piece; a scan with holes shows one object in several. The largest piece
    stays, and so does any that holds `min_share` of the vertices. From these the object grows: a piece joins it
    that comes within `far`, or, if it has fewer than `min_vertices` and so may be a stray, within `gap`.

    Args:
        vertices: (n, 3) metres, finite.
        triangles: (m, 3) rows of `vertices`.
        gap, far: metres; gap <= far.
        min_vertices: a count.
        min_share: between 0 and 1.

    Returns:
        (n,) true for the vertices to keep: all of them where no piece has `min_vertices`.
    """
    pieces = _pieces(len(vertices), triangles)
    sizes = np.bincount(pieces)
    if len(sizes) <= 1 or sizes.max() < min_vertices:
        return np.ones(len(vertices), dtype=bool)
    reach = np.where(sizes < min_vertices, gap, far)
    joining = (sizes == sizes.max()) | (sizes >= max(min_share * len(vertices), min_vertices))
    kept = joining.copy()
    while joining.any() and not kept.all():
        tree = KDTree(vertices[joining[pieces]], balanced_tree=False)
        rest = np.flatnonzero(~kept[pieces])
        apart, _ = tree.query(vertices[rest], distance_upper_bound=far)
        joining = np.zeros(len(sizes), dtype=bool)
        joining[pieces[rest[apart <= reach[pieces[rest]]]]] = True
        kept |= joining
    return kept[pieces]


def _pieces(vertices: int, triangles: IntArray) -> NDArray[np.int32]:
    """(n,) which piece each of so many vertices is in: 0, 1 and so on."""
    # In this graph the vertices come first, then the triangles, each tied to its three corners.
    ends = np.concatenate([np.zeros(vertices), np.arange(len(triangles) + 1) * 3]).astype(np.int32)
    ties = (np.ones(triangles.size), triangles.ravel().astype(np.int32), ends)
    graph = csr_array(ties, shape=(len(ends) - 1, len(ends) - 1))
    return np.asarray(connected_components(graph, directed=False)[1][:vertices])
