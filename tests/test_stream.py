"""Many points in one pass: the same numbers as all at once, and nothing kept that need not be."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geomcheck.extremes
import geomcheck.ground
import geomcheck.judging_points
import geomcheck.measure.errors
import geomcheck.stream
from geomcheck.evaluation import evaluate
from geomcheck.ground import few_enough
from geomcheck.planted.linear import shrunk
from geomcheck.rows import rows_within
from geomcheck.stream import stream
from geomcheck.verify import default_epsilon, verify
from theory.point_set import PointSet


@given(st.integers(1, 60), st.integers(1, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_a_pass_in_blocks_is_a_pass(n: int, keep: int, seed: int, some: bool) -> None:
    rng = np.random.default_rng(seed)
    points, model = rng.normal(size=(n, 3)), shrunk(3, 0.5)
    rows = rng.random(n) < 0.7 if some and n > 1 else None
    if rows is not None:
        rows[0] = True
    whole = evaluate(model, points if rows is None else points[rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geomcheck.stream, "_BLOCK", 7)
        patch.setattr(geomcheck.extremes, "_WORST", 3)
        found = stream(model, points, keep=keep, rng=rng, rows=rows)
    np.testing.assert_array_equal(found.errors, whole.errors)
    assert len(found.sample) == min(keep, len(whole))
    inside = {row.tobytes(): error for row, error in zip(whole.points, whole.errors, strict=True)}
    for row, error in zip(found.sample.points, found.sample.errors, strict=True):
        assert inside.pop(row.tobytes()) == error
    # What is left are the others: those that err most among them come first.
    left = -np.sort(-np.array(list(inside.values())))
    np.testing.assert_array_equal(found.others.errors[:3], left[:3])
    rows = [row.tobytes() for row in found.others.points]
    assert set(rows) <= set(inside)
    assert len(set(rows)) == len(rows)


def test_every_point_is_as_likely_to_be_kept() -> None:
    points, rng = np.arange(20.0)[:, None], np.random.default_rng(0)
    kept = np.zeros(20)
    for _ in range(2000):
        kept[stream(shrunk(1, 1.0), points, keep=5, rng=rng).sample.points[:, 0].astype(int)] += 1
    # Five standard deviations of a count of 2000 draws with probability a quarter.
    assert np.abs(kept - 500).max() < 5 * np.sqrt(2000 * 0.25 * 0.75)


def test_no_more_than_a_block_is_sent_at_once() -> None:
    sizes: list[int] = []
    model = shrunk(2, 0.5)
    object.__setattr__(model, "encoder", lambda x: sizes.append(len(x)) or x)
    done: list[float] = []
    points = np.random.default_rng(0).normal(size=(100_000, 2))
    stream(model, points, keep=10, rng=np.random.default_rng(0), progress=done.append)
    assert max(sizes) == geomcheck.stream._BLOCK
    assert sum(sizes) == 100_000
    assert done == sorted(done)
    assert done[-1] == 1.0


@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_rows_of_another_cloud_are_found(seed: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    # Few values: many rows are equal, and many keys as well.
    points, others = (rng.integers(0, 3, (n, width)) / 7 for n in (40, 9))
    held = {row.tobytes() for row in others}
    expected = [row.tobytes() in held for row in points]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geomcheck.rows._BLOCK", 8)
        np.testing.assert_array_equal(rows_within(points, others), expected)


def test_equal_keys_are_not_yet_equal_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geomcheck.rows._keys", lambda block: np.zeros(len(block), np.uint64))
    points = np.array([[0.0], [1.0], [2.0]])
    np.testing.assert_array_equal(
        rows_within(points, np.array([[5.0], [1.0]])), [False, True, False]
    )


def test_of_many_points_a_choice_shows_the_geometry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geomcheck.ground, "_LOOKED_AT", 700)
    monkeypatch.setattr(geomcheck.measure.errors, "MOST_POINTS", 500)
    turn = np.random.default_rng(0).uniform(0, 2 * np.pi, 3000)
    points = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    few = few_enough(PointSet("circle", points), rng=np.random.default_rng(0))
    assert isinstance(few, PointSet)
    assert (len(few), few.given) == (700, 3000)
    report = verify(points, shrunk(2, 0.5), epsilon=0.1)
    assert report["small-error"].values["points"] == 3000
    assert report["small-error"].values["exceedances"] == 3000
    density = report["sampling-density"]
    assert density.values["points_given"] == 3000
    assert "of 3000 points, 700 drawn at random" in density.hypotheses[-1].says
    assert report.subject["looked_at"] == 700
    assert json.loads(json.dumps(report.figures))


def test_the_worst_of_all_points_is_found_however_few_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(geomcheck.measure.errors, "MOST_POINTS", 100)
    monkeypatch.setattr(geomcheck.ground, "_LOOKED_AT", 1000)
    turn = np.random.default_rng(0).uniform(0, 2 * np.pi, 3000)
    points = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    model = shrunk(2, 1.0)
    spoilt = points[1234]

    def decode(z: np.ndarray) -> np.ndarray:
        return np.where((z == spoilt).all(axis=1, keepdims=True), 5.0, z)

    object.__setattr__(model, "decoder", decode)
    report = verify(points, model, epsilon=0.1)
    assert report["small-error"].values["exceedances"] == 1
    assert report.figures["witness"]["error"] == pytest.approx(np.linalg.norm(5 - spoilt), rel=1e-3)


def test_a_scale_in_blocks_is_the_scale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).normal(size=(1000, 3)) + 50
    whole = default_epsilon(PointSet("many", points))
    monkeypatch.setattr(sys.modules["geomcheck.verify"], "_BLOCK", 64)
    assert default_epsilon(PointSet("many", points)) == whole == 0.2
