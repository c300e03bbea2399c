"""Clouds of points: validation, duplicates, exact rank reduction and farthest-point subsamples."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput
from theory.greedy import farthest_points
from theory.point_input import plain_array

__all__ = [
    "LARGEST_COORDINATE",
    "RankReduction",
    "Subsample",
    "as_points",
    "deduplicate",
    "farthest_point_subsample",
    "rank_reduce",
    "spanning",
]

# Beyond this a squared distance overflows float64.
LARGEST_COORDINATE = 1e150
_BLOCK = 1 << 16


@dataclass(frozen=True, eq=False)
class RankReduction:
    """A cloud written in isometric coordinates of its affine span.

    Parameters
    ----------
    points : ndarray, shape (n, rank)
        The coordinates; distances between rows are those of the given points.
    basis : ndarray, shape (rank, ambient_dim)
        Orthonormal rows that span the directions kept.
    centre : ndarray, shape (ambient_dim,)
        ``centre + points @ basis`` gives the cloud back, within `residual`.
    residual : float
        Largest distance of a given point from the affine span kept.
    """

    points: NDArray[np.float64]
    basis: NDArray[np.float64]
    centre: NDArray[np.float64]
    residual: float

    @property
    def rank(self) -> int:
        """Dimension of the affine span kept."""
        return int(self.basis.shape[0])


@dataclass(frozen=True, eq=False)
class Subsample:
    """Some points of a cloud, and how far the others are from them.

    Parameters
    ----------
    indices : ndarray of int, shape (size,)
        Rows chosen, in the order of choice.
    covering_radius : float
        Largest distance of a point of the cloud from the nearest point chosen: an exact
        maximum over the points given, not over a set they were drawn from.
    """

    indices: NDArray[np.intp]
    covering_radius: float


def as_points(
    points: object, *, argument: str = "points", min_points: int = 1
) -> NDArray[np.float64]:
    """Return a cloud as a C-contiguous float64 array of shape (n, ambient_dim).

    Parameters
    ----------
    points : array_like, tensor or data frame, shape (n, ambient_dim)
        Real, finite coordinates. An array of the right layout is returned as it is.
    argument : str
        Name used in error messages.
    min_points : int
        Fewest rows accepted.

    Returns
    -------
    ndarray, shape (n, ambient_dim)

    Raises
    ------
    InvalidInput
        If the array is not two-dimensional, not numeric, too small, or holds a value that is
        not finite or so large that its square overflows.
    """
    array = plain_array(points, argument)
    if array.dtype.kind not in "fiub":
        raise InvalidInput(argument, f"dtype {array.dtype}", "real numbers")
    if array.ndim != 2:
        raise InvalidInput(
            argument,
            f"an array of shape {array.shape}",
            "two dimensions, (n, ambient_dim); reshape(-1, 1) makes points of numbers",
        )
    n, dim = array.shape
    if n < min_points or dim < 1:
        raise InvalidInput(
            argument,
            f"an array of shape {array.shape}",
            f"at least {min_points} point(s) of at least one coordinate",
        )
    cloud = np.ascontiguousarray(array, dtype=np.float64)
    # In blocks: a cloud mapped from a file may fill most of the memory.
    for start in range(0, n, _BLOCK):
        usable = np.abs(cloud[start : start + _BLOCK]) <= LARGEST_COORDINATE
        if not usable.all():
            row, column = (int(k) for k in np.argwhere(~usable)[0])
            raise InvalidInput(
                argument,
                f"{array[start + row, column]} at row {start + row}, column {column}",
                f"finite coordinates of size at most {LARGEST_COORDINATE:g}",
            )
    return cloud


def deduplicate(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the rows that keep one of each distinct point, in their original order.

    Parameters
    ----------
    points : ndarray, shape (n, ambient_dim)

    Returns
    -------
    ndarray of int, shape (distinct,)
        ``points[deduplicate(points)]`` has no duplicate; of equal rows the first is kept.
    """
    cloud = as_points(points) + 0.0  # -0.0 and 0.0 are the same coordinate
    rows = cloud.view(np.dtype((np.void, cloud.dtype.itemsize * cloud.shape[1]))).ravel()
    _, first = np.unique(rows, return_index=True)
    return np.sort(first).astype(np.intp)


