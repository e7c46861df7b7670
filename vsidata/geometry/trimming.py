"""Which vertices of an annotated object to believe: stray points and far pieces are left out."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from vsidata.scene import Array, IntArray


def keep_mask(
    vertices: Array, triangles: IntArray, *, gap: float, min_vertices: int, far: float, min_share: float
) -> NDArray[np.bool_]:
    """Which vertices of an object belong to it, and not to the noise of its scan or of its annotation.

    Vertices that triangles join, or that lie no further apart than `gap`, form a piece. The largest piece stays.
    Of the others, one of fewer than `min_vertices` is a stray and goes; so does one further than `far` from the
    largest, unless it holds at least `min_share` of the vertices, for a scan with holes shows one object in
    several pieces.

    Args:
        vertices: (n, 3) metres, finite.
        triangles: (m, 3) rows of `vertices`; may be empty.
        gap, far: metres.
        min_vertices: a count.
        min_share: between 0 and 1.

    Returns:
        (n,) true for the vertices to keep.
    """
    pieces = _pieces(vertices, triangles, gap)
    sizes = np.bincount(pieces)
    if len(sizes) <= 1:
        return np.ones(len(vertices), dtype=bool)
    largest = sizes.argmax()
    keep = sizes >= min_vertices
    small = keep & (sizes < min_share * len(vertices))
    small[largest] = False
    if small.any():
        rest = np.flatnonzero(small[pieces])
        tree = KDTree(vertices[pieces == largest], balanced_tree=False)
        near = np.isfinite(tree.query(vertices[rest], distance_upper_bound=far)[0])
        keep &= ~small
        keep[pieces[rest[near]]] = True
    keep[largest] = True
    return keep[pieces]


def _pieces(vertices: Array, triangles: IntArray, gap: float) -> NDArray[np.int32]:
    """(n,) which piece each vertex is in: 0, 1, …"""
    count, parts = _joined(triangles, len(vertices))
    if count <= 1:
        return parts
    in_largest = parts == np.bincount(parts).argmax()
    largest, others = np.flatnonzero(in_largest), np.flatnonzero(~in_largest)
    tree = KDTree(vertices[others], balanced_tree=False)
    among = others[tree.query_pairs(gap, output_type="ndarray")]
    tree = KDTree(vertices[largest], balanced_tree=False)
    apart, row = tree.query(vertices[others], distance_upper_bound=gap)
    bridged = np.isfinite(apart)
    to_largest = np.column_stack([others[bridged], largest[row[bridged]]])
    links = parts[np.concatenate([among, to_largest])]
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1][parts]


def _joined(triangles: IntArray, vertices: int) -> tuple[int, NDArray[np.int32]]:
    """How many parts the triangles make of so many vertices, and (n,) which part each vertex is in."""
    # A graph of vertices and triangles, in which each triangle is tied to its three corners.
    ends = np.arange(0, triangles.size + 1, 3, dtype=np.int32)
    ends = np.concatenate([np.zeros(vertices, dtype=np.int32), ends])
    ties = (np.ones(triangles.size), triangles.ravel().astype(np.int32), ends)
    count, parts = connected_components(csr_array(ties, shape=(len(ends) - 1,) * 2), directed=False)
    return count, parts[:vertices]
