"""The witness on the planes of R^4: a tube round a projective plane, whose classes stay."""

from __future__ import annotations

import numpy as np
import pytest
from continuity_cases import bisected

import geomcheck
import theory
from geomcheck.witness_tube import Tube
from theory.cells.ball import sphere_log
from theory.cells.pairs import pair_cut, pairs_from_planes, planes_from_pairs
from theory.veronese import FOCAL_ANGLE, from_tube, into_tube

PLANES = theory.grassmannian(n=4, k=2)


def units(n, width, seed):
    vectors = np.random.default_rng(seed).standard_normal((n, width))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def tensors(pairs):
    return pairs[:, :3, None] * pairs[:, None, 3:]


def lines(planes):
    """Return the projectors xx' of the points ±x over which planes ±(x, y) lie."""
    x = pairs_from_planes(planes)[:, :3]
    return x[:, :, None] * x[:, None, :]


def collar(model, n=2000, seed=0):
    """Return planes of the collar: about ±e, about the section, and about where they meet."""
    rng = np.random.default_rng(seed)
    level = model.discs[0].level
    e = np.eye(3)[:1]
    x, y = units(n, 3, seed + 1), units(n, 3, seed + 2)
    near = units(n, 3, seed + 3) * (level * rng.uniform(0, 2, (n, 1)))
    kind = np.arange(n)[:, None] % 3
    x = np.where(kind != 1, e + near, x)
    y = np.where(
        kind != 0, np.pi * units(n, 3, seed + 4) * level * rng.uniform(0, 1, (n, 1)) - x, y
    )
    x, y = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (x, y))
    return model.discs[0].cell.point(np.concatenate([x, y], axis=1))


def test_planes_are_pairs_up_to_a_sign():
    pairs = np.concatenate([units(500, 3, 0), units(500, 3, 1)], axis=1)
    planes = planes_from_pairs(pairs)
    assert np.abs(PLANES.project(planes) - planes).max() <= 1e-14
    assert np.abs(planes_from_pairs(-pairs) - planes).max() == 0
    back = pairs_from_planes(planes)
    assert np.abs(tensors(back) - tensors(pairs)).max() <= 1e-14
    drawn = PLANES.sample(500, rng=2)
    assert np.abs(planes_from_pairs(pairs_from_planes(drawn)) - drawn).max() <= 1e-14
    apart = np.linalg.norm(planes[:-1] - planes[1:], axis=1)
    other = np.linalg.norm(tensors(pairs)[:-1] - tensors(pairs)[1:], axis=(1, 2))
    assert apart == pytest.approx(other, abs=1e-14)
    assert np.isfinite(pairs_from_planes(np.zeros((1, 16)))).all()


def test_a_plane_is_what_its_pair_of_quaternions_leaves_in_place():
    def times(p, q):
        scalar = p[0] * q[0] - p[1:] @ q[1:]
        return np.concatenate([[scalar], p[0] * q[1:] + q[0] * p[1:] + np.cross(p[1:], q[1:])])

    x, y = units(2, 3, 4)
    plane = planes_from_pairs(np.concatenate([x, y])[None]).reshape(4, 4)
    for q in np.random.default_rng(5).standard_normal((5, 4)):
        moved = times(times(np.concatenate([[0], x]), q), np.concatenate([[0], y]))
        assert plane @ q == pytest.approx((q + moved) / 2, abs=1e-14)


def test_the_sample_makes_both_points_uniform_and_independent():
    pairs = pairs_from_planes(PLANES.sample(20000, rng=6))
    # Functions of ±(x, y) with the means that they have under the product measure.
    x, y = pairs[:, 0], pairs[:, 4]
    for value, mean in ((x**2, 1 / 3), (y**2, 1 / 3), (x**2 * y**2, 1 / 9), (x * y, 0.0)):
        assert value.mean() == pytest.approx(mean, abs=0.01)


