"""Collisions of codes, and the verdict on whether a small set contains one end of each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.collisions import Collisions, find_collisions
from geomcheck.evaluation import evaluate
from geomcheck.meet import meet
from geomcheck.nearest_code import nearest_code_errors
from geomcheck.planted import circles, linear
from geomcheck.protocol import Autoencoder, FunctionAutoencoder
from geomcheck.result import Report, Verdict
from geomcheck.verify import verify
from theory.catalogue import from_spec
from theory.point_set import PointSet

HOLDS, FAILS, INCONCLUSIVE = Verdict.HOLDS, Verdict.FAILS, Verdict.INCONCLUSIVE
Array = np.ndarray


def encoder(f: Callable[[Array], Array], dim: int, latent: int) -> FunctionAutoencoder:
    """An encoder with the decoder that returns the code, filled up with zeros."""

    def decode(z: Array) -> Array:
        return np.pad(z[:, :dim], ((0, 0), (0, max(0, dim - z.shape[1]))))

    return FunctionAutoencoder(f, decode, dim, latent, continuous=True)


def folded(x: Array) -> Array:
    return np.concatenate([np.abs(x[:, :1]), x[:, 1:]], axis=1)


def glued(x: Array) -> Array:
    """Lay the inner sheet of a torus on the outer one: both go to a cylinder."""
    return np.stack([*(x[:, :2] / np.hypot(x[:, 0], x[:, 1])[:, None]).T, x[:, 2]], axis=1)


def collisions(spec: str, model: Autoencoder, *, gap: float = 0.2) -> Collisions:
    manifold = from_spec(spec)
    sample = evaluate(model, manifold.sample(2000, rng=0))
    return find_collisions(
        model, sample, sample, gap=gap, tangents=manifold.tangent, project=manifold.project
    )


def judged(spec: str, model: Autoencoder, **options: object) -> Report:
    return verify(from_spec(spec), model, **{"epsilon": 0.1, "samples": 4000, **options})


def test_pairs_are_moved_until_they_meet() -> None:
    sphere = from_spec("sphere:dim=2")
    first = sphere.sample(50, rng=0)
    second = sphere.project(first * [-1, 1, 1] + 0.03)
    met = meet(folded, first, second, sphere.tangent, sphere.project, longest=0.2)
    far = np.linalg.norm(first - second, axis=1) > 0.3
    assert far.sum() > 30
    assert met.apart[far].max() < 1e-9
    assert sphere.distance(met.second).max() < 1e-12
    assert np.linalg.norm(met.second - second, axis=1).max() < 0.2


@pytest.mark.parametrize(
    ("spec", "f"), [("sphere:dim=2", folded), ("torus:R=2,r=1", glued)], ids=["fold", "glue"]
)
def test_collisions_recompute_and_force_an_error(spec: str, f: Callable[[Array], Array]) -> None:
    model = encoder(f, 3, 3)
    found = collisions(spec, model)
    assert found.matched > 100
    x, y = found.first, found.second
    distance = np.linalg.norm(x.points - y.points, axis=1)
    assert distance.min() >= found.gap
    assert np.linalg.norm(f(x.points) - f(y.points), axis=1).max() < 1e-5
    assert from_spec(spec).distance(x.points).max() < 1e-9
    assert (np.maximum(x.errors, y.errors) >= distance / 2 - 1e-5).all()


def test_an_embedding_has_none() -> None:
    found = collisions("torus:R=2,r=1", encoder(lambda x: x * [1.0, 0.01, 3.0], 3, 3))
    assert (len(found), found.matched) == (0, 0)


def test_a_crossing_of_a_plane_curve_is_found() -> None:
    # A figure eight: one pair of points of the circle shares the origin.
    model = encoder(lambda x: np.stack([x[:, 0], x[:, 0] * x[:, 1]], axis=1), 2, 2)
    found = collisions("circle", model)
    assert len(found) >= 1
    assert found.first.codes[0] == pytest.approx([0, 0], abs=1e-5)
    assert found.matched <= 3
    assert judged("circle", model)["embedding"].verdict is HOLDS


@pytest.mark.parametrize(
    ("spec", "model", "verdict"),
    [
        ("sphere:dim=2", encoder(folded, 3, 3), FAILS),
        ("torus:R=2,r=1", encoder(glued, 3, 3), FAILS),
        ("sphere:dim=2", linear.flattened(3, 2), FAILS),
        ("circle", encoder(lambda x: x[:, :1], 2, 1), FAILS),
        ("circle", linear.constant(np.zeros(2)), FAILS),
        ("linked-circles", encoder(lambda x: x * (x[:, 2:] == 0), 3, 3), FAILS),
        ("circle", circles.torn_circle(), HOLDS),
        ("linked-circles", circles.linked_circles_torn(), HOLDS),
        # A bad decoder is not the encoder's fault.
        ("sphere:dim=2", linear.shrunk(3, 0.5), HOLDS),
        ("circle", FunctionAutoencoder(lambda x: 1e-6 * x, lambda z: 0 * z, 2, 2), HOLDS),
    ],
    ids=[
        "fold", "glue", "flattened", "projected", "constant", "a circle to a point",
        "torn", "linked", "shrunk", "no decoder",
    ],
)  # fmt: skip
def test_the_verdict(spec: str, model: Autoencoder, verdict: Verdict) -> None:
    claim = judged(spec, model)["embedding"]
    assert claim.verdict is verdict, claim.summary
    if verdict is FAILS:
        pair = claim.witness.data
        x, y = (np.array([p]) for p in pair["points"])
        assert np.linalg.norm(x - y) == pytest.approx(pair["distance"])
        assert pair["distance"] >= claim.values["gap"]
        codes = model.encode(x), model.encode(y)
        assert np.linalg.norm(codes[0] - codes[1]) < 1e-5
        assert max(pair["errors"]) >= pair["error_forced"] - 1e-9


def nested(x: Array) -> Array:
    """Lay linked circles in the plane, one about the other and closer than 1e-8 to it."""
    second = np.abs(x[:, 2]) > 0
    flat = np.where(second[:, None], x[:, [0, 2]] - [1, 0], x[:, :2])
    return (1 + 1e-8 * second)[:, None] * flat


def unnested(z: Array) -> Array:
    share = np.clip((np.hypot(*z.T) - 1) / 1e-8, 0, 1)
    zero = np.zeros(len(z))
    first, second = np.stack([*z.T, zero], 1), np.stack([1 + z[:, 0], zero, z[:, 1]], 1)
    return first + share[:, None] * (second - first)


def test_codes_that_a_decoder_tells_apart_are_not_one() -> None:
    model = FunctionAutoencoder(nested, unnested, 3, 2, continuous=True)
    assert not len(collisions("linked-circles", model))
    report = judged("linked-circles", model)
    assert report["small-error"].verdict is HOLDS
    for claim in ("embedding", "latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is not FAILS, report[claim].summary


def test_codes_apart_by_more_than_rounding_are_two() -> None:
    # Here no decoder is of help: it does not tell them apart.
    model = FunctionAutoencoder(nested, lambda z: np.pad(z, ((0, 0), (0, 1))), 3, 2)
    assert not len(collisions("linked-circles", model))


def test_a_tear_as_large_as_delta_is_not_decided() -> None:
    claim = judged("circle", circles.torn_circle(0.0628), delta=0.02)["embedding"]
    assert claim.verdict is INCONCLUSIVE


def test_of_bare_points_a_pair_is_shown_and_nothing_fails() -> None:
    points = from_spec("sphere:dim=2").sample(1500, rng=0)
    report = verify(PointSet("ball", points), encoder(folded, 3, 3), epsilon=0.1)
    assert report["embedding"].verdict is INCONCLUSIVE
    assert report["embedding"].witness.kind == "pair"


def test_codes_that_are_no_numbers_are_left_out() -> None:
    model = FunctionAutoencoder(
        lambda x: np.where(x[:, :1] > 0, np.nan, x), lambda z: np.nan_to_num(z), 2, 2
    )
    claim = judged("circle", model)["embedding"]
    assert claim.verdict is INCONCLUSIVE


@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_near_codes_force_an_error(seed: int, latent: int) -> None:
    """err(x) + err(y) >= |x - y| - |G(F(x)) - G(F(y))|, whatever the model."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(3, latent)), rng.normal(size=(latent, 3))
    model = FunctionAutoencoder(lambda x: np.tanh(x @ a), lambda z: np.sin(z @ b), 3, latent)
    found = evaluate(model, rng.normal(size=(20, 3)))
    x, y = found.where(np.arange(10)), found.where(np.arange(10, 20))
    forced = np.linalg.norm(x.points - y.points, axis=1)
    forced -= np.linalg.norm(x.images - y.images, axis=1)
    assert (x.errors + y.errors >= forced - 1e-12).all()


@given(st.integers(0, 2**32 - 1))
def test_the_nearest_code_decoder_tells_codes_apart(seed: int) -> None:
    """Points with one code have one nearest-code image: |x - y| <= the sum of their errors."""
    rng = np.random.default_rng(seed)
    model = encoder(folded, 3, 3)
    sphere = from_spec("sphere:dim=2")
    table = evaluate(model, sphere.sample(200, rng=rng))
    x = sphere.sample(50, rng=rng)
    errors = nearest_code_errors(table, evaluate(model, np.concatenate([x, x * [-1, 1, 1]])))
    distance = 2 * np.abs(x[:, 0])
    assert (errors[:50] + errors[50:] >= distance - 1e-9).all()
