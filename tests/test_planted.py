"""The checker is checked: planted autoencoders, and verdicts written down before they are run."""

from __future__ import annotations

import numpy as np
import pytest

from geomcheck.planted import GROUPS, Truth, cases, expectations, judge
from geomcheck.planted.cap import LARGEST, find_cap
from geomcheck.planted.expected import may_keep
from geomcheck.planted.quadrature import quadrature
from geomcheck.result import Verdict
from theory.catalogue import from_spec
from theory.errors import InvalidInput
from theory.statistics import clopper_pearson

HOLDS, FAILS = Verdict.HOLDS, Verdict.FAILS
INCONCLUSIVE, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE
EPSILON = 0.1

# A fast part of benchmarks/verdicts.py.
PARTS = {
    "circle": (
        "noses",
        "walls",
        "folds",
        "wound",
        "loops",
        "memorised",
        "steps",
        "noise",
        "layered",
    ),
    "linked-circles": ("torn", "collapsed component", "swapped"),
    "sphere:dim=2": ("folds", "between training points"),
}


@pytest.mark.parametrize("spec", PARTS)
def test_no_verdict_is_false(spec: str) -> None:
    manifold = from_spec(spec)
    wrong = [
        (case.name, row)
        for case in cases(manifold, epsilon=EPSILON, groups=PARTS[spec])
        for row in judge(manifold, case, epsilon=EPSILON, samples=4000)
        if row.outcome != "right"
    ]
    assert not wrong


@pytest.mark.parametrize("spec", ["circle", "ellipse", "linked-circles", "torus", "klein-bottle"])
def test_the_share_written_down_is_the_share_of_the_model(spec: str) -> None:
    manifold = from_spec(spec)
    points = manifold.sample(3000, rng=7)
    seen = set()
    for case in cases(manifold, epsilon=EPSILON, rng=3):
        seen.add(case.name)
        if case.refused:
            continue
        images = case.model.decode(case.model.encode(points))
        errors = np.linalg.norm(images - points, axis=1)
        hits = int(np.count_nonzero(~(errors <= EPSILON)))
        limits = clopper_pearson(hits, len(points), confidence=1 - 1e-6)
        low, high = case.truth.share
        assert limits.lower <= high, case.name
        assert low <= limits.upper, case.name
        if case.training_points is not None:
            again = case.model.decode(case.model.encode(case.training_points))
            off = np.linalg.norm(again - case.training_points, axis=1) > EPSILON
            assert off.mean() == case.truth.training_share
    assert {"exact", "error on just above delta", "extra tear", "NaN on a cap", "table"} <= seen


def test_what_a_linear_space_may_keep() -> None:
    torus, klein = from_spec("torus"), from_spec("klein-bottle")
    assert may_keep(torus, 3) == (1, 2, 1)
    assert may_keep(torus, 2) == (1, 1, 0)
    assert may_keep(torus, 1) == (1, 0, 0)
    assert may_keep(klein, 4) == (1, 2, 1)
    assert may_keep(klein, 3) == (1, None, None)
    assert may_keep(from_spec("linked-circles"), 1) == (2, 0)


def test_quadrature_gives_the_share_of_a_spherical_cap() -> None:
    rule = quadrature(from_spec("sphere:dim=2"))
    # Archimedes: the share of a cap is its height over the diameter.
    for height in (0.96, 0.6):
        assert rule.level(rule.points[:, 0], (1 - height) / 2) == pytest.approx(height, abs=1e-3)
    assert rule.share(rule.points[:, 2] > 0.5) == pytest.approx(0.25, abs=2e-3)


@pytest.mark.parametrize("spec", ["linked-circles", "flat-torus", "trefoil"])
def test_a_cap_is_an_end_of_one_component(spec: str) -> None:
    rule = quadrature(from_spec(spec))
    cap = find_cap(rule)
    assert cap is not None
    assert abs(cap.direction @ cap.across) < 1e-12
    beyond = cap.height(rule.points) > cap.level(LARGEST)
    heights = cap.height(from_spec(spec).sample(20_000, rng=2))
    hits = int(np.count_nonzero(heights > cap.level(LARGEST)))
    limits = clopper_pearson(hits, 20_000, confidence=1 - 1e-6)
    assert limits.lower <= LARGEST <= limits.upper
    assert len(np.unique(rule.component[beyond])) == 1


def expected(spec: str, truth: Truth, m: int, samples: int = 4000):
    return expectations(
        from_spec(spec),
        truth,
        latent_dim=m,
        network=False,
        epsilon=EPSILON,
        delta=0.02,
        confidence=0.99,
        samples=samples,
    )


def test_a_share_near_delta_may_stay_open_and_one_far_off_may_not() -> None:
    def allowed(share: float, samples: int) -> frozenset[Verdict]:
        truth = Truth((share, share), (share, share))
        return expected("circle", truth, 2, samples)["small-error"].allowed

    assert allowed(0.005, 4000) == {HOLDS}
    assert allowed(0.018, 4000) == {HOLDS, INCONCLUSIVE}
    assert allowed(0.022, 4000) == {FAILS, INCONCLUSIVE}
    assert allowed(0.05, 4000) == {FAILS}
    # Few points decide nothing; very many do.
    assert allowed(0.005, 100) == {HOLDS, INCONCLUSIVE}
    assert allowed(0.018, 10**6) == {HOLDS}


