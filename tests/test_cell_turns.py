"""Which coordinate of a chart turns, on manifolds glued in every way."""

from __future__ import annotations

import numpy as np
import pytest

import geomcheck
import theory
from theory.cells import open_cell
from theory.cells.turns import turning_coordinate
from theory.chart import Chart
from theory.chart_faces import glued_faces
from theory.chart_projection import ChartProjection

PI2 = 2 * np.pi


def turns(chart: Chart, *, boundary: bool = False) -> int | None:
    projection = ChartProjection(chart)
    whole = np.ones((2, chart.dim), dtype=bool)
    glued = glued_faces(chart, projection) if boundary else whole
    return turning_coordinate(chart, projection, glued)


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


def torus_of(u, v):  # type: ignore[no-untyped-def]
    return (3 + np.cos(v)) * np.cos(u), (3 + np.cos(v)) * np.sin(u), np.sin(v)


@pytest.mark.parametrize("waves", [4, 8])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_shift_that_the_lattice_does_not_see_is_no_turn(waves: int, swapped: bool) -> None:
    # The ends of v are glued with a shift of u that vanishes at all lattice points.
    def sheared(u, v):  # type: ignore[no-untyped-def]
        return torus_of(u + v * 0.012 * np.sin(waves * u), v)

    def other_way(u, v):  # type: ignore[no-untyped-def]
        return torus_of(v, u + v * 0.012 * np.sin(waves * u))

    map_, box = (other_way if swapped else sheared), [(0, PI2), (0, PI2)]
    # What turns is v, whatever becomes of u: its ends are one closed curve.
    for periodic in ([True, False], [False, False]):
        chart = Chart(map_, (0.0, 0.0), (PI2, PI2), tuple(periodic))
        assert turns(chart) != 0
    torus = theory.Manifold.from_chart(map_, box, periodic=[True, False], estimate=False)
    model = geomcheck.witness(torus, measure=0.05)
    # Both sides of the seam v = 0.
    u = np.linspace(0.01, 6.2, 500)
    low, high = (
        torus.charts[0].evaluate(np.stack([w, np.full(500, v)], axis=1))
        for w, v in ((u, 0.0), (at_other_end(u, waves), PI2))
    )
    np.testing.assert_allclose(low, high, atol=1e-9)
    inward = torus.project(low + 1e-9 * torus.tangent(low)[:, :, 0])
    jump = np.linalg.norm(model.encode(inward) - model.encode(high), axis=1)
    assert jump.max() < 1e-6


def at_other_end(u, waves):  # type: ignore[no-untyped-def]
    """Solve w + 2 pi 0.012 sin(waves w) = u."""
    w = u.copy()
    for _ in range(200):
        w = u - PI2 * 0.012 * np.sin(waves * w)
    return w


@pytest.mark.parametrize("spec", ["circle", "torus", "flat-torus:a=1,b=2", "klein-bottle"])
@pytest.mark.parametrize("offset", [1e5, -1e7])
def test_what_turns_does_not_depend_on_where_the_set_lies(spec: str, offset: float) -> None:
    K = theory.from_spec(spec)
    far = theory.moved(K, np.eye(K.ambient_dim), np.full(K.ambient_dim, offset))
    assert turns(far.charts[0]) == turns(K.charts[0])


@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_an_arc_that_all_but_closes_does_not_turn(offset: float) -> None:
    gap = 5e-5
    chart = Chart(lambda t: (offset + np.cos(t), np.sin(t)), (gap / 2,), (PI2 - gap / 2,), (False,))
    assert turns(chart) is None


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
