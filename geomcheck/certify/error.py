"""Bounds of |G(F(x)) - x| over cells of a chart."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import product

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.network import AffineBounds, Stack, Zonotope
from geomcheck.layers import Network
from theory.chart import Chart
from theory.taylor_form import ROUNDING, TINY, box_forms, lifted

__all__ = [
    "CellErrors",
    "ErrorBounds",
    "as_inputs",
    "as_seen",
    "cell_points",
    "image_of",
    "length_bounds",
]

Array = NDArray[np.float64]

# Up to this dimension the largest value over a parallelotope is taken over its corners.
_CORNERS = 6
# Squares of smaller numbers underflow.
_SMALL = 1e-150
# Numbers a layer holds at once: temporary arrays no larger than this cost no new pages of memory.
_TOGETHER = 4096


@dataclass(frozen=True, eq=False)
class CellErrors:
    """The error vector e = G(F(x)) - x over B cells, and bounds of its length.

    Parameters
    ----------
    centre : array of shape (B, N)
    generators : array of shape (B, k, N)
        e = centre + generators^T xi + rest, with xi running over [-1, 1]^k with the cell.
    remainder : array of shape (B, N)
        Bound of the rest, coordinate by coordinate.
    upper, lower : array of shape (B,)
        Bounds of |e| over each cell.
    along : array of shape (B,)
    tilt : array of shape (B, k)
        |e| >= along + tilt . xi.
    extent : array of shape (B, k)
        Length of the cell's image along each coordinate.
    """

    centre: Array
    generators: Array
    remainder: Array
    upper: Array
    lower: Array
    along: Array
    tilt: Array
    extent: Array


def cell_points(chart: Chart, low: Array, high: Array) -> Zonotope:
    """Enclose the chart over cells [low, high], given as arrays (B, k)."""
    forms = box_forms(low, high)
    columns = [lifted(column, forms[0]) for column in chart.map(*forms)]
    return Zonotope(
        np.stack([c.centre for c in columns], axis=1),
        np.stack([c.linear for c in columns], axis=2),
        np.stack([c.remainder for c in columns], axis=1),
    )


class ErrorBounds:
    """An autoencoder whose error is to be bounded.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        self.unit = ROUNDING if network.precision == "float64" else 2.0**-24
        self.encoder = Stack(network.encoder, self.unit)
        self.decoder = Stack(network.decoder, self.unit)
        self.widest = max(self.encoder.widest, self.decoder.widest)

    def over(self, points: Zonotope) -> CellErrors:
        """Bound the error over sets of points."""
        most = max(_TOGETHER // self.widest, 16)
        lots = [slice(i, i + most) for i in range(0, len(points.centre), most)]
        parts = [self._over(points.where(lot)) for lot in lots] or [self._over(points)]
        return CellErrors(
            *[np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(CellErrors)]
        )

    def _over(self, points: Zonotope) -> CellErrors:
        x, moved, known = as_seen(points, self.unit)
        with np.errstate(all="ignore"):
            encoded = self.encoder.enclose(x)
            codes = image_of(encoded, x)
            decoded = self.decoder.enclose(as_inputs(codes))
            centre, generators, rest = _difference(x, encoded, codes, decoded)
            rest = (rest + moved) * (1 + 2 * ROUNDING)
            upper, lower, along, tilt = length_bounds(centre, generators, rest)
            extent = np.sqrt((points.generators**2).sum(axis=2))
        sound = known & np.isfinite(upper) & np.isfinite(lower)
        return CellErrors(
            centre,
            generators,
            rest,
            np.where(sound, upper, np.inf),
            np.where(sound, np.maximum(lower, 0.0), 0.0),
            along,
            tilt,
            extent,
        )


def as_seen(points: Zonotope, unit: float) -> tuple[Zonotope, Array, NDArray[np.bool_]]:
    """Return sets of points as a network sees them, by how much they moved, and which are known.

    A network of lower precision rounds its inputs first: it sees x plus as much. Sets of which
    nothing is known are replaced.
    """
    known = np.asarray(np.isfinite(points.remainder).all(axis=1))
    remainder = np.where(known[:, None], points.remainder, 0.0)
    moved = unit * points.magnitude + 1e-36
    moved = moved if unit > ROUNDING else np.zeros_like(remainder)
    remainder = (remainder + moved) * (1 + 2 * ROUNDING)
    return Zonotope(points.centre, points.generators, remainder), moved, known


def image_of(affine: AffineBounds, x: Zonotope) -> Zonotope:
    """Put a zonotope into an affine enclosure."""
    n, p = x.centre.shape[1], x.generators.shape[1]
    weight = np.abs(affine.matrix)
    centre = _applied(affine.matrix, x.centre) + affine.offset
    generators = np.matmul(x.generators, affine.matrix.transpose(0, 2, 1))
    gamma = (n + p + 8) * 2 * ROUNDING
    rounding = gamma * (_applied(weight, x.magnitude) + np.abs(affine.offset))
    remainder = (affine.remainder + _applied(weight, x.remainder)) * (1 + gamma) + rounding + TINY
    return Zonotope(centre, generators, remainder)


def as_inputs(codes: Zonotope) -> Zonotope:
    """Turn the remainder of the codes into generators of their own."""
    batch, m = codes.centre.shape
    spread = np.abs(codes.generators).sum(axis=1) + codes.remainder
    spread = spread * (1 + (codes.generators.shape[1] + 4) * ROUNDING) + TINY
    nothing = np.zeros((batch, m))
    if m == 1:
        return Zonotope(codes.centre, spread[:, None], nothing)
    own = codes.remainder[:, :, None] * np.eye(m)
    return Zonotope(codes.centre, np.concatenate([codes.generators, own], axis=1), nothing)


def _difference(
    x: Zonotope, encoded: AffineBounds, codes: Zonotope, decoded: AffineBounds
) -> tuple[Array, Array, Array]:
    # G(F(x)) - x = D (E x + e +- re) + d +- rd - x: the generators of x meet D E - 1, and so
    # does its remainder.
    n, m, k = x.centre.shape[1], codes.centre.shape[1], x.generators.shape[1]
    weight = np.abs(decoded.matrix)
    image = _applied(decoded.matrix, codes.centre) + decoded.offset
    centre = image - x.centre
    generators = np.matmul(codes.generators, decoded.matrix.transpose(0, 2, 1)) - x.generators
    through = np.matmul(decoded.matrix, encoded.matrix)
    through = np.abs(through - np.eye(n))
    size = np.matmul(weight, np.abs(encoded.matrix))
    magnitude = x.magnitude
    # What the codes' remainder holds beyond the image of x's own remainder.
    beyond = codes.remainder - _applied(np.abs(encoded.matrix), x.remainder)
    beyond = np.maximum(beyond, 0.0) + 4 * (n + 4) * ROUNDING * codes.remainder
    gamma = (n + m + k + 16) * 2 * ROUNDING
    rounding = gamma * (
        _applied(weight, codes.magnitude)
        + np.abs(decoded.offset)
        + magnitude
        + _applied(size, x.remainder)
        + _applied(weight, codes.remainder)
    )
    rest = decoded.remainder + _applied(through, x.remainder) + _applied(weight, beyond)
    return centre, generators, rest * (1 + gamma) + rounding + TINY


def length_bounds(
    centre: Array, generators: Array, rest: Array
) -> tuple[Array, Array, Array, Array]:
    """Bound |e| over sets e = centre + generators^T xi + rest, and by a linear form from below.

    Returns
    -------
    upper, lower : arrays of shape (B,)
        Where lower is positive, e stays on the side of the centre of a hyperplane through 0.
    along, tilt : arrays of shape (B,), (B, k)
        See `CellErrors`.
    """
    n, k = centre.shape[1], generators.shape[1]
    gamma = (n + k + 16) * 2 * ROUNDING
    radius = np.sqrt((rest * rest).sum(axis=1))
    if k <= _CORNERS:
        # The length is convex, so its maximum over a parallelotope is at a corner; opposite
        # corners are both among these.
        upper = np.zeros(len(centre))
        for signs in product((-1.0, 1.0), repeat=k):
            corner = centre + np.tensordot(generators, np.array(signs), axes=([1], [0]))
            upper = np.maximum(upper, (corner * corner).sum(axis=1))
        upper = np.sqrt(upper)
    else:
        upper = np.sqrt((centre * centre).sum(axis=1))
        upper = upper + np.sqrt((generators * generators).sum(axis=2)).sum(axis=1)
    size = np.abs(centre).sum(axis=1) + np.abs(generators).sum(axis=(1, 2))
    upper = (upper + radius) * (1 + gamma) + gamma * size + _SMALL
    # From below: |e| >= <e, v> for the unit vector v along the centre.
    length = np.sqrt((centre * centre).sum(axis=1))
    length = np.where(length > _SMALL, length, np.inf)
    unit = centre / length[:, None] * (1 - 8 * n * ROUNDING)
    tilt = np.matmul(generators, unit[:, :, None])[:, :, 0]
    along = (unit * centre).sum(axis=1) - (np.abs(unit) * rest).sum(axis=1)
    along = along - gamma * (size + rest.sum(axis=1)) - TINY
    lower = along - np.abs(tilt).sum(axis=1)
    lower = lower - gamma * (np.abs(along) + np.abs(lower))
    return upper, lower, along, tilt


def _applied(matrix: Array, vector: Array) -> Array:
    return np.asarray(np.matmul(matrix, vector[:, :, None])[:, :, 0])
