"""Every family of the catalogue keeps its claims."""

from __future__ import annotations

import math

import numpy as np
import pytest
from catalogue_cases import ALL, DEFAULTS, dkw_threshold, gauge

from theory.catalogue import families, from_spec
from theory.chart_reach import chart_reach
from theory.chart_volume import chart_volume
from theory.errors import InvalidInput
from theory.sources import SOURCES

LEVEL = 1e-6


@pytest.fixture(scope="module")
def members():
    return {spec: from_spec(spec) for spec in ALL}


@pytest.mark.parametrize("spec", ALL)
def test_sampled_points_lie_on_the_set_or_within_its_noise(members, spec):
    manifold = members[spec]
    points = manifold.sample(200, rng=1)
    assert points.shape == (200, manifold.ambient_dim)
    assert manifold.distance(points).max() <= manifold.noise + 1e-9
    for part in (*manifold.parts, *manifold.cycles):
        assert manifold.distance(part.sample(50, rng=2)).max() < 1e-9


@pytest.mark.parametrize("spec", ALL)
def test_projection_is_nearest_and_idempotent(members, spec):
    manifold = members[spec]
    rng = np.random.default_rng(3)
    scale = manifold.claims.reach.value
    points = manifold.sample(60, rng=rng)
    away = points + rng.standard_normal(points.shape) * scale
    nearest = manifold.project(away)
    assert np.abs(manifold.project(nearest) - nearest).max() < 1e-8
    gap = np.linalg.norm(away - nearest, axis=1)
    # Nothing in a large sample of the set itself is nearer.
    cloud = manifold.sample(2000, rng=rng)
    cloud = manifold.project(cloud) if manifold.noise else cloud
    others = np.linalg.norm(away[:, None] - cloud[None], axis=2).min(axis=1)
    assert (gap <= others + 1e-9).all()


@pytest.mark.parametrize("spec", ALL)
def test_projection_inverts_small_normal_steps(members, spec):
    manifold = members[spec]
    rng = np.random.default_rng(4)
    points = manifold.project(manifold.sample(40, rng=rng))
    frames = manifold.tangent(points)
    normal = rng.standard_normal(points.shape)
    normal -= np.einsum("nia,na->ni", frames, np.einsum("nia,ni->na", frames, normal))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    away = points + 0.9 * manifold.claims.reach.value * normal
    # Below the reach the foot of a normal is the nearest point: a lower test of the reach.
    assert np.abs(manifold.project(away) - points).max() < 1e-5


@pytest.mark.parametrize("spec", ALL)
def test_tangents_are_orthonormal_and_tangent(members, spec):
    manifold = members[spec]
    rng = np.random.default_rng(5)
    points = manifold.project(manifold.sample(40, rng=rng))
    frames = manifold.tangent(points)
    assert frames.shape == (40, manifold.ambient_dim, manifold.dim)
    gram = np.einsum("nia,nib->nab", frames, frames)
    assert np.abs(gram - np.eye(manifold.dim)).max() < 1e-9
    # Steps along the frame leave the set by second order only.
    direction = rng.standard_normal((40, manifold.dim))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    step = 1e-4 * manifold.claims.reach.value
    if manifold.boundary:
        points = points[
            np.linalg.norm(_off_boundary(manifold, points, frames, step), axis=1) < step
        ]
        frames, direction = manifold.tangent(points), direction[: len(points)]
        assert len(points) > 20
    moved = points + step * np.einsum("nia,na->ni", frames, direction)
    assert manifold.distance(moved).max() < step**2 / manifold.claims.reach.value + 1e-12


def _off_boundary(manifold, points, frames, step):
    # Where some step along a frame cannot be undone by projection, the boundary is near.
    gaps = [
        manifold.distance(points + sign * 3 * step * frames[:, :, a])
        for a in range(manifold.dim)
        for sign in (-1, 1)
    ]
    return np.max(gaps, axis=0)[:, None] * 1e3