def test_the_tube_of_the_veronese_surface_is_one_to_one_up_to_the_focal_points():
    x = units(1000, 3, 7)
    rng = np.random.default_rng(8)
    some = rng.standard_normal((1000, 3, 3))
    across = np.eye(3) - x[:, :, None] * x[:, None, :]
    normals = across @ (some + some.transpose(0, 2, 1)) @ across
    normals -= np.trace(normals, axis1=1, axis2=2)[:, None, None] * across / 2
    length = FOCAL_ANGLE * rng.uniform(0, 0.999, 1000)
    normals *= (length / np.linalg.norm(normals, axis=(1, 2)))[:, None, None]
    points = into_tube(x, normals)
    assert np.linalg.norm(points, axis=1) == pytest.approx(np.ones(1000), abs=1e-14)
    again, found = from_tube(points)
    assert np.abs(np.einsum("ij,ij->i", again, x)) == pytest.approx(np.ones(1000), abs=1e-10)
    assert np.abs(found - normals).max() <= 1e-10
    assert into_tube(np.eye(3)[:1], np.zeros((1, 3, 3)))[0] == pytest.approx(np.eye(5)[0])
    # No point of S^4 is farther from the surface than that.
    anywhere = from_tube(units(1000, 5, 9))[1]
    assert np.linalg.norm(anywhere, axis=(1, 2)).max() <= FOCAL_ANGLE + 1e-12


@pytest.mark.parametrize("measure", [0.3, 0.01, 1e-6])
@pytest.mark.parametrize("latent_dim", [4, 6])
def test_decoding_undoes_encoding_off_the_collar_and_stays_in_the_fibre(measure, latent_dim):
    model = geomcheck.witness(PLANES, measure=measure, latent_dim=latent_dim)
    assert isinstance(model.discs[0], Tube)
    assert model.measure.direction == "exact"
    assert model.measure.value == pytest.approx(measure, rel=1e-9)
    points = np.concatenate([PLANES.sample(2000, rng=0), collar(model)])
    inside = model.in_exceptional_set(points)
    assert inside.sum() > 1000
    codes = model.encode(points)
    assert not codes[:, 4:].any()
    images = model.decode(codes)
    error = np.linalg.norm(images - points, axis=1)
    assert error[~inside].max() <= 1e-9
    assert error[inside].max() > 1.9
    # On all of M: the decoder stays on M, over the same point of the projective plane.
    assert np.abs(PLANES.project(images) - images).max() <= 1e-9
    assert np.abs(lines(images) - lines(points)).max() <= 1e-9
    assert np.abs(lines(model.decode(model.encode(images))) - lines(points)).max() <= 1e-9


def test_the_code_is_continuous_on_both_parts_of_the_cut():
    # Both have codimension 2: a line would miss them. So they are approached from all sides.
    model = geomcheck.witness(PLANES, measure=0.01)
    cut = model.discs[0].cell
    over = np.arange(600)[:, None] % 3
    x = np.where(over != 1, np.eye(3)[:1], units(600, 3, 1))
    y = np.where(over != 0, -x, units(600, 3, 2))
    middle = np.concatenate([x, y], axis=1)
    assert cut.depth(middle).max() <= 1e-12
    codes = model.encode(cut.point(middle))
    for away in (1e-3, 1e-6, 1e-9):
        for seed in range(5):
            near = middle + away * np.random.default_rng(seed).standard_normal((600, 6))
            near = np.concatenate(
                [v / np.linalg.norm(v, axis=1)[:, None] for v in np.hsplit(near, 2)], 1
            )
            assert np.linalg.norm(model.encode(cut.point(near)) - codes, axis=1).max() <= 100 * away


def test_the_encoder_is_continuous_off_the_set():
    model = geomcheck.witness(PLANES, measure=0.1)
    rng = np.random.default_rng(2)
    low, high = collar(model, 300, seed=3), collar(model, 300, seed=9)
    low = low + 0.05 * rng.standard_normal(low.shape)
    assert bisected(model.encode, low, high) < 1e-6