def rank_reduce(points: NDArray[np.float64], *, tol: float | None = None) -> RankReduction:
    """Write a cloud in orthonormal coordinates of its affine span, keeping every distance.

    Parameters
    ----------
    points : ndarray, shape (n, ambient_dim)
    tol : float, optional
        Directions are dropped while every point stays within this distance of the span kept.
        The default is rounding level: ``8 sqrt(max(n, ambient_dim))`` times the machine epsilon
        times the largest coordinate.

    Returns
    -------
    RankReduction
        A cloud of full rank comes back centred but not rotated.

    Raises
    ------
    InvalidInput
        If the points cannot be used or `tol` is negative or not finite.
    """
    cloud = as_points(points)
    n, dim = cloud.shape
    if tol is None:
        size = max(float(np.abs(cloud).max()), np.finfo(np.float64).tiny)
        tol = float(8.0 * np.sqrt(max(n, dim)) * np.finfo(np.float64).eps * size)
    elif not (np.isfinite(tol) and tol >= 0.0):
        raise InvalidInput("tol", tol, "a finite number, zero or positive")
    # Deviations from a row first: an enormous common offset would spoil the mean.
    centre = cloud[0] + (cloud - cloud[0]).mean(axis=0)
    centred = cloud - centre
    factor = np.linalg.qr(centred, mode="r") if n > dim else centred
    _, singular, directions = np.linalg.svd(factor, full_matrices=False)
    rank = int(np.count_nonzero(singular > tol))
    # A singular value bounds the farthest point only up to sqrt(n): drop as many further
    # directions as the points themselves allow.
    residual = _residual(centred, directions[:rank])
    while rank > 0:
        smaller = _residual(centred, directions[: rank - 1])
        if smaller > tol:
            break
        rank, residual = rank - 1, smaller
    if rank == dim:
        return RankReduction(centred, np.eye(dim), centre, 0.0)
    basis = np.ascontiguousarray(directions[:rank])
    return RankReduction(np.ascontiguousarray(centred @ basis.T), basis, centre, residual)


def _residual(centred: NDArray[np.float64], basis: NDArray[np.float64]) -> float:
    """Return the largest distance of a row from the span of an orthonormal basis."""
    rest = centred - (centred @ basis.T) @ basis
    return float(np.sqrt(np.einsum("ij,ij->i", rest, rest).max()))


def spanning(cloud: NDArray[np.float64], intrinsic_dim: int) -> RankReduction:
    """Reduce a cloud to its affine span, which must have room for a set of this dimension.

    Raises
    ------
    InvalidInput
        If `intrinsic_dim` is no whole number from 1 to the dimension of the span.
    """
    ambient = cloud.shape[1]
    whole = isinstance(intrinsic_dim, Integral) and not isinstance(intrinsic_dim, bool)
    if not (whole and 1 <= intrinsic_dim <= ambient):
        raise InvalidInput("intrinsic_dim", intrinsic_dim, f"between 1 and {ambient}")
    span = rank_reduce(cloud)
    # So few points span little, whatever set they are from.
    if span.rank < intrinsic_dim < len(cloud):
        raise InvalidInput(
            "intrinsic_dim",
            intrinsic_dim,
            f"at most {span.rank}: the points lie in an affine space of that dimension",
        )
    return span


def farthest_point_subsample(
    points: NDArray[np.float64],
    size: int,
    *,
    start: int | None = None,
    rng: int | np.random.Generator | None = None,
) -> Subsample:
    """Choose points one by one, each the farthest from those chosen before.

    Parameters
    ----------
    points : ndarray, shape (n, ambient_dim)
    size : int
        Number of points to choose; fewer are returned when there are fewer distinct points.
    start : int, optional
        Row to begin with.
    rng : int or numpy.random.Generator, optional
        Draws the first row when `start` is not given. With neither, the row farthest from the
        mean comes first, and the outcome depends on the points alone.

    Returns
    -------
    Subsample
        With the covering radius it leaves, at most twice the best possible for its size.

    Raises
    ------
    InvalidInput
        If the points, `size` or `start` cannot be used.
    """
    cloud = as_points(points)
    n = cloud.shape[0]
    if not isinstance(size, Integral) or size < 1:
        raise InvalidInput("size", size, "a whole number, at least 1")
    if start is None:
        if rng is None:
            away = cloud - cloud.mean(axis=0)
            start = int(np.einsum("ij,ij->i", away, away).argmax())
        else:
            start = int(np.random.default_rng(rng).integers(n))
    elif not 0 <= start < n:
        raise InvalidInput("start", start, f"a row between 0 and {n - 1}")
    indices, radius = farthest_points(cloud, min(size, n), start)
    return Subsample(indices, radius)
