"""Open cells of products, cuts of moved copies."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from theory.bound import Bound
from theory.cells.ball import cap_share
from theory.cells.record import Cut, OpenCell

__all__ = ["moved_cell", "moved_cut", "product_cell"]

Array = NDArray[np.float64]
AnyCut = TypeVar("AnyCut", bound=Cut)


def moved_cell(
    cell: OpenCell, out: Callable[[Array], Array], back: Callable[[Array], Array]
) -> OpenCell:
    """Return the cell of an image; `out` maps points of the original, `back` undoes it.

    Shares of volume, and spheres round M, are taken over: right for a similar copy, otherwise for
    the caller to know.
    """
    base = cell.point(np.zeros((1, cell.dim)))
    middle = out(np.zeros_like(base) + cell.middle)[0] if cell.sphere is not None else 0.0
    return replace(moved_cut(cell, out, back), middle=middle)


def moved_cut(cut: AnyCut, out: Callable[[Array], Array], back: Callable[[Array], Array]) -> AnyCut:
    """Return the cut of an image; see `moved_cell`."""
    return replace(
        cut,
        coordinates=lambda points: cut.coordinates(back(points)),
        point=lambda v: out(cut.point(v)),
    )


def product_cell(first: OpenCell, second: OpenCell, split: int) -> OpenCell:
    """Return the product of two cells; `split` is the ambient dimension of the first factor.

    At most one of them has a coordinate that turns: it turns in the product.
    """
    first, second = _cut_through(first), _cut_through(second)
    k, turning = first.dim, first.turning
    if second.turning is not None:
        turning = k + second.turning

    def share(t: float) -> Bound:
        a, b = first.share(t), second.share(t)
        value = a.value + b.value - a.value * b.value
        if {a.direction, b.direction} == {"exact"}:
            return Bound(value, "exact", a.certified and b.certified, a.source)
        if {a.direction, b.direction} <= {"exact", "upper"}:
            return Bound(value, "upper", a.certified and b.certified, a.source)
        return Bound(value, "estimate", False, "numerical")

    return OpenCell(
        dim=k + second.dim,
        coordinates=lambda x: np.concatenate(
            [first.coordinates(x[:, :split]), second.coordinates(x[:, split:])], axis=1
        ),
        point=lambda v: np.concatenate([first.point(v[:, :k]), second.point(v[:, k:])], axis=1),
        depth=lambda v: np.minimum(first.depth(v[:, :k]), second.depth(v[:, k:])),
        share=share,
        extent=np.concatenate([first.extent, second.extent]),
        cut=first.cut or second.cut,
        turning=turning,
    )


def _cut_through(cell: OpenCell) -> OpenCell:
    """Return the cell with its whole sphere, if it has one, cut open at the antipode as well."""
    if cell.sphere is None or not cell.whole:
        return cell
    d = cell.sphere

    def depth(v: Array) -> Array:
        angle = np.minimum(np.linalg.norm(v[:, :d], axis=1) / math.pi, 1.0)
        return np.asarray(np.minimum(cell.depth(v), 1 - angle))

    def share(t: float) -> Bound:
        rest = cell.share(t)
        return replace(rest, value=rest.value + (1 - rest.value) * cap_share(d, math.pi * t))

    return replace(cell, depth=depth, share=share, sphere=None, whole=False, cut=True)