def test_the_decoder_is_continuous_where_the_fibre_has_no_direction():
    # Codes over x = ±e, at all distances from the surface: of codimension 2 as well.
    model = geomcheck.witness(PLANES, measure=0.01)
    normals = np.zeros((200, 3, 3))
    turn = np.linspace(0, 2 * np.pi, 200)
    normals[:, 1, 1], normals[:, 2, 2] = np.cos(turn), -np.cos(turn)
    normals[:, 1, 2] = normals[:, 2, 1] = np.sin(turn)
    normals *= np.linspace(0, 0.7 * FOCAL_ANGLE, 200)[:, None, None]
    codes = sphere_log(into_tube(np.tile(np.eye(3)[0], (200, 1)), normals))
    points = model.decode(codes)
    for away in (1e-4, 1e-7, 1e-10):
        for seed in range(5):
            near = codes + away * np.random.default_rng(seed).standard_normal((200, 4))
            assert np.linalg.norm(model.decode(near) - points, axis=1).max() <= 500 * away


@pytest.mark.parametrize("measure", [0.3, 0.001])
def test_the_decoder_is_continuous_beyond_the_tube(measure):
    model = geomcheck.witness(PLANES, measure=measure)
    rng = np.random.default_rng(4)
    low, high = rng.uniform(-4, 4, (2, 900, 4))
    # Through ±e, which is 0; over the sphere that is the pole; and anywhere.
    high[:300] = -low[:300]
    low[300:600] *= np.pi / np.linalg.norm(low[300:600], axis=1, keepdims=True)
    high[300:600] = 0.9 * low[300:600]
    assert bisected(model.decode, low, high) < 1e-6


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_points_are_kept_clear_of(count):
    avoid = PLANES.sample(count, rng=11)
    model = geomcheck.witness(PLANES, measure=0.01, avoid=avoid)
    assert not model.in_exceptional_set(avoid).any()
    points = np.concatenate([avoid, PLANES.sample(2000, rng=12), collar(model)])
    off = points[~model.in_exceptional_set(points)]
    assert np.linalg.norm(model.decode(model.encode(off)) - off, axis=1).max() <= 1e-9
    if count <= 100:
        # There is room enough for a collar as wide as may be.
        assert model.measure.value == pytest.approx(0.01, rel=1e-9)
    assert model.measure.value > 1e-4


def test_a_plane_to_avoid_on_the_cut_as_it_stands_turns_it():
    still = pair_cut(np.empty((0, 16)))
    on_the_cut = still.point(np.array([[1, 0, 0, 0, 1, 0], [0, 1, 0, 0, -1, 0]], dtype=float))
    assert still.depth(still.coordinates(on_the_cut)).max() <= 1e-12
    turned = pair_cut(on_the_cut)
    assert turned.depth(turned.coordinates(on_the_cut)).min() > 0.5


def test_shares_are_those_of_a_sample():
    cut = pair_cut(PLANES.sample(50, rng=3))
    depth = cut.depth(cut.coordinates(PLANES.sample(20000, rng=13)))
    for level in (0.1, 0.3, 0.6):
        assert (depth <= level).mean() == pytest.approx(cut.share(level).value, abs=0.015)
    assert (cut.share(0.0).value, cut.share(1.0).value) == (0.0, 1.0)


def test_moved_copies_keep_the_tube():
    frame = np.linalg.qr(np.random.default_rng(1).standard_normal((17, 16)))[0]
    second = theory.moved(PLANES, frame, np.full(17, 4.0), scale=0.5)
    whole, copy = (geomcheck.witness(K, measure=0.3) for K in (PLANES, second))
    points = PLANES.sample(500, rng=0)
    there = 0.5 * points @ frame.T + 4.0
    codes, copied = whole.encode(points), copy.encode(there)
    assert copied == pytest.approx(codes, abs=1e-9)
    assert copy.decode(copied) == pytest.approx(0.5 * whole.decode(codes) @ frame.T + 4.0, abs=1e-9)


def test_other_sets_of_planes_and_products_are_cut_as_before():
    assert theory.grassmannian(n=5, k=2).pairs is None
    product = geomcheck.witness(theory.product(PLANES, theory.circle()), measure=0.1)
    assert not isinstance(product.discs[0], Tube)
