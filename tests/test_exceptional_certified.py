"""The claim on the exceptional set where a certificate decides it, and where it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from exceptional_cases import DELTA, Part, judged, study_of
from pieces_cases import half_walled, identity, torn, walled

from geomcheck.certify import Rest
from geomcheck.claims import certified_error
from geomcheck.claims.certified import rest_hypotheses
from geomcheck.result import ClaimResult, Verdict
from geomcheck.study import Study

HOLDS, FAILS, INCONCLUSIVE = Verdict.HOLDS, Verdict.FAILS, Verdict.INCONCLUSIVE


def statistical(claim: ClaimResult) -> bool:
    return any("points drawn" in h.says for h in claim.hypotheses)


@pytest.fixture(scope="module")
def sound() -> Part:
    return study_of("sphere", identity(3))


def test_a_sound_network_holds_over_every_point(sound: Part) -> None:
    claim = judged(sound)
    assert claim.verdict is HOLDS
    assert "every point counted" in claim.summary
    assert claim.values["share_at_most_certified"] == 0
    assert [len(pieces) for pieces in claim.values["pieces_certified"].values()] == [1]
    # Nothing statistical is left in it.
    assert not statistical(claim)
    assert claim.confidence is None
    assert 0.99 < claim.values["sampled_confidence"] < 1
    assert {h.basis for h in claim.hypotheses} == {"given", "assumed"}
    # That images agree to nine digits is no proof that the chart closes up.
    closes = [h for h in claim.hypotheses if "close up" in h.says]
    assert [h.basis for h in closes] == ["assumed"]
    assert "of the size of K" in closes[0].says
    assert not any("immersions" in h.says for h in claim.hypotheses)


def test_a_tear_that_no_point_meets_fails_with_a_witness_that_recomputes() -> None:
    model = torn(3, 0, 0.3, 1e-6)
    study = study_of("sphere", model)
    assert (study.errors <= 0.1).all()
    claim = judged(study)
    assert claim.verdict is FAILS
    assert claim.values["share_at_least_certified"] > 0.3
    assert "are apart" in claim.summary
    listed = {h.says: h.basis for h in claim.hypotheses}
    manifold = "K is a manifold: inside their boxes the charts are one to one, and immersions"
    assert listed[manifold] == "given"
    assert not any("components" in says for says in listed)
    assert not statistical(claim)
    assert claim.witness is not None
    # Two sound points, on either side of the tear.
    points = np.array(claim.witness.data["points"])
    errors = np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)
    assert errors == pytest.approx(claim.witness.data["errors"], rel=1e-6, abs=1e-12)
    assert errors.max() <= 0.1
    assert (points[:, 0] > 0.3).sum() == 1


def test_what_the_certificate_cannot_exclude_does_not_hold(sound: Part) -> None:
    certificate = sound.certificate
    assert certificate is not None
    assert certificate.rest is not None
    rest = replace(certificate.rest, upper=0.35, upper_if_joined=0.001, pieces=((0.64, 0.34),))
    apart = judged(replace(sound, certificate=replace(certificate, rest=rest)))
    assert apart.verdict is INCONCLUSIVE
    assert "--certificate-seconds" in apart.advice
    assert statistical(apart)
    # Where it does not know enough to say what is apart, the statistics have the word.
    coarse = replace(rest, upper=0.9, upper_if_joined=0.8)
    left = judged(replace(sound, certificate=replace(certificate, rest=coarse)))
    assert left.verdict is HOLDS
    assert statistical(left)
    assert left.confidence is not None
    assert left.values["share_at_most_certified"] == 0.9
    none = judged(replace(sound, certificate=replace(certificate, rest=None)))
    assert none.verdict is HOLDS
    assert "share_at_most_certified" not in none.values


def test_two_tears_of_a_circle_and_one() -> None:
    once = judged(study_of("circle", half_walled(2, 0, 0.3, 0.02, 1, 1.0)))
    assert (once.verdict, statistical(once)) == (HOLDS, False)
    twice = judged(study_of("circle", walled(2, 0, 0.3, 0.02)))
    assert (twice.verdict, statistical(twice)) == (FAILS, False)
    # Bands of a width that leaves the share of large errors below delta.
    assert twice.values["share_at_least"] > 0.3
    assert len(twice.values["pieces_certified"]["circle:R=1"]) == 2
    certified, sampled = twice.values["tears_certified"], twice.values["tears"]
    assert len(certified) == len(sampled) == 2
    for one, other in zip(certified, sampled, strict=True):
        assert one["component"] == other["component"]
        assert one["measure_at_least"] <= other["measure_high"]
        assert other["measure_low"] <= one["measure_at_most"] < DELTA


def test_several_components_are_said_not_to_meet() -> None:
    for verdict in (HOLDS, FAILS):
        rest = Rest(0.0, 0.1, 0.1, ((0.5,), (0.5,)), ((0.5,), (0.5,)), True)
        listed = {h.says: h.basis for h in rest_hypotheses(rest, verdict)}
        assert listed["the components of K do not meet"] == "given"


def test_samples_off_the_set_are_not_judged_by_a_certificate_of_the_set() -> None:
    study = study_of("noisy-sphere", identity(3))
    assert study.certificate is not None
    claim = judged(study)
    assert statistical(claim)
    assert "share_at_most_certified" not in claim.values
    # That of the set itself says so.
    assert certified_error.check(cast(Study, study)).verdict is HOLDS
