"""The search for tears, and the pieces that they leave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from geomcheck.evaluation import evaluate
from geomcheck.exceptional import locate
from geomcheck.graph import clusters, neighbour_edges, parts_of_graph
from geomcheck.jumps import shows_jumps
from geomcheck.planted import circles, linear
from geomcheck.protocol import FunctionAutoencoder
from geomcheck.tear_pieces import tears_of
from geomcheck.tears import climb, cross_edges
from theory.catalogue import from_spec
from theory.combine import moved
from theory.covering import covering_radius
from theory.errors import InvalidInput
from theory.manifold import Manifold


def test_edges_join_nearest_neighbours_once() -> None:
    points = np.array([[0.0], [1.0], [3.0], [10.0]])
    edges = neighbour_edges(points, 1)
    assert edges.tolist() == [[0, 1], [1, 2], [2, 3]]
    assert parts_of_graph(4, edges[:2]).tolist() == [0, 0, 0, 1]
    assert len(neighbour_edges(points[:1], 3)) == 0


def test_clusters_are_told_apart_and_crowds_are_cheap() -> None:
    crowd = np.zeros((50_000, 2)) + np.random.default_rng(0).normal(0, 1e-9, (50_000, 2))
    points = np.concatenate([crowd, [[1.0, 0.0]], [[1.05, 0.0]]])
    labels = clusters(points, 0.1)
    assert len(np.unique(labels)) == 2
    assert labels[-1] == labels[-2] != labels[0]


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(2, 700),
    width=st.integers(1, 9),
    radius=st.floats(0.02, 0.6),
    linked=st.booleans(),
)
@example(seed=0, count=700, width=2, radius=0.05, linked=True)
@settings(max_examples=30, deadline=None)
def test_clusters_join_within_the_radius_and_never_beyond_twice(
    seed: int, count: int, width: int, radius: float, linked: bool
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 1, (count, width)) * np.where(np.arange(width) < 2, 1, 0.1)
    near = cKDTree(points).query_pairs(radius, output_type="ndarray")
    links = near[rng.uniform(0, 1, len(near)) < 0.5] if linked else None
    labels = clusters(points, radius, links)
    assert (labels[near[:, 0]] == labels[near[:, 1]]).all()
    wide = cKDTree(points).query_pairs(2 * radius * (1 + 1e-9), output_type="ndarray")
    parts = parts_of_graph(count, wide)
    # Each label lies in one part of the graph of points within twice the radius.
    assert len(np.unique(np.stack([labels, parts], axis=1), axis=0)) == len(np.unique(labels))


def test_a_large_part_is_joined_to_the_rest_by_nearest_points() -> None:
    line = np.stack([np.linspace(0, 1, 1000), np.zeros(1000)], axis=1)
    points = np.concatenate(
        [line, line[:600] + np.array([0, 0.015]), line[:300] + np.array([0, 0.1])]
    )
    chains = np.split(np.arange(1900), [1000, 1600])
    links = np.concatenate([np.stack([c[:-1], c[1:]], axis=1) for c in chains])
    labels = clusters(points, 0.02, links)
    assert [np.unique(labels[c]).size for c in chains] == [1, 1, 1]
    assert labels[0] == labels[1000] != labels[1600]


def test_what_lies_beside_a_bad_point_is_in_its_piece() -> None:
    model = linear.constant(np.zeros(2))
    bad = evaluate(model, np.array([[0.0, 0.0], [5.0, 0.0], [9.0, 0.0]]))
    extra = evaluate(model, np.array([[5.1, 0.0], [20.0, 0.0], [9.1, 0.0]]))
    one, other = np.array([0, 0, 1]), np.array([0, 0, 1])
    pieces = tears_of(bad, one, extra, other, 1.0, beside=np.array([1, -1, 2]))
    assert [sorted(t.points[:, 0].tolist()) for t in pieces] == [
        [0.0],
        [5.0, 5.1],
        [20.0],
        [9.0, 9.1],
    ]
    assert [t.component for t in pieces] == [0, 0, 0, 1]
    linked = tears_of(bad, one, extra, other, 1.0, links=np.array([[0, 1]]))
    assert sorted(len(t.points) for t in linked) == [1, 2, 3]


@pytest.mark.parametrize("half_width", [0.1, 1e-3, 1e-6, 1e-9])
def test_bisection_crosses_a_tear_of_any_width(half_width: float) -> None:
    circle = from_spec("circle")
    model = circles.torn_circle(half_width)
    ends = np.array([[-0.99, np.sqrt(1 - 0.99**2)], [-0.99, -np.sqrt(1 - 0.99**2)]])
    sample = evaluate(model, ends)
    crossed = cross_edges(
        model, sample.where(np.array([0])), sample.where(np.array([1])), circle.project
    )
    assert crossed.errors[0] >= 1.0
    assert np.linalg.norm(crossed.points, axis=1) == pytest.approx(1.0)


def test_climbing_stays_on_the_set_and_never_descends() -> None:
    sphere = from_spec("sphere:dim=2")
    model = linear.flattened(3, 2)
    starts = sphere.sample(20, rng=0)
    top = climb(model, starts, 0.3, sphere.tangent, sphere.project)
    assert (top.errors >= evaluate(model, starts).errors).all()
    assert sphere.distance(top.points).max() < 1e-12
    assert top.errors == pytest.approx(1.0, abs=1e-6)


def located(model: FunctionAutoencoder, spec: str | Manifold = "circle", epsilon: float = 0.1):
    manifold = from_spec(spec) if isinstance(spec, str) else spec
    sample = evaluate(model, manifold.sample(4000, rng=0))
    counted = evaluate(model, manifold.sample(5000, rng=1))
    return locate(
        model,
        sample,
        manifold.component_of(sample.points),
        counted=counted,
        counted_component=manifold.component_of(counted.points),
        epsilon=epsilon,
        neighbours=4 if manifold.dim == 1 else 12,
        project=manifold.project,
        components=len(manifold.components),
        radius=2 * covering_radius(sample.points, manifold).value if manifold.dim == 1 else 0.0,
        curve=manifold.dim == 1,
    )


@pytest.mark.parametrize("half_width", [0.05, 1e-4, 1e-8])
def test_one_tear_leaves_one_piece(half_width: float) -> None:
    found = located(circles.torn_circle(half_width))
    assert found.graph_connected
    assert len(found.tears) == 1
    assert len(found.pieces[0]) == 1
    assert np.linalg.norm(found.tears[0].centre - [-1, 0]) < 2 * half_width + 0.01


@pytest.mark.parametrize("half_width", [0.05, 1e-4, 1e-8])
def test_two_tears_leave_two_pieces(half_width: float) -> None:
    found = located(circles.twice_torn_circle(half_width))
    assert len(found.tears) == 2
    assert len(found.pieces[0]) == 2
    assert found.stray == found.n - found.pieces[0][0]


def test_no_error_no_tear() -> None:
    found = located(linear.identity(2))
    assert found.tears == ()
    assert found.stray == 0


def test_error_everywhere_leaves_nothing() -> None:
    found = located(linear.constant(np.zeros(2)))
    assert found.pieces == ((),)
    assert found.stray == found.n
    assert len(found.tears) == 1


def test_each_component_has_its_own_tear() -> None:
    found = located(circles.linked_circles_torn(), "linked-circles")
    assert sorted(tear.component for tear in found.tears) == [0, 1]
    assert [len(pieces) for pieces in found.pieces] == [1, 1]


def test_a_wrong_shape_is_named() -> None:
    model = FunctionAutoencoder(lambda x: x[:, :1], lambda z: z, 2, 1)
    with pytest.raises(InvalidInput, match=r"model.decode.*1 numbers a row.*ambient_dim, 2"):
        evaluate(model, np.ones((5, 2)))


def test_the_models_own_message_is_kept() -> None:
    def broken(x: np.ndarray) -> np.ndarray:
        raise RuntimeError("out of cheese")

    model = FunctionAutoencoder(broken, broken, 2, 1)
    with pytest.raises(InvalidInput, match=r"model.encode.*RuntimeError: out of cheese"):
        evaluate(model, np.ones((5, 2)))


def test_a_jump_is_told_from_a_steep_stretch() -> None:
    assert located(circles.torn_circle(1e-8)).jump is None
    jump = located(circles.jumping_circle()).jump
    assert jump is not None
    assert (jump.watch, jump.size) == ("codes", pytest.approx(2 * np.pi))
    assert jump.length < 1e-11


@pytest.mark.parametrize(("scale", "offset"), [(1e-9, 0.0), (1.0, 1e8), (1.0, 1e11), (1e9, 0.0)])
def test_jumps_are_told_by_the_size_of_the_set(scale: float, offset: float) -> None:
    circle = moved(from_spec("circle"), np.eye(2), np.array([offset, 0.0]), scale=scale)

    def copy(model: FunctionAutoencoder) -> FunctionAutoencoder:
        return FunctionAutoencoder(
            lambda x: model.encode((x - [offset, 0.0]) / scale),
            lambda z: scale * model.decode(z) + [offset, 0.0],
            2,
            1,
        )

    assert located(copy(circles.torn_circle(1e-3)), circle, 0.1 * scale).jump is None
    jump = located(copy(circles.jumping_circle()), circle, 0.1 * scale).jump
    # Where coordinates are rounded coarsely none is seen, and that none is says nothing.
    assert (jump is not None) == shows_jumps(circle.sample(100, rng=0)) == (offset < 1e10)


@pytest.mark.parametrize("steep", [1e4, 1e5, np.inf])
def test_what_single_precision_rounds_is_no_jump(steep: float) -> None:
    def encode(x: np.ndarray) -> np.ndarray:
        x = x.astype(np.float32)
        with np.errstate(invalid="ignore"):
            rise = np.tanh(np.float32(steep) * (x[:, 1:] - np.float32(0.5)))
        return np.nan_to_num(rise) + x[:, :1]

    model = FunctionAutoencoder(encode, lambda z: np.concatenate([z, 0 * z], axis=1), 2, 1)
    assert (located(model).jump is not None) == (steep == np.inf)


def test_a_decoder_that_jumps_is_seen_too() -> None:
    model = FunctionAutoencoder(
        lambda x: x, lambda z: np.where(z[:, :1] > 0.3, z, -z), 2, 2, continuous=True
    )
    jump = located(model).jump
    assert jump is not None
    assert jump.watch == "images"


@pytest.mark.parametrize("half_width", [0.05, 0.01, 1e-4, 1e-8])
def test_a_decoder_that_jumps_within_a_tear_is_seen(half_width: float) -> None:
    # The image goes 0.43 back in a jump and forth again within the tear: its ends show nothing.
    jump = located(circles.twice_torn_circle(half_width)).jump
    assert jump is not None
    assert jump.watch == "images"
    assert jump.size == pytest.approx((4 - np.pi) / 2, abs=0.01)
    steep = circles.torn_circle(half_width)
    unknown = FunctionAutoencoder(steep.encode, steep.decode, 2, 1)
    assert located(unknown).jump is None


def test_bare_points_are_all_that_is_looked_at() -> None:
    points = from_spec("circle").sample(500, rng=0)
    sample = evaluate(circles.torn_circle(0.3), points)
    found = locate(
        circles.torn_circle(0.3),
        sample,
        np.zeros(500, dtype=np.intp),
        counted=sample,
        counted_component=np.zeros(500, dtype=np.intp),
        epsilon=0.1,
        neighbours=4,
        project=None,
    )
    rows = {row.tobytes() for row in points}
    assert found.tears
    assert all(row.tobytes() in rows for tear in found.tears for row in tear.points)


def test_a_component_without_points_is_not_called_connected() -> None:
    sample = evaluate(linear.identity(2), from_spec("circle").sample(300, rng=0))
    found = locate(
        linear.identity(2),
        sample,
        np.zeros(300, dtype=np.intp),
        counted=sample,
        counted_component=np.zeros(300, dtype=np.intp),
        epsilon=0.1,
        neighbours=12,
        project=None,
        components=2,
    )
    assert not found.graph_connected


def test_shares_are_counted_on_points_that_the_pieces_were_not_chosen_by() -> None:
    half_width = 0.05
    found = located(circles.twice_torn_circle(half_width))
    assert found.n == 5000
    assert sum(map(sum, found.pieces)) + sum(t.hits for t in found.tears) + found.unplaced <= 5000
    # Two arcs of pi - 2 half_width and some of each tear.
    share = (np.pi - 2 * half_width) / (2 * np.pi)
    assert [n / 5000 for n in found.pieces[0]] == pytest.approx([share, share], abs=0.03)
    assert all(t.hits / 5000 < 2 * half_width / np.pi + 0.01 for t in found.tears)


@pytest.mark.parametrize("width", [0.03, 0.01])
def test_a_band_narrower_than_the_edges_that_pass_over_it_cuts(width: float) -> None:
    """A wall of error at height 0.6 cuts a fifth off a sphere."""

    def decode(z: np.ndarray) -> np.ndarray:
        return np.where(np.abs(z[:, 2:] - 0.6) < width / 2, 2 * z, z)

    found = located(FunctionAutoencoder(lambda x: x, decode, 3, 3), "sphere:dim=2")
    assert found.stray / found.n == pytest.approx(0.2, abs=0.03)
