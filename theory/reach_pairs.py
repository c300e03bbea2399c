"""Federer's quotient of a pair of points, by direct differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cloud", "Pairs", "criticality", "quotient", "rounding"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points with tangent frames, and how far pairs of them can be trusted.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        Near the origin: centred.
    frames : array of shape (n, ambient_dim, k)
        Orthonormal.
    least_chord : array of shape (n,)
        Pairs (p, q) with |q - p| below the entry of p are not looked at.
    origin : array of shape (ambient_dim,)
        What to add to get the points as they were given.
    slack : float
        Upper limit of the rounding error of a normal component; see `rounding`.
    """

    points: Array
    frames: Array
    least_chord: Array
    origin: Array
    slack: float


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of rows with their quotients.

    Parameters
    ----------
    first, second : arrays of int, shape (m,)
        The tangent space is that of the first.
    radius : array of shape (m,)
        Federer's quotient |q - p|^2 / (2 dist(q - p, T_p)).
    """

    first: Rows
    second: Rows
    radius: Array

    def __len__(self) -> int:
        return len(self.radius)

    def best(self, count: int) -> Pairs:
        """Return the pairs of smallest quotient, in order."""
        order = np.argsort(self.radius, kind="stable")[:count]
        return Pairs(self.first[order], self.second[order], self.radius[order])

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """Return the pairs marked."""
        return Pairs(self.first[keep], self.second[keep], self.radius[keep])

    def joined(self, other: Pairs) -> Pairs:
        """Return the pairs of both."""
        return Pairs(
            np.concatenate([self.first, other.first]),
            np.concatenate([self.second, other.second]),
            np.concatenate([self.radius, other.radius]),
        )


def rounding(points: Array, width: int) -> float:
    """Return how far off rounding may put normal components of differences of these points."""
    return float(2 * (points.shape[1] + width) * _EPS * np.abs(points).max())


def quotient(cloud: Cloud, first: Rows, second: Rows) -> Array:
    """Return Federer's quotient of pairs of rows, rounded upwards, of shape (m,).

    The normal component of a short chord is a difference of nearly equal numbers. What rounding
    may have added to it is taken off, so that the smallest of many quotients is no accident of
    rounding.
    """
    chord = cloud.points[second] - cloud.points[first]
    frames = cloud.frames[first]
    along = np.einsum("md,mdk->mk", chord, frames)
    normal = chord - np.einsum("mk,mdk->md", along, frames)
    square = np.einsum("md,md->m", chord, chord)
    height = np.sqrt(np.einsum("md,md->m", normal, normal)) - cloud.slack
    usable = (height > 0) & (square >= cloud.least_chord[first] ** 2)
    radius = np.full(len(square), np.inf)
    np.divide(square, 2 * height, out=radius, where=usable)
    return radius


def criticality(cloud: Cloud, first: Rows, second: Rows) -> tuple[Array, Array]:
    """Return, of pairs of rows, the chord lengths and how far from normal they are.

    The second array holds the larger tangential component of the chord at its two ends, divided
    by its length: zero for a bottleneck.
    """
    chord = cloud.points[second] - cloud.points[first]
    square = np.einsum("md,md->m", chord, chord)
    worst = np.zeros(len(square))
    for ends in (first, second):
        along = np.einsum("md,mdk->mk", chord, cloud.frames[ends])
        worst = np.maximum(worst, np.einsum("mk,mk->m", along, along))
    usable = square > 0
    ratio = np.divide(worst, square, out=np.ones(len(square)), where=usable)
    return np.sqrt(square), np.sqrt(ratio)