def test_a_loss_is_a_fault_only_where_it_could_be_avoided() -> None:
    lost = Truth((1.0, 1.0), (1.0, 1.0), kept_by_codes=(1, 0, 0), kept_by_images=(1, 0, 0))
    assert expected("sphere:dim=2", lost, 3)["latent-topology"].allowed == {FAILS}
    assert expected("sphere:dim=2", lost, 2)["latent-topology"].allowed == {HOLDS}
    assert expected("torus", lost, 2)["latent-topology"].allowed == {FAILS}
    half = Truth((1.0, 1.0), (1.0, 1.0), kept_by_codes=(1, 1, 0), kept_by_images=(1, 1, 0))
    assert expected("torus", half, 2)["latent-topology"].allowed == {HOLDS}


def test_what_is_certified_to_fall_apart_must_fail() -> None:
    def allowed(spec: str, network: bool, **options: bool) -> frozenset[Verdict]:
        said = expectations(
            from_spec(spec),
            Truth((0.005, 0.005), (0.2, 0.2), **options),
            latent_dim=3,
            network=network,
            epsilon=EPSILON,
            delta=0.02,
            confidence=0.99,
            samples=4000,
        )
        return said["exceptional-set"].allowed

    assert allowed("sphere:dim=2", True) == {FAILS}
    # A sample does not show that pieces of a surface join nowhere, nor that of a noisy set.
    assert allowed("sphere:dim=2", False) == {FAILS, INCONCLUSIVE}
    assert allowed("noisy-sphere", True) == {FAILS, INCONCLUSIVE}
    assert allowed("sphere:dim=2", True, fine_codes=True) == {FAILS, INCONCLUSIVE}


def test_what_can_be_told_must_be_told() -> None:
    nothing, half = (0.0, 0.0), (0.5, 1.0)
    # A connected image, and no class besides: no net is asked, however fine the features.
    torn = Truth(nothing, nothing, kept_by_codes=(1, 0), fine_codes=True)
    assert expected("circle", torn, 1)["latent-topology"].allowed == {HOLDS}
    # The decoder does not matter to the encoder.
    for truth in (
        Truth(nothing, half, kept_by_codes=(1, 0), jump=0.2, steady_codes=True),
        Truth(nothing, nothing, kept_by_codes=(1, 1), finite=False),
    ):
        m = 2 if truth.kept_by_codes == (1, 1) else 1
        said = expected("circle", truth, m)
        assert said["latent-topology"].allowed == {HOLDS}
        assert said["reconstruction-topology"].allowed == {INCONCLUSIVE}
    # Half of K shares its code with the other half; other points' codes tell a good code.
    for collide, verdict in ((half, FAILS), (nothing, HOLDS)):
        said = expected("circle", Truth((1.0, 1.0), (1.0, 1.0), collide=collide), 2)
        assert said["embedding"].allowed == {verdict}
    fine = Truth((1.0, 1.0), (1.0, 1.0), collide=nothing, fine_codes=True)
    assert expected("circle", fine, 2)["embedding"].allowed == {HOLDS, INCONCLUSIVE}


def test_a_trained_network_is_proved_good_before_it_is_judged() -> None:
    circle = from_spec("circle")
    (case,) = cases(circle, epsilon=EPSILON, groups=("trained",))
    points = circle.sample(5000, rng=5)
    errors = np.linalg.norm(case.model.decode(case.model.encode(points)) - points, axis=1)
    proved = float(case.says.split()[4].rstrip(","))
    assert 0.5 * proved < errors.max() <= 1.05 * proved < EPSILON
    assert all(row.outcome == "right" for row in judge(circle, case, epsilon=EPSILON, samples=2000))
    # Too small an epsilon: nothing is planted that is not proved.
    assert not list(cases(circle, epsilon=proved / 10, groups=("trained",)))


def test_what_jumps_has_no_homology_and_no_bound() -> None:
    said = expected("circle", Truth((0.0, 0.0), (0.0, 0.0), kept_by_codes=(1, 0), jump=1.0), 1)
    assert said["latent-topology"].allowed == said["lower-bound"].allowed == {INCONCLUSIVE}
    assert said["certified-error"].allowed == {NOT_APPLICABLE}


def test_a_false_verdict_is_called_false() -> None:
    # The truth of a fold written on the identity, and the other way round.
    circle = from_spec("circle")
    exact, fold = (
        next(iter(cases(circle, epsilon=EPSILON, groups=(g,)))) for g in ("exact", "folds")
    )
    for outcome, model, truth in (("false holds", exact, fold), ("false fails", fold, exact)):
        case = type(exact)("crossed", model.model, truth.truth, "")
        rows = judge(circle, case, epsilon=EPSILON, samples=1000)
        found = {row.claim: row.outcome for row in rows}
        assert found["small-error"] == found["latent-topology"] == outcome


def test_noise_that_is_taken_would_be_a_false_holds() -> None:
    circle = from_spec("circle")
    exact = next(iter(cases(circle, epsilon=EPSILON, groups=("exact",))))
    taken = type(exact)("quiet", exact.model, exact.truth, "", refused="one answer each")
    assert [r.outcome for r in judge(circle, taken, epsilon=EPSILON, samples=500)] == [
        "false holds"
    ]


def test_a_group_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidInput, match="groups: got nonsense, expected some of exact"):
        next(iter(cases(from_spec("circle"), epsilon=EPSILON, groups=("nonsense",))))
    assert "noise" in GROUPS
