"""The intrinsic dimension of a cloud by three estimators that fail for different reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.points import as_points, deduplicate

__all__ = ["DimensionEstimate", "estimate_dimension"]

Array = NDArray[np.float64]
_LEAST_POINTS = 10
_LEAST_NEIGHBOURS = 4
_QUERIES = 2000
_RATIO_NEIGHBOUR = 4
# A direction counts as tangent when it carries this share of the variance of the largest one:
# a ball's directions are equal, a half ball's differ by 0.28, bending adds (h / radius)^2 / 15.
_TANGENT_SHARE = 0.06


@dataclass(frozen=True)
class DimensionEstimate:
    """What three estimators say about the intrinsic dimension.

    Parameters
    ----------
    value : int or None
        The whole number that at least two of them round to, if there is one.
    estimates : mapping of str to float
        ``"local-pca"``, ``"neighbour-ratio"`` and ``"levina-bickel"``.
    agreement : bool
        Whether all three round to `value`.
    n : int
        Number of distinct points.
    n_queries : int
        At how many of them the neighbourhoods were looked at.
    """

    value: int | None
    estimates: Mapping[str, float]
    agreement: bool
    n: int
    n_queries: int


def estimate_dimension(
    points: Array, *, neighbours: int | None = None, rng: int | np.random.Generator = 0
) -> DimensionEstimate:
    """Estimate the intrinsic dimension of the set that points were drawn from.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
        At least 10 distinct ones; duplicates are dropped.
    neighbours : int, optional
        Size of the neighbourhoods, at least 4; by default 10 to 30, growing with n. Larger
        ones see over noise.
    rng : int or numpy.random.Generator
        Chooses at most 2000 points to look at.

    Returns
    -------
    DimensionEstimate

    Raises
    ------
    InvalidInput
        If there are too few distinct points for the neighbourhoods.

    Notes
    -----
    Local principal components (directions with a share of the variance), the ratio of the
    distances to the fourth and eighth neighbours (F. Denti et al., The generalized ratios
    intrinsic dimension estimator, Scientific Reports 12, 2022; unlike the ratio of the first
    two it bears evenly spaced points) and the maximum likelihood estimator of E. Levina and
    P. Bickel (NIPS 2004) with inverse averages. The likelihood is misled by boundaries in high
    dimension, principal components by strong curvature.
    """
    from scipy.spatial import cKDTree

    cloud = as_points(points)
    cloud = cloud[deduplicate(cloud)]
    n, ambient = cloud.shape
    if neighbours is not None and neighbours < _LEAST_NEIGHBOURS:
        raise InvalidInput("neighbours", neighbours, f"at least {_LEAST_NEIGHBOURS}")
    needed = _LEAST_POINTS if neighbours is None else max(_LEAST_POINTS, neighbours + 1)
    if n < needed:
        raise InvalidInput("points", f"{n} distinct points", f"at least {needed}")
    k = min(int(np.clip(n // 40, 10, 30)), n - 1) if neighbours is None else neighbours
    queries = cloud
    if n > _QUERIES:
        queries = cloud[np.random.default_rng(rng).choice(n, _QUERIES, replace=False)]
    found = cKDTree(cloud).query(queries, k + 1)
    distances, indices = np.asarray(found[0]), np.asarray(found[1])
    estimates = {
        "local-pca": _local_pca(cloud[indices]),
        "neighbour-ratio": min(_neighbour_ratio(distances), float(ambient)),
        "levina-bickel": min(_levina_bickel(distances[:, 1:]), float(ambient)),
    }
    votes = Counter(round(value) for value in estimates.values())
    winner, count = votes.most_common(1)[0]
    value = winner if count >= 2 else None
    return DimensionEstimate(value, MappingProxyType(estimates), count == 3, n, len(queries))


def _local_pca(neighbourhoods: Array) -> float:
    """Return the mean number of directions with a fair share of the variance."""
    centred = neighbourhoods - neighbourhoods.mean(axis=1, keepdims=True)
    # Of the two Gram matrices the smaller one has all the eigenvalues that are not zero.
    if centred.shape[1] < centred.shape[2]:
        gram = centred @ centred.transpose(0, 2, 1)
    else:
        gram = centred.transpose(0, 2, 1) @ centred
    spectrum = np.linalg.eigvalsh(gram)
    return float(np.mean(np.sum(spectrum > _TANGENT_SHARE * spectrum[:, -1:], axis=1)))


def _neighbour_ratio(distances: Array) -> float:
    """Return the dimension from the distances (n, k + 1) to a neighbour and to twice as many.

    In dimension d the logarithm of their ratio has mean (psi(2j) - psi(j)) / d.
    """
    j = min(_RATIO_NEIGHBOUR, (distances.shape[1] - 1) // 2)
    mean = float(np.mean(np.log(distances[:, 2 * j] / distances[:, j])))
    expected = float(np.sum(1.0 / np.arange(j, 2 * j)))
    return expected / mean if mean > 0 else float("inf")


def _levina_bickel(distances: Array) -> float:
    """Return the inverse of the mean over points of the unbiased estimate of 1 / dimension."""
    mean = float(np.mean(np.log(distances[:, -1:] / distances[:, :-1])))
    return 1.0 / mean if mean > 0 else float("inf")
