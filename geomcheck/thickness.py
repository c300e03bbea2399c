"""How thick the set of large errors is at points of it, where it is thinnest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import evaluate
from geomcheck.protocol import Autoencoder

__all__ = ["thickness"]

Array = NDArray[np.float64]

_DIRECTIONS = 10
_HALVINGS, _BISECTIONS = 16, 3


def thickness(
    model: Autoencoder,
    bad: Array,
    sample: Array,
    longest: float,
    epsilon: float,
    project: Callable[[Array], Array],
) -> Array:
    """Measure the shortest of some chords of {err > epsilon} through points of it.

    A chord is followed from the point both ways until a smaller error is met, along the
    directions to the nearest points of a sample of K and their opposites.

    Parameters
    ----------
    model : Autoencoder
    bad : array of shape (b, N)
        Points of K with a larger error.
    sample : array of shape (n, N)
    longest : float
        No chord is followed farther from its point.
    epsilon : float
    project : callable
        Points near K to K.

    Returns
    -------
    array of shape (b,)
        An estimate, mostly from above: the thinnest direction may lie between those taken.
    """
    from scipy.spatial import cKDTree

    count = min(_DIRECTIONS + 1, len(sample))
    if not len(bad) or count < 2:
        return np.full(len(bad), longest)
    # The nearest is left out: it may be the point itself.
    nearest = np.asarray(cKDTree(sample).query(bad, count)[1])[:, 1:]
    ways = sample[nearest] - bad[:, None]
    ways /= np.maximum(np.linalg.norm(ways, axis=2, keepdims=True), 1e-300)
    ways = np.stack([ways, -ways], axis=2)

    def large(steps: Array) -> NDArray[np.bool_]:
        """Tell where the error is large so far (b, d, 2, s) from the points."""
        points = bad[:, None, None, None] + steps[..., None] * ways[:, :, :, None]
        errors = evaluate(model, project(points.reshape(-1, bad.shape[1]))).errors
        return np.asarray(~(errors <= epsilon).reshape(steps.shape))

    ladder = longest * 2.0 ** np.arange(-_HALVINGS, 1)
    steps = np.broadcast_to(ladder, (*ways.shape[:3], len(ladder)))
    reached = np.logical_and.accumulate(large(steps), axis=3).sum(axis=3)
    low = np.concatenate([[0.0], ladder])[reached]
    high = np.concatenate([ladder, ladder[-1:]])[reached]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        inside = large(middle[..., None])[..., 0]
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.asarray(low.sum(axis=2).min(axis=1))
