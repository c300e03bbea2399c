"""check_manifold: sound manifolds pass, and every planted fault is found."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from catalogue_cases import DEFAULTS

from theory.bound import Bound
from theory.catalogue import from_spec
from theory.combine import disjoint_union, moved
from theory.errors import InvalidInput
from theory.manifold import Claims, Manifold
from theory.validation import check_manifold

FIVE = ["ellipse", "linked-circles", "sphere", "torus", "projective-plane"]
# Slow to search and without anything new to show here.
SOUND = [spec for spec in DEFAULTS if spec not in {"double-torus", "klein-bottle"}]


def failures(manifold, **options):
    return {check.name for check in check_manifold(manifold, rng=1, **options) if check.failed}


def with_claims(manifold, **changes):
    return replace(manifold, claims=replace(manifold.claims, **changes))


def scaled(bound, factor):
    return None if bound is None else bound.scaled(factor)


@pytest.fixture(scope="module")
def five():
    return {spec: from_spec(spec) for spec in FIVE}


@pytest.mark.parametrize("spec", SOUND)
def test_the_catalogue_keeps_its_claims(spec):
    manifold = from_spec(spec)
    checks = check_manifold(manifold, rng=1, betti=lambda points, p: manifold.claims.betti[p])
    assert [(check.name, check.statement) for check in checks if check.failed] == []
    names = [check.name for check in checks]
    assert len(names) == len(set(names)) == 12
    assert {check.name for check in checks if check.outcome == "holds"} >= {
        "points",
        "projection",
        "tangents",
        "dimension",
        "reach",
        "betti",
        "topology",
    }


def wrong_sample(manifold):
    # Twice as dense on one side.
    def sampler(n, rng):
        points = manifold.sampler(2 * n, rng)
        blurred = points[:, -1] + 2 * points[:, -1].std() * rng.uniform(-1, 1, 2 * n)
        return points[np.argsort(blurred)[:n]]

    return replace(manifold, sampler=sampler)


def off_sample(manifold):
    return replace(manifold, sampler=lambda n, rng: manifold.sampler(n, rng) * 1.001)


def wrong_projection(manifold):
    return replace(manifold, projection=lambda x: manifold.projection(x * [1.3] + 0.05))


def far_projection(manifold):
    return replace(manifold, projection=lambda x: manifold.projection(-x))


def skew_tangents(manifold):
    return replace(manifold, tangents=lambda x: 1.05 * manifold.tangents(x))


def wrong_tangents(manifold):
    def tangents(points):
        frames = manifold.tangents(points).copy()
        tilt = np.linalg.qr(np.concatenate([frames, np.ones_like(frames[:, :, :1])], axis=2))[0]
        frames[:, :, 0] = np.cos(0.1) * frames[:, :, 0] + np.sin(0.1) * tilt[:, :, -1]
        return frames

    return replace(manifold, tangents=tangents)


def half_tangents(manifold):
    return replace(manifold, tangents=lambda x: manifold.tangents(x)[:, :, :-1])


def small_stretch(manifold):
    charts = [replace(c, stretch=tuple(0.9 * s for s in c.stretch)) for c in manifold.charts]
    return replace(manifold, charts=tuple(charts))


def other_chart(manifold):
    n = manifold.ambient_dim
    return replace(
        manifold, charts=tuple(c.mapped(1.01 * np.eye(n), np.zeros(n)) for c in manifold.charts)
    )


def changed_betti(manifold):
    # Wrong over both fields, but with the Euler characteristic and the duality kept.
    k = manifold.dim
    if k == 1:
        return {p: tuple(b + 1 for b in numbers) for p, numbers in manifold.claims.betti.items()}
    return {
        p: (numbers[0] + 1, numbers[1] + 2, numbers[2] + 1)
        for p, numbers in manifold.claims.betti.items()
    }


PLANTED = {
    "reach too large": (
        lambda k: with_claims(k, reach=scaled(k.claims.reach, 1.1)),
        {"reach"},
    ),
    "reach too small": (
        lambda k: with_claims(k, reach=scaled(k.claims.reach, 0.9)),
        {"reach"},
    ),
    "volume too large": (
        lambda k: with_claims(k, volume=scaled(k.claims.volume, 1.001)),
        {"volume"},
    ),
    "volume too small": (
        lambda k: with_claims(k, volume=scaled(k.claims.volume, 0.999)),
        {"volume"},
    ),
    "betti": (lambda k: with_claims(k, betti=changed_betti(k)), {"betti"}),
    "orientable": (lambda k: replace(k, orientable=not k.orientable), {"topology"}),
    "boundary": (lambda k: replace(k, boundary=True), {"topology"}),
    "embedding_dim too small": (
        lambda k: with_claims(k, embedding_dim=k.dim),
        {"topology"},
    ),
    "embedding_dim too large": (
        lambda k: with_claims(k, embedding_dim=k.ambient_dim + 1),
        {"topology"},
    ),
    "optimal error too large": (
        lambda k: with_claims(
            k, optimal_error={1: Bound(1.5 * _radius(k), "exact", True, "given")}
        ),
        {"optimal-error"},
    ),
    "optimal error too small": (
        lambda k: with_claims(
            k, optimal_error={1: Bound(0.3 * k.claims.reach.value, "exact", True, "given")}
        ),
        {"optimal-error"},
    ),
    "optimal error that grows": (
        lambda k: with_claims(
            k,
            embedding_dim=None,
            optimal_error={
                1: k.claims.optimal_error[1],
                2: k.claims.optimal_error[1].scaled(1.01),
            },
        ),
        {"optimal-error"},
    ),
    "sampling density": (wrong_sample, {"uniform"}),
    "samples off the set": (off_sample, {"points"}),
    "projection not idempotent": (wrong_projection, {"projection"}),
    "projection not nearest": (far_projection, {"projection"}),
    "tangents not orthonormal": (skew_tangents, {"tangents"}),
    "tangents not tangent": (wrong_tangents, {"tangents"}),
    "too few tangents": (half_tangents, {"tangents"}),
    "stretch": (small_stretch, {"charts"}),
    "chart": (other_chart, {"charts"}),
}


def _radius(manifold):
    points = manifold.sample(500, rng=0)
    return np.linalg.norm(points - points.mean(axis=0), axis=1).max()


@pytest.mark.parametrize("spec", FIVE)
@pytest.mark.parametrize("fault", PLANTED)
def test_planted_faults_are_found(five, spec, fault):
    manifold = five[spec]
    plant, expected = PLANTED[fault]
    betti = lambda points, p: manifold.claims.betti[p]  # noqa: E731
    assert failures(manifold, betti=betti, only=expected) == set()
    assert failures(plant(manifold), betti=betti, only=expected) == expected


@pytest.mark.parametrize("spec", FIVE)
def test_a_wrong_dimension_is_found(five, spec):
    manifold = five[spec]

    # One dimension more, with a normal vector in the frame.
    def tangents(points):
        frames = manifold.tangents(points)
        return np.linalg.qr(frames, mode="complete")[0][:, :, : manifold.dim + 1]

    betti = {p: (*numbers, 0) for p, numbers in manifold.claims.betti.items()}
    wrong = replace(
        manifold,
        dim=manifold.dim + 1,
        tangents=tangents,
        charts=(),
        parts=(),
        claims=replace(manifold.claims, betti=betti),
    )
    assert failures(wrong, only={"tangents", "dimension"}) == {"tangents", "dimension"}


def test_a_missing_dimension_is_found():
    manifold = from_spec("torus")
    wrong = replace(
        manifold,
        dim=1,
        tangents=lambda x: manifold.tangents(x)[:, :, :1],
        charts=(),
        claims=Claims(),
    )
    assert failures(wrong) == {"dimension"}


def test_understated_noise_is_found():
    manifold = from_spec("noisy-sphere:noise=0.1")
    assert failures(replace(manifold, noise=0.05)) == {"points"}
    assert failures(manifold) == set()


def test_leaving_checks_out_changes_no_other():
    manifold = from_spec("torus")
    every = {check.name: check.value for check in check_manifold(manifold, rng=5)}
    for only in (["volume", "projection"], ["charts"]):
        some = check_manifold(manifold, rng=5, only=only)
        assert {check.name for check in some} == set(only)
        assert all(check.value == every[check.name] for check in some)


def test_volume_without_charts_is_held_against_the_tube():
    manifold = replace(from_spec("torus"), charts=())
    (volume,) = check_manifold(manifold, rng=2, only=["volume"])
    assert volume.outcome == "holds"
    assert "Weyl" in volume.statement
    larger = with_claims(manifold, volume=scaled(manifold.claims.volume, 1.2))
    assert failures(larger, only=["volume"]) == {"volume"}
    other = {2: (1, 0, 1), 3: (1, 0, 1)}
    wrong = with_claims(replace(from_spec("sphere"), charts=()), betti={2: (1, 6, 1), 3: (1, 6, 1)})
    assert failures(wrong, only=["volume"]) == {"volume"}
    assert failures(with_claims(wrong, betti=other), only=["volume"]) == set()


@pytest.mark.parametrize("spec", ["torus", "sphere", "klein-bottle", "ellipsoid"])
def test_betti_numbers_against_the_euler_characteristic_of_the_curvature(spec):
    """Over both fields alike, and dual where the set is orientable: only the curvature tells."""
    manifold = from_spec(spec)
    b = manifold.claims.betti[2]
    wrong = (1, b[1] + 2, 1) if manifold.orientable else (1, b[1] + 1, 1)
    planted = with_claims(manifold, betti={2: wrong})
    (topology,) = check_manifold(planted, only=["topology"])
    assert topology.failed
    assert f"has {b[0] - b[1] + b[2]}" in topology.statement
    assert failures(manifold, only=["topology"]) == set()


def test_sheets_that_all_but_touch_do_not_settle_on_a_wrong_euler_characteristic():
    assert failures(from_spec("klein-bottle:a=1,b=0.999"), only=["topology"]) == set()


def apart(*parts):
    """Put parts into a row, 20 apart, in the space of the largest of them."""
    ambient = max(part.ambient_dim for part in parts)
    shifts = 20.0 * np.outer(np.arange(len(parts)), np.eye(ambient)[0])
    copies = [
        moved(part, np.eye(ambient)[:, : part.ambient_dim], shift)
        for part, shift in zip(parts, shifts, strict=True)
    ]
    return disjoint_union(copies, gap=5.0)


@pytest.mark.parametrize(
    "specs",
    [
        ("sphere:R=0.1", "circle:R=5"),
        ("sphere", "circle:R=0.1"),
        ("circle", "circle:R=0.0001"),
        ("sphere:dim=3", "projective-plane"),
    ],
)
def test_small_parts_and_parts_of_less_dimension_are_looked_at(specs):
    union = apart(*map(from_spec, specs))
    assert failures(union, only=["reach", "topology", "optimal-error"]) == set()
    too_large = with_claims(union, reach=scaled(union.claims.reach, 1.1))
    assert failures(too_large, only=["reach"]) == {"reach"}


def test_a_tube_of_several_dimensions_has_no_formula():
    union = replace(apart(from_spec("sphere:R=0.2"), from_spec("circle:R=3")), charts=())
    (volume,) = check_manifold(union, only=["volume"])
    assert volume.outcome == "not-checked"


def test_a_weak_lower_bound_of_the_error_is_no_contradiction():
    weak = Bound(0.01, "lower", True, "given")
    circle = from_spec("circle")
    assert failures(with_claims(circle, optimal_error={1: weak}), only=["optimal-error"]) == set()
    firm = replace(weak, direction="exact")
    assert failures(with_claims(circle, optimal_error={1: firm}), only=["optimal-error"])


def test_spheres_of_many_dimensions_can_be_checked():
    checks = check_manifold(from_spec("sphere:dim=12"), only=["uniform", "volume"])
    assert [check.outcome for check in checks] == ["not-checked", "not-checked"]
    assert failures(from_spec("sphere:dim=5"), only=["volume"]) == set()


def test_a_volume_is_at_least_that_of_spheres_of_the_reach():
    for spec in ("stiefel", "special-orthogonal:n=4", "grassmannian"):
        manifold = replace(from_spec(spec), charts=())
        (volume,) = check_manifold(manifold, only=["volume"])
        assert volume.outcome == "not-checked"
        least = volume.threshold / volume.value
        small = with_claims(manifold, volume=scaled(manifold.claims.volume, 0.99 * least))
        assert failures(small, only=["volume"]) == {"volume"}
        large = with_claims(manifold, reach=scaled(manifold.claims.reach, 10.0))
        assert failures(large, only=["volume"]) == {"volume"}


def test_what_is_not_claimed_is_not_checked():
    bare = replace(from_spec("torus"), claims=Claims(), charts=())
    checks = {check.name: check for check in check_manifold(bare, rng=3)}
    skipped = {"charts", "uniform", "reach", "volume", "betti", "optimal-error"}
    assert {name for name, check in checks.items() if check.outcome == "not-checked"} == skipped


def test_checks_are_shown_one_a_line():
    manifold = from_spec("circle")
    wrong = with_claims(manifold, reach=scaled(manifold.claims.reach, 1.5))
    checks = check_manifold(wrong, rng=4)
    head, *rows = repr(checks).splitlines()
    assert head == "circle:R=1: holds 8, fails 2, not-checked 2"
    assert [row.split(" | ")[0].strip() for row in rows] == [check.name for check in checks]
    assert [row.split(" | ")[2] for row in rows] == [check.statement for check in checks]
    assert [check.name for check in checks.failed] == ["reach", "optimal-error"]
    # Homology is not at hand here, and the line says where it is.
    (betti,) = (check for check in checks if check.name == "betti")
    assert "geomcheck.check_manifold" in betti.statement
    assert checks == tuple(checks)
    again = pickle.loads(pickle.dumps(checks))
    assert repr(again) == repr(checks)


def test_a_failing_reach_shows_its_witness():
    manifold = from_spec("torus")
    wrong = with_claims(manifold, reach=scaled(manifold.claims.reach, 1.5))
    (reach,) = check_manifold(wrong, rng=4, only=["reach"])
    assert reach.witness is not None
    assert manifold.distance(reach.witness).max() < 1e-9
    assert reach.value == pytest.approx(1.0, rel=1e-4)


def test_a_user_chart_can_be_validated():
    manifold = Manifold.from_chart(
        lambda u, v: ((3 + np.cos(v)) * np.cos(u), (3 + np.cos(v)) * np.sin(u), 2 * np.sin(v)),
        [(0, 2 * np.pi)] * 2,
        periodic=True,
        claims=Claims(betti={2: (1, 2, 1), 3: (1, 2, 1)}, embedding_dim=3),
    )
    assert failures(manifold) == set()


def test_broken_samplers():
    manifold = from_spec("sphere")
    nothing = replace(manifold, sampler=lambda n, rng: np.full((n, 3), np.nan))
    assert failures(nothing) == {"points"}
    few = replace(manifold, sampler=lambda n, rng: manifold.sampler(n - 1, rng))
    assert failures(few) == {"points"}


@pytest.mark.parametrize(
    "options", [{"n": 10}, {"level": 0.0}, {"level": 1.0}, {"only": ["colour"]}]
)
def test_bad_arguments(options):
    with pytest.raises(InvalidInput):
        check_manifold(from_spec("sphere"), **options)
