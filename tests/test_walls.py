"""Thin walls of error that cut a manifold in two: no verdict may take the halves for one piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exceptional_cases import DELTA, judged, study_of
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.free_edges import clear_of, held_together
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.result import Verdict
from geomcheck.thickness import thickness
from geomcheck.witness import witness
from theory.catalogue import from_spec

HOLDS, INCONCLUSIVE = Verdict.HOLDS, Verdict.INCONCLUSIVE


def wall(n: int, middle: float, width: float) -> FunctionAutoencoder:
    """Shear a band of the first coordinate along the second, by 0.16 in its middle."""

    def decode(z: np.ndarray) -> np.ndarray:
        rise = np.maximum(0.0, 0.16 - 0.12 * np.abs(z[:, 0] - middle) / width)
        return z + rise[:, None] * np.eye(n)[1]

    return FunctionAutoencoder(lambda x: x, decode, n, n, continuous=True)


@pytest.mark.parametrize(
    ("spec", "width"),
    [
        ("special-orthogonal", 0.006),
        ("sphere:dim=3", 0.02),
        ("sphere:dim=3", 0.003),
        ("sphere:dim=2", 0.002),
        ("torus", 0.02),
        ("torus", 0.002),
    ],
)
def test_a_wall_is_not_taken_for_a_slit(spec: str, width: float) -> None:
    study = study_of(spec, wall(from_spec(spec).ambient_dim, 0.5, width), samples=6000)
    claim = judged(study)
    assert claim.verdict is INCONCLUSIVE
    found = study.exceptional
    assert found.stray_if_apart > 0.2 * found.n
    assert claim.values["share_at_most_if_tears_run_on"] > DELTA


@pytest.mark.parametrize("spec", ["special-orthogonal", "sphere:dim=3"])
def test_a_tear_that_cuts_nothing_off_holds(spec: str) -> None:
    # On SO(3) the tear is a wall as well, along a projective plane with one side.
    study = study_of(spec, witness(from_spec(spec), measure=DELTA / 4), samples=6000)
    assert judged(study).verdict is HOLDS


def test_a_tear_not_followed_to_its_end_is_left_open() -> None:
    study = study_of("sphere:dim=3", witness(from_spec("sphere:dim=3"), measure=DELTA / 4), 6000)
    assert study.exceptional.followed
    cut_short = replace(study, exceptional=replace(study.exceptional, followed=False))
    assert judged(cut_short).verdict is INCONCLUSIVE


@pytest.mark.parametrize("width", [0.1, 1e-3])
def test_a_band_is_as_thick_as_it_is_wide(width: float) -> None:
    sphere = from_spec("sphere:dim=2")
    rng = np.random.default_rng(0)
    height = rng.uniform(-width / 4, width / 4, 50)
    angle = rng.uniform(0, 2 * np.pi, 50)
    side = np.sqrt(1 - height**2)
    bad = np.stack([height, side * np.cos(angle), side * np.sin(angle)], axis=1)

    def decode(z: np.ndarray) -> np.ndarray:
        return np.where(np.abs(z[:, :1]) < width / 2, 2 * z, z)

    found = thickness(
        FunctionAutoencoder(lambda x: x, decode, 3, 3),
        bad,
        sphere.sample(2000, rng=0),
        0.5,
        0.1,
        sphere.project,
    )
    # A degree or two off the shortest way, and bisected to a sixteenth.
    assert found.max() < 1.6 * width
    assert found.min() > 0.75 * width
    assert np.median(found) == pytest.approx(width, rel=0.1)


@given(seed=st.integers(0, 2**32 - 1), dim=st.sampled_from([2, 3]))
def test_no_edge_that_crosses_a_covered_wall_runs_clear_of_it(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    ends = rng.uniform(0.2, 0.8, (2 * n, dim))
    ends[:n, 0], ends[n:, 0] = rng.uniform(0.3, 0.5, n), rng.uniform(0.5, 0.7, n)
    edges = np.stack([np.arange(n), np.arange(n) + n], axis=1)
    shortest = np.linalg.norm(ends[:n] - ends[n:], axis=1).min()
    # Points of the wall x = 1/2, half the shortest edge from one another at most.
    step = shortest / (2 * np.sqrt(dim))
    grid = np.meshgrid(*[np.arange(0, 1 + step, step)] * (dim - 1))
    points = np.stack([np.full(grid[0].size, 0.5), *(g.ravel() for g in grid)], axis=1)
    assert not clear_of(ends, edges, points).any()
    assert clear_of(ends, edges, points[:0]).all()
    assert clear_of(ends, edges, points + 5).all()


def test_pieces_are_joined_by_clear_edges_only() -> None:
    # Two complete graphs of 5, a path of 3 points that hangs on the first, and an edge across.
    complete = [(i, j) for i in range(5) for j in range(i)]
    edges = np.array(
        [*complete, *((i + 5, j + 5) for i, j in complete), (4, 5), (0, 10), (10, 11), (11, 12)]
    )
    clear = np.ones(len(edges), dtype=bool)
    clear[len(complete) * 2 :] = False
    labels = held_together(13, edges, clear, 5)
    assert labels[:5].tolist() == [0] * 5
    assert labels[5:10].tolist() == [1] * 5
    # So many steps from a piece a point still belongs to it.
    assert labels[10:].tolist() == [0, 0, -1]
    assert len(set(held_together(13, edges, np.ones(len(edges), dtype=bool), 5).tolist())) == 1
    assert (held_together(13, edges, clear, 6) == -1).all()
