"""More points of K where an encoder spreads its codes thin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.graph import neighbour_edges
from geomcheck.protocol import Autoencoder

__all__ = ["Whitening", "enrich", "whitened", "whitening"]

Array = NDArray[np.float64]

_ROUNDS = 4
_LONGEST = 3000
_NEIGHBOURS = 8


def enrich(
    model: Autoencoder, pool: Evaluation, *, project: Callable[[Array], Array]
) -> Evaluation:
    """Add points of K between neighbours whose codes lie far apart, round by round.

    An encoder stretches some regions of K far more than others; points uniform on K leave
    those regions of F(K) sparse, and the homology of F(K) unresolved. Each round halves the
    longest jumps.

    Parameters
    ----------
    model : Autoencoder
    pool : Evaluation
        Points of K.
    project : callable
        Points near K to K.

    Returns
    -------
    Evaluation
        The pool followed by the new points.
    """
    for _ in range(_ROUNDS):
        if not np.isfinite(pool.codes).all():
            break
        codes = whitened(pool.codes)
        edges = neighbour_edges(pool.points, _NEIGHBOURS)
        jumps = np.linalg.norm(codes[edges[:, 0]] - codes[edges[:, 1]], axis=1)
        edges = edges[np.argsort(-jumps)[:_LONGEST]]
        middles = (pool.points[edges[:, 0]] + pool.points[edges[:, 1]]) / 2
        pool = pool.joined(evaluate(model, project(middles)))
    return pool


def whitened(points: Array) -> Array:
    """Return points (n, d) brought to unit variance in every direction that they span."""
    return whitening(points)(points)


@dataclass(frozen=True, eq=False)
class Whitening:
    """An affine map that brings some points to unit variance where they vary at all.

    Parameters
    ----------
    centre : array of shape (d,)
    axes : array of shape (r, d)
        Orthonormal, with r the smaller of d and the number of points.
    scale : array of shape (r,)
        0 along an axis on which the points do not vary.
    """

    centre: Array
    axes: Array
    scale: Array

    def __call__(self, points: Array) -> Array:
        """Return points (n, d) whitened."""
        return np.asarray(((points - self.centre) @ self.axes.T) * self.scale)

    def undone(self, points: Array) -> Array:
        """Return the points (n, d) nearest to the centre that are whitened to these."""
        alive = self.scale > 0
        return np.asarray(self.centre + (points[:, alive] / self.scale[alive]) @ self.axes[alive])


def whitening(points: Array) -> Whitening:
    """Return the map that brings points (n, d) to unit variance where they vary at all."""
    centre = points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(points - centre, full_matrices=False)
    # A direction at rounding level carries no shape; scaling it up would invent some.
    alive = sizes > 1e-9 * max(float(sizes[0]), 1e-300)
    return Whitening(centre, axes, np.sqrt(len(points)) / np.where(alive, sizes, np.inf))
