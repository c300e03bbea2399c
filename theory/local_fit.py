"""Local polynomial fits: tangent frames, curvature and noise of a bare cloud."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = [
    "LocalFit",
    "coefficients",
    "fit_degree",
    "largest_bending",
    "local_fit",
    "monomials",
    "neighbours_needed",
]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
_CHUNK_NUMBERS = 4_000_000
_TURNS = 3
_DIRECTIONS = 64
_POWER_STEPS = 8
_RIDGE = 1e-13
_HIGHEST_DEGREE, _MOST_COEFFICIENTS, _SPARE = 4, 80, 3


@dataclass(frozen=True, eq=False)
class LocalFit:
    """A polynomial graph fitted around each of m points.

    Parameters
    ----------
    points : array of shape (m, ambient_dim)
        Where the fitted graphs pass nearest the points: the points with their noise smoothed.
    frames : array of shape (m, ambient_dim, intrinsic_dim)
        Orthonormal tangent frames of the graphs there.
    curvature : array of shape (m,)
        Largest |II(v, v)| over unit tangent vectors v.
    curvature_error : array of shape (m,)
        Standard error of an entry of II, from the residuals.
    radius : array of shape (m,)
        Of the neighbourhoods.
    noise : array of shape (m,)
        Root mean square residual for each normal coordinate, with the degrees of freedom of the
        fit taken off.
    degree : int
    neighbours : int
        Points in each neighbourhood.
    """

    points: Array
    frames: Array
    curvature: Array
    curvature_error: Array
    radius: Array
    noise: Array
    degree: int
    neighbours: int


def coefficients(dim: int, degree: int) -> int:
    """Return the number of coefficients of a polynomial of this degree in `dim` variables."""
    return len(monomials(dim, degree))


def neighbours_needed(intrinsic_dim: int, degree: int = 2) -> int:
    """Return the size of the neighbourhoods that a fit of this degree asks for."""
    return 2 * coefficients(intrinsic_dim, degree) + intrinsic_dim


def fit_degree(n: int, intrinsic_dim: int) -> int:
    """Return the highest degree worth fitting to n points, from 2 to 4.

    Raises
    ------
    InvalidInput
        If there are too few points for degree 2.
    """
    least = neighbours_needed(intrinsic_dim)
    if n < least:
        raise InvalidInput(
            "points",
            f"{n} distinct points",
            f"at least {least} to fit curvature in dimension {intrinsic_dim}",
        )
    for degree in range(_HIGHEST_DEGREE, 2, -1):
        few = coefficients(intrinsic_dim, degree) <= _MOST_COEFFICIENTS
        if few and _SPARE * neighbours_needed(intrinsic_dim, degree) <= n:
            return degree
    return 2


def local_fit(
    points: Array, rows: Rows, intrinsic_dim: int, *, neighbours: int, degree: int = 3
) -> LocalFit:
    """Fit a polynomial graph over the tangent space around the chosen rows.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
    rows : array of int, shape (m,)
        Where to fit.
    intrinsic_dim : int
        Less than `ambient_dim`.
    neighbours : int
        Points in each neighbourhood, the point itself among them.
    degree : int
        At least 2.

    Returns
    -------
    LocalFit

    Raises
    ------
    InvalidInput
        If there are fewer neighbours than coefficients, or more than points.

    Notes
    -----
    E. Aamari and C. Levrard, Nonasymptotic rates for manifold, tangent space and curvature
    estimation, Ann. Statist. 47 (2019): with neighbourhoods of radius h the tangents err by
    O(h^degree) and the curvature by O(h^(degree - 1)).
    """
    from scipy.spatial import cKDTree

    n, ambient = points.shape
    exponents = monomials(intrinsic_dim, degree)
    if not len(exponents) < neighbours <= n:
        raise InvalidInput(
            "neighbours", neighbours, f"more than {len(exponents)} coefficients, at most {n} points"
        )
    tree = cKDTree(points)
    chunk = max(1, _CHUNK_NUMBERS // (neighbours * (ambient + 2 * len(exponents))))
    found = []
    for start in range(0, len(rows), chunk):
        part = rows[start : start + chunk]
        distance, index = tree.query(points[part], neighbours)
        radius = np.asarray(distance)[:, -1]
        around = (points[np.asarray(index)] - points[part][:, None]) / radius[:, None, None]
        found.append(_fitted(points[part], around, radius, intrinsic_dim, exponents))
    columns = zip(*found, strict=True)
    near, frames, curvature, error, radius, noise = (np.concatenate(column) for column in columns)
    return LocalFit(near, frames, curvature, error, radius, noise, degree, neighbours)


def monomials(dim: int, degree: int) -> list[tuple[int, ...]]:
    """Return the monomials up to a degree, each as the variables it multiplies."""
    return [
        chosen
        for total in range(degree + 1)
        for chosen in itertools.combinations_with_replacement(range(dim), total)
    ]


def _fitted(
    centre: Array, around: Array, radius: Array, k: int, exponents: list[tuple[int, ...]]
) -> tuple[Array, ...]:
    """Fit one chunk; `around` holds the neighbours scaled to the unit ball."""
    frames = _principal(around, k)
    offset = np.zeros_like(centre)
    for turn in range(_TURNS):
        moved = around - offset[:, None]
        inside = moved @ frames
        outside = moved - inside @ frames.transpose(0, 2, 1)
        design = np.stack(
            [
                np.prod(inside[:, :, list(chosen)], axis=2) if chosen else np.ones(inside.shape[:2])
                for chosen in exponents
            ],
            axis=2,
        )
        gram = design.transpose(0, 2, 1) @ design
        gram += _RIDGE * np.trace(gram, axis1=1, axis2=2)[:, None, None] * np.eye(len(exponents))
        solution = np.linalg.solve(gram, design.transpose(0, 2, 1) @ outside)
        if turn < _TURNS - 1:
            offset = offset + solution[:, 0]
            frames = np.linalg.qr(frames + solution[:, 1 : 1 + k].transpose(0, 2, 1))[0]
    residual = outside - design @ solution
    freedom = (around.shape[1] - len(exponents)) * max(1, around.shape[2] - k)
    noise = np.sqrt(np.einsum("mid,mid->m", residual, residual) / freedom)
    second = _second(solution, frames, k, exponents)
    squares = [i for i, chosen in enumerate(exponents) if len(chosen) == 2]
    inverse = np.linalg.inv(gram)[:, squares, squares].max(axis=1)
    return (
        centre + radius[:, None] * offset,
        frames,
        largest_bending(second) / radius,
        2 * noise * np.sqrt(inverse) / radius,
        radius,
        noise * radius,
    )


def _principal(around: Array, k: int) -> Array:
    centred = around - around.mean(axis=1, keepdims=True)
    return np.asarray(np.linalg.svd(centred, full_matrices=False)[2][:, :k].transpose(0, 2, 1))


def _second(solution: Array, frames: Array, k: int, exponents: list[tuple[int, ...]]) -> Array:
    """Return the second fundamental forms, of shape (m, ambient_dim, k, k)."""
    m, _, ambient = solution.shape
    second = np.zeros((m, ambient, k, k))
    for row, chosen in enumerate(exponents):
        if len(chosen) == 2:
            i, j = chosen
            second[:, :, i, j] += solution[:, row]
            second[:, :, j, i] += solution[:, row]
    tangential = np.einsum("mdk,mdij->mkij", frames, second)
    return np.asarray(second - np.einsum("mdk,mkij->mdij", frames, tangential))


def largest_bending(second: Array) -> Array:
    """Return the largest |II(v, v)| over unit vectors, by a scan and power iteration.

    Parameters
    ----------
    second : array of shape (m, ambient_dim, k, k)

    Returns
    -------
    array of shape (m,)
    """
    k = second.shape[2]
    if k == 1:
        return np.asarray(np.linalg.norm(second[:, :, 0, 0], axis=1))
    vectors = np.random.default_rng(0).standard_normal((_DIRECTIONS, k))
    if k == 2:
        angle = np.linspace(0, np.pi, _DIRECTIONS, endpoint=False)
        vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scanned = np.linalg.norm(np.einsum("mdij,wi,wj->mdw", second, vectors, vectors), axis=1)
    best = vectors[scanned.argmax(axis=1)]
    value = scanned.max(axis=1)
    for _ in range(_POWER_STEPS):
        image = np.einsum("mdij,mj->mdi", second, best)
        normal = np.einsum("mdi,mi->md", image, best)
        value = np.maximum(value, np.linalg.norm(normal, axis=1))
        step = np.einsum("mdi,md->mi", image, normal)
        length = np.linalg.norm(step, axis=1, keepdims=True)
        best = np.where(length > 0, step / np.where(length > 0, length, 1), best)
    return np.asarray(value)
