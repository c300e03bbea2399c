"""Bounds over cells: no point of any chart, and no kind of network, lies outside them."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import torch
from catalogue_cases import ALL, DEFAULTS
from certify_cases import alternating, bounds_of, random_cells, random_network, violations
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import network, relaxation
from geomcheck.certify.error import cell_points
from geomcheck.certify.network import Stack, Zonotope
from geomcheck.certify.relaxation import RELAXATIONS
from geomcheck.certify.volume import cell_volumes
from geomcheck.layers import Activation, Affine, Layer, Network, Residual
from geomcheck.torch_layers import module_of
from theory.catalogue import from_spec
from theory.chart import Chart

CHARTED = [spec for spec in ALL if from_spec(spec).charts]
DEFAULT_CHARTED = [spec for spec in DEFAULTS if from_spec(spec).charts]
NAMES = sorted(RELAXATIONS)


def in_float32(model: MLPAutoencoder) -> MLPAutoencoder:
    return MLPAutoencoder(model.encoder.float(), model.decoder.float())


@pytest.mark.parametrize("spec", CHARTED)
def test_no_point_of_a_chart_leaves_the_bounds(spec: str) -> None:
    K = from_spec(spec)
    rng = np.random.default_rng(5)
    model = random_network(K.ambient_dim, K.dim, seed=K.ambient_dim)
    for chart in K.charts:
        assert violations(model, chart, cells=250, points=40, rng=rng)[0] == 0


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("gain", [0.5, 2.0, 6.0])
@pytest.mark.parametrize("name", NAMES)
def test_no_kind_of_network_leaves_the_bounds(name: str, gain: float, single: bool) -> None:
    K = from_spec("sphere")
    rng = np.random.default_rng(6)
    for latent_dim, hidden in ((1, (20,)), (2, (12, 9, 7)), (3, (16, 16))):
        model = random_network(3, latent_dim, activation=name, hidden=hidden, gain=gain)
        model = in_float32(model) if single else model
        assert violations(model, K.charts[0], cells=150, points=40, rng=rng)[0] == 0


@pytest.mark.parametrize("share", [0.0, 0.5])
@pytest.mark.parametrize("name", NAMES)
def test_too_narrow_a_relaxation_is_noticed(
    name: str, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(low, high, unit):  # type: ignore[no-untyped-def]
        slope, offset, radius = RELAXATIONS[name](low, high, unit)
        return slope, offset, share * radius

    monkeypatch.setattr(relaxation, "RELAXATIONS", {name: wrong})
    rng = np.random.default_rng(7)
    # One bend only, so that the excess of one cannot hide behind the slack of another.
    model = random_network(2, 2, activation=name, hidden=(1,), gain=6.0, seed=1)
    chart = from_spec("circle").charts[0]
    assert violations(model, chart, cells=300, points=300, rng=rng)[0] > 0


def test_a_forgotten_remainder_of_the_chart_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    import certify_cases

    def flat(chart, low, high):  # type: ignore[no-untyped-def]
        box = cell_points(chart, low, high)
        return Zonotope(box.centre, box.generators, 0 * box.remainder)

    monkeypatch.setattr(certify_cases, "cell_points", flat)
    rng = np.random.default_rng(8)
    model = random_network(2, 1, hidden=(4,), gain=0.3)
    chart = from_spec("circle").charts[0]
    assert violations(model, chart, cells=300, points=50, rng=rng)[0] > 0


def test_bounds_grow_tight_with_the_square_of_the_cell() -> None:
    K = from_spec("sphere")
    model = random_network(3, 2)
    middle = np.random.default_rng(9).uniform(0.5, 2.5, (40, 2))
    widths = []
    for half in (1e-2, 1e-3, 1e-4):
        found = bounds_of(model).over(cell_points(K.charts[0], middle - half, middle + half))
        widths.append(found.remainder.max())
    assert widths[1] < widths[0] / 80
    assert widths[2] < widths[1] / 80


def test_at_a_point_only_rounding_is_left() -> None:
    K = from_spec("torus")
    for single, slack in ((False, 1e-11), (True, 1e-2)):
        model = random_network(3, 2)
        model = in_float32(model) if single else model
        u = np.random.default_rng(10).uniform(0, 6, (200, 2))
        found = bounds_of(model).over(cell_points(K.charts[0], u, u))
        x = K.charts[0].evaluate(u)
        error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
        assert (found.lower <= error).all()
        assert (error <= found.upper).all()
        assert (found.upper - found.lower <= slack).all()


def test_an_unbounded_chart_gives_an_infinite_bound() -> None:
    chart = Chart(lambda t: (np.log(t), t), (0.0,), (1.0,), (False,))
    model = random_network(2, 1)
    low, high = np.array([[0.0], [0.25]]), np.array([[0.25], [0.5]])
    found = bounds_of(model).over(cell_points(chart, low, high))
    assert np.isinf(found.upper[0])
    assert found.lower[0] == 0
    assert np.isfinite(found.upper[1])


def test_overflow_gives_an_infinite_bound() -> None:
    model = random_network(2, 1, activation="relu", gain=1e150)
    chart = from_spec("circle").charts[0]
    found = bounds_of(model).over(cell_points(chart, np.array([[0.0]]), np.array([[0.1]])))
    assert np.isinf(found.upper).all()
    assert (found.lower == 0).all()


@pytest.mark.parametrize("inputs", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_claimed_of_sets_that_are_not_numbers(name: str, inputs: float) -> None:
    weight, bias = np.full((2, 2), 1e10), np.zeros(2)
    stack = Stack(alternating([(weight, bias)] * 3, name))
    centre = np.array([[inputs, 0.0], [1.0, 0.0]])
    bounds = stack.enclose(Zonotope(centre, np.zeros((2, 1, 2)), np.zeros((2, 2))))
    assert np.isinf(bounds.remainder[0]).all()
    assert not np.isnan(bounds.matrix).any()


def _exact_volume(chart: Chart, low: np.ndarray, high: np.ndarray) -> float:
    # Gauss-Legendre of so many nodes is exact to rounding on cells this small.
    nodes, weights = np.polynomial.legendre.leggauss(24)
    axes = [0.5 * (a + b) + 0.5 * (b - a) * nodes for a, b in zip(low, high, strict=True)]
    grid = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
    weight = np.ones(1)
    for a, b in zip(low, high, strict=True):
        weight = np.outer(weight, 0.5 * (b - a) * weights).ravel()
    return float((chart.volume_element(grid) * weight).sum())


@pytest.mark.parametrize("spec", DEFAULT_CHARTED)
def test_volumes_of_cells_are_enclosed(spec: str) -> None:
    rng = np.random.default_rng(11)
    for chart in from_spec(spec).charts:
        low, high = random_cells(chart, 30, rng)
        high = np.minimum(high, low + 0.5)
        small, large, _ = cell_volumes(chart, low, high)
        for row in range(len(low)):
            exact = _exact_volume(chart, low[row], high[row])
            # Next to a pole the determinant of the reference loses half of its digits.
            own = 1e-7 * float((high[row] - low[row]).prod())
            assert small[row] <= exact + own
            assert exact <= large[row] + own


def test_volumes_add_up_and_grow_tight() -> None:
    chart = from_spec("ellipsoid").charts[0]
    edges = [np.linspace(a, b, 129) for a, b in zip(chart.lower, chart.upper, strict=True)]
    low = np.stack(np.meshgrid(edges[0][:-1], edges[1][:-1], indexing="ij"), -1).reshape(-1, 2)
    high = np.stack(np.meshgrid(edges[0][1:], edges[1][1:], indexing="ij"), -1).reshape(-1, 2)
    small, large, _ = cell_volumes(chart, low, high)
    volume = from_spec("ellipsoid").claims.volume
    assert volume is not None
    assert small.sum() <= volume.value <= large.sum()
    assert large.sum() - small.sum() < 2e-3 * volume.value


def _exact_rows(weight: np.ndarray, offset: np.ndarray, x: list[Fraction]) -> list[Fraction]:
    rows = []
    for row, start in zip(weight, offset, strict=True):
        terms = (Fraction(float(w)) * v for w, v in zip(row, x, strict=True))
        rows.append(sum(terms, Fraction(float(start))))
    return rows


def outside_in_exact_arithmetic(seed: int, power: float, width: float) -> int:
    """Count outputs of a ReLU network, in rational numbers, that leave their enclosure."""
    rng = np.random.default_rng(seed)
    layers = []
    for shape in ((6, 2), (5, 6), (3, 5)):
        sizes = 10 ** rng.uniform(-power, power, shape)
        layers.append(
            (rng.standard_normal(shape) * sizes, 10**power * rng.standard_normal(shape[0]))
        )
    # Rows that nearly cancel their bias where every unit of the layer below gives one.
    layers[1] = (layers[1][0], -layers[1][0].sum(axis=1))
    centre, half = rng.standard_normal((1, 2)), width * rng.uniform(size=(1, 2))
    sets = Zonotope(centre, half[:, :, None] * np.eye(2), np.zeros((1, 2)))
    bounds = Stack(alternating(layers, "relu")).enclose(sets)
    count = 0
    for signs in ((0, 0), (1, 1), (-1, 1), (1, -1)):
        x = [
            Fraction(float(c)) + sign * Fraction(float(h))
            for c, sign, h in zip(centre[0], signs, half[0], strict=True)
        ]
        linear = _exact_rows(bounds.matrix[0], bounds.offset[0], x)
        value = x
        for number, (weight, bias) in enumerate(layers):
            inner = value if number == 0 else [max(v, Fraction(0)) for v in value]
            value = _exact_rows(weight, bias, inner)
        for exact, line, rest in zip(value, linear, bounds.remainder[0], strict=True):
            count += abs(exact - line) > Fraction(float(rest))
    return count


@given(st.integers(0, 10**6), st.floats(0, 8), st.sampled_from([0.0, 1e-12, 1e-3]))
def test_cancellation_is_accounted_for_in_exact_arithmetic(
    seed: int, power: float, width: float
) -> None:
    assert outside_in_exact_arithmetic(seed, power, width) == 0


def test_forgotten_rounding_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_gamma", lambda n, unit: 0.0)
    monkeypatch.setattr(network, "ROUNDING", 0.0)
    monkeypatch.setattr(
        relaxation,
        "RELAXATIONS",
        {"relu": lambda low, high, unit: (np.where(low >= 0, 1.0, 0.0), 0 * low, 0 * low)},
    )
    assert sum(outside_in_exact_arithmetic(seed, 2.0, 0.0) for seed in range(20)) > 0


@pytest.mark.parametrize("name", NAMES)
def test_sets_described_by_their_remainder_alone(name: str) -> None:
    # Where the slope of a relaxation is negative, what is uncertain before it still is after it.
    rng = np.random.default_rng(13)
    for seed in range(4):
        layers = _random_layers((3, 6, 5, 2), rng, residual=seed % 2 == 1)
        layers = tuple(Activation(name) if isinstance(x, Activation) else x for x in layers)
        centre = rng.normal(scale=3, size=(200, 3))
        half = 10.0 ** rng.uniform(-6, 0, (200, 1)) * np.ones((200, 3))
        bounds = Stack(layers).enclose(Zonotope(centre, np.zeros((200, 1, 3)), half))
        module = module_of(layers)
        for share in rng.uniform(-1, 1, (8, 1, 3)):
            x = centre + half * np.sign(share)
            y = module(torch.tensor(x)).numpy(force=True)
            line = np.einsum("bqn,bn->bq", bounds.matrix, x) + bounds.offset
            assert (np.abs(y - line) <= bounds.remainder).all()


def _random_layers(
    widths: tuple[int, ...], rng: np.random.Generator, *, residual: bool = False
) -> tuple[Layer, ...]:
    """Linear layers with activations between them; with residual blocks of every kind."""
    layers: list[Layer] = []
    for number, (n, m) in enumerate(itertools.pairwise(widths)):
        if number:
            layers.append(Activation("tanh"))
        if residual and number:
            w = rng.standard_normal((n, n)) / np.sqrt(n)
            inner = (Affine(w, rng.standard_normal(n)), Activation("tanh"))
            nested = Residual((Activation("tanh"), Residual(inner), Affine(w.T, np.zeros(n))))
            layers += [Residual(inner), nested]
        layers.append(Affine(2 * rng.standard_normal((m, n)) / np.sqrt(n), rng.normal(size=m)))
    return tuple(layers)


@pytest.mark.parametrize("single", [False, True])
def test_residual_blocks_do_not_leave_the_bounds(single: bool) -> None:
    rng = np.random.default_rng(14)
    chart = from_spec("sphere").charts[0]
    for latent_dim in (1, 2, 3):
        network = Network(
            _random_layers((3, 10, 7, latent_dim), rng, residual=True),
            _random_layers((latent_dim, 7, 3), rng, residual=True),
            "float32" if single else "float64",
        )
        model = MLPAutoencoder.from_network(network)
        assert violations(model, chart, cells=200, points=40, rng=rng)[0] == 0
        middle = np.full((1, 2), 1.0)
        tight = bounds_of(model).over(cell_points(chart, middle, middle))
        assert tight.upper - tight.lower < (1e-2 if single else 1e-11)


@pytest.mark.parametrize("fault", ["no skip forward", "no skip back"])
def test_a_forgotten_skip_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if fault == "no skip forward":
        around = Stack._around

        def wrong(self, skip, x):  # type: ignore[no-untyped-def]
            trace, _, size, sound = around(self, skip, x)
            return trace, self._forward(skip.block, x)[1], size, sound

        monkeypatch.setattr(Stack, "_around", wrong)
    else:
        monkeypatch.setattr(network.np, "eye", lambda n: np.zeros((n, n)))
    rng = np.random.default_rng(15)
    chart = from_spec("sphere").charts[0]
    layers = _random_layers((3, 10, 7, 2), rng, residual=True)
    model = MLPAutoencoder.from_network(Network(layers, _random_layers((2, 4, 3), rng)))
    assert violations(model, chart, cells=200, points=40, rng=rng)[0] > 0
