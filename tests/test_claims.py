"""Each claim against autoencoders of known truth: it holds or fails where it must."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from geomcheck.planted import circles, linear
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.result import Report, Verdict
from geomcheck.verify import verify
from theory.catalogue import from_spec
from theory.combine import disjoint_union, moved
from theory.errors import InvalidInput
from theory.point_set import PointSet

HOLDS, FAILS = Verdict.HOLDS, Verdict.FAILS
INCONCLUSIVE, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


def judge(spec: str, model: FunctionAutoencoder, **options: object) -> Report:
    return verify(from_spec(spec), model, **{"epsilon": 0.1, "samples": 6000, **options})


@pytest.fixture(scope="module")
def torn() -> Report:
    return judge("circle", circles.torn_circle())


@pytest.fixture(scope="module")
def linked() -> Report:
    return judge("linked-circles", circles.linked_circles_torn(), delta=0.02)


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
    model = circles.torn_circle()
    error = float(np.linalg.norm(model.decode(model.encode(point)) - point))
    assert error == pytest.approx(claim.witness.data["error"], abs=1e-12)
    assert error >= 1.999


def test_the_bound_of_a_noisy_set_is_that_of_the_set_itself() -> None:
    model = FunctionAutoencoder(
        lambda x: x[:, :1] * 0, lambda z: np.zeros((len(z), 3)), 3, 1, continuous=True
    )
    claim = judge("noisy-sphere", model, samples=1000)["lower-bound"]
    assert (claim.verdict, claim.values["bound"]) == (HOLDS, pytest.approx(1.0))
    assert any("samples lie within 0.05 of it" in h.says for h in claim.hypotheses)
    assert claim.witness is not None
    assert "a point within 0.05 of K" in claim.witness.says


def test_a_tear_too_narrow_for_any_sample_is_found() -> None:
    width = 1e-7
    report = judge("circle", circles.torn_circle(width))
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
        {
            "degree": 1,
            "had": 2,
            "kept": 0,
            "mark": "forced",
            "source": "open-subsets",
            "homology_coeff_field": 2,
        }
    ]
    assert topology.values["betti_latent_off_K0"] == [2]
    # Both circles are cut: two arcs, and no loop.
    assert topology.values["betti_off_K0"] == [2, 0]


def test_linked_circles_take_the_bound_of_one_circle(linked: Report) -> None:
    bounds = linked["lower-bound"].values["bounds"]
    assert linked["lower-bound"].values["bound"] >= 0.97
    homological = [b for b in bounds if b["argument"] == "homology"]
    assert homological
    assert all(b["certified"] and b["bound"] >= 0.97 for b in homological)


def test_components_laid_on_one_another_are_an_avoidable_loss() -> None:
    def encode(x: np.ndarray) -> np.ndarray:
        return circles.linked_circles_torn().encode(x) % (2 * np.pi + 1.0)

    model = FunctionAutoencoder(encode, circles.linked_circles_torn().decode, 3, 1, continuous=True)
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
    report = judge("circle", circles.twice_torn_circle())
    claim = report["exceptional-set"]
    assert report["small-error"].verdict is HOLDS
    assert claim.verdict is FAILS
    assert len(claim.values["pieces_of_the_rest"]["circle:R=1"]) == 2
    assert "falls into pieces of" in claim.summary


def test_constant_attains_the_bound_and_fails_the_rest() -> None:
    report = judge("circle", linear.constant(np.zeros(2)))
    assert report["lower-bound"].verdict is HOLDS
    assert report["lower-bound"].values["largest_error_found"] == pytest.approx(1.0)
    assert report["small-error"].verdict is FAILS
    assert report["exceptional-set"].verdict is FAILS


def test_nothing_is_forced_where_the_set_embeds() -> None:
    report = judge("circle", linear.identity(2))
    assert report["lower-bound"].verdict is NOT_APPLICABLE
    for claim in ("small-error", "exceptional-set", "latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is HOLDS, claim


def test_a_loss_where_the_set_embeds_is_avoidable_and_fails() -> None:
    # The sphere keeps its second homology in R^3; a decoder is free to forget it.
    report = judge("sphere:dim=2", linear.flattened(3, 3))
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
    report = judge("sphere:dim=2", linear.flattened(3, 2))
    assert report["latent-topology"].verdict is HOLDS
    assert report["latent-topology"].values["losses"][0]["mark"] == "forced"
    assert report["latent-topology"].summary.startswith("1 class of H2 lost, forced: ")
    assert report["latent-topology"].summary.endswith(" can carry it")
    assert report["small-error"].verdict is FAILS


def test_shrunk_output_keeps_topology_and_fails_the_error() -> None:
    report = judge("sphere:dim=2", linear.shrunk(3, 0.8))
    assert report["small-error"].verdict is FAILS
    assert report["latent-topology"].verdict is HOLDS
    assert report["reconstruction-topology"].verdict is HOLDS


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_scale_of_the_codes_does_not_matter(scale: float) -> None:
    base = circles.linked_circles_torn()
    model = FunctionAutoencoder(
        lambda x: scale * base.encode(x), lambda z: base.decode(z / scale), 3, 1, continuous=True
    )
    report = judge("linked-circles", model)
    assert report["latent-topology"].verdict is HOLDS
    assert report["exceptional-set"].verdict is HOLDS


@pytest.mark.parametrize("declared", [True, False])
def test_a_model_that_jumps_is_not_bound_and_not_accused(declared: bool) -> None:
    model = dataclasses.replace(circles.jumping_circle(), continuous=declared)
    report = judge("circle", model)
    for claim in ("lower-bound", "latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is INCONCLUSIVE, claim
        assert "jumps" in report[claim].summary
        assert any(h.basis == "not met" for h in report[claim].hypotheses)
    assert report["small-error"].verdict is HOLDS


def test_a_decoder_that_jumps_leaves_the_encoder_alone() -> None:
    report = judge("circle", circles.twice_torn_circle())
    assert report["reconstruction-topology"].verdict is INCONCLUSIVE
    assert report["latent-topology"].verdict is HOLDS
    said = {h.says: h.basis for h in report["latent-topology"].hypotheses}
    assert said["the encoder shows no jump where it is steepest"] == "checked"


def turned(f: Callable[[np.ndarray], np.ndarray]) -> FunctionAutoencoder:
    """Encode a point of the circle at angle t by the point of the circle at angle f(t)."""

    def encode(x: np.ndarray) -> np.ndarray:
        t = f(np.arctan2(x[:, 1], x[:, 0]))
        return np.stack([np.cos(t), np.sin(t)], axis=1)

    return FunctionAutoencoder(encode, lambda z: z, 2, 2, continuous=True)


@pytest.mark.parametrize(
    "f",
    [lambda t: 2 * t, lambda t: 3 * t, lambda t: 2 * np.abs(t)],
    ids=["twice", "thrice", "back"],
)
def test_equal_betti_numbers_are_no_proof_that_a_class_is_kept(
    f: Callable[[np.ndarray], np.ndarray],
) -> None:
    report = judge("circle", turned(f))
    for claim in ("latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is FAILS, claim
        assert report[claim].values["losses"][0]["mark"] == "avoidable"


def test_a_sheet_flattened_to_a_ring_loses_what_it_had_to() -> None:
    report = judge("torus:R=2,r=1", linear.flattened(3, 2), epsilon=0.2)
    losses = report["latent-topology"].values["losses"]
    assert [(x["degree"], x["kept"], x["mark"]) for x in losses] == [
        (1, 1, "forced"),
        (2, 0, "forced"),
    ]
    assert report["latent-topology"].verdict is HOLDS


def test_a_search_that_finds_no_error_is_no_certificate() -> None:
    # The identity but for a needle: searched error zero, no proof that sup err < reach.
    report = judge("circle", linear.identity(2))
    assert not any(h.basis == "certified" for h in report["latent-topology"].hypotheses)


def test_a_certificate_rests_on_the_reach_that_is_given() -> None:
    eye = torch.nn.Linear(2, 2, bias=False, dtype=torch.float64)
    torch.nn.init.eye_(eye.weight)
    report = verify(from_spec("circle"), (eye, eye), epsilon=0.1, samples=1000)
    bases = [h.basis for h in report["latent-topology"].hypotheses]
    assert bases[-2:] == ["given", "certified"]


def test_a_share_that_no_sample_shows_is_not_decided() -> None:
    report = judge("circle", linear.identity(2), delta=1e-300)
    assert report["small-error"].verdict is INCONCLUSIVE


def test_answers_that_change_are_refused() -> None:
    noise = np.random.default_rng(0)
    model = FunctionAutoencoder(
        lambda x: x, lambda z: z + noise.normal(0, 0.01, z.shape), 2, 2, continuous=True
    )
    with pytest.raises(InvalidInput, match="differ by"):
        judge("circle", model)


def test_nothing_but_nan_is_refused() -> None:
    model = FunctionAutoencoder(lambda x: x, lambda z: z * np.nan, 2, 2)
    with pytest.raises(InvalidInput, match="finite"):
        judge("circle", model)


def test_the_seed_of_training_gives_other_points() -> None:
    circle = from_spec("circle")
    train = circle.sample(30_000, rng=0)
    seen = {row.tobytes() for row in train}

    def learnt(x: np.ndarray) -> np.ndarray:
        known_rows = np.array([row.tobytes() in seen for row in np.ascontiguousarray(x)])
        return np.where(known_rows[:, None], x, 0.0)

    report = judge("circle", FunctionAutoencoder(learnt, lambda z: z, 2, 2), rng=0)
    assert report["small-error"].verdict is FAILS


def test_training_points_are_not_held_out() -> None:
    points = from_spec("circle").sample(400, rng=0)
    report = verify(
        PointSet("ring", points), linear.identity(2), epsilon=0.1, training_points=points
    )
    assert report["small-error"].verdict is INCONCLUSIVE
    assert report["generalisation"].verdict is NOT_APPLICABLE
    assert any(h.basis == "not met" for h in report["small-error"].hypotheses)


def test_a_component_of_lower_dimension_is_looked_at() -> None:
    far = moved(from_spec("circle"), np.eye(3)[:, :2], np.array([0.0, 0.0, 6.0]))
    both = disjoint_union((from_spec("sphere:dim=2"), far), name="sphere and circle")
    report = verify(both, linear.constant(np.zeros(3)), epsilon=0.1, samples=4000)
    assert report["lower-bound"].values["largest_error_found"] > 6.0
    crushed = FunctionAutoencoder(
        lambda x: np.where(x[:, 2:] > 3, [0.0, 0.0, 6.0], x), lambda z: z, 3, 3
    )
    report = verify(both, crushed, epsilon=0.1, samples=4000)
    assert report["exceptional-set"].verdict is INCONCLUSIVE
    assert report["lower-bound"].verdict is NOT_APPLICABLE


def test_turns_of_a_helix_are_not_neighbours() -> None:
    # The turns are nearer to one another than the graph's longest edge could tell.
    helix = from_spec("helix:a=1,b=0.002,turns=10")
    middle = 2 * np.pi * 0.002 * 5

    def decode(z: np.ndarray) -> np.ndarray:
        return np.where(np.abs(z[:, 2:] - middle) < 4e-4, z + 1.0, z)

    model = FunctionAutoencoder(lambda x: x, decode, 3, 3)
    report = verify(helix, model, epsilon=0.1, samples=6000)
    assert report["exceptional-set"].verdict is not HOLDS


def test_a_default_epsilon_never_exceeds_half_the_reach() -> None:
    report = verify(from_spec("torus:R=2,r=0.05"), linear.identity(3), samples=2000)
    assert report.settings["epsilon"] <= 0.025


@pytest.mark.parametrize(("half_width", "verdict"), [(0.02, HOLDS), (0.2, FAILS)])
def test_measure_just_below_and_above_delta(half_width: float, verdict: Verdict) -> None:
    # The error exceeds 0.1 on all but a sliver of an arc of length 2 half_width.
    report = judge("circle", circles.torn_circle(half_width), delta=0.02)
    assert report["small-error"].verdict is verdict
    assert report["exceptional-set"].verdict is verdict


def test_too_few_points_are_inconclusive() -> None:
    claim = judge("circle", circles.torn_circle(), samples=100)["small-error"]
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


def broken_on_cap(height: float) -> FunctionAutoencoder:
    def decode(z: np.ndarray) -> np.ndarray:
        return np.where((z[:, 2] > height)[:, None], np.nan, z)

    return FunctionAutoencoder(lambda x: x, decode, 3, 3, continuous=False)


def test_nan_counts_as_an_infinite_error() -> None:
    report = judge("sphere:dim=2", broken_on_cap(0.5))
    assert report["small-error"].verdict is FAILS
    assert report["small-error"].values["share"] == pytest.approx(0.25, abs=0.03)
    assert any(h.basis == "not met" for h in report["small-error"].hypotheses)
    assert report["reconstruction-topology"].verdict is INCONCLUSIVE


def test_latent_dimension_below_the_intrinsic_one() -> None:
    report = judge("sphere:dim=2", linear.flattened(3, 1))
    assert report["intrinsic-dimension"].verdict is FAILS
    assert report["lower-bound"].values["bound"] == pytest.approx(1.0)


def test_bare_points_are_never_certified() -> None:
    points = from_spec("circle").sample(1000, rng=0)
    report = verify(PointSet("ring", points), circles.torn_circle(), epsilon=0.1)
    claim = report["lower-bound"]
    assert claim.verdict is INCONCLUSIVE
    assert not claim.values["certified"]
    assert 0.9 < claim.values["bound"] < 1.0
    assert report["exceptional-set"].verdict is INCONCLUSIVE
    assert report["sampling-density"].verdict is INCONCLUSIVE


def test_torn_edges_are_listed_where_no_bound_is_known() -> None:
    angle = np.random.default_rng(0).uniform(0.5 * np.pi, 1.5 * np.pi, 1000)
    arc = PointSet("arc", np.stack([np.cos(angle), np.sin(angle)], axis=1))
    claim = verify(arc, circles.torn_circle(1e-6), epsilon=0.1)["lower-bound"]
    assert claim.verdict is NOT_APPLICABLE
    assert claim.values["bound"] is None
    assert claim.values["torn_edges"] >= 1
    assert f"{claim.values['torn_edges']} edge" in claim.summary
    # The arc is torn at (-1, 0).
    edge = claim.values["worst_torn_edges"][0]
    ends = np.array([edge["first"], edge["second"]])
    assert ends[:, 0].max() < -0.99
    assert ends[:, 1].min() < 0 < ends[:, 1].max()
    whole = verify(arc, linear.identity(2), epsilon=0.1)["lower-bound"]
    assert whole.values.get("torn_edges", 0) == 0


def test_same_seed_same_report() -> None:
    first = judge("circle", circles.torn_circle(), rng=5).to_document()
    second = judge("circle", circles.torn_circle(), rng=5).to_document()
    assert first["claims"] == second["claims"]
    assert first["figures"] == second["figures"]


def test_a_tear_of_a_surface_that_no_point_meets_is_not_called_harmless() -> None:
    # Above height 0.6 the codes are moved aside, by a step too steep to be met by a point.
    def moved_aside(x: np.ndarray) -> np.ndarray:
        return x + np.clip((x[:, 2:] - 0.6) / 1e-9, 0, 1) * [5.0, 0.0, 0.0]

    def back(z: np.ndarray) -> np.ndarray:
        return np.where(z[:, :1] > 2.5, z - [5.0, 0.0, 0.0], z)

    model = FunctionAutoencoder(moved_aside, back, 3, 3, continuous=True)
    claim = judge("sphere:dim=2", model)["exceptional-set"]
    assert claim.verdict in (INCONCLUSIVE, FAILS)


@pytest.mark.parametrize(
    ("inside", "shape"),
    [
        (lambda x: x[:, 2] > 0.99, "point"),
        (lambda x: (np.abs(x[:, 2]) < 0.02) & (x[:, 0] > 0), "curve"),
    ],
    ids=["cap", "strip"],
)
def test_the_shape_of_a_tear(inside: Callable[[np.ndarray], np.ndarray], shape: str) -> None:
    model = FunctionAutoencoder(lambda x: x, lambda z: np.where(inside(z)[:, None], 0.0, z), 3, 3)
    report = judge("sphere:dim=2", model)
    assert report["exceptional-set"].values["tears"][0]["shape"] == shape
