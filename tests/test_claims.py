"""Each claim against autoencoders of known truth: it holds or fails where it must."""

from __future__ import annotations

import known_autoencoders as known
import numpy as np
import pytest

from geomcheck.protocol import FunctionAutoencoder
from geomcheck.result import Report, Verdict
from geomcheck.verify import verify
from theory.catalogue import from_spec
from theory.point_set import PointSet

HOLDS, FAILS = Verdict.HOLDS, Verdict.FAILS
INCONCLUSIVE, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


def judge(spec: str, model: FunctionAutoencoder, **options: object) -> Report:
    return verify(from_spec(spec), model, **{"epsilon": 0.1, "samples": 6000, **options})


@pytest.fixture(scope="module")
def torn() -> Report:
    return judge("circle", known.torn_circle())


@pytest.fixture(scope="module")
def linked() -> Report:
    return judge("linked-circles", known.linked_circles_torn(), delta=0.02)


def test_the_torn_circle_reaches_the_theorem(torn: Report) -> None:
    assert [torn[c].verdict for c in ("small-error", "exceptional-set")] == [HOLDS, HOLDS]
    assert torn["latent-topology"].verdict is HOLDS
    assert torn["reconstruction-topology"].verdict is HOLDS


def test_lower_bound_is_met_by_a_witness_that_recomputes(torn: Report) -> None:
    claim = torn["lower-bound"]
    assert claim.verdict is HOLDS
    assert claim.values["bound"] == pytest.approx(1.0)
    assert claim.witness is not None
    point = np.array([claim.witness.data["point"]])
    assert np.linalg.norm(point) == pytest.approx(1.0, abs=1e-12)
    model = known.torn_circle()
    error = float(np.linalg.norm(model.decode(model.encode(point)) - point))
    assert error == pytest.approx(claim.witness.data["error"], abs=1e-12)
    assert error >= 1.999


def test_a_tear_too_narrow_for_any_sample_is_found() -> None:
    width = 1e-7
    report = judge("circle", known.torn_circle(width))
    assert report["small-error"].values["exceedances"] == 0
    assert report["lower-bound"].values["largest_error_found"] > 1.99
    assert report["exceptional-set"].values["pieces"] == 1
    assert report["exceptional-set"].verdict is HOLDS


def test_the_tear_is_where_it_was_put(torn: Report) -> None:
    tears = torn["exceptional-set"].values["tears"]
    assert len(tears) == 1
    assert np.linalg.norm(np.array(tears[0]["centre"]) - [-1, 0]) < 0.02
    share = 0.02 / (2 * np.pi)
    assert tears[0]["measure_low"] <= share <= tears[0]["measure_high"]


def test_linked_circles_name_both_tears(linked: Report) -> None:
    tears = linked["exceptional-set"].values["tears"]
    assert sorted(tear["component"] for tear in tears) == ["circle 1", "circle 2"]
    assert linked["exceptional-set"].verdict is HOLDS
    topology = linked["latent-topology"]
    assert topology.verdict is HOLDS
    assert topology.values["losses"] == [
        {"degree": 1, "had": 2, "kept": 0, "mark": "forced", "source": "open-subsets"}
    ]
    assert topology.values["betti_latent_off_K0"] == [2]


def test_linked_circles_take_the_bound_of_one_circle(linked: Report) -> None:
    bounds = linked["lower-bound"].values["bounds"]
    assert linked["lower-bound"].values["bound"] >= 0.97
    homological = [b for b in bounds if b["argument"] == "homology"]
    assert homological
    assert all(b["certified"] and b["bound"] >= 0.97 for b in homological)


def test_components_laid_on_one_another_are_an_avoidable_loss() -> None:
    def encode(x: np.ndarray) -> np.ndarray:
        return known.linked_circles_torn().encode(x) % (2 * np.pi + 1.0)

    model = FunctionAutoencoder(encode, known.linked_circles_torn().decode, 3, 1, continuous=True)
    report = judge("linked-circles", model)
    losses = report["latent-topology"].values["losses"]
    assert report["latent-topology"].verdict is FAILS
    assert {k: losses[0][k] for k in ("degree", "had", "kept")} == {
        "degree": 0,
        "had": 2,
        "kept": 1,
    }
    assert losses[0]["mark"] == "avoidable"
    assert report["small-error"].verdict is FAILS


def test_two_tears_on_one_circle_leave_it_in_pieces() -> None:
    report = judge("circle", known.twice_torn_circle())
    claim = report["exceptional-set"]
    assert report["small-error"].verdict is HOLDS
    assert claim.verdict is FAILS
    assert len(claim.values["pieces_of_the_rest"]["circle:R=1"]) == 2
    assert "torn into several pieces" in claim.summary


def test_constant_attains_the_bound_and_fails_the_rest() -> None:
    report = judge("circle", known.constant(np.zeros(2)))
    assert report["lower-bound"].verdict is HOLDS
    assert report["lower-bound"].values["largest_error_found"] == pytest.approx(1.0)
    assert report["small-error"].verdict is FAILS
    assert report["exceptional-set"].verdict is FAILS


