"""One chart of a manifold: a box and a numpy function on it, written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.differences import STENCIL, central_differences
from theory.errors import InvalidInput
from theory.jet import Jet, jets

__all__ = ["Chart"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Chart:
    """A map of a box onto (part of) a manifold.

    Parameters
    ----------
    map : callable
        Takes k coordinate arrays and returns the sequence of the N ambient coordinates, built
        from numpy's universal functions: ``lambda u, v: (np.cos(u), np.sin(u), v)``. Plain
        numbers are allowed among what it returns.
    lower, upper : tuple of k floats
        The box.
    periodic : tuple of k bools
        Which coordinates close up.
    stretch : tuple of k floats, optional
        Upper bounds, over the whole box, of the lengths of the k partial derivatives. With
        them, covering radii are certified.
    differences : bool
        Whether derivatives are taken by central differences, because the map is not built from
        numpy's universal functions alone. They are then good to about 1e-9 (first; 1e-5 next
        to a face) and 1e-6 (second), relative to the box, and nothing derived from them is
        certified.
    inverse : callable, optional
        Points (n, N) of the image to their coordinates (n, k), where known in closed form.
    """

    map: Callable[..., Sequence[Any]]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    periodic: tuple[bool, ...]
    stretch: tuple[float, ...] | None = None
    differences: bool = False
    inverse: Callable[[Array], Array] | None = None

    def __post_init__(self) -> None:
        k = len(self.lower)
        if not (len(self.upper) == len(self.periodic) == k):
            raise InvalidInput("upper, periodic", (self.upper, self.periodic), f"{k} entries each")
        if k < 1:
            raise InvalidInput("lower", self.lower, "at least one coordinate")
        for low, high in zip(self.lower, self.upper, strict=True):
            if not (np.isfinite(low) and np.isfinite(high) and low < high):
                raise InvalidInput("box", (low, high), "finite with lower < upper")
        if self.stretch is not None and len(self.stretch) != k:
            raise InvalidInput("stretch", self.stretch, f"{k} entries")

    @property
    def dim(self) -> int:
        """Number of coordinates."""
        return len(self.lower)

    def evaluate(self, coordinates: Array) -> Array:
        """Map coordinates of shape (n, k) to points of shape (n, N).

        Raises
        ------
        InvalidInput
            If a value is not finite; it says where.
        """
        n = len(coordinates)
        with np.errstate(all="ignore"):
            columns = self.map(*coordinates.T)
        points = np.stack(
            [np.broadcast_to(np.asarray(c, dtype=np.float64), (n,)) for c in columns], axis=1
        )
        return _finite(points, coordinates)

    def derivatives(self, coordinates: Array) -> tuple[Array, Array, Array]:
        """Return points (n, N), Jacobian (n, N, k) and second derivatives (n, N, k, k)."""
        if self.differences:
            return self._differences(coordinates)
        n, k = coordinates.shape
        with np.errstate(all="ignore"):
            columns = self.map(*jets(coordinates))
        points = np.empty((n, len(columns)))
        first = np.zeros((n, len(columns), k))
        second = np.zeros((n, len(columns), k, k))
        for i, column in enumerate(columns):
            if isinstance(column, Jet):
                points[:, i] = column.value
                first[:, i] = column.gradient
                second[:, i] = column.hessian
            else:
                points[:, i] = column
        return _finite(points, coordinates), first, second

    def _differences(self, coordinates: Array) -> tuple[Array, Array, Array]:
        # The map may not be defined outside the box: next to a face the differences are taken
        # a little inside, and the first derivatives carried over by the second.
        low, sides = np.array(self.lower), np.subtract(self.upper, self.lower)
        inside = np.clip(coordinates, low + STENCIL * sides, low + (1 - STENCIL) * sides)
        inside = np.where(self.periodic, coordinates, inside)
        _, first, second = central_differences(self.evaluate, inside, sides)
        first = first + np.einsum("niab,nb->nia", second, coordinates - inside)
        return self.evaluate(coordinates), first, second

    def jacobian(self, coordinates: Array) -> Array:
        """Return the Jacobian, of shape (n, N, k), at coordinates of shape (n, k)."""
        return self.derivatives(coordinates)[1]

    def volume_element(self, coordinates: Array) -> Array:
        """Return sqrt(det J^T J), of shape (n,), at coordinates of shape (n, k)."""
        first = self.jacobian(coordinates)
        gram = np.einsum("nia,nib->nab", first, first)
        return np.asarray(np.sqrt(np.maximum(np.linalg.det(gram), 0.0)))

    def cell_centres(self, per_axis: Sequence[int]) -> tuple[Array, Array]:
        """Return the centres (n, k) of a regular grid of cells, and half a cell's sides (k,)."""
        sides = [
            (high - low) / cells
            for low, high, cells in zip(self.lower, self.upper, per_axis, strict=True)
        ]
        axes = [
            low + side * (np.arange(cells) + 0.5)
            for low, side, cells in zip(self.lower, sides, per_axis, strict=True)
        ]
        grid = np.meshgrid(*axes, indexing="ij")
        return np.stack([g.ravel() for g in grid], axis=1), 0.5 * np.array(sides)

    def mapped(self, linear: Array, offset: Array) -> Chart:
        """Return the chart followed by the isometry-up-to-scale x -> linear @ x + offset.

        The matrix, of shape (M, N), must be a multiple of a matrix with orthonormal columns.
        """
        scale = float(np.linalg.norm(linear[:, 0])) if linear.size else 1.0
        inner = self.map

        def image(*coordinates: Any) -> list[Any]:
            columns = inner(*coordinates)
            result: list[Any] = []
            for row, shift in zip(linear, offset, strict=True):
                total: Any = float(shift)
                for weight, column in zip(row, columns, strict=True):
                    if weight != 0.0:
                        total = total + float(weight) * column
                result.append(total)
            return result

        stretch = None if self.stretch is None else tuple(scale * s for s in self.stretch)
        undo = self.inverse
        return replace(
            self,
            map=image,
            stretch=stretch,
            inverse=None if undo is None else lambda x: undo((x - offset) @ linear / scale**2),
        )


def _finite(points: Array, coordinates: Array) -> Array:
    good = np.isfinite(points)
    if good.all():
        return points
    where = np.array2string(coordinates[int(np.argmin(good.all(axis=1)))], precision=6)
    raise InvalidInput("map", f"a value that is not finite at {where}", "finite values")
