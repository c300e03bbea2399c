"""The open cell of frames in R^4: the whole sphere of their first vectors, times a cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from theory.cells.ball import sphere_cell, sphere_exp, sphere_log
from theory.cells.frames import frame_cell
from theory.cells.record import OpenCell

__all__ = ["parallel_cell"]

Array = NDArray[np.float64]


def parallel_cell(
    turns: Sequence[Array], p: int, avoid: Array, *, rotations: bool = False
) -> OpenCell:
    """Return the cell of V(4, p), p > 1, or of SO(4) with p = 4, over all of S^3.

    Vectors J_1 u, J_2 u, J_3 u are a frame of the tangent space of S^3 at every u. In it the
    columns after the first, u, of a frame are a frame of R^3: V(4, p) is S^3 x V(3, p - 1), and
    SO(4) is S^3 x SO(3). Only the second factor is cut. The two are independent and uniform
    under the invariant measure.

    Parameters
    ----------
    turns : sequence of array of shape (4, 4)
        J_1, J_2, J_3: orthogonal, skew, and so are their unit combinations.
    p : int
    avoid : array of shape (s, 4 p)
    rotations : bool
        Whether the matrices are those of SO(4).
    """
    basis = np.array(turns)

    def split(points: Array) -> tuple[Array, Array]:
        frames = points.reshape(-1, 4, p)
        units = frames[:, :, 0] / np.linalg.norm(frames[:, :, 0], axis=1, keepdims=True)
        inner = np.einsum("jab,nb,nac->njc", basis, units, frames[:, :, 1:])
        return units, inner.reshape(len(frames), 3 * (p - 1))

    across = split(avoid)[1]
    cell = (
        sphere_cell(2, 1.0, across) if p == 2 else frame_cell(3, p - 1, across, rotations=rotations)
    )

    def coordinates(points: Array) -> Array:
        units, inner = split(points)
        return np.concatenate([sphere_log(units), cell.coordinates(inner)], axis=1)

    def point(v: Array) -> Array:
        units, inner = sphere_exp(v[:, :3]), cell.point(v[:, 3:]).reshape(len(v), 3, p - 1)
        rest = np.einsum("jab,nb,njc->nac", basis, units, inner)
        return np.asarray(np.concatenate([units[:, :, None], rest], axis=2).reshape(len(v), 4 * p))

    return OpenCell(
        dim=3 + cell.dim,
        coordinates=coordinates,
        point=point,
        depth=lambda v: cell.depth(v[:, 3:]),
        share=cell.share,
        extent=np.concatenate([np.full(3, np.pi), cell.extent]),
        sphere=3,
        whole=True,
    )
