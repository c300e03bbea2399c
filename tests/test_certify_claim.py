"""The claim on certificates gives each of its verdicts where it must."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from certify_cases import linear_network

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import certify
from geomcheck.certify.certificate import obstacle
from geomcheck.claims import certified_error
from geomcheck.protocol import Autoencoder, FunctionAutoencoder
from geomcheck.result import ClaimResult, Verdict
from geomcheck.study import Study
from theory.catalogue import from_spec
from theory.manifold import Manifold

FLAT = linear_network(np.array([[1.0, 0.0]]), np.array([[1.0], [0.0]]))


def judged(
    model: Autoencoder, K: Manifold | None, epsilon: float, delta: float, *, seconds: float = 4.0
) -> ClaimResult:
    reason = obstacle(model, K)
    found = None
    if reason is None and K is not None:
        found = certify(cast(MLPAutoencoder, model), K, epsilon=epsilon, time_limit=seconds)
    settings = SimpleNamespace(epsilon=epsilon, delta=delta, seed=None)
    study: Any = SimpleNamespace(
        ground=SimpleNamespace(manifold=K, name="K", intrinsic_dim=1),
        model=model,
        settings=settings,
        certificate=found,
        no_certificate=reason,
    )
    return certified_error.check(cast(Study, study))


def test_it_holds_and_fails_by_the_certified_share() -> None:
    # err = |sin t| exceeds 1/2 on two thirds of the circle.
    circle = from_spec("circle")
    assert judged(FLAT, circle, 0.5, 0.67).verdict is Verdict.HOLDS
    failed = judged(FLAT, circle, 0.5, 0.66)
    assert failed.verdict is Verdict.FAILS
    assert failed.advice
    assert failed.values["share_at_least"] <= 2 / 3 <= failed.values["share_at_most"]
    assert failed.values["sup_at_least"] <= 1 <= failed.values["sup_at_most"]


def test_the_witness_recomputes() -> None:
    witness = judged(FLAT, from_spec("circle"), 0.5, 0.67).witness
    assert witness is not None
    point, image = (np.array(witness.data[k]) for k in ("point", "reconstruction"))
    assert np.linalg.norm(point) == pytest.approx(1)
    assert np.linalg.norm(point - image) == pytest.approx(witness.data["error"])
    assert witness.data["error"] > 0.95


def test_too_near_delta_is_inconclusive() -> None:
    found = judged(FLAT, from_spec("circle"), 0.5, 2 / 3)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "near delta" in found.advice


def test_too_little_time_is_inconclusive() -> None:
    found = judged(FLAT, from_spec("circle"), 0.5, 0.01, seconds=0.0)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "time_limit" in found.advice
    assert found.values["sup_at_most"] is None


@pytest.mark.parametrize("case", ["points", "function", "no charts"])
def test_where_no_certificate_can_be_had_it_says_so(case: str) -> None:
    function = FunctionAutoencoder(lambda x: x, lambda z: z, 2, 2)
    model: Autoencoder = function if case == "function" else FLAT
    K = None if case == "points" else from_spec("stiefel" if case == "no charts" else "circle")
    found = judged(model, K, 0.5, 0.1)
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert {"points": "charts", "function": "layers", "no charts": "charts"}[case] in found.summary