@pytest.mark.parametrize("spec", ALL)
def test_charts_map_onto_the_set_with_the_claimed_volume(members, spec):
    manifold = members[spec]
    if not manifold.charts:
        pytest.skip("no charts")
    total = 0.0
    for chart in manifold.charts:
        rng = np.random.default_rng(6)
        coordinates = rng.uniform(chart.lower, chart.upper, (50, chart.dim))
        points, first, _ = chart.derivatives(coordinates)
        assert manifold.distance(points).max() < 1e-9
        frames = manifold.tangent(points)
        off = first - np.einsum("nia,nja,njb->nib", frames, frames, first)
        assert np.abs(off).max() < 1e-8 * np.abs(first).max()
        assert chart.stretch is not None
        speeds = np.linalg.norm(first, axis=1).max(axis=0)
        assert (speeds <= np.array(chart.stretch) * (1 + 1e-12)).all()
        total += chart_volume(chart).value
    assert total == pytest.approx(manifold.claims.volume.value, rel=1e-8)


@pytest.mark.parametrize("spec", ALL)
def test_samples_are_uniform_in_volume(members, spec):
    """At level 1e-6, against the distribution that the charts' volume element gives (DKW)."""
    manifold = members[spec]
    if not manifold.charts or manifold.noise:
        pytest.skip("no charts to compare with")
    n = 4000
    seen = gauge(manifold.sample(n, rng=7))
    points, weights = [], []
    for chart in manifold.charts:
        per_axis = {1: 4000, 2: 120, 3: 40}.get(chart.dim, 14)
        centres, _ = chart.cell_centres((per_axis,) * chart.dim)
        points.append(chart.evaluate(centres))
        weights.append(chart.volume_element(centres) * _cell_volume(chart, per_axis))
    expected, weight = gauge(np.concatenate(points)), np.concatenate(weights)
    # A cell is a point mass in the quadrature; allow for what one grid step can shift.
    slack = 0.01
    threshold = dkw_threshold(n, LEVEL / 4) + slack
    for one, other in zip(seen.T, expected.T, strict=True):
        order = np.argsort(other)
        cumulative = np.cumsum(weight[order]) / weight.sum()
        at = np.searchsorted(other[order], np.sort(one))
        theory = np.concatenate([[0.0], cumulative])[at]
        assert np.abs(theory - (np.arange(n) + 0.5) / n).max() < threshold


def _cell_volume(chart, per_axis):
    return float(np.prod(np.subtract(chart.upper, chart.lower)) / per_axis**chart.dim)


@pytest.mark.parametrize("spec", ["stiefel", "stiefel:n=5,p=3", "special-orthogonal:n=4"])
def test_haar_samples_have_uniform_columns_and_rows(members, spec):
    # Every column is uniform on a sphere: its coordinates u satisfy E u^2 = 1/n, E u^4 =
    # 3/(n(n+2)); six standard errors.
    manifold = members[spec]
    n = int(spec.split("n=")[1][0]) if "n=" in spec else 4
    entries = manifold.sample(20_000, rng=8) ** 2
    error = 6 / math.sqrt(len(entries))
    assert np.abs(entries.mean(axis=0) - 1 / n).max() < error * entries.std(axis=0).max()
    fourth = entries**2
    assert np.abs(fourth.mean(axis=0) - 3 / (n * (n + 2))).max() < error * fourth.std(axis=0).max()


def test_double_torus_samples_satisfy_the_divergence_theorem(members):
    # The flux of a field without divergence through the surface is 0; six standard errors.
    manifold = members["double-torus"]
    points = manifold.sample(40_000, rng=9)
    frames = manifold.tangent(points)
    normal = np.cross(frames[:, :, 0], frames[:, :, 1])
    x, y, z = points.T
    g = x**4 - x**2 + y**2
    gradient = np.stack([2 * g * (4 * x**3 - 2 * x), 4 * g * y, 3 * z], axis=1)
    normal *= np.sign((normal * gradient).sum(axis=1))[:, None]
    fields = [
        np.stack([x, -y, 0 * x], axis=1),
        np.stack([0 * x, y, -z], axis=1),
        np.stack([x**3, -3 * x**2 * y, 0 * x], axis=1),
        np.stack([np.exp(y), z * x, np.sin(x * y)], axis=1),
    ]
    for field in fields:
        flux = (field * normal).sum(axis=1)
        assert abs(flux.mean()) < 6 * flux.std() / math.sqrt(len(flux))


