"""Which coordinate of a chart turns, on manifolds glued in every way."""

from __future__ import annotations

import numpy as np
import pytest

import theory
from theory.cells import open_cell
from theory.cells.turns import turning_coordinate
from theory.chart import Chart
from theory.chart_faces import inspect_faces
from theory.chart_projection import ChartProjection

PI2 = 2 * np.pi


def turns(chart: Chart, *, boundary: bool = False) -> int | None:
    glued = np.ones((2, chart.dim), dtype=bool)
    if boundary:
        for axis, side in inspect_faces(chart, ChartProjection(chart)).edges:
            glued[side, axis] = False
    return turning_coordinate(chart, glued)


@pytest.mark.parametrize(
    ("spec", "axis"),
    [
        ("circle", 0),
        ("torus", 0),
        ("torus:R=3,r=2.9", 0),
        ("flat-torus:a=1,b=2", 1),
        ("klein-bottle", 0),
        ("sphere", None),
        ("projective-plane", None),
    ],
)
def test_closed_manifolds(spec: str, axis: int | None) -> None:
    assert turns(theory.from_spec(spec).charts[0]) == axis


def test_a_moebius_band_turns_along_its_core_and_a_disc_not_at_all() -> None:
    assert turns(theory.from_spec("moebius-band").charts[0], boundary=True) == 0
    assert turns(theory.from_spec("swiss-roll").charts[0], boundary=True) is None


def surface(map_, *, periodic=(False, False)) -> Chart:  # type: ignore[no-untyped-def]
    return Chart(map_, (0.0, 0.0), (PI2, PI2), periodic)


def test_a_seam_that_is_not_declared_turns_as_well() -> None:
    def torus(u, v):  # type: ignore[no-untyped-def]
        return (2 + np.cos(v)) * np.cos(u), (2 + np.cos(v)) * np.sin(u), np.sin(v)

    assert turns(surface(torus)) == 0


def test_a_seam_that_shifts_is_not_trusted() -> None:
    # (0, v) is glued to (2 pi, v + 0.3): no lattice point has its partner on the lattice.
    def sheared(u, v):  # type: ignore[no-untyped-def]
        w = v + 0.3 * u / PI2
        return (2 + np.cos(w)) * np.cos(u), (2 + np.cos(w)) * np.sin(u), np.sin(w)

    assert turns(surface(sheared, periodic=(False, True))) is None


def test_a_reflection_about_elsewhere_is_not_taken() -> None:
    # The two ends of u meet with v and pi / 2 - v: the middle of v, pi, does not stay.
    def klein(u, v):  # type: ignore[no-untyped-def]
        w = v - np.pi / 4
        return (
            (2 + np.cos(w)) * np.cos(u),
            (2 + np.cos(w)) * np.sin(u),
            np.sin(w) * np.cos(u / 2),
            np.sin(w) * np.sin(u / 2),
        )

    assert turns(surface(klein, periodic=(False, True))) is None


def test_the_depth_of_a_turning_cell_does_not_see_the_turn() -> None:
    torus = theory.from_spec("torus")
    plain, turning = open_cell(torus), open_cell(torus, turning=True)
    assert plain is not None
    assert turning is not None
    at_end = np.array([[np.pi * (1 - 1e-9), 0.0]])
    assert plain.depth(at_end)[0] < 1e-6
    assert turning.depth(at_end)[0] == 1.0
    assert turning.share(0.1).value < plain.share(0.1).value


def test_avoiding_points_moves_the_cut_but_no_middle_that_has_to_stay() -> None:
    rng = np.random.default_rng(0)
    for spec in ("torus", "klein-bottle"):
        K = theory.from_spec(spec)
        points = K.charts[0].evaluate(rng.uniform([0, 2.9], [PI2, 3.4], (50, 2)))
        cell = open_cell(K, points, turning=True)
        assert cell is not None
        middle = cell.point(np.zeros((1, 2)))
        ends = cell.point(np.array([[cell.extent[0], 0.0], [-cell.extent[0], 0.0]]))
        np.testing.assert_allclose(ends[0], ends[1], atol=1e-9)
        assert np.isfinite(middle).all()
