"""Claimed reaches that the points of a manifold contradict are not relied on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geomcheck
from geomcheck.cli.entry import run_command_line
from theory.bound import Bound
from theory.catalogue import from_spec
from theory.combine import disjoint_union, moved
from theory.manifold import Claims, Manifold
from theory.stated_reach import refuted_reaches, with_reaches_seen


def stating(manifold: Manifold, reach: Bound) -> Manifold:
    return replace(manifold, claims=replace(manifold.claims, reach=reach), cycles=())


def given_as(value: float) -> Bound:
    return Bound(value, "exact", True, "given")


@pytest.mark.parametrize(
    "spec", ["circle", "ellipse:a=5", "torus", "trefoil", "noisy-sphere", "swiss-roll", "stiefel"]
)
def test_no_true_reach_is_refuted(spec: str) -> None:
    manifold = from_spec(spec)
    assert refuted_reaches(manifold) == ()
    assert with_reaches_seen(manifold) is manifold


@given(st.sampled_from(["circle", "sphere", "torus"]), st.floats(1.02, 1e6), st.floats(1e-3, 1e3))
def test_a_reach_too_large_is_refuted_by_a_pair(spec: str, factor: float, size: float) -> None:
    plain = from_spec(spec)
    true = moved(plain, np.eye(plain.ambient_dim), scale=size)
    reach = true.claims.reach
    assert reach is not None
    (found,) = refuted_reaches(stating(true, given_as(factor * reach.value)))
    assert found.claimed == factor * reach.value
    assert reach.value * (1 - 1e-9) <= found.at_most < found.claimed
    # Federer's quotient of the pair, by hand.
    p, q = found.pair
    assert true.distance(found.pair).max() < 1e-9 * size
    frame = true.tangent(p[None])[0]
    normal = (q - p) - frame @ (frame.T @ (q - p))
    quotient = np.sum((q - p) ** 2) / (2 * np.linalg.norm(normal))
    assert found.at_most == pytest.approx(quotient, rel=1e-9)


def test_a_part_is_looked_at_as_well() -> None:
    circle = from_spec("circle")
    union = disjoint_union(
        [stating(circle, given_as(9.0)), moved(circle, np.eye(2), np.array([8.0, 0.0]))]
    )
    refuted = refuted_reaches(union)
    assert {found.claimed for found in refuted} >= {9.0}
    seen = with_reaches_seen(union)
    assert [part.claims.reach for part in seen.parts[1:]] == [circle.claims.reach]
    first = seen.parts[0].claims.reach
    assert first is not None
    assert (first.direction, first.certified) == ("upper", False)


def test_an_estimate_and_no_claim_are_left_alone() -> None:
    torus = from_spec("torus")
    for claims in (Claims(), Claims(reach=Bound(9.0, "estimate", False, "given"))):
        assert refuted_reaches(replace(torus, claims=claims, cycles=())) == ()


def test_a_bound_does_not_rest_on_a_refuted_reach() -> None:
    wrong = stating(from_spec("torus"), given_as(5.0))
    found = {o.latent_dim: o.bound for o in geomcheck.bounds(wrong)}
    assert found[2].value == pytest.approx(1.0, abs=0.3)
    # 5 is more than a constant map errs by.
    assert all(bound.value <= 3.0 for bound in found.values())


MODULE = """
from dataclasses import replace
import theory
torus = theory.torus()
def stating(value):
    reach = theory.Bound(value, "exact", True, "given")
    return replace(torus, claims=theory.Claims(reach=reach, embedding_dim=3), cycles=())
wrong, right = stating(5.0), stating(1.0)
"""


def test_the_command_line_says_what_is_stated_and_what_is_refuted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(MODULE)
    assert run_command_line(["bound", "own.py:right"]) == 0
    said = capsys.readouterr().out
    assert "as stated" in said
    assert "not relied on" not in said
    assert run_command_line(["bound", "own.py:wrong"]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("the reach 5 claimed of torus:R=2,r=1 is not relied on: two of its ")
    assert run_command_line(["bound", "own.py:wrong", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [found["claimed"] for found in document["refuted"]] == [5.0]
    assert not any(entry["as_stated"] for entry in document["bounds"])
    assert run_command_line(["bound", "torus", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["refuted"] == []
    assert not any(entry["as_stated"] for entry in document["bounds"])