def _federer(points, frames, others):
    """Return |q-p|^2 / (2 dist(q-p, T_p)) for all pairs, infinite for the shortest chords."""
    chord = others[None] - points[:, None]
    square = (chord**2).sum(axis=2)
    along = np.einsum("pqi,pia->pqa", chord, frames)
    normal = chord - np.einsum("pqa,pia->pqi", along, frames)
    offset = np.linalg.norm(normal, axis=2)
    far = square > (0.02 * np.sqrt(square.max())) ** 2
    return np.where(far, square / (2 * offset + 1e-300), np.inf)


@pytest.mark.parametrize("spec", ALL)
def test_no_pair_of_a_sample_has_a_federer_ratio_below_the_reach(members, spec):
    manifold = members[spec]
    points = manifold.project(manifold.sample(500, rng=10))
    ratio = _federer(points, manifold.tangent(points), points).min()
    assert ratio > manifold.claims.reach.value * (1 - 1e-6)
    if not manifold.boundary and spec != "ellipse:a=5,b=0.2":
        assert ratio < 4 * manifold.claims.reach.value


SEARCHED = [
    spec
    for spec in ALL
    if spec.partition(":")[0]
    in {"circle", "ellipse", "helix", "moment-curve", "ellipsoid", "torus", "flat-torus"}
    or spec in {"sphere", "klein-bottle", "projective-plane", "swiss-roll"}
    or spec in {"trefoil", "torus-knot", "fourier-curve", "moebius-band"}
]


@pytest.mark.parametrize("spec", SEARCHED)
def test_reach_is_what_a_search_over_the_chart_finds(members, spec):
    manifold = members[spec]
    (chart,) = manifold.charts
    axes = [1] if spec == "moebius-band" else range(chart.dim)
    edges = [(axis, side) for axis in axes for side in (0, 1)]
    found = chart_reach(chart, edges if manifold.boundary else ()).reach.value
    claim = manifold.claims.reach
    assert claim.certified
    if claim.direction == "exact":
        assert found == pytest.approx(claim.value, rel=1e-5)
    else:
        assert claim.direction == "lower"
        assert claim.value <= found <= claim.value * (1.00003 if chart.dim == 1 else 1.021)


def _matrix_pair(spec):
    """Return two points whose chord is a shortest bottleneck."""
    if spec.startswith("special-orthogonal"):
        n = 4 if "4" in spec else 3
        return np.eye(n), np.diag([-1.0, -1.0] + [1.0] * (n - 2))
    if spec.startswith("stiefel"):
        frame = np.eye(5, 3) if "5" in spec else np.eye(4, 2)
        return frame, frame * np.array([-1.0] + [1.0] * (frame.shape[1] - 1))
    return np.diag([1.0, 1.0, 0.0, 0.0]), np.diag([0.0, 1.0, 1.0, 0.0])


@pytest.mark.parametrize(
    "spec",
    ["special-orthogonal", "special-orthogonal:n=4", "stiefel", "stiefel:n=5,p=3", "grassmannian"],
)
def test_matrix_manifolds_have_a_bottleneck_of_twice_the_reach(members, spec):
    manifold = members[spec]
    pair = np.array([matrix.ravel() for matrix in _matrix_pair(spec)])
    assert manifold.distance(pair).max() < 1e-12
    ratio = _federer(pair[:1], manifold.tangent(pair[:1]), pair[1:])
    assert ratio[0, 0] == pytest.approx(manifold.claims.reach.value)


