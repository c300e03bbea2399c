"""The record of a compact manifold in R^N: its maps, its parts and what is claimed of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.cells.record import CellMaker, CutMaker
from theory.chart import Chart
from theory.chart_geometry import chart_geometry
from theory.claims import Claims
from theory.errors import InvalidInput
from theory.retract import Retract

__all__ = ["Claims", "Manifold", "PointMap", "as_manifold"]

Array = NDArray[np.float64]
Sampler = Callable[[int, np.random.Generator], Array]
PointMap = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Manifold:
    """A compact submanifold of R^N, or a finite disjoint union of such.

    Parameters
    ----------
    name : str
        What to call it, with its parameters: ``"torus:R=2,r=1"``.
    dim, ambient_dim : int
        k and N.
    sampler : callable
        ``(n, rng)`` to n points of shape (n, N), independent and uniform in volume.
    tangents : callable
        Points (n, N) of the manifold to orthonormal frames (n, N, k).
    projection : callable
        Points (n, N) near the manifold to their nearest points on it (n, N).
    boundary : bool
        Whether it has a boundary.
    orientable : bool or None
        `None` if not known.
    charts : tuple of Chart
        Charts whose images cover it up to measure zero; empty if there are none.
    parts : tuple of Manifold
        Its connected components, where it has several; empty if it is connected.
    cycles : tuple of Manifold
        Closed submanifolds of it on which sharper lower bounds are found.
    claims : Claims
        What is known of it.
    noise : float
        Samples lie within this distance of the set: 0 (the default) means on it. Everything
        else in the record, claims included, is about the set itself.
    cell : callable, optional
        Points to avoid, (s, N), to an `OpenCell` of full volume, where a better one is known
        than the inside of the chart's box.
    pairs : callable, optional
        Where it is the pairs of points of S^2 up to a common sign: points to avoid, (s, N), to a
        `Cut` that leaves a tube round a projective plane.
    retracts : tuple of Retract
        Maps of a connected one to simpler manifolds.
    """

    name: str
    dim: int
    ambient_dim: int
    sampler: Sampler
    tangents: PointMap
    projection: PointMap
    boundary: bool = False
    orientable: bool | None = True
    charts: tuple[Chart, ...] = ()
    parts: tuple[Manifold, ...] = ()
    cycles: tuple[Manifold, ...] = ()
    claims: Claims = field(default_factory=Claims)
    noise: float = 0.0
    cell: CellMaker | None = None
    pairs: CutMaker | None = None
    retracts: tuple[Retract, ...] = ()

    def __post_init__(self) -> None:
        for each in self.retracts if isinstance(self.retracts, tuple) else (self.retracts,):
            if not isinstance(each, Retract):
                raise InvalidInput("retracts", self.retracts, "a tuple of theory.Retract")
        if self.retracts and self.parts:
            said = f"{len(self.retracts)}, of {len(self.parts)} components"
            raise InvalidInput("retracts", said, "none: they are maps of a connected set")
        if not 0 <= self.noise < np.inf:
            raise InvalidInput("noise", self.noise, "a number >= 0")
        betti = self.claims.betti
        if betti is not None and any(len(b) != self.dim + 1 for b in betti.values()):
            raise InvalidInput("betti", dict(betti), f"{self.dim + 1} numbers, degrees 0..dim")
        if not 0 <= self.dim <= self.ambient_dim:
            raise InvalidInput("dim", self.dim, f"between 0 and ambient_dim = {self.ambient_dim}")

    def __repr__(self) -> str:
        return f"Manifold({self.name!r}, dim={self.dim}, ambient_dim={self.ambient_dim})"

    @property
    def components(self) -> tuple[Manifold, ...]:
        """The connected components; the manifold itself if it is connected."""
        return self.parts or (self,)

    @property
    def closed(self) -> bool:
        """Whether it has no boundary."""
        return not self.boundary

    @property
    def embeds_from(self) -> int:
        """The least m such that it is known to embed in R^m: as claimed, 2 dim (Whitney), or N.

        Raises
        ------
        InvalidInput
            If what is claimed is impossible: a closed set of dimension k needs k + 1.
        """
        known = self.claims.embedding_dim
        if known is not None and self.closed and 0 < self.dim >= known:
            needed = f"at least {self.dim + 1}: a closed set of dimension {self.dim} needs as many"
            raise InvalidInput("embedding_dim", known, needed)
        return min(self.ambient_dim, max(1, 2 * self.dim) if known is None else known)

    def sample(self, n: int, *, rng: int | np.random.Generator = 0) -> Array:
        """Draw n independent points, uniform in volume (and within `noise` of the set).

        Parameters
        ----------
        n : int
            How many, at least 1.
        rng : int or numpy.random.Generator
            Seed or generator.

        Returns
        -------
        array of shape (n, ambient_dim)
        """
        if not isinstance(n, Integral) or n < 1:
            raise InvalidInput("n", n, "a whole number, at least 1")
        return self.sampler(int(n), np.random.default_rng(rng))

    @staticmethod
    def from_chart(
        map: Callable[..., Sequence[Any]],
        box: Sequence[tuple[float, float]],
        *,
        periodic: bool | Sequence[bool] = False,
        name: str = "chart",
        claims: Claims | None = None,
        boundary: bool | None = None,
        orientable: bool | None = None,
        stretch: Sequence[float] | None = None,
        estimate: bool = True,
    ) -> Manifold:
        """Make a manifold from one numpy function on a box.

        Tangents come from exact derivatives, sampling from rejection on the volume element,
        projection from grid seeds and a Newton iteration.

        Parameters
        ----------
        map : callable
            Takes k coordinate arrays of shape (n,), returns the N ambient coordinates. Built
            from numpy's universal functions it is differentiated exactly; otherwise by central
            differences (`Chart.differences` is then set).
        box : sequence of (lower, upper)
            One pair for each coordinate. Off its faces the map must be an embedding.
        periodic : bool or sequence of bool
            Which coordinates close up; the map must agree at both ends.
        name : str
        claims : Claims, optional
            What is known. A reach that is not given is bounded from below, with certainty, or where
            that is not possible estimated (`theory.reach_certificate`); a volume is estimated.
        boundary, orientable : bool, optional
            By default decided from the faces of the box: periodic or collapsed ones (a pole)
            and seams are no boundary; a seam that reverses orientation makes it non-orientable;
            `orientable` stays `None` where that cannot be told.
        stretch : sequence of k floats, optional
            Proven bounds of the lengths of the partial derivatives; see `Chart`. By default they
            are found, where the map is built from numpy's universal functions.
        estimate : bool
            Whether to look for reach and volume at all (it takes a second or two).

        Raises
        ------
        InvalidInput
            If the map returns NaN or the wrong shape, its Jacobian is degenerate inside the
            box, a coordinate said to be periodic does not close up, or the box is upside down.
        """
        given = Claims() if claims is None else claims
        if not isinstance(given, Claims):
            raise InvalidInput("claims", claims, "a theory.Claims")
        wanted = estimate and (given.reach is None or given.volume is None)
        geometry = chart_geometry(
            map, box, periodic=periodic, stretch=stretch, boundary=boundary, estimate=wanted
        )
        return Manifold(
            name=name,
            dim=geometry.chart.dim,
            ambient_dim=geometry.ambient_dim,
            sampler=geometry.sampler,
            tangents=geometry.tangents,
            projection=geometry.projection,
            boundary=geometry.boundary,
            orientable=geometry.orientable if orientable is None else orientable,
            charts=(geometry.chart,),
            claims=replace(
                given,
                reach=geometry.reach if given.reach is None else given.reach,
                volume=geometry.volume if given.volume is None else given.volume,
            ),
        )

    def tangent(self, points: Array) -> Array:
        """Return orthonormal tangent frames (n, ambient_dim, dim) at points of the manifold."""
        return self.tangents(self._checked(points))

    def project(self, points: Array) -> Array:
        """Return the nearest points on the manifold, of shape (n, ambient_dim)."""
        return self.projection(self._checked(points))

    def distance(self, points: Array) -> Array:
        """Return the distances of points (n, ambient_dim) to the manifold, of shape (n,)."""
        checked = self._checked(points)
        return np.asarray(np.linalg.norm(checked - self.projection(checked), axis=1))

    def component_of(self, points: Array) -> NDArray[np.intp]:
        """Return the index of the nearest component for each point, of shape (n,)."""
        checked = self._checked(points)
        if not self.parts:
            return np.zeros(len(checked), dtype=np.intp)
        return np.asarray(np.argmin([part.distance(checked) for part in self.parts], axis=0))

    def _checked(self, points: Array) -> Array:
        try:
            array = np.asarray(points, dtype=np.float64)
        except (TypeError, ValueError):
            raise InvalidInput("points", points, "an array of real numbers") from None
        if array.ndim != 2 or array.shape[1] != self.ambient_dim:
            raise InvalidInput("points", f"shape {array.shape}", f"(n, {self.ambient_dim})")
        return array


def as_manifold(argument: str, value: object) -> Manifold:
    """Return a manifold as it is; raise InvalidInput, with the argument's name, for all else."""
    if not isinstance(value, Manifold):
        raise InvalidInput(argument, f"a {type(value).__name__}", "a theory.Manifold")
    return value
