"""Networks and counts of violations that the tests of certificates and their benchmark share."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import certify
from geomcheck.certify.error import ErrorBounds, cell_points
from geomcheck.layers import Activation, Affine, Layer, Network, Residual
from theory.chart import Chart
from theory.manifold import Manifold

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


def contradictions(
    model: MLPAutoencoder, K: Manifold, *, seconds: float, points: int, rng: np.random.Generator
) -> tuple[int, bool]:
    """Count points with an error above the certified one; say whether the share contradicts."""
    errors, weights = [], []
    for chart in K.charts:
        low, high = np.array(chart.lower), np.array(chart.upper)
        u = rng.uniform(low, high, (points // len(K.charts), chart.dim))
        x = chart.evaluate(u)
        errors.append(np.linalg.norm(model.decode(model.encode(x)) - x, axis=1))
        weights.append(chart.volume_element(u) * (high - low).prod())
    error, weight = np.concatenate(errors), np.concatenate(weights)
    epsilon = float(np.quantile(error, 0.7))
    found = certify(model, K, epsilon=epsilon, sup_relative=0.01, time_limit=seconds)
    share = weight[error > epsilon].sum() / weight.sum()
    # Six standard deviations of a weighted sample, at most.
    slack = 3 * np.sqrt(np.square(weight).sum()) / weight.sum()
    agrees = found.measure_lower - slack <= share <= found.measure_upper + slack
    return int((error > found.sup_upper).sum()), not agrees
