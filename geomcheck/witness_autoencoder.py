"""The autoencoder of the theorem's proof: a continuous pair of maps, exact off a collar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.witness_piece import Piece
from theory.bound import Bound
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["WitnessAutoencoder"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
_ON = 1e-9


@dataclass(frozen=True, eq=False)
class WitnessAutoencoder:
    """A continuous autoencoder whose error is at rounding level off a set K0 of chosen measure.

    Made by `geomcheck.witness`. On each component of K it cuts a collar K0 out, unfolds the
    rest to a disc, a band that turns, a shell or a tube, and decodes by the inverse of that; across
    the collar the code is continued continuously, so there the error is large, as it has to be.

    Parameters
    ----------
    manifold : Manifold
        K.
    latent_dim : int
    discs : tuple of Piece
        For each component a `Disc`, `Band`, `Shell` or `Tube`, side by side; none where K itself
        fits into R^latent_dim.
    measure : Bound
        Share of K's volume that K0 has: ``"exact"``, ``"upper"``, or an estimate.
    tube : (float, float) or None
        Off K the code is that of the nearest point of K (but see `Shell`) up to the first
        distance, and fades to 0 at the second, which is below the reach: so the encoder is
        continuous on all of R^n, as surely as the reach is known. None where it is not; the
        encoder is then continuous near K, and extends to R^n (Tietze) in some way that is not
        carried out.
    """

    manifold: Manifold
    latent_dim: int
    discs: tuple[Piece, ...]
    measure: Bound
    tube: tuple[float, float] | None

    continuous = True
    kind = "witness"

    def __repr__(self) -> str:
        size = f"{self.measure.value:.3g} ({self.measure.direction})"
        return (
            f"WitnessAutoencoder({self.manifold.name!r}, latent_dim={self.latent_dim}, "
            f"measure={size})"
        )

    @property
    def ambient_dim(self) -> int:
        """Dimension of the points."""
        return self.manifold.ambient_dim

    def encode(self, points: Array, /) -> Array:
        """Map points (n, ambient_dim) to codes (n, latent_dim).

        Raises
        ------
        InvalidInput
            If the array has another shape.
        """
        points = _checked("points", points, self.ambient_dim)
        if not self.discs:
            return np.pad(points, ((0, 0), (0, self.latent_dim - self.ambient_dim)))
        codes = np.full((len(points), self.latent_dim), np.nan)
        for disc, rows, coordinates, fade in self._located(points):
            codes[rows] = fade[:, None] * disc.codes(coordinates, points[rows])
        return codes

    def decode(self, codes: Array, /) -> Array:
        """Map codes (n, latent_dim) to points (n, ambient_dim).

        Between two discs the points of both are mixed, in proportion to how near they are.

        Raises
        ------
        InvalidInput
            If the array has another shape.
        """
        codes = _checked("codes", codes, self.latent_dim)
        if not self.discs:
            return codes[:, : self.ambient_dim].copy()
        points = np.full((len(codes), self.ambient_dim), np.nan)
        known = np.isfinite(codes).all(axis=1)
        points[known] = 0.0
        for disc, weight in zip(self.discs, self._weights(codes[:, 0]), strict=True):
            rows = np.flatnonzero(known & (weight != 0))
            points[rows] += weight[rows, None] * disc.points(codes[rows])
        return points

    def in_exceptional_set(self, points: Array) -> Flags:
        """Tell which points (n, ambient_dim) of K belong to K0, off which nothing is lost."""
        points = _checked("points", points, self.ambient_dim)
        inside = np.zeros(len(points), dtype=bool)
        for disc, rows, coordinates, _ in self._located(points):
            inside[rows] = disc.in_collar(coordinates)
        return inside

    def _located(self, points: Array) -> list[tuple[Piece, NDArray[np.intp], Array, Array]]:
        """Return for each disc its rows of the points, their coordinates, and how codes fade."""
        found = []
        left = np.flatnonzero(np.isfinite(points).all(axis=1))
        for disc in self.discs:
            at = disc.cell.coordinates(points[left])
            off = np.linalg.norm(disc.cell.point(at) - points[left], axis=1)
            on = off <= _ON * disc.extent
            found.append((disc, left[on], at[on], np.ones(int(on.sum()))))
            left = left[~on]
        if len(left):
            nearest = self.manifold.component_of(points[left])
            for index, disc in enumerate(self.discs):
                rows = left[nearest == index]
                feet = disc.part.project(points[rows])
                away = np.linalg.norm(points[rows] - feet, axis=1)
                found.append((disc, rows, disc.cell.coordinates(feet), self._fade(away)))
        return found

    def _fade(self, away: Array) -> Array:
        if self.tube is None:
            return np.ones(len(away))
        inner, outer = self.tube
        return np.clip((outer - away) / (outer - inner), 0.0, 1.0)

    def _weights(self, first: Array) -> list[Array]:
        """Return the weight of each disc, from the first coordinate of the codes."""
        if len(self.discs) == 1:
            return [np.ones(len(first))]
        ends = [(d.centre[0] - d.extent, d.centre[0] + d.extent) for d in self.discs]
        knots = np.array(ends).ravel()
        return [
            np.interp(first, knots, np.repeat(np.eye(len(ends))[index], 2))
            for index in range(len(ends))
        ]


def _checked(argument: str, array: Array, width: int) -> Array:
    checked = np.asarray(array, dtype=np.float64)
    if checked.ndim != 2 or checked.shape[1] != width:
        raise InvalidInput(argument, f"shape {checked.shape}", f"shape (n, {width})")
    return checked
