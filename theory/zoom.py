"""Minimisation over a box by narrowing clouds of trials: crude, derivative-free, vectorised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["zoom"]

Array = NDArray[np.float64]
_ROUNDS = 50
_TRIALS = 16
_SHRINK = 0.65
_SEED = 20240229


def zoom(
    objective: Callable[[Array], Array],
    starts: Array,
    widths: Array,
    confine: Callable[[Array], Array],
    *,
    rounds: int = _ROUNDS,
) -> tuple[Array, float]:
    """Return the best point found near any of the starts, and its value.

    Near a smooth minimum the error of the value is second order in the last width.

    Parameters
    ----------
    objective : callable
        Points (n, d) to values (n,); infinite where a point is not admissible.
    starts : array of shape (s, d)
    widths : array of shape (d,)
        How far the first trials reach in each direction.
    confine : callable
        Points (n, d) to the nearest admissible ones (n, d).
    rounds : int
        How often the widths shrink, by a third each time.

    Returns
    -------
    best : array of shape (d,)
    value : float
    """
    rng = np.random.default_rng(_SEED)
    best = confine(np.array(starts, dtype=np.float64))
    values = objective(best)
    width = np.array(widths, dtype=np.float64)
    s, d = best.shape
    for _ in range(rounds):
        trials = best[:, None, :] + width * rng.uniform(-1, 1, (s, _TRIALS, d))
        trials = confine(trials.reshape(-1, d))
        found = objective(trials).reshape(s, _TRIALS)
        choice = found.argmin(axis=1)
        lowest = found[np.arange(s), choice]
        better = lowest < values
        best[better] = trials.reshape(s, _TRIALS, d)[np.arange(s), choice][better]
        values = np.minimum(values, lowest)
        width *= _SHRINK
    winner = int(values.argmin())
    return best[winner], float(values[winner])
