"""Local polynomial fits to points with exact tangents: values and slopes together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from theory.local_fit import largest_bending, monomials
from theory.reach_pairs import Cloud

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["HermiteFit", "hermite_fit", "hermite_neighbours"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
_SPARE = 2.0
# A neighbour whose tangent space, or whose own place, is steeper than this lies on another sheet.
_STEEPEST = 0.6
_RIDGE = 1e-10
# Heights count in full while rounding leaves them this share of (radius / size).
_HEIGHT_DIGITS = 1e-8
_CHUNK_NUMBERS = 8_000_000


@dataclass(frozen=True, eq=False)
class HermiteFit:
    """Graphs x(u) = point + radius (T u + f(u)) over tangent spaces, one around each of m points.

    Parameters
    ----------
    points : array of shape (m, ambient_dim)
        Where the graphs are centred; f and its slopes are zero there.
    frames : array of shape (m, ambient_dim, k)
        T, orthonormal.
    radius : array of shape (m,)
        Of the neighbourhoods: the unit of u.
    solution : array of shape (m, c, ambient_dim)
        Coefficients of f, which is normal to T, in the monomials of degree 2 to `degree`.
    degree : int
    around : array of shape (m, neighbours, k)
        Where over T the neighbours lie.
    used : array of bool, shape (m, neighbours)
        Those not taken for points of another sheet.
    bending_error : array of shape (m,)
        Standard error of an entry of II at the centre, from the residuals; infinite where too few
        neighbours were left.
    """

    points: Array
    frames: Array
    radius: Array
    solution: Array
    degree: int
    around: Array
    used: NDArray[np.bool_]
    bending_error: Array

    def __getitem__(self, rows: Rows) -> HermiteFit:
        """Return the fits in the given order."""
        return HermiteFit(
            self.points[rows],
            self.frames[rows],
            self.radius[rows],
            self.solution[rows],
            self.degree,
            self.around[rows],
            self.used[rows],
            self.bending_error[rows],
        )

    def jets(self, u: Array) -> tuple[Array, Array, Array]:
        """Return places, first and second derivatives at one u for each fit.

        Parameters
        ----------
        u : array of shape (m, k)
            In units of `radius`.

        Returns
        -------
        place : array of shape (m, ambient_dim)
        first : array of shape (m, ambient_dim, k)
            With respect to lengths along T, like the second derivatives.
        second : array of shape (m, ambient_dim, k, k)
        """
        k = self.frames.shape[2]
        value, slope, bend = _designs(u[:, None], k, self.degree)
        height = np.einsum("mc,mcd->md", value[:, 0], self.solution)
        tilt = np.einsum("mca,mcd->mda", slope[:, 0], self.solution)
        second = np.einsum("mcab,mcd->mdab", bend[:, 0], self.solution)
        along = np.einsum("mdk,mk->md", self.frames, u)
        return (
            self.points + self.radius[:, None] * (along + height),
            self.frames + tilt,
            second / self.radius[:, None, None, None],
        )

    def bending(self, u: Array) -> Array:
        """Return the largest |II(v, v)| over unit tangent vectors at one u for each fit."""
        _, first, second = self.jets(u)
        frame, factor = np.linalg.qr(first)
        inverse = np.linalg.inv(factor)
        form = np.einsum("mdab,mai,mbj->mdij", second, inverse, inverse)
        tangential = np.einsum("mdk,mdij->mkij", frame, form)
        return largest_bending(form - np.einsum("mdk,mkij->mdij", frame, tangential))


def hermite_neighbours(k: int, degree: int) -> int:
    """Return how many neighbours a fit of this degree asks for."""
    unknown = len(monomials(k, degree)) - 1 - k
    return int(np.ceil(_SPARE * unknown / (1 + k))) + k


def hermite_fit(cloud: Cloud, tree: cKDTree, rows: Rows, degree: int) -> HermiteFit:
    """Fit a graph over the exact tangent space around the chosen rows.

    Parameters
    ----------
    cloud : Cloud
        Points with exact frames, more of them than `hermite_neighbours`.
    tree : cKDTree
        Of its points.
    rows : array of int, shape (m,)
    degree : int
        At least 2.

    Notes
    -----
    Each neighbour gives one equation for the height of the graph and k for its slopes, of each
    normal coordinate. With neighbourhoods of radius h the curvature at the centre errs by
    O(h^(degree - 1)).
    """
    count = hermite_neighbours(cloud.frames.shape[2], degree)
    chunk = max(1, _CHUNK_NUMBERS // (count * cloud.points.shape[1] * 60))
    parts = []
    for start in range(0, len(rows), chunk):
        part = rows[start : start + chunk]
        distance, index = tree.query(cloud.points[part], count + 1)
        radius = np.asarray(distance)[:, -1]
        parts.append(_fitted(cloud, part, np.asarray(index)[:, 1:], radius, degree))
    radius, solution, around, used, error = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return HermiteFit(
        cloud.points[rows],
        cloud.frames[rows],
        np.asarray(radius),
        np.asarray(solution),
        degree,
        np.asarray(around),
        np.asarray(used, dtype=bool),
        np.asarray(error),
    )


def _fitted(
    cloud: Cloud, rows: Rows, index: Rows, radius: Array, degree: int
) -> tuple[Array, Array, Array, NDArray[np.bool_], Array]:
    """Fit one chunk, whose neighbours are `index`."""
    k = cloud.frames.shape[2]
    frames = cloud.frames[rows]
    chord = (cloud.points[index] - cloud.points[rows][:, None]) / radius[:, None, None]
    along = np.einsum("mid,mdk->mik", chord, frames)
    height = chord - np.einsum("mik,mdk->mid", along, frames)
    other = cloud.frames[index]
    turned = np.einsum("mdk,midl->mikl", frames, other)
    used = np.linalg.svd(turned, compute_uv=False)[..., -1] >= _STEEPEST
    used &= np.linalg.norm(height, axis=2) <= np.linalg.norm(along, axis=2)
    turned[~used] = np.eye(k)
    off = other - np.einsum("mdk,mikl->midl", frames, turned)
    slope = np.einsum("midl,mila->mida", off, np.linalg.inv(turned))
    value_rows, slope_rows, _ = _designs(along, k, degree, second=False)
    m, count, unknown = value_rows.shape
    size = float(np.abs(cloud.points).max())
    digits = np.minimum(1.0, _HEIGHT_DIGITS * radius**2 / (size * max(cloud.slack, 1e-300)))
    weight = np.concatenate([used * digits[:, None], np.repeat(used, k, axis=1)], axis=1)

    def stacked(values: Array, slopes: Array) -> Array:
        flat = slopes.transpose(0, 1, 3, 2).reshape(m, count * k, -1)
        return np.asarray(np.concatenate([values, flat], axis=1) * weight[:, :, None])

    design, right = stacked(value_rows, slope_rows), stacked(height, slope)
    # Rows that ask for small coefficients keep the rank where neighbours were left out.
    ridge = np.broadcast_to(_RIDGE * np.eye(unknown), (m, unknown, unknown))
    q, triangle = np.linalg.qr(np.concatenate([design, ridge], axis=1))
    solution = np.linalg.solve(triangle, q[:, : design.shape[1]].transpose(0, 2, 1) @ right)
    freedom = used.sum(axis=1) * (1 + k) - unknown
    square = ((right - design @ solution) ** 2).sum(axis=(1, 2))
    normal = max(1, cloud.points.shape[1] - k)
    misfit = np.sqrt(square / (np.maximum(freedom, 1) * normal))
    squares = [i for i, chosen in enumerate(monomials(k, degree)[1 + k :]) if len(chosen) == 2]
    spread = np.linalg.norm(np.linalg.inv(triangle)[:, squares], axis=2).max(axis=1)
    error = np.where(freedom > 0, 2 * misfit * spread / radius, np.inf)
    return radius, solution, along, used, error


def _designs(u: Array, k: int, degree: int, *, second: bool = True) -> tuple[Array, Array, Array]:
    """Return the monomials of degree 2 on at u, with their derivatives.

    For u of shape (m, i, k) the shapes are (m, i, c), (m, i, c, k) and (m, i, c, k, k).
    """
    powers = np.array(
        [
            [chosen.count(axis) for axis in range(k)]
            for chosen in monomials(k, degree)
            if len(chosen) > 1
        ]
    )
    table = np.stack([u**p for p in range(degree + 1)], axis=-1)
    axes = np.arange(k)

    def product(exponents: Array) -> Array:
        return np.asarray(np.prod(table[..., axes, np.maximum(exponents, 0)], axis=-1))

    value = product(powers)
    slope = np.zeros((*value.shape, k))
    bend = np.zeros((*value.shape, k, k) if second else (0,))
    for a in range(k):
        once = powers - np.eye(k, dtype=int)[a]
        slope[..., a] = powers[:, a] * product(once)
        for b in range(k) if second else ():
            twice = once - np.eye(k, dtype=int)[b]
            bend[..., a, b] = powers[:, a] * once[:, b] * product(twice)
    return value, slope, bend
