"""What a map keeps of homology, from a net of its graph: also where the map is steep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from geomcheck.enrich import enrich, whitened
from geomcheck.evaluation import evaluate
from geomcheck.measure.kept import kept_on_graph
from geomcheck.planted import circles
from geomcheck.witness_autoencoder import WitnessAutoencoder
from geomcheck.witness_band import Band
from geomcheck.witness_disc import Disc
from theory.bound import Bound
from theory.catalogue import from_spec
from theory.cells import open_cell
from theory.manifold import Manifold

Array = NDArray[np.float64]


def angle(points: Array) -> Array:
    return np.asarray(np.arctan2(points[:, 1], points[:, 0]))


def on_circle(t: Array) -> Array:
    return np.stack([np.cos(t), np.sin(t)], axis=1)


@pytest.mark.parametrize(
    ("spec", "had", "map_", "kept"),
    [
        ("circle", (1, 1), lambda x: x, (1, 1)),
        ("circle", (1, 1), lambda x: x * [1, 0], (1, 0)),
        ("circle", (1, 1), lambda x: on_circle(2 * angle(x)), (1, 0)),
        ("circle", (1, 1), lambda x: on_circle(2 * np.abs(angle(x))), (1, 0)),
        ("sphere:dim=2", (1, 0), lambda x: x[:, :2], (1, 0)),
        ("torus:R=2,r=1", (1, 2), lambda x: x, (1, 2)),
        ("torus:R=2,r=1", (1, 2), lambda x: x[:, :2], (1, 1)),
        ("torus:R=2,r=1", (1, 2), lambda x: np.zeros((len(x), 2)), (1, 0)),
    ],
)
def test_maps_of_known_rank(
    spec: str, had: tuple[int, ...], map_: Callable[[Array], Array], kept: tuple[int, ...]
) -> None:
    points = from_spec(spec).sample(10_000, rng=0)
    assert tuple(kept_on_graph(points, map_(points), had)) == kept


@pytest.mark.parametrize(("field", "kept"), [(2, (1, 1)), (3, (1, 0))])
def test_a_circle_wound_three_times(field: int, kept: tuple[int, ...]) -> None:
    points = from_spec("circle").sample(5000, rng=0)
    wound = on_circle(3 * angle(points))
    assert tuple(kept_on_graph(points, wound, (1, 1), homology_coeff_field=field)) == kept


def disc_or_band(K: Manifold, *, turning: bool) -> WitnessAutoencoder:
    cell = open_cell(K, turning=turning)
    assert cell is not None
    shape = Band if turning else Disc
    part = shape(K, cell, cell.level(0.01), np.zeros(K.dim))
    return WitnessAutoencoder(K, K.dim, (part,), Bound(0.01, "upper", False, "closed-form"), None)


@pytest.mark.parametrize(
    ("spec", "had"),
    [("torus", (1, 2)), ("projective-plane", (1, 1)), ("klein-bottle", (1, 2))],
)
def test_a_disc_keeps_nothing_though_a_narrow_collar_crosses_it(
    spec: str, had: tuple[int, ...]
) -> None:
    K = from_spec(spec)
    model = disc_or_band(K, turning=False)
    pool = enrich(model, evaluate(model, K.sample(8000, rng=0)), project=K.project)
    # A net of K does not tell: see the test of a coarse net in test_topology.
    assert tuple(kept_on_graph(pool.points, whitened(pool.codes), had)) == (1, 0)


@pytest.mark.parametrize(
    ("spec", "had"),
    [
        ("torus", (1, 2)),
        ("flat-torus", (1, 2)),
        ("klein-bottle", (1, 2)),
        ("moebius-band", (1, 1)),
    ],
)
def test_a_band_that_turns_keeps_one_loop(spec: str, had: tuple[int, ...]) -> None:
    K = from_spec(spec)
    model = disc_or_band(K, turning=True)
    pool = enrich(model, evaluate(model, K.sample(8000, rng=0)), project=K.project)
    assert tuple(kept_on_graph(pool.points, whitened(pool.codes), had)) == (1, 1)


@pytest.mark.parametrize("half_width", [1e-2, 1e-4])
def test_an_arc_that_almost_closes_and_runs_back_keeps_nothing(half_width: float) -> None:
    inside = on_circle(np.pi + half_width * np.linspace(-1, 1, 300))
    points = np.concatenate([from_spec("circle").sample(5000, rng=1), inside])
    bent = on_circle(0.99 * circles.tent(angle(points), half_width))
    assert kept_on_graph(points, bent, (1, 1))[1] != 1


def test_a_tear_that_no_point_shows_is_not_decided() -> None:
    # The collar is crossed between two points: their values are far apart, and the graph is open.
    points = from_spec("circle").sample(2000, rng=1)
    torn = circles.tent(angle(points), 1e-9)[:, None] ** [1, 2]
    assert tuple(kept_on_graph(points, torn, (1, 1))) == (None, None)


def test_values_that_are_no_numbers_decide_nothing() -> None:
    points = from_spec("circle").sample(100, rng=1)
    values = points.copy()
    values[3] = np.nan
    assert tuple(kept_on_graph(points, values, (1, 1))) == (None, None)
