"""How far a map jumps between points that are brought together."""

from __future__ import annotations

import numpy as np

__all__ = ["bisected"]


def bisected(map_, low, high, project=lambda points: points):
    """Return the largest jump of a map met when pairs of points are brought together, on a set."""
    for _ in range(60):
        middle = project((low + high) / 2)
        first = np.linalg.norm(map_(low) - map_(middle), axis=1)
        second = np.linalg.norm(map_(middle) - map_(high), axis=1)
        left = (first >= second)[:, None]
        low, high = np.where(left, low, middle), np.where(left, middle, high)
    return np.linalg.norm(map_(low) - map_(high), axis=1).max()