@pytest.mark.parametrize("spec", ALL)
def test_claims_are_consistent(members, spec):
    manifold = members[spec]
    for piece in (manifold, *manifold.parts, *manifold.cycles):
        claims = piece.claims
        for p in (2, 3):
            assert len(claims.betti[p]) == piece.dim + 1
            assert claims.betti[p][0] == len(piece.components)
        if piece.closed:
            assert claims.betti[2] == claims.betti[2][::-1]
            if piece.orientable:
                assert claims.betti[3] == claims.betti[3][::-1]
            else:
                assert claims.betti[3][-1] == 0
        for bound in (claims.reach, claims.volume, *claims.optimal_error.values()):
            assert bound.source in SOURCES
            assert bound.value > 0
            assert bound.certified == (bound.direction != "estimate")
        errors = claims.optimal_error
        exact = [(m, b.value) for m, b in sorted(errors.items()) if b.direction == "exact"]
        values = [value for _, value in exact]
        assert values == sorted(values, reverse=True)
        for m, bound in errors.items():
            assert claims.embedding_dim is None or m < claims.embedding_dim
            # A lower bound at m is one at every smaller m: none may exceed an exact value there.
            assert all(bound.value <= v * (1 + 1e-12) for k, v in exact if k <= m)
            if piece.closed and m <= piece.dim:
                assert bound.value >= claims.reach.value * (1 - 1e-9)
        if piece.closed and claims.embedding_dim is not None:
            assert claims.embedding_dim >= piece.dim + 1


@pytest.mark.parametrize("spec", ALL)
def test_no_cycle_claims_more_than_the_optimal_error(members, spec):
    manifold = members[spec]
    for piece in (*manifold.parts, *manifold.cycles):
        for m, bound in piece.claims.optimal_error.items():
            whole = manifold.claims.error_at(m)
            assert whole is None or bound.value <= whole.value * (1 + 1e-12)


@pytest.mark.parametrize(
    "spec", ["torus", "flat-torus", "ellipsoid", "klein-bottle", "projective-plane", "stiefel"]
)
def test_the_cycles_reach_the_optimal_error_at_latent_dimension_one(members, spec):
    manifold = members[spec]
    best = max(cycle.claims.optimal_error[1].value for cycle in manifold.cycles)
    assert best == pytest.approx(manifold.claims.optimal_error[1].value)


def test_known_values():
    value = lambda spec: from_spec(spec).claims  # noqa: E731
    assert value("torus-knot").reach.value == pytest.approx(0.8316, abs=1e-4)
    assert value("torus-knot:p=3,q=2").reach.value == pytest.approx(0.8383, abs=1e-4)
    assert value("swiss-roll").reach.value == pytest.approx(3.111, abs=1e-3)
    assert value("special-orthogonal:n=3").volume.value == pytest.approx(16 * 2**0.5 * math.pi**2)
    assert value("projective-plane-projectors").volume.value == pytest.approx(4 * math.pi)
    assert value("linked-circles").optimal_error[1].direction == "exact"
    assert value("special-orthogonal:n=4").betti == {
        2: (1, 1, 1, 2, 1, 1, 1),
        3: (1, 0, 0, 2, 0, 0, 1),
    }
    assert value("stiefel:n=4,p=2").betti[3] == (1, 0, 1, 1, 0, 1)
    assert value("grassmannian:n=4,k=2").betti == {2: (1, 1, 2, 1, 1), 3: (1, 0, 0, 0, 1)}
    assert value("double-torus").volume.value == pytest.approx(5.9976, abs=1e-3)


def test_noisy_sphere_says_how_noisy_it_is():
    manifold = from_spec("noisy-sphere:noise=0.2")
    radii = np.linalg.norm(manifold.sample(2000, rng=0), axis=1)
    assert manifold.noise == 0.2
    assert 0.8 <= radii.min() < 0.82
    assert 1.18 < radii.max() <= 1.2


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_every_parameter_is_checked(family):
    for name in family.parameters:
        for bad in (-1.0, math.nan, math.inf, True, "x"):
            with pytest.raises(InvalidInput):
                family.build(**{name: bad})
    with pytest.raises(InvalidInput):
        from_spec(f"{family.name}:no-such=1")
    assert family.summary.endswith(".")


