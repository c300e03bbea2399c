"""The open cell of a Grassmannian: the logarithm at a plane, short of planes at right angles."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.cells.record import OpenCell
from theory.cells.turning import turned_away
from theory.small_eigh import small_eigh

__all__ = ["plane_cell"]

Array = NDArray[np.float64]

# Nearer to the cut than this, angles are taken from a basis of the plane.
_SQUARED_COSINE = 1e-3


def plane_cell(n: int, k: int, avoid: Array) -> OpenCell:
    """Return the cell of Gr(k, n), of orthogonal projectors, about the plane of e_1, ..., e_k.

    A plane has principal angles t_1, ... with the first; the coordinates are the matrix of the
    logarithm, with singular values t_i <= pi/2. The cut is where one of them is pi/2. The depth
    is cos t_1 cos t_2 ...: its square is a product of independent beta variables (Wilks), of
    which two and two together are the square of another.

    Parameters
    ----------
    n, k : int
    avoid : array of shape (s, n n)
    """

    def log(points: Array) -> Array:
        matrices = points.reshape(-1, n, n)
        # The corner is left cos^2 left'; below it stands across cos left'.
        corner = (matrices[:, :k, :k] + matrices[:, :k, :k].transpose(0, 2, 1)) / 2
        squares, left = small_eigh(corner)
        far = squares[:, 0] > _SQUARED_COSINE
        cosine = np.sqrt(np.maximum(squares, _SQUARED_COSINE))
        across = matrices[:, k:, :k] @ left / cosine[:, None]
        near = np.flatnonzero(~far)
        if len(near):
            left[near], cosine[near], across[near] = near_the_cut(matrices[near])
        sine = np.linalg.norm(across, axis=1)
        angle = np.arctan2(sine, cosine)
        ratio = np.where(sine > 0, angle / np.where(sine > 0, sine, 1.0), 1.0)
        matrix = (across * ratio[:, None]) @ left.transpose(0, 2, 1)
        return np.asarray(matrix.reshape(len(points), -1))

    def near_the_cut(matrices: Array) -> tuple[Array, Array, Array]:
        # Where a cosine vanishes the corner alone has lost it.
        basis = small_eigh((matrices + matrices.transpose(0, 2, 1)) / 2)[1][:, :, n - k :]
        left, cosine, right = np.linalg.svd(basis[:, :k])
        return left, cosine, basis[:, k:] @ right.transpose(0, 2, 1)

    def spectrum(v: Array) -> tuple[Array, Array, Array]:
        matrix = v.reshape(-1, n - k, k)
        squares, vectors = small_eigh(matrix.transpose(0, 2, 1) @ matrix)
        return matrix @ vectors, np.sqrt(np.maximum(squares, 0.0)), vectors

    def exp(v: Array) -> Array:
        across, length, vectors = spectrum(v)
        angle = np.minimum(length, math.pi / 2)
        known = length > 0
        ratio = np.where(known, np.sin(angle) / np.where(known, length, 1.0), 1.0)
        frame = np.concatenate([vectors * np.cos(angle)[:, None], across * ratio[:, None]], axis=1)
        return np.asarray((frame @ frame.transpose(0, 2, 1)).reshape(len(v), -1))

    def depth(v: Array) -> Array:
        angle = np.minimum(spectrum(v)[1], math.pi / 2)
        return np.asarray(np.clip(np.cos(angle), 0.0, 1.0).prod(axis=1))

    cell = OpenCell(
        dim=k * (n - k),
        coordinates=log,
        point=exp,
        depth=depth,
        share=lambda t: _share(min(k, n - k), n, t),
        extent=np.full(k * (n - k), math.pi / 2),
    )

    def turned(points: Array, turn: Array) -> Array:
        return np.asarray((turn @ points.reshape(-1, n, n) @ turn.T).reshape(-1, n * n))

    return turned_away(cell, n, avoid, turned)


def _share(j: int, n: int, t: float) -> Bound:
    """Return the share of Gr(j, n), j <= n/2, where the product of the cosines is at most t."""
    from scipy.integrate import quad
    from scipy.special import betainc, betaln

    rest = n - j

    def single(s: float) -> float:
        return float(betainc(0.5, rest / 2, min(s, 1.0) ** 2))

    def pair(s: float) -> float:
        return float(-math.expm1(rest * math.log1p(-min(s, 1 - 1e-16))))

    if j == 1:
        return Bound(single(t), "exact", True, "closed-form")
    if j == 2:
        return Bound(pair(t), "exact", True, "closed-form")
    smallest, log_size = single if j % 2 else pair, betaln(j - 1, rest)

    def density(x: float) -> float:
        return float(x ** (j - 2) * (1 - x) ** (rest - 1) * math.exp(-log_size))

    value = quad(lambda x: density(x) * smallest(t / x), t, 1)[0] + betainc(j - 1, rest, t)
    return Bound(float(min(value, 1.0)), "estimate", False, "quadrature")
