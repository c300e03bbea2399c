"""Tubes around a manifold: membership, and volume by Weyl's formula and by sampling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.covering import covering_radius
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.statistics import Interval, clopper_pearson

__all__ = ["TubeVolume", "in_tube", "sampled_tube_volume", "unit_ball_volume", "weyl_volume"]

Array = NDArray[np.float64]
_BATCH = 100_000
_SAMPLE = 2000


@dataclass(frozen=True)
class TubeVolume:
    """The volume of a tube, found by sampling.

    Parameters
    ----------
    value : float
        The estimate.
    interval : Interval
        Limits that hold with their confidence.
    n : int
        Number of points thrown.
    """

    value: float
    interval: Interval
    n: int


def unit_ball_volume(dim: int) -> float:
    """Return the volume of the unit ball of R^dim."""
    if dim < 0:
        raise InvalidInput("dim", dim, "at least 0")
    return float(math.pi ** (dim / 2) / math.gamma(dim / 2 + 1))


def in_tube(manifold: Manifold, points: Array, radius: float) -> NDArray[np.bool_]:
    """Tell which points are nearer to the manifold than `radius`.

    Parameters
    ----------
    manifold : Manifold
        Whose `project` gives nearest points; `Manifold.distance` gives the distances themselves.
    points : array of shape (n, ambient_dim)
    radius : float
        Positive.

    Returns
    -------
    array of bool, shape (n,)
    """
    return np.asarray(manifold.distance(points) < _radius(radius))


def weyl_volume(radius: float, *, dim: int, ambient_dim: int, invariants: Sequence[float]) -> float:
    """Return the volume of a tube of radius below the reach around a closed manifold.

    Parameters
    ----------
    radius : float
        Positive and below the reach.
    dim, ambient_dim : int
        k and N.
    invariants : sequence of float
        K_0, K_2, ..., with k // 2 + 1 entries. K_0 is the k-dimensional volume; for a surface
        K_2 is 2 pi times the Euler characteristic, and in every even dimension the last one is
        (2 pi)^(k/2) times it.

    Returns
    -------
    float

    Raises
    ------
    InvalidInput
        If a number is out of range or the number of invariants is wrong.

    Notes
    -----
    Source ``weyl``: omega_(N-k) * sum of K_2i r^(N-k+2i) / ((N-k+2)(N-k+4)...(N-k+2i)), with
    omega the volume of the unit ball. A curve in space: pi r^2 length; a closed surface in
    space: 2 r area + (4 pi / 3) r^3 chi.
    """
    _radius(radius)
    if not 0 <= dim <= ambient_dim:
        raise InvalidInput("dim", dim, f"between 0 and ambient_dim = {ambient_dim}")
    if len(invariants) != dim // 2 + 1:
        raise InvalidInput("invariants", f"{len(invariants)} numbers", f"{dim // 2 + 1} of them")
    codim = ambient_dim - dim
    total, factor = 0.0, radius**codim
    for i, invariant in enumerate(invariants):
        if i > 0:
            factor *= radius**2 / (codim + 2 * i)
        total += invariant * factor
    return unit_ball_volume(codim) * total


def sampled_tube_volume(
    manifold: Manifold,
    radius: float,
    *,
    n: int = 100_000,
    confidence: float = 0.99,
    rng: int | np.random.Generator = 0,
) -> TubeVolume:
    """Estimate the volume of a tube by throwing points at it, with a confidence interval.

    Parameters
    ----------
    manifold : Manifold
    radius : float
        Positive; below the reach the result can be held against `weyl_volume`.
    n : int
        Number of points thrown.
    confidence : float
        Of the interval.
    rng : int or numpy.random.Generator

    Returns
    -------
    TubeVolume

    Raises
    ------
    InvalidInput
        If a number is out of range.

    Notes
    -----
    The points are uniform in a box that holds the tube: that of a sample of the manifold,
    widened by its covering radius and the radius. The limits are those of
    ``clopper-pearson``. In high ambient dimension few points hit, and the interval says so.
    """
    _radius(radius)
    if n < 1:
        raise InvalidInput("n", n, "at least 1")
    generator = np.random.default_rng(rng)
    sample = manifold.sample(_SAMPLE, rng=generator)
    margin = radius + covering_radius(sample, manifold, relative=0.1).value
    lower, upper = sample.min(axis=0) - margin, sample.max(axis=0) + margin
    inside = 0
    for start in range(0, n, _BATCH):
        size = (min(_BATCH, n - start), manifold.ambient_dim)
        inside += int(in_tube(manifold, generator.uniform(lower, upper, size), radius).sum())
    box = float(np.prod(upper - lower))
    share = clopper_pearson(inside, n, confidence=confidence)
    limits = Interval(share.lower * box, share.upper * box, confidence)
    return TubeVolume(inside / n * box, limits, n)


def _radius(radius: float) -> float:
    if not (math.isfinite(radius) and radius > 0):
        raise InvalidInput("radius", radius, "a positive number")
    return radius
