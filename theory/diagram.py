"""Persistence diagrams in radius units, with everything their error budget needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = ["Filtration", "OffsetBounds", "PersistenceDiagrams"]

Filtration = Literal["alpha", "rips"]


@dataclass(frozen=True, eq=False)
class OffsetBounds:
    """What the bars of one degree say about the offsets (unions of balls) of the points used.

    Parameters
    ----------
    birth_upper : ndarray, shape (p,)
        A class of the offsets is born at this radius or before,
    death_lower : ndarray, shape (p,)
        and lives up to this radius at least. Where ``birth_upper >= death_lower`` the bar says
        nothing.
    """

    birth_upper: NDArray[np.float64]
    death_lower: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PersistenceDiagrams:
    """The persistence diagrams of one cloud, degree by degree; all lengths are radii.

    Parameters
    ----------
    by_degree : tuple of ndarray, each of shape (p, 2)
        Births and deaths of the bars of degree 0, 1, ..., those no longer than rounding left
        out. ``inf`` is the death of a class still alive at `threshold`.
    homology_coeff_field : int
        The prime p of the field of coefficients.
    filtration : "alpha" or "rips"
        "alpha": homology of the union of balls of that radius (the Cech filtration).
        "rips": half the diameter of the Vietoris-Rips complex.
    n_points : int
        Number of points the diagrams were computed on.
    ambient_dim : int
        Number of coordinates of the cloud given.
    affine_dim : int
        Dimension of the affine span of the points used.
    threshold : float
        Radius up to which the filtration was followed; ``inf`` for all of it.
    subsample_radius : float
        Every point given is within this distance of a point used; 0 if all were used.
    subsample_indices : ndarray of int or None
        Rows of the cloud given that were used; None if every distinct point was.
    perturbation : float
        Largest displacement of a point between the cloud given and the coordinates the
        complex was built on (jitter, and directions dropped as rounding).
    """

    by_degree: tuple[NDArray[np.float64], ...]
    homology_coeff_field: int
    filtration: Filtration
    n_points: int
    ambient_dim: int
    affine_dim: int
    threshold: float = float("inf")
    subsample_radius: float = 0.0
    subsample_indices: NDArray[np.intp] | None = None
    perturbation: float = 0.0

    def __post_init__(self) -> None:
        if self.filtration not in ("alpha", "rips"):
            raise InvalidInput("filtration", self.filtration, "'alpha' or 'rips'")
        if not self.by_degree:
            raise InvalidInput("by_degree", "()", "at least the diagram of degree 0")
        frozen = tuple(_bars(bars, degree) for degree, bars in enumerate(self.by_degree))
        object.__setattr__(self, "by_degree", frozen)
        for name in ("subsample_radius", "perturbation"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0.0):
                raise InvalidInput(name, value, "a finite radius, zero or positive")
        if not self.threshold > 0.0:
            raise InvalidInput("threshold", self.threshold, "a positive radius or inf")

    @property
    def max_degree(self) -> int:
        """Largest homology degree computed."""
        return len(self.by_degree) - 1

    @property
    def error_radius(self) -> float:
        """Bound on the bottleneck distance to the diagrams of the whole cloud given.

        Every point given is within `subsample_radius` + `perturbation` of a point the complex
        was built on and the other way round (source: stability; it holds for both filtrations
        in radius units).
        """
        return self.subsample_radius + self.perturbation

    def degree(self, degree: int) -> NDArray[np.float64]:
        """Return the bars of one degree, shape (p, 2).

        Raises
        ------
        InvalidInput
            If that degree was not computed.
        """
        if not 0 <= degree <= self.max_degree:
            raise InvalidInput("degree", degree, f"a degree computed, 0 to {self.max_degree}")
        return self.by_degree[degree]

    def betti(self, radius: float) -> tuple[int, ...]:
        """Return the Betti number of every degree at one radius (birth <= radius < death).

        Parameters
        ----------
        radius : float
            Zero or positive, at most `threshold`.

        Raises
        ------
        InvalidInput
            If the radius is negative or beyond the threshold.
        """
        if not 0.0 <= radius <= self.threshold:
            raise InvalidInput("radius", radius, f"a radius from 0 to {self.threshold:g}")
        return tuple(
            int(np.count_nonzero((bars[:, 0] <= radius) & (radius < bars[:, 1])))
            for bars in self.by_degree
        )

    def significant(self, degree: int, persistence: float) -> NDArray[np.float64]:
        """Return the bars of one degree longer than `persistence`, longest first."""
        bars = self.longest(degree, self.degree(degree).shape[0])
        return bars[bars[:, 1] - bars[:, 0] > persistence]

    def longest(self, degree: int, k: int) -> NDArray[np.float64]:
        """Return the `k` longest bars of one degree, longest first (fewer if there are fewer)."""
        if k < 0:
            raise InvalidInput("k", k, "zero or positive")
        bars = self.degree(degree)
        order = np.lexsort((bars[:, 0], bars[:, 0] - bars[:, 1]))
        first: NDArray[np.float64] = bars[order[:k]]
        return first

    def offset_bounds(self, degree: int) -> OffsetBounds:
        """Return a birth that is not too early and a death that is not too late, bar by bar.

        An alpha bar is a bar of the offsets. A Rips bar [b, d) in radius units gives a class
        that is born in the offsets at theta b or before and lives to d at least, with
        theta = sqrt(2n/(n+1)) <= sqrt(2) and n the affine dimension (Jung's theorem: the Rips
        complex of radius b lies in the Cech complex of radius theta b, which lies in the Rips
        complex of that radius). The numbers speak of the points the complex was built on;
        `subsample_radius` counts as covering radius, `perturbation` as noise.

        Parameters
        ----------
        degree : int

        Returns
        -------
        OffsetBounds
        """
        bars = self.degree(degree)
        if self.filtration == "alpha":
            theta = 1.0
        else:
            theta = float(np.sqrt(2.0 * self.affine_dim / (self.affine_dim + 1.0)))
        # A class alive at a finite threshold is known to live that long, not for ever.
        return OffsetBounds(theta * bars[:, 0], np.minimum(bars[:, 1], self.threshold))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able dictionary; ``null`` (None) stands for infinity."""
        indices = self.subsample_indices
        return {
            "by_degree": [
                [[float(birth), _out(death)] for birth, death in bars] for bars in self.by_degree
            ],
            "homology_coeff_field": self.homology_coeff_field,
            "filtration": self.filtration,
            "n_points": self.n_points,
            "ambient_dim": self.ambient_dim,
            "affine_dim": self.affine_dim,
            "threshold": _out(self.threshold),
            "subsample_radius": self.subsample_radius,
            "subsample_indices": None if indices is None else [int(i) for i in indices],
            "perturbation": self.perturbation,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PersistenceDiagrams:
        """Return the diagrams that `to_dict` wrote.

        Raises
        ------
        InvalidInput
            If a key is missing or a value is not what `to_dict` writes.
        """
        try:
            indices = data["subsample_indices"]
            return cls(
                by_degree=tuple(
                    np.array([[float(b), _in(d)] for b, d in bars], dtype=float).reshape(-1, 2)
                    for bars in data["by_degree"]
                ),
                homology_coeff_field=int(data["homology_coeff_field"]),
                filtration=data["filtration"],
                n_points=int(data["n_points"]),
                ambient_dim=int(data["ambient_dim"]),
                affine_dim=int(data["affine_dim"]),
                threshold=_in(data["threshold"]),
                subsample_radius=float(data["subsample_radius"]),
                subsample_indices=None if indices is None else np.array(indices, dtype=np.intp),
                perturbation=float(data["perturbation"]),
            )
        except InvalidInput:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                "data", f"{type(error).__name__}: {error}", "a dictionary written by to_dict"
            ) from error


def _bars(bars: NDArray[np.float64], degree: int) -> NDArray[np.float64]:
    """Return a read-only float64 copy of shape (p, 2), checked."""
    array = np.array(bars, dtype=np.float64)
    if array.size == 0:
        array = array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise InvalidInput("by_degree", f"shape {array.shape} in degree {degree}", "shape (p, 2)")
    births, deaths = array[:, 0], array[:, 1]
    if not (np.isfinite(births).all() and (births >= 0).all() and (births <= deaths).all()):
        raise InvalidInput(
            "by_degree", f"bars of degree {degree}", "finite births >= 0, each at most its death"
        )
    array.flags.writeable = False
    return array


def _out(radius: float) -> float | None:
    return None if np.isinf(radius) else float(radius)


def _in(radius: float | None) -> float:
    return float("inf") if radius is None else float(radius)
