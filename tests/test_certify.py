"""Certificates: on networks whose error is known, at any time limit, and against samples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from certify_cases import linear_network, random_network
from scipy.integrate import quad

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import Enclosure, certificate, certify, relaxation
from geomcheck.certify.certificate import obstacle
from geomcheck.certify.divide import divided, grid
from geomcheck.certify.relaxation import RELAXATIONS
from geomcheck.layers import Activation, Affine, Network, Residual
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.result import Verdict
from geomcheck.verify import verify
from theory.catalogue import from_spec
from theory.chart import Chart
from theory.combine import disjoint_union, moved
from theory.errors import InvalidInput
from theory.manifold import Manifold

FLAT = linear_network(np.array([[1.0, 0.0]]), np.array([[1.0], [0.0]]))
"""Forgets the second coordinate of the plane."""
FLAT_IN_SPACE = linear_network(np.eye(3)[:2], np.eye(3)[:, :2])


def check_order(found: Enclosure) -> None:
    assert 0 <= found.sup_lower <= found.sup_upper
    assert 0 <= found.measure_lower <= found.measure_upper <= 1


def test_the_identity_has_no_error() -> None:
    for spec in ("circle", "linked-circles", "sphere", "special-orthogonal"):
        K = from_spec(spec)
        n = K.ambient_dim
        found = certify(linear_network(np.eye(n), np.eye(n)), K, epsilon=0.1)
        assert found.sup_upper <= 1e-7
        assert (found.measure_lower, found.measure_upper) == (0, 0)
        assert found.reason_stopped == "reached"


def test_everything_to_the_centre_of_a_circle() -> None:
    model = linear_network(np.zeros((1, 2)), np.zeros((2, 1)))
    found = certify(model, from_spec("circle:R=2"), epsilon=1.9, sup_relative=1e-3)
    assert found.sup_lower <= 2 <= found.sup_upper <= 2.002 * (1 + 1e-9)
    assert found.sup_lower == pytest.approx(2, abs=1e-12)
    assert found.measure_lower == pytest.approx(1)
    assert found.measure_upper == 1
    assert certify(model, from_spec("circle:R=2"), epsilon=2.1).measure_upper == 0


def test_a_circle_pressed_flat() -> None:
    # err = |sin t|, above 1/2 on two thirds of the circle.
    found = certify(FLAT, from_spec("circle"), epsilon=0.5, measure_tolerance=1e-7)
    assert found.sup_lower <= 1 <= found.sup_upper <= 1.02 * (1 + 1e-9)
    assert found.measure_lower <= 2 / 3 <= found.measure_upper
    assert np.abs(np.abs(found.sup_point) - [0, 1]).max() < 0.3
    error = np.linalg.norm(found.sup_point - [found.sup_point[0], 0])
    assert error == pytest.approx(found.sup_lower, abs=1e-12)
    assert found.measure_upper - found.measure_lower <= 1e-7


def test_a_sphere_pressed_flat() -> None:
    # Archimedes: |z| exceeds epsilon on the share 1 - epsilon.
    found = certify(FLAT_IN_SPACE, from_spec("sphere"), epsilon=0.7, measure_tolerance=1e-2)
    assert found.sup_lower <= 1 <= found.sup_upper <= 1.02 * (1 + 1e-9)
    assert found.measure_lower <= 0.3 <= found.measure_upper
    assert found.measure_upper - found.measure_lower <= 0.01


def test_the_measure_is_that_of_length_not_of_the_coordinate() -> None:
    K = from_spec("ellipse:a=2,b=1")

    def length(first: float, last: float) -> float:
        return float(quad(lambda t: math.hypot(2 * math.sin(t), math.cos(t)), first, last)[0])

    share = 1 - 4 * length(0, math.asin(0.5)) / length(0, 2 * math.pi)
    found = certify(FLAT, K, epsilon=0.5, measure_tolerance=1e-5)
    assert found.measure_lower <= share <= found.measure_upper
    assert found.measure_upper - found.measure_lower <= 1e-5


def test_components_count_by_their_volume() -> None:
    # A circle in the plane z = 0 is left alone, one of twice its length above it is not.
    low = moved(from_spec("circle"), np.eye(3)[:, :2], name="low")
    high = moved(from_spec("circle:R=2"), np.eye(3)[:, :2], np.array([0.0, 0, 5]), name="high")
    found = certify(FLAT_IN_SPACE, disjoint_union([low, high]), epsilon=1.0)
    assert found.sup_lower <= 5 <= found.sup_upper
    assert found.sup_point[2] == 5
    assert found.measure_lower <= 2 / 3 <= found.measure_upper
    assert found.measure_upper - found.measure_lower <= 1e-4


@pytest.mark.parametrize("limit", [0.0, 0.01, 0.05, 0.2])
def test_any_time_limit_gives_a_valid_enclosure(limit: float) -> None:
    found = certify(
        FLAT_IN_SPACE,
        from_spec("sphere"),
        epsilon=0.7,
        sup_relative=1e-9,
        measure_tolerance=0.0,
        time_limit=limit,
    )
    check_order(found)
    assert found.reason_stopped == "time limit"
    assert found.sup_lower <= 1 <= found.sup_upper
    assert found.measure_lower <= 0.3 <= found.measure_upper


CASES = [
    (spec, latent_dim, name)
    for spec, latent_dim in (("linked-circles", 1), ("trefoil", 2), ("sphere", 2))
    for name in sorted(RELAXATIONS)
]


@pytest.mark.parametrize(("spec", "latent_dim", "name"), CASES)
def test_no_sample_contradicts_the_enclosure(spec: str, latent_dim: int, name: str) -> None:
    K = from_spec(spec)
    model = random_network(K.ambient_dim, latent_dim, activation=name, hidden=(12, 12), gain=1.0)
    x = K.sample(20_000, rng=3)
    error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
    epsilon = float(np.quantile(error, 0.8))
    found = certify(
        model, K, epsilon=epsilon, sup_relative=0.05, measure_tolerance=0.02, time_limit=3
    )
    check_order(found)
    assert error.max() <= found.sup_upper
    share = float((error > epsilon).mean())
    # Six standard deviations of a sample of this size.
    slack = 6 * math.sqrt(0.25 / len(x))
    assert found.measure_lower - slack <= share <= found.measure_upper + slack
    point = found.sup_point[None]
    there = float(np.linalg.norm(model.decode(model.encode(point)) - point))
    assert there == pytest.approx(found.sup_lower, rel=1e-9)
    assert float(K.distance(point)[0]) < 1e-6


def test_a_wrong_relaxation_gives_an_enclosure_that_samples_contradict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(low, high, unit):  # type: ignore[no-untyped-def]
        slope, offset, radius = RELAXATIONS["tanh"](low, high, unit)
        return slope, offset + 0.1, radius

    K = from_spec("circle")
    model = random_network(2, 1, gain=3.0, hidden=(8, 8))
    x = K.sample(20_000, rng=4)
    error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
    sound = certify(model, K, epsilon=1.0, sup_relative=1e-3)
    assert error.max() <= sound.sup_upper
    monkeypatch.setattr(relaxation, "RELAXATIONS", {"tanh": wrong})
    # The model contradicts it before the search begins; without that look samples do.
    assert "does not evaluate" in str(obstacle(model, K))
    monkeypatch.setattr(certificate, "_evaluates", lambda *_: True)
    shares = []
    for epsilon in np.quantile(error, [0.2, 0.4, 0.6, 0.8]):
        found = certify(model, K, epsilon=float(epsilon), sup_relative=0.5)
        share = float((error > epsilon).mean())
        agrees = found.measure_lower - 0.02 <= share <= found.measure_upper + 0.02
        shares.append(agrees and error.max() <= found.sup_upper)
    assert not all(shares)


def test_several_charts_of_one_part_leave_the_measure_open() -> None:
    circle = from_spec("circle")
    chart = circle.charts[0]
    halves = (
        replace(chart, upper=(4.0,), periodic=(False,)),
        replace(chart, lower=(3.0,), periodic=(False,)),
    )
    found = certify(FLAT, replace(circle, charts=halves), epsilon=0.5)
    assert found.sup_lower <= 1 <= found.sup_upper <= 1.03
    assert (found.measure_lower, found.measure_upper) == (0, 1)


def test_a_chart_of_unbounded_density_leaves_one_end_open() -> None:
    arc = Chart(lambda t: (t, np.sqrt(t)), (0.0,), (1.0,), (False,))
    curve = replace(from_spec("circle"), charts=(arc,))
    found = certify(FLAT, curve, epsilon=0.5, time_limit=0.5)
    assert found.sup_lower <= 1 <= found.sup_upper <= 1.02 * (1 + 1e-9)
    # Nothing is known of the length near 0, where the error is small.
    steep = quad(lambda t: math.hypot(1, 0.5 / math.sqrt(t)), 0.25, 1)[0]
    whole = quad(lambda s: math.hypot(2 * s, 1), 0, 1)[0]
    assert found.measure_lower == 0
    assert steep / whole <= found.measure_upper < 1
    assert found.reason_stopped != "reached"


def test_it_stops_where_rounding_alone_leaves_all_undecided() -> None:
    # The error is epsilon everywhere.
    model = linear_network(np.zeros((1, 2)), np.zeros((2, 1)))
    found = certify(model, from_spec("circle"), epsilon=1.0, time_limit=300)
    assert found.reason_stopped == "smallest cells"
    assert (found.measure_lower, found.measure_upper) == (0, 1)
    # A rounding is all that it takes to decide it.
    assert certify(model, from_spec("circle"), epsilon=1 - 1e-9).measure_lower == pytest.approx(1)


def test_cells_divided_several_times_at_once_tile_their_cell() -> None:
    cells = grid(0, from_spec("sphere").charts[0]).where(np.arange(4))
    parts = divided(cells, np.array([0, 1, 2, 3]))
    assert len(parts) == 1 + 2 + 4 + 8
    size = (cells.high - cells.low).prod(axis=1)
    assert (parts.high - parts.low).prod(axis=1).sum() == pytest.approx(size.sum())
    middle = 0.5 * (parts.low + parts.high)
    inside = (parts.low < middle[:, None]) & (middle[:, None] < parts.high)
    assert (inside.all(axis=2).sum(axis=1) == 1).all()
    # Longest extent first, so that the parts are as square as halving can make them.
    sides = parts.high - parts.low
    assert (sides.max(axis=1) <= 2 * sides.min(axis=1) * (1 + 1e-12)).all()


def test_the_same_seed_gives_the_same_enclosure() -> None:
    K, model = from_spec("circle"), random_network(2, 1)
    one, two = (certify(model, K, epsilon=0.5, time_limit=60, rng=7) for _ in range(2))
    assert (one.sup_lower, one.sup_upper) == (two.sup_lower, two.sup_upper)
    assert (one.measure_lower, one.measure_upper) == (two.measure_lower, two.measure_upper)
    assert one.cells == two.cells


def _by_differences() -> Manifold:
    circle = from_spec("circle")
    return replace(circle, charts=(replace(circle.charts[0], differences=True),))


def test_what_cannot_be_certified_is_refused_with_the_reason() -> None:
    circle, function = from_spec("circle"), FunctionAutoencoder(lambda x: x, lambda z: z, 2, 2)
    bare = replace(circle, charts=())
    for model, subject, word in (
        (function, circle, "layers"),
        (FLAT, bare, "no charts"),
        (FLAT, _by_differences(), "differences"),
    ):
        reason = obstacle(model, subject)
        assert reason is not None
        assert word in reason
        with pytest.raises(InvalidInput, match=word):
            certify(model, subject, epsilon=0.1)  # type: ignore[arg-type]
    assert obstacle(FLAT, circle) is None
    # Of a union the charts are those of the parts of the highest dimension.
    ring = moved(circle, np.eye(3)[:, :2], np.array([0.0, 0.0, 6.0]))
    both = disjoint_union((from_spec("sphere"), ring), name="sphere and circle")
    assert "components differ" in str(obstacle(FLAT_IN_SPACE, both))
    with pytest.raises(InvalidInput, match="ambient_dim"):
        certify(FLAT, from_spec("sphere"), epsilon=0.1)
    strange = replace(circle, charts=(Chart(lambda t: (np.floor(t), t), (0.0,), (1.0,), (False,)),))
    with pytest.raises(InvalidInput, match="chart"):
        certify(FLAT, strange, epsilon=0.1)


@pytest.mark.parametrize(
    "arguments",
    [
        {"epsilon": 0.0},
        {"epsilon": math.nan},
        {"epsilon": 0.1, "sup_relative": 0.0},
        {"epsilon": 0.1, "measure_tolerance": -1.0},
        {"epsilon": 0.1, "time_limit": math.nan},
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        certify(FLAT, from_spec("circle"), **arguments)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Stated:
    """A model that states its layers and evaluates some others."""

    states: Network
    evaluates: MLPAutoencoder
    ambient_dim: int = 2
    latent_dim: int = 1
    continuous: bool = True

    def encode(self, points, /):  # type: ignore[no-untyped-def]
        return self.evaluates.encode(points)

    def decode(self, codes, /):  # type: ignore[no-untyped-def]
        return self.evaluates.decode(codes)

    def as_network(self) -> Network:
        return self.states


def test_any_model_that_states_its_layers_is_certified() -> None:
    stated = Stated(FLAT.as_network(), FLAT)
    found = certify(stated, from_spec("circle"), epsilon=0.5)
    assert found.sup_lower <= 1 <= found.sup_upper <= 1.02 * (1 + 1e-9)


def test_layers_that_err_less_than_the_model_certify_nothing() -> None:
    eye = Affine(np.eye(2), np.zeros(2))
    dent = FunctionAutoencoder(lambda x: np.where(x[:, 1:] > 0.999, 0, x), lambda z: z, 2, 2)
    model = Stated(Network((eye,), ()), dent, latent_dim=2)
    report = verify(from_spec("circle"), model, epsilon=0.1)
    assert report["certified-error"].verdict is Verdict.NOT_APPLICABLE
    assert "errs by 1 at a point" in report["certified-error"].summary


def test_layers_other_than_those_evaluated_are_noticed() -> None:
    circle = from_spec("circle")
    plain = random_network(2, 1, activation="leaky_relu")
    network = plain.as_network()
    others = tuple(
        replace(x, slope=0.02) if isinstance(x, Activation) else x for x in network.encoder
    )
    assert obstacle(Stated(network, plain), circle) is None
    for states, word in (
        (replace(network, encoder=others), "does not evaluate"),
        (replace(network, precision="float64", decoder=network.encoder), "not sound"),
        (replace(network, encoder=()), "not sound"),
        (network.encoder, "something else"),
    ):
        with pytest.raises(InvalidInput, match=word):
            certify(Stated(states, plain), circle, epsilon=0.1)  # type: ignore[arg-type]
    assert "as_network" in str(obstacle(Stated(FLAT.as_network(), plain), circle))
    single = MLPAutoencoder(plain.encoder.float(), plain.decoder.float())
    # What float32 rounds away is no part of a float64 network's bounds.
    assert "does not evaluate" in str(obstacle(Stated(network, single), circle))


def test_the_slope_of_a_leaky_relu_counts() -> None:
    def leaky(slope: float) -> MLPAutoencoder:
        encoder = (Affine(np.eye(2), np.zeros(2)), Activation("leaky_relu", slope))
        last = Affine(np.eye(2), np.zeros(2))
        return MLPAutoencoder.from_network(Network((*encoder, last), (last,)))

    for slope in (0.0, 0.2, 0.5, 1.0):
        found = certify(leaky(slope), from_spec("circle"), epsilon=0.3, sup_relative=1e-3)
        # Largest where both coordinates are negative: there x comes back as slope x.
        assert found.sup_lower <= 1 - slope + 1e-12
        assert found.sup_upper >= 1 - slope
        assert found.sup_upper <= (1 - slope) * (1 + 2e-3) + 1e-6


def test_a_residual_network_is_certified() -> None:
    # x + tanh(x) against x: the error is |tanh(x)|, coordinate by coordinate.
    eye = Affine(np.eye(2), np.zeros(2))
    block = Residual((eye, Activation("tanh")))
    model = MLPAutoencoder.from_network(Network((eye, block, eye), (eye,)))
    largest = math.sqrt(2) * math.tanh(math.sqrt(0.5))
    found = certify(model, from_spec("circle"), epsilon=0.5, sup_relative=1e-3)
    assert found.sup_lower <= largest * (1 + 1e-12)
    assert largest <= found.sup_upper <= largest * (1 + 2e-3)
    assert found.measure_lower >= 1 - 1e-12
