"""The open cell of a Stiefel manifold, or rotation group: one sphere after the other cut open."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.cells.ball import cap_share, sphere_exp, sphere_log
from theory.cells.record import OpenCell
from theory.cells.turning import turned_away

__all__ = ["frame_cell"]

Array = NDArray[np.float64]
_SMALL = 1e-4


def frame_cell(n: int, p: int, avoid: Array, *, rotations: bool = False) -> OpenCell:
    """Return the cell of V(n, p), or of SO(n) with p = n.

    The first column x of a frame lies on S^(n-1). Off the antipode of e_1, the rotation in the
    plane of e_1 and x that takes e_1 to x depends continuously on x; undoing it leaves a frame
    of p - 1 columns in R^(n-1), and so on. The coordinates are the logarithms of the columns so
    met: a product of balls of radius pi. The columns are independent and uniform under the
    invariant measure, so the share of a collar is a product.

    Parameters
    ----------
    n, p : int
    avoid : array of shape (s, n p)
    rotations : bool
        Whether the matrices are those of SO(n); the last column then follows from the others.
    """
    dims = [n - 1 - j for j in range(n - 1 if rotations else p)]
    splits = np.cumsum(dims)[:-1]

    def columns(v: Array) -> list[Array]:
        return np.split(v, splits, axis=1)

    def log(frames: Array) -> Array:
        rest, logs = frames.reshape(-1, n, p), []
        for _ in dims:
            units = rest[:, :, 0] / np.linalg.norm(rest[:, :, 0], axis=1, keepdims=True)
            v = sphere_log(units)
            rest = (_turn(v).transpose(0, 2, 1) @ rest)[:, 1:, 1:]
            logs.append(v)
        return np.concatenate(logs, axis=1)

    def exp(v: Array) -> Array:
        count = len(v)
        size = n - len(dims)
        frame = np.ones((count, 1, 1)) if rotations else np.empty((count, size, 0))
        for log_of_column in reversed(columns(v)):
            rows, width = frame.shape[1], frame.shape[2]
            wider = np.zeros((count, rows + 1, width + 1))
            wider[:, 0, 0] = 1.0
            wider[:, 1:, 1:] = frame
            frame = _turn(log_of_column) @ wider
        return frame.reshape(count, n * p)

    def depth(v: Array) -> Array:
        longest = np.max([np.linalg.norm(c, axis=1) for c in columns(v)], axis=0)
        return np.asarray(1 - np.minimum(longest / math.pi, 1.0))

    def share(t: float) -> Bound:
        # By logarithms, so that a small share keeps its digits.
        kept = sum(math.log1p(-min(cap_share(d, math.pi * t), 1 - 1e-16)) for d in dims)
        return Bound(-math.expm1(kept), "exact", True, "closed-form")

    cell = OpenCell(
        dim=sum(dims),
        coordinates=log,
        point=exp,
        depth=depth,
        share=share,
        extent=np.full(sum(dims), math.pi),
        # The first column is continuous on the cut as well.
        sphere=dims[0] if len(dims) > 1 else None,
    )

    def turned(frames: Array, turn: Array) -> Array:
        return np.asarray((turn @ frames.reshape(-1, n, p)).reshape(-1, n * p))

    return turned_away(cell, n, avoid, turned)


def _turn(v: Array) -> Array:
    """Return rotations (c, k + 1, k + 1) in the plane of e_1 and v, by the angle |v| <= pi.

    They take e_1 to the point with logarithm v.
    """
    length = np.linalg.norm(v, axis=1)
    angle = np.minimum(length, math.pi)
    first = sphere_exp(v)
    # (1 - cos a) / |v|^2 without cancellation.
    ratio = 2 * np.sin(angle / 2) ** 2 / np.maximum(length, _SMALL) ** 2
    ratio = np.where(length < _SMALL, 0.5 - length**2 / 24, ratio)
    turn = np.zeros((len(v), v.shape[1] + 1, v.shape[1] + 1))
    turn[:, :, 0] = first
    turn[:, 0, 1:] = -first[:, 1:]
    turn[:, 1:, 1:] = np.eye(v.shape[1]) - ratio[:, None, None] * v[:, :, None] * v[:, None, :]
    return turn
