"""Trims annotated objects: leaves out stray points and distant pieces."""

import numpy as np
import scipy
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray

_FEW = 32  # every 32nd vertex


def keep_mask(
    vertices: Array, triangles: IntArray, *, gap: float, far: float, min_share: float
) -> NDArray[np.bool_]:
    """Return which vertices of an object to keep. The others are noise of the scan or of the annotation.

    Vertices connected by triangles form a piece. A scan with holes shows one object in several pieces. The
    largest piece is kept, and so is every piece with at least `min_share` of the vertices. These pieces form
    the object. Then another piece is added if its distance to the object is at most the piece's own length.
    At a distance up to `gap` a piece is always added, and beyond `far` never. This is repeated until no more
    pieces are added.

    Args:
        vertices: (n, 3) metres, finite.
        triangles: (m, 3) rows of `vertices`. If there are no triangles, all vertices are kept.
        gap, far: metres; gap <= far.
        min_share: between 0 and 1.

    Returns:
        (n,) whether to keep each vertex.
    """
    pieces = _pieces(len(vertices), triangles)
    sizes = np.bincount(pieces)
    if len(sizes) <= 1 or not len(triangles):
        return np.ones(len(vertices), dtype=bool)
    reach = np.clip(_lengths(vertices, pieces), gap, far)
    joining = (sizes == sizes.max()) | (sizes >= min_share * len(vertices))
    kept = joining.copy()
    while joining.any() and not kept.all():
        tree = scipy.spatial.KDTree(vertices[joining[pieces]], balanced_tree=False)
        joining = np.zeros(len(sizes), dtype=bool)
        for step in (_FEW, 1):  # often a few vertices of a large piece show that it is near
            rest = np.flatnonzero(~(kept | joining)[pieces])[::step]
            apart, _ = tree.query(vertices[rest], distance_upper_bound=reach[~kept].max())
            joining[pieces[rest[apart <= reach[pieces[rest]]]]] = True
        kept |= joining
    return np.asarray(kept[pieces])


def _lengths(vertices: Array, pieces: NDArray[np.int32]) -> Array:
    """Return (k,) the diagonal of the axis-aligned box around each piece, metres."""
    order = np.argsort(pieces, kind="stable")
    starts = np.searchsorted(pieces[order], np.arange(pieces.max() + 1))
    ordered = vertices[order]
    sides = np.maximum.reduceat(ordered, starts) - np.minimum.reduceat(ordered, starts)
    return np.asarray(np.linalg.norm(sides, axis=1))


def _pieces(vertices: int, triangles: IntArray) -> NDArray[np.int32]:
    """Return (n,) the number of the piece that contains each vertex: 0, 1 and so on."""
    # The nodes of this graph are the vertices, then the triangles. Each triangle is linked to its corners.
    ends = np.concatenate([np.zeros(vertices), np.arange(len(triangles) + 1) * 3]).astype(np.int32)
    ties = (np.ones(triangles.size), triangles.ravel().astype(np.int32), ends)
    graph = scipy.sparse.csr_array(ties, shape=(len(ends) - 1, len(ends) - 1))
    return np.asarray(scipy.sparse.csgraph.connected_components(graph, directed=False)[1][:vertices])
