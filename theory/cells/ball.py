"""The open cell of a round sphere: the logarithm at a point, short of its antipode."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.cells.record import OpenCell

__all__ = [
    "cap_share",
    "emptiest_direction",
    "frame_with_first",
    "sphere_cell",
    "sphere_exp",
    "sphere_log",
]

Array = NDArray[np.float64]
_CANDIDATES = 4096


def cap_share(dim: int, angle: float) -> float:
    """Return the share of S^dim within an angle, in [0, pi], of one of its points."""
    from scipy.special import betainc

    if angle > math.pi / 2:
        return 1 - cap_share(dim, math.pi - angle)
    return float(betainc(dim / 2, 0.5, math.sin(angle) ** 2) / 2)


def sphere_log(units: Array) -> Array:
    """Return the logarithms (n, k) at the first unit vector of unit vectors (n, k + 1)."""
    rest = units[:, 1:]
    sine = np.linalg.norm(rest, axis=1)
    angle = np.arctan2(sine, units[:, 0])
    # At the antipode every direction is one.
    away = np.zeros_like(rest)
    away[:, 0] = 1.0
    known = sine > 0
    direction = np.where(known[:, None], rest / np.where(known, sine, 1.0)[:, None], away)
    return np.asarray(angle[:, None] * direction)


def sphere_exp(tangents: Array) -> Array:
    """Return the unit vectors (n, k + 1) of logarithms (n, k), those beyond pi cut off at it."""
    length = np.linalg.norm(tangents, axis=1)
    angle = np.minimum(length, math.pi)
    ratio = np.where(length > 0, np.sin(angle) / np.where(length > 0, length, 1.0), 1.0)
    return np.concatenate([np.cos(angle)[:, None], ratio[:, None] * tangents], axis=1)


def sphere_cell(dim: int, radius: float, avoid: Array, *, distortion: float = 1.0) -> OpenCell:
    """Return the ball of radius pi * radius in the tangent space, short of the antipode.

    Parameters
    ----------
    dim : int
    radius : float
    avoid : array of shape (s, dim + 1)
        Points of the sphere from which the antipode keeps away.
    distortion : float
        Where the sphere stands for another set: how many times larger, at most, shares of
        volume are there. Shares are then bounds from above.
    """
    frame = frame_with_first(-emptiest_direction(dim + 1, avoid))

    def share(t: float) -> Bound:
        value = distortion * cap_share(dim, math.pi * t)
        if distortion == 1:
            return Bound(value, "exact", True, "closed-form")
        return Bound(min(value, 1.0), "upper", True, "closed-form")

    return OpenCell(
        dim=dim,
        coordinates=lambda points: radius * sphere_log(points @ frame / radius),
        point=lambda v: radius * sphere_exp(v / radius) @ frame.T,
        depth=lambda v: 1 - np.minimum(np.linalg.norm(v, axis=1) / (math.pi * radius), 1.0),
        share=share,
        extent=np.full(dim, math.pi * radius),
    )


def emptiest_direction(width: int, avoid: Array) -> Array:
    """Return a unit vector (width,) far from all given directions (s, width)."""
    default: Array = -np.eye(width)[0]
    if not len(avoid):
        return default
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(0)
    candidates = rng.standard_normal((_CANDIDATES, width))
    candidates = np.concatenate([default[None], candidates])
    candidates /= np.linalg.norm(candidates, axis=1, keepdims=True)
    units = avoid / np.linalg.norm(avoid, axis=1, keepdims=True)
    gaps = cKDTree(units).query(candidates)[0]
    return np.asarray(candidates[int(np.argmax(gaps))])


def frame_with_first(first: Array) -> Array:
    """Return an orthogonal matrix whose first column is a unit vector."""
    axis = np.eye(len(first))[0]
    difference = first - axis
    square = float(difference @ difference)
    if square == 0:
        return np.eye(len(first))
    return np.eye(len(first)) - 2 * np.outer(difference, difference) / square
