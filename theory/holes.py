"""The widest holes of a cloud of points: the largest balls that no point of it enters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["widest_holes"]

Array = NDArray[np.float64]
_MOST_POINTS = {2: 20_000, 3: 8_000}
# Points on one circle or sphere have no triangulation of their own, and take minutes.
_STIR = 1e-3


def widest_holes(
    points: Array, most: int, *, rng: int | np.random.Generator = 0
) -> tuple[Array, Array]:
    """Return the centres and radii of the largest empty balls centred in the convex hull.

    Parameters
    ----------
    points : array of shape (n, d), d = 2 or 3
        Of more than 20,000 (8,000 where d = 3) a random choice is looked at for centres; radii
        are of all.
    most : int
        How many to return; none lies in another.
    rng : int or numpy.random.Generator

    Returns
    -------
    array of shape (h, d), array of shape (h,)
        By decreasing radius; empty where the points span no volume.

    Notes
    -----
    A largest empty ball touches d + 1 points of no smaller one: it is the ball about a simplex
    of Delaunay's triangulation, here of points that are stirred a little.
    """
    from scipy.spatial import ConvexHull, Delaunay, QhullError, cKDTree

    d = points.shape[1]
    random = np.random.default_rng(rng)
    some = points
    if len(points) > _MOST_POINTS[d]:
        some = points[random.choice(len(points), _MOST_POINTS[d], replace=False)]
    some = some + _STIR * some.std(axis=0) * random.standard_normal(some.shape)
    nothing = np.empty((0, d)), np.empty(0)
    if len(some) <= d:
        return nothing
    try:
        triangulation = Delaunay(some)
    except QhullError:
        return nothing
    corner = some[triangulation.simplices]
    edges = corner[:, 1:] - corner[:, :1]
    square = 0.5 * np.einsum("sij,sij->si", edges, edges)
    usable = np.abs(np.linalg.det(edges)) > 0
    offset = np.linalg.solve(edges[usable], square[usable][:, :, None])[:, :, 0]
    centres = corner[usable, 0] + offset
    within = (centres >= some.min(axis=0)) & (centres <= some.max(axis=0))
    centres = centres[within.all(axis=1)]
    radii = np.asarray(cKDTree(points).query(centres)[0], dtype=np.float64)
    # The convex hull has many faces; few centres are held against it.
    faces = ConvexHull(some).equations
    chosen: list[int] = []
    for i in np.argsort(-radii, kind="stable"):
        if len(chosen) == most or radii[i] == 0:
            break
        apart = np.linalg.norm(centres[chosen] - centres[i], axis=1)
        if (apart >= radii[chosen]).all() and (faces[:, :d] @ centres[i] <= -faces[:, d]).all():
            chosen.append(int(i))
    return centres[chosen], radii[chosen]
