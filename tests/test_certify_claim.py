"""The claim on certificates gives each of its verdicts where it must."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from certify_cases import linear_network, random_network, violations

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
    model: Autoencoder,
    K: Manifold | None,
    epsilon: float,
    delta: float,
    *,
    seconds: float = 4.0,
    held_out: str = "held out",
) -> ClaimResult:
    reason = obstacle(model, K)
    found = None
    if reason is None and K is not None:
        found = certify(cast(MLPAutoencoder, model), K, epsilon=epsilon, time_limit=seconds)
    settings = SimpleNamespace(epsilon=epsilon, delta=delta, seed=None, confidence=0.99)
    study: Any = SimpleNamespace(
        ground=SimpleNamespace(manifold=K, name="K", intrinsic_dim=1),
        model=model,
        settings=settings,
        errors=np.r_[np.ones(10), np.zeros(990)],
        held_out_basis=held_out,
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


def test_where_no_more_cells_fit_more_time_is_not_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geomcheck.certify.branch._MOST_OPEN", 0)
    found = judged(FLAT, from_spec("circle"), 0.5, 2 / 3)
    assert found.values["stopped"] == "cell limit"
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "--certificate-seconds" not in found.advice
    assert "more would not fit" in found.advice


def test_too_little_time_is_inconclusive() -> None:
    found = judged(FLAT, from_spec("circle"), 0.5, 0.01, seconds=0.0)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "--certificate-seconds" in found.advice
    # Where next to nothing is decided, what it would take, and what is known meanwhile.
    assert "2 times as many" in found.advice
    assert "by statistics alone" in found.advice
    assert found.values["sup_at_most"] is None


def test_a_little_more_time_is_advised_where_little_is_undecided() -> None:
    circle, ends = from_spec("circle"), (0.6, 0.7)
    certificate = replace(
        certify(FLAT, circle, epsilon=0.5),
        measure_lower=ends[0],
        measure_upper=ends[1],
        reason_stopped="time limit",
    )
    study: Any = SimpleNamespace(certificate=certificate, settings=SimpleNamespace(delta=2 / 3))
    verdict, advice = certified_error._judged(study, certificate)
    assert verdict is Verdict.INCONCLUSIVE
    assert advice.endswith("give more --certificate-seconds.")


def test_overlapping_charts_are_the_reason_given() -> None:
    circle = from_spec("circle")
    chart = circle.charts[0]
    halves = tuple(
        replace(chart, lower=(low,), upper=(high,), periodic=(False,))
        for low, high in ((0.0, 4.0), (3.0, 7.0))
    )
    found = judged(FLAT, replace(circle, charts=halves), 0.5, 0.5)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "overlap" in found.advice


@pytest.mark.parametrize("case", ["points", "function", "no charts"])
def test_where_no_certificate_can_be_had_it_says_so(case: str) -> None:
    function = FunctionAutoencoder(lambda x: x, lambda z: z, 2, 2)
    model: Autoencoder = function if case == "function" else FLAT
    K = None if case == "points" else from_spec("stiefel" if case == "no charts" else "circle")
    found = judged(model, K, 0.5, 0.1)
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert {"points": "charts", "function": "layers", "no charts": "charts"}[case] in found.summary
    assert "by statistics alone the error exceeds 0.5 on 0." in found.summary
    assert not found.values
    from_training = judged(model, K, 0.5, 0.1, held_out="training")
    assert "no points were held out" in from_training.summary


def _jumping(t: np.ndarray) -> tuple[np.ndarray, ...]:
    return np.cos(t), np.sin(t), 1e-3 * np.floor(t)


def _chosen(t: np.ndarray) -> tuple[np.ndarray, ...]:
    return np.cos(t), np.sin(t), np.where(t > 0.5, t, t)


def _erf(t: np.ndarray) -> tuple[np.ndarray, ...]:
    from scipy.special import erf

    return np.cos(t), np.sin(t), erf(t)


def _stacked(t: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.stack([np.cos(t), np.sin(t), t]), axis=0)[None] * np.ones((3, 1))


@pytest.mark.parametrize(
    ("chart", "word"),
    [(_jumping, "floor"), (_chosen, "greater"), (_erf, "erf"), (_stacked, "stack")],
)
def test_a_function_without_a_form_is_named(chart: Any, word: str) -> None:
    K = Manifold.from_chart(chart, [(0, 6)], estimate=False)
    model = linear_network(np.eye(3), np.eye(3))
    found = judged(model, K, 0.5, 0.1)
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert word in found.summary
    assert "numpy's universal functions" in found.summary


def _own(t: np.ndarray, s: np.ndarray) -> list[np.ndarray]:
    # In no catalogue: a band that swells and leans, from many functions one in another.
    swell = np.sqrt(1.5 + np.sin(t) * np.exp(-np.square(s)) / 2)
    angle = np.arctan2(np.sin(t) + 0.1 * s, np.cos(t) + 3) + t
    lean = np.log1p(s * s) + np.tanh(np.hypot(s, 1) - 1) * np.power(2 + np.cos(t), 1.5)
    return [swell * np.cos(angle), swell * np.sin(angle), s + lean / 7, np.cbrt(swell) ** 3]


def test_a_chart_of_the_users_own_needs_nothing_extra() -> None:
    K = Manifold.from_chart(_own, [(0, 2 * np.pi), (-1, 1)], periodic=(True, False))
    model = random_network(4, 2, gain=1.0, hidden=(8, 8))
    assert obstacle(model, K) is None
    x = K.sample(4000, rng=0)
    error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
    epsilon = float(np.quantile(error, 0.7))
    found = certify(model, K, epsilon=epsilon, sup_relative=0.05, measure_tolerance=0.02)
    assert found.reason_stopped == "reached"
    assert error.max() <= found.sup_upper <= 1.1 * error.max()
    assert found.measure_lower - 0.04 <= 0.3 <= found.measure_upper + 0.04
    rng = np.random.default_rng(2)
    assert violations(model, K.charts[0], cells=200, points=50, rng=rng)[0] == 0
