"""Local models from exact tangents: orders of accuracy, chords between models, edges."""

from __future__ import annotations

import numpy as np
import pytest

from theory.catalogue import from_spec
from theory.hermite_fit import hermite_fit, hermite_neighbours
from theory.reach_federer import as_cloud
from theory.reach_pairs import Pairs
from theory.reach_refined import refined_bottleneck, refined_curvature
from theory.reach_search import levels, near_partners


def parts(spec, n, seed=0):
    manifold = from_spec(spec)
    points = manifold.sample(n, rng=seed)
    cloud = as_cloud(points, manifold.tangent(points))
    return manifold, cloud, levels(cloud.points, np.random.default_rng(0))[-1][1]


def ellipse_radius(points):
    """Radius of curvature of the ellipse (2, 1)."""
    x, y = points.T
    return 2.0**2 * 1.0**2 * (x**2 / 2.0**4 + y**2 / 1.0**4) ** 1.5


@pytest.mark.parametrize("degree", [2, 4, 6])
def test_curvature_errs_by_the_order_of_the_degree(degree):
    errors = []
    for n in (100, 400):
        _, cloud, tree = parts("ellipse", n)
        model = hermite_fit(cloud, tree, np.arange(n), degree)
        truth = 1 / ellipse_radius(cloud.points + cloud.origin)
        errors.append(np.median(np.abs(model.bending(np.zeros((n, 1))) / truth - 1)))
    assert errors[1] < errors[0] / 4 ** (degree - 1) * 4


def test_models_pass_through_their_neighbours_and_are_steep_where_these_are():
    _, cloud, tree = parts("torus", 4000)
    rows = np.arange(200)
    model = hermite_fit(cloud, tree, rows, 6)
    index = tree.query(cloud.points[rows], hermite_neighbours(2, 6) + 1)[1][:, 1:]
    for neighbour in (0, 5):
        place, first, _ = model.jets(model.around[:, neighbour])
        there = cloud.points[index[:, neighbour]]
        assert np.linalg.norm(place - there, axis=1).max() < 1e-4
        frame = np.linalg.qr(first)[0]
        onto = np.einsum("mdk,mdl->mkl", cloud.frames[index[:, neighbour]], frame)
        assert np.linalg.svd(onto, compute_uv=False).min() > 1 - 1e-4


def test_derivatives_of_models_are_those_of_differences():
    _, cloud, tree = parts("ellipsoid", 2000)
    model = hermite_fit(cloud, tree, np.arange(50), 5)
    u = np.random.default_rng(0).uniform(-0.4, 0.4, (50, 2))
    _, first, second = model.jets(u)
    for axis in range(2):
        step = np.zeros(2)
        step[axis] = 1e-5
        length = 2e-5 * model.radius[:, None]
        ahead, back = model.jets(u + step), model.jets(u - step)
        assert (ahead[0] - back[0]) / length == pytest.approx(first[:, :, axis], abs=1e-7)
        bend = (ahead[1] - back[1]) / length[:, :, None]
        assert bend == pytest.approx(second[:, :, :, axis], abs=1e-6)


def test_the_sharpest_bend_lies_between_the_points():
    manifold, cloud, tree = parts("ellipse", 60)
    bent = near_partners(cloud, np.arange(60), tree)[1]
    found = refined_curvature(cloud, tree, bent)
    assert found.radius == pytest.approx(0.5, abs=3e-3)
    assert found.least <= 0.5
    place = found.where[0] + cloud.origin
    # Nearer to the vertex than any sample point is, and not one of them.
    vertex = np.array([2.0 * np.sign(place[0]), 0.0])
    gaps = np.linalg.norm(cloud.points + cloud.origin - vertex, axis=1)
    assert np.linalg.norm(place - vertex) < gaps.min() / 2
    assert manifold.distance(place[None])[0] < 1e-3


def test_a_bottleneck_lies_between_the_points():
    manifold, cloud, tree = parts("linked-circles", 100)
    other = np.asarray(manifold.component_of(cloud.points + cloud.origin))
    one, two = np.flatnonzero(other == 0), np.flatnonzero(other == 1)
    chords = np.linalg.norm(cloud.points[one][:, None] - cloud.points[two][None], axis=2)
    row, column = np.unravel_index(chords.argmin(), chords.shape)
    assert chords.min() > 1 + 5e-6
    pair = Pairs(one[[row]], two[[column]], np.array([chords.min() / 2]))
    found = refined_bottleneck(cloud, tree, pair)
    assert found.radius == pytest.approx(0.5, abs=1e-7)
    assert np.linalg.norm(found.where[0] - found.where[1]) == pytest.approx(1, abs=1e-5)


def test_beyond_an_edge_the_bend_may_be_sharper():
    # A spiral bends ever more towards its inner end, where the points stop.
    angle = np.sort(np.random.default_rng(0).uniform(1.0, 6.0, 300))
    points = np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1)
    speed = np.stack(
        [np.cos(angle) - angle * np.sin(angle), np.sin(angle) + angle * np.cos(angle)], axis=1
    )
    frames = (speed / np.linalg.norm(speed, axis=1, keepdims=True))[:, :, None]
    cloud = as_cloud(points, frames)
    tree = levels(cloud.points, np.random.default_rng(0))[-1][1]
    found = refined_curvature(cloud, tree, near_partners(cloud, np.arange(300), tree)[1])
    at_end = (1 + angle[0] ** 2) ** 1.5 / (2 + angle[0] ** 2)
    assert found.radius == pytest.approx(at_end, rel=1e-3)
    assert found.least < at_end * (1 - 1e-3)


def test_too_few_points_give_no_model():
    _, cloud, tree = parts("sphere", 8)
    bent = near_partners(cloud, np.arange(8), tree)[1]
    assert refined_curvature(cloud, tree, bent) is None
    assert refined_bottleneck(cloud, tree, bent) is None
