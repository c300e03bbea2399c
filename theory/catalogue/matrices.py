"""What the matrix manifolds share: Haar samples, volumes, Poincaré polynomials, round spheres."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.spheres import round_sphere
from theory.cells.frames import frame_cell
from theory.cells.parallel import parallel_cell
from theory.cells.record import OpenCell
from theory.chart import Chart
from theory.manifold import Manifold
from theory.moved import moved
from theory.retract import Retract

__all__ = [
    "cell_of_frames",
    "euler_chart",
    "first_column",
    "haar_frames",
    "linear_sphere",
    "nearest_frames",
    "nearest_projectors",
    "orthogonal_volume",
    "poincare",
    "unit_turns",
]

Array = NDArray[np.float64]

# Iterations are used where they start no farther off than this, and converge quadratically.
_NEAR_FRAME, _NEAR_PROJECTOR = 0.5, 0.2
_CLOSE = 1e-9
_STEPS = 12


def euler_chart(columns: int) -> Chart:
    """Return the chart of SO(3), or of its first columns, by Euler angles about z, y, z.

    Each angle turns by a generator of norm sqrt 2, which moves some columns by no more.
    """

    def image(a: Array, b: Array, c: Array) -> list[Array]:
        rows = [
            np.cos(a) * np.cos(b) * np.cos(c) - np.sin(a) * np.sin(c),
            -np.cos(a) * np.cos(b) * np.sin(c) - np.sin(a) * np.cos(c),
            np.cos(a) * np.sin(b),
            np.sin(a) * np.cos(b) * np.cos(c) + np.cos(a) * np.sin(c),
            -np.sin(a) * np.cos(b) * np.sin(c) + np.cos(a) * np.cos(c),
            np.sin(a) * np.sin(b),
            -np.sin(b) * np.cos(c),
            np.sin(b) * np.sin(c),
            np.cos(b),
        ]
        return [entry for i, entry in enumerate(rows) if i % 3 < columns]

    turn = 2 * math.pi
    return Chart(
        image,
        (0.0, 0.0, 0.0),
        (turn, math.pi, turn),
        (True, False, True),
        stretch=(math.sqrt(2),) * 3,
    )


def cell_of_frames(n: int, p: int, avoid: Array, *, rotations: bool = False) -> OpenCell:
    """Return the cell of V(n, p), or of SO(n): over all of S^3 where that is parallelized."""
    if n == 4 and p > 1:
        return parallel_cell(unit_turns(4)[1:], p, avoid, rotations=rotations)
    return frame_cell(n, p, avoid, rotations=rotations)


def first_column(n: int, p: int) -> tuple[Retract, ...]:
    """Return the retraction of p-frames in R^n, or of SO(n), to the sphere of first columns.

    Where fields that turn the first column give the others (`unit_turns`); else none is known.
    """
    turns = unit_turns(n)[:p] if n % 2 == 0 else []
    if n < 3 or len(turns) < p:
        return ()
    frame = np.array(turns)
    return (
        Retract(
            "its first column",
            round_sphere(n - 1, 1.0, f"sphere of dimension {n - 1}"),
            lambda x: x[:, ::p],
            lambda u: np.einsum("jab,nb->naj", frame, u).reshape(len(u), n * p),
        ),
    )


def haar_frames(n: int, p: int, count: int, rng: np.random.Generator) -> Array:
    """Draw orthonormal p-frames (count, n, p) in R^n, invariant under rotations."""
    q, r = np.linalg.qr(rng.standard_normal((count, n, p)))
    signs = np.where(np.diagonal(r, axis1=1, axis2=2) < 0, -1.0, 1.0)
    return np.asarray(q * signs[:, None, :])


def nearest_frames(matrices: Array, *, rotations: bool = False) -> Array:
    """Return the nearest matrices with orthonormal columns to matrices (c, n, p): polar factors.

    With `rotations`, n = p and the nearest of determinant 1. By Newton-Schulz iteration where
    the columns are nearly orthonormal, else by singular values.
    """
    # The matrices come last: numpy is quick along the longest axis.
    frames = np.ascontiguousarray(matrices.transpose(1, 2, 0))
    columns = np.eye(frames.shape[1])[:, :, None]
    gram = np.einsum("iac,ibc->abc", frames, frames)
    near = np.sqrt(((gram - columns) ** 2).sum(axis=(0, 1))) < _NEAR_FRAME
    if rotations:
        near &= np.linalg.det(matrices) > 0
    frames, gram = frames[:, :, near], gram[:, :, near]
    for _ in range(_STEPS):
        off = np.abs(gram - columns).max(initial=0.0)
        frames = np.einsum("iac,abc->ibc", frames, 1.5 * columns - 0.5 * gram)
        if off < _CLOSE:
            break
        gram = np.einsum("iac,ibc->abc", frames, frames)
    found = np.empty_like(matrices)
    found[near] = frames.transpose(2, 0, 1)
    if not near.all():
        u, _, v = np.linalg.svd(matrices[~near], full_matrices=False)
        if rotations:
            u[:, :, -1] *= np.linalg.det(u @ v)[:, None]
        found[~near] = u @ v
    return found


def nearest_projectors(matrices: Array, rank: int) -> Array:
    """Return the nearest orthogonal projectors of a rank to symmetric matrices (c, n, n).

    By McWeeny's purification where the matrices are nearly projectors of that rank, else by
    eigenvectors.
    """
    squares = matrices @ matrices
    near = np.linalg.norm(squares - matrices, axis=(1, 2)) < _NEAR_PROJECTOR
    # So each eigenvalue is within 0.28 of 0 or 1, and goes there.
    kept, squares = matrices[near], squares[near]
    for _ in range(_STEPS):
        off = np.abs(squares - kept).max(initial=0.0)
        kept = 3 * squares - 2 * squares @ kept
        if off < _CLOSE:
            break
        squares = kept @ kept
    found = np.empty_like(matrices)
    found[near] = (kept + kept.transpose(0, 2, 1)) / 2
    near[near] = np.abs(np.trace(kept, axis1=1, axis2=2) - rank) < 0.5
    if not near.all():
        frames = np.linalg.eigh(matrices[~near])[1][:, :, matrices.shape[1] - rank :]
        found[~near] = frames @ frames.transpose(0, 2, 1)
    return found


def orthogonal_volume(n: int) -> float:
    """Return the volume of SO(n) in the metric where the rotation generators are unit vectors."""
    spheres = [2 * math.pi ** ((j + 1) / 2) / math.gamma((j + 1) / 2) for j in range(1, n)]
    return float(math.prod(spheres))


def poincare(degrees: Iterable[int], dim: int) -> tuple[int, ...]:
    """Return the coefficients 0..dim of the product of (1 + t^d) over the degrees."""
    total = np.ones(1, dtype=int)
    for degree in degrees:
        factor = np.zeros(degree + 1, dtype=int)
        factor[0] += 1
        factor[degree] += 1
        total = np.convolve(total, factor)
    return tuple(int(c) for c in np.pad(total, (0, dim + 1 - len(total))))


def unit_turns(n: int) -> list[Array]:
    """Return orthogonal n x n matrices whose unit combinations are again orthogonal.

    Four of them (the unit quaternions) where 4 divides n, two (a turn in each plane) where 2
    does: a linear sphere of dimension 3 or 1 in the orthogonal group.
    """
    if n % 4 == 0:
        i = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]])
        j = np.array([[0, 0, -1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0]])
        return [np.kron(np.eye(n // 4), block) for block in (np.eye(4), i, j, i @ j)]
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    return [np.eye(n), np.kron(np.eye(n // 2), turn)]


def linear_sphere(directions: list[Array], centre: Array, name: str) -> Manifold:
    """Return the round sphere of the unit combinations of orthogonal matrices of equal norm."""
    columns = np.stack([matrix.ravel() for matrix in directions], axis=1)
    radius = float(np.linalg.norm(columns[:, 0]))
    sphere = round_sphere(len(directions) - 1, radius, name)
    return moved(sphere, columns / radius, centre.ravel(), name=name)