@pytest.mark.parametrize(
    "spec",
    [
        "ellipse:a=1,b=2",
        "ellipsoid:a=1,b=2,c=3",
        "torus:R=1,r=1",
        "torus-knot:p=2,q=4",
        "torus-knot:R=1,r=2",
        "klein-bottle:a=1,b=1",
        "moebius-band:R=1,w=1",
        "noisy-sphere:R=1,noise=1",
        "moment-curve:n=3",
        "double-torus:c=0.25",
        "stiefel:n=3,p=3",
        "grassmannian:n=3,k=3",
        "sphere:dim=1.5",
        "sphere:name=3",
    ],
)
def test_parameters_out_of_range(spec):
    with pytest.raises(InvalidInput):
        from_spec(spec)


def test_specs_round_trip_through_the_name():
    for spec in DEFAULTS:
        name = from_spec(spec).name
        assert from_spec(name).name == name


@pytest.mark.parametrize(
    ("spec", "points"),
    [
        ("ellipse", [[0, 0], [0.1, 0], [0, 0.5], [3, 0], [-1.5, 0], [1e-200, 0], [0, 1e-200]]),
        ("ellipse:a=1,b=1", [[0, 0], [0.5, 0]]),
        ("ellipsoid", [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0.3], [1, 1, 0], [1e-9, 0, 1e-9]]),
        ("ellipsoid:a=2,b=1,c=1", [[0, 0, 0], [1, 0, 0], [1.9, 0, 0], [0, 0.2, 0]]),
        ("sphere", [[0, 0, 0], [1e-320, 0, 0]]),
        ("torus", [[0, 0, 0], [0, 0, 1], [2, 0, 0]]),
        ("torus-knot", [[0, 0, 0], [2, 0, 0]]),
        ("klein-bottle", [[0, 0, 0, 0], [2, 0, 0, 0]]),
        ("projective-plane", [[0, 0, 0, 0], [0, 0, 1, 1]]),
        ("special-orthogonal", [[0] * 9, [-1, 0, 0, 0, -1, 0, 0, 0, -1]]),
        ("stiefel", [[0] * 8]),
        ("grassmannian", [[0] * 16]),
        ("double-torus", [[0, 0, 0], [0.7, 0, 0]]),
        ("swiss-roll", [[0, 0, 0], [0, -5, 30]]),
        ("moebius-band", [[0, 0, 0], [0, 0, 1]]),
    ],
)
def test_projection_at_degenerate_points_is_still_nearest(members, spec, points):
    manifold = members[spec] if spec in members else from_spec(spec)
    points = np.array(points, dtype=float)
    nearest = manifold.project(points)
    assert manifold.distance(nearest).max() < 1e-8
    gap = np.linalg.norm(points - nearest, axis=1)
    cloud = manifold.sample(20_000, rng=11)
    others = np.linalg.norm(points[:, None] - cloud[None], axis=2).min(axis=1)
    assert (gap <= others + 1e-9).all()


def test_a_volume_beyond_all_numbers_is_bad_input():
    with pytest.raises(InvalidInput, match="volume"):
        from_spec("sphere:dim=16,R=1e30")


@pytest.mark.parametrize(
    "spec", ["fourier-curve:seed=1234567", "torus:R=2.00000012,r=1", "ellipse:a=1234567.8,b=0.1"]
)
def test_the_name_of_a_manifold_builds_the_same_set(spec):
    manifold = from_spec(spec)
    again = from_spec(manifold.name)
    assert again.name == manifold.name
    np.testing.assert_array_equal(again.sample(5, rng=0), manifold.sample(5, rng=0))