def test_nothing_is_forced_where_the_set_embeds() -> None:
    report = judge("circle", known.identity(2))
    assert report["lower-bound"].verdict is NOT_APPLICABLE
    for claim in ("small-error", "exceptional-set", "latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is HOLDS, claim


def test_a_loss_where_the_set_embeds_is_avoidable_and_fails() -> None:
    # The sphere keeps its second homology in R^3; a decoder is free to forget it.
    report = judge("sphere:dim=2", known.flattened(3, 3))
    assert report["latent-topology"].verdict is HOLDS
    flat = FunctionAutoencoder(
        lambda x: x * [1.0, 1.0, 0.0], lambda z: z, ambient_dim=3, latent_dim=3, continuous=True
    )
    report = judge("sphere:dim=2", flat)
    for claim in ("latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is FAILS, claim
        assert report[claim].values["losses"][0]["mark"] == "avoidable"
    assert report["small-error"].verdict is FAILS


def test_the_same_loss_is_forced_in_the_plane() -> None:
    report = judge("sphere:dim=2", known.flattened(3, 2))
    assert report["latent-topology"].verdict is HOLDS
    assert report["latent-topology"].values["losses"][0]["mark"] == "forced"
    assert report["small-error"].verdict is FAILS


def test_shrunk_output_keeps_topology_and_fails_the_error() -> None:
    report = judge("sphere:dim=2", known.shrunk(3, 0.8))
    assert report["small-error"].verdict is FAILS
    assert report["latent-topology"].verdict is HOLDS
    assert report["reconstruction-topology"].verdict is HOLDS


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_scale_of_the_codes_does_not_matter(scale: float) -> None:
    base = known.linked_circles_torn()
    model = FunctionAutoencoder(
        lambda x: scale * base.encode(x), lambda z: base.decode(z / scale), 3, 1, continuous=True
    )
    report = judge("linked-circles", model)
    assert report["latent-topology"].verdict is HOLDS
    assert report["exceptional-set"].verdict is HOLDS


def test_a_model_that_jumps_is_not_bound_and_not_accused() -> None:
    claim = judge("circle", known.jumping_circle())["lower-bound"]
    assert claim.verdict is INCONCLUSIVE
    assert any(h.basis == "assumed" and "continuous" in h.says for h in claim.hypotheses)
    assert "jump" in claim.advice


@pytest.mark.parametrize(("half_width", "verdict"), [(0.02, HOLDS), (0.2, FAILS)])
def test_measure_just_below_and_above_delta(half_width: float, verdict: Verdict) -> None:
    # The error exceeds 0.1 on all but a sliver of an arc of length 2 half_width.
    report = judge("circle", known.torn_circle(half_width), delta=0.02)
    assert report["small-error"].verdict is verdict
    assert report["exceptional-set"].verdict is verdict


def test_too_few_points_are_inconclusive() -> None:
    claim = judge("circle", known.torn_circle(), samples=100)["small-error"]
    assert claim.verdict is INCONCLUSIVE
    assert "points would be needed" in claim.advice


def test_memorising_is_caught_by_fresh_points() -> None:
    circle = from_spec("circle")
    train = circle.sample(40, rng=3)

    def nearest(x: np.ndarray) -> np.ndarray:
        return train[np.linalg.norm(x[:, None] - train, axis=2).argmin(axis=1)]

    model = FunctionAutoencoder(nearest, lambda z: z, 2, 2)
    report = judge("circle", model, epsilon=0.05, training_points=train)
    assert report["generalisation"].verdict is FAILS
    assert report["small-error"].verdict is FAILS


def test_nan_counts_as_an_infinite_error() -> None:
    report = judge("sphere:dim=2", known.broken_on_cap(0.5))
    assert report["small-error"].verdict is FAILS
    assert report["small-error"].values["share"] == pytest.approx(0.25, abs=0.03)
    assert any(h.basis == "not met" for h in report["small-error"].hypotheses)
    assert report["reconstruction-topology"].verdict is INCONCLUSIVE


def test_latent_dimension_below_the_intrinsic_one() -> None:
    report = judge("sphere:dim=2", known.flattened(3, 1))
    assert report["intrinsic-dimension"].verdict is FAILS
    assert report["lower-bound"].values["bound"] == pytest.approx(1.0)


def test_bare_points_are_never_certified() -> None:
    points = from_spec("circle").sample(1000, rng=0)
    report = verify(PointSet("ring", points), known.torn_circle(), epsilon=0.1)
    claim = report["lower-bound"]
    assert claim.verdict is INCONCLUSIVE
    assert not claim.values["certified"]
    assert 0.9 < claim.values["bound"] < 1.0
    assert report["exceptional-set"].verdict is INCONCLUSIVE
    assert report["sampling-density"].verdict is INCONCLUSIVE


def test_same_seed_same_report() -> None:
    first = judge("circle", known.torn_circle(), rng=5).to_document()
    second = judge("circle", known.torn_circle(), rng=5).to_document()
    assert first["claims"] == second["claims"]
    assert first["figures"] == second["figures"]
