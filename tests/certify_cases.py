"""Networks and counts of violations that the tests of certificates and their benchmark share."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify.error import ErrorBounds, cell_points
from geomcheck.layers import Activation, Affine, Layer
from theory.chart import Chart

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
) -> MLPAutoencoder:
    """Random weights, steep enough for every kind of bend to occur."""
    rng = np.random.default_rng(seed)

    def layers(widths: tuple[int, ...]) -> Layers:
        return [
            (gain / np.sqrt(n) * rng.standard_normal((m, n)), 0.5 * rng.standard_normal(m))
            for n, m in itertools.pairwise(widths)
        ]

    return MLPAutoencoder.from_weights(
        layers((ambient_dim, *hidden, latent_dim)),
        layers((latent_dim, *hidden[::-1], ambient_dim)),
        activation=activation,
    )


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


def violations(
    model: MLPAutoencoder, chart: Chart, *, cells: int, points: int, rng: np.random.Generator
) -> tuple[int, int]:
    """Count points at which the network leaves its bounds over random cells, and points tried.

    Both the bounds of the length of the error and the linear enclosure of its coordinates.
    """
    low, high = random_cells(chart, cells, rng)
    box = cell_points(chart, low, high)
    found = bounds_of(model).over(box)
    centre = 0.5 * (low + high)
    half = np.nextafter(np.maximum(high - centre, centre - low), np.inf)
    share = rng.uniform(-0.2, 1.2, (points, *low.shape))
    u = np.clip(low + (high - low) * share, low, high)
    x = chart.evaluate(u.reshape(-1, chart.dim))
    error = (model.decode(model.encode(x)) - x).reshape(points, cells, -1)
    length = np.linalg.norm(error, axis=2)
    linear = found.centre + np.einsum("pbk,bkn->pbn", (u - centre) / half, found.generators)
    outside = (length > found.upper) | (length < found.lower)
    outside |= (np.abs(error - linear) > found.remainder).any(axis=2)
    outside &= np.isfinite(found.upper)
    return int(outside.sum()), outside.size
