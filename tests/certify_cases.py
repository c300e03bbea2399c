"""Networks and counts of violations that the tests of certificates and their benchmark share."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify.error import ErrorBounds, cell_points
from geomcheck.layers import Activation, Affine, Layer, Network, Residual
from theory.chart import Chart
from theory.taylor_form import ROUNDING

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array]]


def alternating(pairs: Layers, activation: str) -> tuple[Layer, ...]:
    """Linear layers with one activation between them."""
    between = Activation(activation)
    layers = [(Affine(weight, bias), between) for weight, bias in pairs]
    return tuple(layer for two in layers for layer in two)[:-1]


def random_network(
    ambient_dim: int,
    latent_dim: int,
    *,
    activation: str = "tanh",
    hidden: tuple[int, ...] = (24, 16),
    gain: float = 1.6,
    seed: int = 0,
    residual: bool = False,
) -> MLPAutoencoder:
    """Random weights, steep enough for every kind of bend to occur."""
    rng = np.random.default_rng(seed)

    def layers(widths: tuple[int, ...]) -> Layers:
        return [
            (gain / np.sqrt(n) * rng.standard_normal((m, n)), 0.5 * rng.standard_normal(m))
            for n, m in itertools.pairwise(widths)
        ]

    widths = (ambient_dim, *hidden, latent_dim)
    parts = [alternating(layers(w), activation) for w in (widths, widths[::-1])]
    if residual:
        # After the first activation of either half.
        for number, width in enumerate((hidden[0], hidden[-1])):
            inner = alternating(layers((width, width, width)), activation)
            parts[number] = (*parts[number][:2], Residual(inner), *parts[number][2:])
    return MLPAutoencoder.from_network(Network(parts[0], parts[1]))


def linear_network(encoder: Array, decoder: Array, offset: Array | None = None) -> MLPAutoencoder:
    """x to decoder @ encoder @ x + offset."""
    return MLPAutoencoder.from_weights(
        [(np.asarray(encoder, float), np.zeros(len(encoder)))],
        [(np.asarray(decoder, float), np.zeros(len(decoder)) if offset is None else offset)],
    )


def random_cells(chart: Chart, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Cells of every size in the chart's box."""
    first, last = np.array(chart.lower), np.array(chart.upper)
    shape = (n, chart.dim)
    side = (last - first) * 10.0 ** rng.uniform(-7, 0, (n, 1)) * rng.uniform(0.1, 1, shape)
    low = first + (last - first - side) * rng.uniform(size=shape)
    return low, np.minimum(low + side, last)


def bounds_of(model: MLPAutoencoder) -> ErrorBounds:
    return ErrorBounds(model.as_network())


@dataclass(frozen=True, eq=False)
class Tried:
    """What P points in each of B cells use up of the bounds over the cells.

    Parameters
    ----------
    outside : array of shape (P, B)
        Points that lie outside a bound; none where nothing is claimed of the cell.
    upper, lower, rest : array of shape (P, B)
        |e| / its upper bound, its lower bound / |e| (the better of the constant and the linear
        one), and the largest |e_i - linear form| / remainder; at most 1 inside.
    """

    outside: NDArray[np.bool_]
    upper: Array
    lower: Array
    rest: Array


class Bounded:
    """Cells (B, k) of a chart, with bounds of a network's error over them that can be tried."""

    def __init__(self, model: MLPAutoencoder, chart: Chart, low: Array, high: Array) -> None:
        self.model, self.chart = model, chart
        self.low, self.high = low, high
        self.found = bounds_of(model).over(cell_points(chart, low, high))
        self.known = np.isfinite(self.found.upper)

    def at(self, u: Array) -> Tried:
        """Try points of the cells, of shape (P, B, k).

        Both the bounds of the length of the error and the linear enclosure of its coordinates.
        """
        found, shape = self.found, u.shape[:2]
        centre = 0.5 * (self.low + self.high)
        half = np.nextafter(np.maximum(self.high - centre, centre - self.low), np.inf)
        x = self.chart.evaluate(u.reshape(-1, self.chart.dim))
        error = (self.model.decode(self.model.encode(x)) - x).reshape(*shape, -1)
        length = np.sqrt(np.einsum("pbn,pbn->pb", error, error))
        xi = (u - centre) / half
        error -= found.centre
        for axis in range(self.chart.dim):
            error -= xi[:, :, axis, None] * found.generators[:, axis]
        off = np.abs(error, out=error)
        # One rounding of the sum here is no fault of the bound.
        least = found.along + (xi * found.tilt).sum(axis=2)
        least -= 8 * ROUNDING * (np.abs(found.along) + np.abs(found.tilt).sum(axis=1))
        least = np.maximum(least, found.lower)
        outside = (length > found.upper) | (length < least)
        outside |= (off > found.remainder).any(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            used = [length / found.upper, least / length, (off / found.remainder).max(axis=2)]
        upper, lower, rest = (np.where(self.known, np.nan_to_num(x), 0.0) for x in used)
        return Tried(outside & self.known, upper, lower, rest)

    def random(self, points: int, rng: np.random.Generator) -> Array:
        """Draw points in every cell, some of them on its faces."""
        share = rng.uniform(-0.2, 1.2, (points, *self.low.shape))
        return np.clip(self.low + (self.high - self.low) * share, self.low, self.high)


def violations(
    model: MLPAutoencoder, chart: Chart, *, cells: int, points: int, rng: np.random.Generator
) -> tuple[int, int]:
    """Count points at which the network leaves its bounds over random cells, and points tried."""
    bounded = Bounded(model, chart, *random_cells(chart, cells, rng))
    outside = bounded.at(bounded.random(points, rng)).outside
    return int(outside.sum()), outside.size
