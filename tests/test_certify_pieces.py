"""Pieces of a certificate's cells: against brute force, and on networks whose pieces are known."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from certify_cases import random_network
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pieces_cases import half_walled, identity, torn, walled

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import Rest, certify
from geomcheck.certify.boxes import meeting_pairs
from geomcheck.certify.divide import grid, halves, sharpened
from geomcheck.certify.frontier import Cells
from geomcheck.certify.pieces import Joins, joins_of, points_apart, rest_of
from geomcheck.certify.seams import Faces, boundary_faces
from geomcheck.certify.volume import cell_volumes
from geomcheck.layers import Affine, Layer, Network
from geomcheck.planted.layered import tent, with_blocks
from theory.catalogue import from_spec
from theory.chart import Chart
from theory.errors import InvalidInput
from theory.manifold import Manifold

Array = NDArray[np.float64]
EPSILON, DELTA = 0.1, 0.02
BAD, OPEN, SOUND = 0, 1, 2


def box_chart(k: int) -> Chart:
    return Chart(lambda *x: x, (0.0,) * k, (1.0,) * k, (False,) * k)


def flat(k: int) -> Chart:
    """The product of k unit circles."""

    def image(*angles):  # type: ignore[no-untyped-def]
        return [f(a) for a in angles for f in (np.cos, np.sin)]

    return Chart(image, (0.0,) * k, (2 * math.pi,) * k, (True,) * k)


CHARTS = {
    "segment": (box_chart(1), 8),
    "circle": (flat(1), 8),
    "square": (box_chart(2), 2),
    "flat torus": (flat(2), 4),
    "torus": (from_spec("torus").charts[0], 4),
    "klein bottle": (from_spec("klein-bottle").charts[0], 4),
    "moebius band": (from_spec("moebius-band").charts[0], 4),
    "sphere": (from_spec("sphere").charts[0], 4),
    "projective plane": (from_spec("projective-plane").charts[0], 4),
    "cube": (box_chart(3), 2),
    "flat torus of dimension 3": (flat(3), 4),
}
# Boxes about images are no wider than need be here: nothing is joined but what meets.
EXACT = ("segment", "circle", "square", "flat torus", "cube", "flat torus of dimension 3")
# In three dimensions faces may cross, and no point tried lies in both.
COMPLETE = EXACT[:-1]


def whole(chart: Chart, per_axis: int) -> Cells:
    """A grid of few cells."""
    steps = [np.linspace(a, b, per_axis + 1) for a, b in zip(chart.lower, chart.upper, strict=True)]
    low, high = (
        np.stack(np.meshgrid(*[s[cut] for s in steps], indexing="ij"), axis=-1)
        for cut in (slice(0, -1), slice(1, None))
    )
    k, n = chart.dim, per_axis**chart.dim
    return Cells(
        np.zeros(n, dtype=np.intp),
        low.reshape(-1, k),
        high.reshape(-1, k),
        np.zeros((n, k)),
        *(np.zeros((6, n))),
    )


def subdivided(chart: Chart, per_axis: int, rng: np.random.Generator, times: int) -> Cells:
    """Some cells halved, each along an axis of its own."""
    cells = whole(chart, per_axis)
    for _ in range(times):
        chosen = rng.uniform(size=len(cells)) < 0.4
        axis = rng.integers(chart.dim, size=len(cells))
        cells = replace(cells, extent=np.eye(chart.dim)[axis])
        cells = Cells.joined([cells.where(~chosen), halves(cells.where(chosen))])
    low, high, _ = cell_volumes(chart, cells.low, cells.high)
    return replace(cells, volume_low=low, volume_high=high)


def labelled(cells: Cells, label: NDArray[np.intp]) -> Cells:
    """Bounds of the error that decide as the labels say."""
    return replace(
        cells,
        error_low=np.where(label == BAD, 0.2, 0.0),
        error_high=np.where(label == SOUND, 0.05, 1.0),
    )


def brute_force(chart: Chart, cells: Cells, kept: NDArray[np.bool_], *, faces: bool) -> Array:
    """Pieces of the cells kept, by a flood over the smallest cells that all of them consist of.

    They are joined where they have a whole face in common, or else a vertex; vertices are one
    where their images are.
    """
    k = chart.dim
    ends = [np.unique(np.concatenate([cells.low[:, i], cells.high[:, i]])) for i in range(k)]
    if k == 2:
        # Cells of one size: seams may turn the coordinates over.
        count = [round((e[-1] - e[0]) / np.diff(e).min()) + 1 for e in ends]
        ends = [np.linspace(e[0], e[-1], n) for e, n in zip(ends, count, strict=True)]
    vertices = np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1)
    shape = vertices.shape[:-1]
    images = np.round(chart.evaluate(vertices.reshape(-1, k)), 7) + 0.0
    names = np.unique(images, axis=0, return_inverse=True)[1].reshape(shape)
    users = defaultdict(list)
    for row in np.flatnonzero(kept):
        spans = [
            range(int(np.abs(e - a).argmin()), int(np.abs(e - b).argmin()))
            for e, a, b in zip(ends, cells.low[row], cells.high[row], strict=True)
        ]
        for place in product(*spans):
            for axis, side in product(range(k), (0, 1)):
                steps = [(side,) if i == axis else (0, 1) for i in range(k)]
                corner = [int(names[tuple(np.add(place, step))]) for step in product(*steps)]
                if not faces:
                    for name in corner:
                        users[name].append(row)
                elif len(set(corner)) == len(corner):
                    users[frozenset(corner)].append(row)
    piece = np.arange(len(cells))
    changed = True
    while changed:
        changed = False
        for rows in users.values():
            least = piece[rows].min()
            if (piece[rows] != least).any():
                piece[rows] = least
                changed = True
    return np.where(kept, piece, -1)


def finer(one: Array, other: Array) -> bool:
    """Whether cells in one piece of the first are in one of the second."""
    rows = one >= 0
    return len(np.unique(np.stack([one[rows], other[rows]]), axis=1).T) == len(np.unique(one[rows]))


def joined(chart: Chart, cells: Cells) -> Joins:
    found = joins_of(cells, [chart], EPSILON)
    assert found is not None
    return found


@pytest.mark.parametrize("name", CHARTS)
@given(seed=st.integers(0, 2**32 - 1), weight=st.floats(0.3, 0.9))
@settings(max_examples=8, deadline=None)
def test_pieces_are_those_of_a_flood(name: str, seed: int, weight: float) -> None:
    chart, per_axis = CHARTS[name]
    rng = np.random.default_rng(seed)
    cells = subdivided(chart, per_axis, rng, {1: 4, 2: 3, 3: 2}[chart.dim])
    label = rng.choice(3, size=len(cells), p=[(1 - weight) / 2, (1 - weight) / 2, weight])
    found = joined(chart, labelled(cells, label))
    sound, loose = label == SOUND, label != BAD
    piece, touch = np.where(sound, found.piece, -1), np.where(loose, found.loose, -1)
    flood, vertex = (
        brute_force(chart, cells, kept, faces=faces)
        for kept, faces in ((sound, True), (loose, False))
    )
    assert finer(piece, flood)
    assert finer(vertex, touch)
    if name in COMPLETE:
        assert finer(flood, piece)
    if name in EXACT:
        assert finer(touch, vertex)


@pytest.mark.parametrize("name", ["circle", "flat torus", "klein bottle", "sphere", "square"])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=12, deadline=None)
def test_whatever_undecided_cells_are_the_bounds_hold(name: str, seed: int) -> None:
    chart, per_axis = CHARTS[name]
    rng = np.random.default_rng(seed)
    cells = subdivided(chart, per_axis, rng, 3)
    label = rng.choice(3, size=len(cells), p=[0.1, 0.3, 0.6])
    marked = labelled(cells, label)
    rest = rest_of(marked, joined(chart, marked), 1)
    assert 0 <= rest.lower <= rest.upper <= 1
    assert 0 <= rest.upper_if_joined <= rest.upper
    volume = 0.5 * (cells.volume_low + cells.volume_high)
    slack = (cells.volume_high - cells.volume_low).sum() / volume.sum() + 1e-12
    for _ in range(3):
        sound = np.where(label == OPEN, rng.uniform(size=len(cells)) < 0.5, label == SOUND)
        for faces in (True, False):
            piece = brute_force(chart, cells, sound, faces=faces)
            sizes = np.bincount(piece[sound], weights=volume[sound], minlength=1)
            share = 1 - sizes.max() / volume.sum()
            assert rest.lower <= share + slack
            # What meets in a vertex alone hangs together as well: the least share is smaller.
            assert share <= rest.upper + slack


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 4), n=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_every_pair_of_boxes_that_meet_is_found(seed: int, d: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 12, (n, d)).astype(float)
    high = low + rng.integers(0, 4, (n, d))
    low[rng.uniform(size=n) < 0.05] = -np.inf
    high[rng.uniform(size=n) < 0.05] = np.inf
    pairs = meeting_pairs(low, high)
    assert pairs is not None
    meet = (low[:, None] <= high) & (low <= high[:, None])
    expected = np.argwhere(np.triu(meet.all(axis=2), 1))
    assert sorted(map(tuple, pairs)) == sorted(map(tuple, expected))


def test_boxes_with_too_much_in_common_are_given_up() -> None:
    one = np.zeros((1500, 2))
    assert meeting_pairs(one, one) is None


@pytest.mark.parametrize("spec", ["circle", "torus", "moebius-band", "special-orthogonal"])
def test_ends_of_cells_agree_to_the_last_bit(spec: str) -> None:
    chart = from_spec(spec).charts[0]
    rng = np.random.default_rng(5)
    cells = grid(0, chart)
    for _ in range(12):
        rows = rng.choice(len(cells), 40, replace=False)
        keep = np.ones(len(cells), dtype=bool)
        keep[rows] = False
        extent = np.eye(chart.dim)[rng.integers(chart.dim, size=40)]
        some = replace(cells.where(rows), extent=extent)
        cells = Cells.joined([cells.where(keep), halves(some)])
    cells = Cells.joined(
        [cells.where(np.arange(50, len(cells))), sharpened(cells.where(np.arange(50)), [chart])]
    )
    # Along each coordinate two cells are nested or have at most an end in common.
    for axis in range(chart.dim):
        ends = np.unique(np.stack([cells.low[:, axis], cells.high[:, axis]]), axis=1)
        low, high = ends
        least, most = np.maximum(low[:, None], low), np.minimum(high[:, None], high)
        nested = ((least == low) & (most == high)) | (
            (least == low[:, None]) & (most == high[:, None])
        )
        assert (nested | (most <= least)).all()
        assert low.min() == chart.lower[axis]
        assert high.max() == chart.upper[axis]
    assert (cells.high - cells.low).prod(axis=1).sum() == pytest.approx(
        np.subtract(chart.upper, chart.lower).prod(), rel=1e-12
    )


def by_coordinates(chart: Chart, bad) -> Rest:  # type: ignore[no-untyped-def]
    """The rest where errors are given as a function of the coordinates, on a fine grid."""
    cells = whole(chart, 64)
    low, high, _ = cell_volumes(chart, cells.low, cells.high)
    wrong = bad(*(0.5 * (cells.low + cells.high)).T)
    cells = labelled(replace(cells, volume_low=low, volume_high=high), np.where(wrong, BAD, SOUND))
    return rest_of(cells, joined(chart, cells), 1)


def near(v: Array, *values: float) -> Array:
    """Whether angles are near some values."""
    return np.any([np.cos(v - value) > math.cos(0.12) for value in values], axis=0)


def test_the_klein_bottle_closes_up_with_a_reflection() -> None:
    chart = from_spec("klein-bottle").charts[0]
    # Two closed curves to the eye of the box; across the seam the side of one of them is that
    # of neither.
    one = by_coordinates(chart, lambda u, v: near(v, math.pi / 2, math.pi))
    assert len(one.pieces[0]) == 1
    assert one.seams
    two = by_coordinates(chart, lambda u, v: near(v, math.pi / 2, -math.pi / 2))
    assert len(two.pieces[0]) == 2
    assert two.lower > 0.3
    # The torus is closed up without one.
    torus = from_spec("torus").charts[0]
    assert by_coordinates(torus, lambda u, v: near(v, math.pi / 2, math.pi)).lower > 0.15


def test_a_moebius_band_is_cut_along_its_core_into_one_piece() -> None:
    chart = from_spec("moebius-band").charts[0]
    core = by_coordinates(chart, lambda u, s: np.abs(s) < 0.03)
    assert len(core.pieces[0]) == 1
    assert core.upper < 0.1
    # Once along the core and once across, it falls apart.
    both = by_coordinates(chart, lambda u, s: (np.abs(s) < 0.03) | near(u, 2.0))
    assert len(both.pieces[0]) == 2


def test_cells_meet_in_a_pole() -> None:
    chart = from_spec("sphere").charts[0]

    def wedges(t: Array, f: Array) -> Array:
        return (near(f, 0.7, 3.8) & (t > 0.3)) | (t > math.pi - 0.3)

    # Two walls that do not reach one of the poles leave it in one piece.
    assert by_coordinates(chart, wedges).upper < 0.15
    # With walls to the very pole, what is left meets in a single point: nothing is certified.
    point = by_coordinates(chart, lambda t, f: near(f, 0.7, 3.8) | (t > math.pi - 0.3))
    assert point.lower < 0.15
    assert point.upper > 0.4


def certified(spec: str, model, *, delta: float = DELTA, **options: float) -> Rest:  # type: ignore[no-untyped-def]
    found = certify(model, from_spec(spec), epsilon=EPSILON, delta=delta, **options)
    assert found.rest is not None
    assert 0 <= found.rest.lower <= found.rest.upper <= 1
    assert found.measure_lower <= found.rest.upper
    return found.rest


@pytest.mark.parametrize(
    "spec",
    [
        "circle",
        "helix",
        "linked-circles",
        "sphere",
        "torus",
        "klein-bottle",
        "moebius-band",
        "projective-plane",
        "flat-torus",
        "swiss-roll",
        "sphere:dim=3",
    ],
)
def test_a_sound_network_leaves_every_component_whole(spec: str) -> None:
    K = from_spec(spec)
    rest = certified(spec, identity(K.ambient_dim))
    assert rest.upper == 0
    assert [len(pieces) for pieces in rest.pieces] == [1] * len(K.components)


def test_one_tear_leaves_a_circle_whole_and_two_cut_it() -> None:
    once = certified("circle", half_walled(2, 0, 0.3, 0.02, 1, 1.0))
    assert 0 < once.lower <= once.upper < DELTA
    # The arc beyond x = 0.3.
    cut = math.acos(0.3) / math.pi
    twice = certified("circle", walled(2, 0, 0.3, 0.02))
    assert DELTA < twice.lower <= cut + 0.02
    assert twice.upper == pytest.approx(cut, abs=0.02)
    assert len(twice.pieces[0]) == 2


@pytest.mark.parametrize(
    ("spec", "share", "half"),
    [
        ("sphere", 0.35, 0.02),
        ("sphere", 0.35, 0.002),
        ("torus", 0.45, 0.02),
        ("moebius-band", 0.4, 0.02),
    ],
)
def test_a_wall_cuts_a_surface(spec: str, share: float, half: float) -> None:
    # {x > 0.3} is cut off: by Archimedes the share 0.35 of the sphere.
    rest = certified(spec, walled(from_spec(spec).ambient_dim, 0, 0.3, half))
    assert rest.lower > DELTA
    assert rest.lower <= share + 0.02
    assert share - 0.02 <= rest.upper
    assert rest.upper_if_joined < DELTA


def test_a_wall_through_the_poles_cuts_the_sphere() -> None:
    # The poles of the chart lie on the first axis.
    rest = certified("sphere", walled(3, 1, 0.0, 0.01))
    assert rest.lower == pytest.approx(0.5, abs=0.01)
    half = certified("sphere", half_walled(3, 1, 0.0, 0.01, 2, 1.0))
    assert half.upper < DELTA


def arc_at(offset: float, gap: float) -> Manifold:
    def map_(t):  # type: ignore[no-untyped-def]
        return offset + np.cos(t), np.sin(t)

    box = [(gap / 2, 2 * math.pi - gap / 2)]
    return Manifold.from_chart(map_, box, estimate=False, name="arc")


def wall_at(x: float, half: float = 2e-5) -> MLPAutoencoder:
    """Error 1 where the first coordinate is x."""
    return with_blocks(2, decoder=(tent(np.eye(2)[0], np.eye(2)[1], x, half, 1.0),))


@pytest.mark.parametrize(("offset", "gap"), [(0.0, 5e-5), (1e5, 5e-5), (-1e5, 5e-5), (1e7, 5e-3)])
def test_an_arc_that_all_but_closes_is_not_closed_wherever_it_lies(
    offset: float, gap: float
) -> None:
    # Torn in its middle, where the level of the wall is rounded to 2e-9 at most.
    half = max(2e-5, gap)
    rest = certify(
        wall_at(offset - 1.0, half), arc_at(offset, gap), epsilon=EPSILON, delta=DELTA, time_limit=5
    ).rest
    assert rest is not None
    assert not rest.seams
    assert rest.upper > 0.4
    # And what is left whole is a closed circle, of which a tear leaves one piece.
    closed = certify(
        wall_at(offset - 1.0, half), arc_at(offset, 0.0), epsilon=EPSILON, delta=DELTA, time_limit=5
    ).rest
    assert closed is not None
    assert closed.seams
    assert closed.upper < 0.05
    assert closed.lower <= closed.upper


@pytest.mark.parametrize("name", ["circle", "torus", "klein bottle", "sphere", "projective plane"])
@pytest.mark.parametrize("offset", [1e5, 1e9, 1e13])
def test_far_away_no_join_is_missed_from_below(name: str, offset: float) -> None:
    # At 1e13 rounding is a thousandth of the set, and the boxes about images are coarser.
    chart, per_axis = CHARTS[name]
    n = chart.evaluate(np.array([chart.lower])).shape[1]
    far = chart.mapped(np.eye(n), np.full(n, offset))
    cells = whole(chart, per_axis)
    near, moved = (boundary_faces(c, cells.low, cells.high) for c in (chart, far))
    assert moved.unit >= 32 * np.finfo(float).eps * offset
    pairs = meeting_faces(near)
    assert pairs <= meeting_faces(moved)
    assert offset > 1e5 or pairs == meeting_faces(moved)


def meeting_faces(faces: Faces) -> set[tuple[int, int]]:
    low, high = faces.image_low, faces.image_high
    meet = (low[:, None] <= high[None]) & (low[None] <= high[:, None])
    return {(int(i), int(j)) for i, j in np.argwhere(meet.all(axis=2))}


def test_one_meridian_leaves_a_torus_whole_and_two_cut_it() -> None:
    # At the far side of the chart's seam: the two sides are joined by it alone.
    one = certified("torus", half_walled(3, 1, 0.0, 0.05, 0, -1.0))
    assert 0 < one.lower <= one.upper < DELTA
    assert one.seams
    assert certified("torus", half_walled(3, 1, 0.0, 0.05, 0, 1.0)).upper < DELTA
    assert certified("torus", walled(3, 1, 0.0, 0.05)).lower > 0.4


def test_a_tear_thinner_than_any_sample_is_met() -> None:
    rest = certified("sphere", torn(3, 0, 0.3, 1e-5))
    assert 0.3 < rest.lower <= 0.35
    assert rest.upper_if_joined < 1e-4


def test_a_tear_thinner_than_the_cells_is_not_called_harmless() -> None:
    rest = certified("sphere", torn(3, 0, 0.3, 1e-9), sup_relative=1e9, time_limit=1.0)
    assert rest.lower <= DELTA < rest.upper
    assert rest.upper_if_joined <= DELTA
    assert len(rest.pieces[0]) == 2


SAME = Affine(np.eye(3), np.zeros(3))


def blocks(model: MLPAutoencoder) -> tuple[Layer, ...]:
    """The decoder without its last layer, which is the identity."""
    return model.as_network().decoder[:-1]


def test_components_are_weighed_one_by_one() -> None:
    # Of each of two circles one piece may be kept.
    rest = certified("linked-circles", identity(3))
    assert rest.pieces == ((pytest.approx(0.5, abs=1e-3),), (pytest.approx(0.5, abs=1e-3),))
    cut = certified("linked-circles", walled(3, 0, 0.3, 0.02))
    assert [len(pieces) for pieces in cut.pieces] == [2, 2]
    assert cut.upper < 0.5


def test_cells_between_are_divided_until_delta_decides() -> None:
    # The first search leaves both open, as it does where delta asks for no more.
    wall, band = walled(3, 0, 0.3, 0.002), half_walled(3, 0, 0.3, 0.02, 1, 1.0)
    for model, delta, tolerance in ((wall, 0.02, 1e-2), (band, 0.0098, 1e-4)):
        options = {"sup_relative": 1e9, "measure_tolerance": tolerance}
        first = certified("sphere", model, delta=0.99, **options)
        assert first.lower <= delta < first.upper
        rest = certified("sphere", model, delta=delta, **options)
        assert rest.lower > delta if model is wall else rest.upper <= delta


def test_a_face_at_which_a_chart_is_steep_is_no_seam() -> None:
    chart = Chart(lambda t, s: (t, np.sqrt(t), s), (0.0, 0.0), (1.0, 1.0), (False, False))
    sheet = replace(from_spec("sphere"), charts=(chart,))
    found = certify(identity(3), sheet, epsilon=0.1, delta=0.02, time_limit=0.5)
    assert found.rest is not None
    assert not found.rest.seams


@pytest.mark.parametrize(("band", "apart"), [(OPEN, 1), (BAD, 2)])
def test_pieces_are_apart_only_where_what_lies_between_is_certified_bad(
    band: int, apart: int
) -> None:
    chart = from_spec("torus").charts[0]
    cells = whole(chart, 64)
    low, high, _ = cell_volumes(chart, cells.low, cells.high)
    u, _ = (0.5 * (cells.low + cells.high)).T
    label = np.where(near(u, 1.0, 3.0), band, SOUND)
    cells = labelled(replace(cells, volume_low=low, volume_high=high), label)
    joins = joined(chart, cells)
    rest = rest_of(cells, joins, 1)
    assert len(rest.pieces[0]) == 2
    assert len(rest.apart[0]) == apart
    assert sum(rest.apart[0]) == pytest.approx(sum(rest.pieces[0]))
    across = points_apart(cells, joins, [chart])
    if band == OPEN:
        assert across is None
    else:
        assert across is not None
        angle = np.arctan2(across[:, 1], across[:, 0])
        # The one lies between the two meridians, the other beyond.
        assert sorted((angle > 1.0) & (angle < 3.0)) == [False, True]


@pytest.mark.parametrize(("spec", "seed"), [("klein-bottle", 0), ("sphere", 3)])
def test_a_fine_raster_of_a_random_network_lies_between_the_bounds(spec: str, seed: int) -> None:
    K = from_spec(spec)
    model = random_network(K.ambient_dim, 2, gain=2.5, hidden=(10, 10), seed=seed)
    cells = whole(K.charts[0], 128)
    low, high, _ = cell_volumes(K.charts[0], cells.low, cells.high)
    x = K.charts[0].evaluate(0.5 * (cells.low + cells.high))
    error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
    for share in (0.5, 0.8):
        epsilon = float(np.quantile(error, share))
        label = np.where(error > epsilon, BAD, SOUND)
        raster = labelled(replace(cells, volume_low=low, volume_high=high), label)
        seen = rest_of(raster, joined(K.charts[0], raster), 1)
        found = certify(model, K, epsilon=epsilon, delta=0.9, measure_tolerance=1e-2).rest
        assert found is not None
        assert found.lower - 0.02 <= seen.lower <= seen.upper <= found.upper + 0.02
        assert found.upper - found.lower < 0.15


def test_tears_are_counted_and_weighed() -> None:
    # The error exceeds 0.1 on nine tenths of the width of a band: by Archimedes on as much of
    # the sphere as its height over the diameter. Both bands cross the seam of the chart.
    first, second = walled(3, 0, 0.3, 0.02), walled(3, 0, -0.4, 0.04)
    network = Network(first.as_network().encoder[:1], (*blocks(first), *blocks(second), SAME))
    both = MLPAutoencoder.from_network(network)
    tears = certified("sphere", both, delta=0.9).tears
    assert len(tears) == 2
    for torn_part, share in zip(tears, (0.036, 0.018), strict=True):
        assert torn_part.component == 0
        assert torn_part.lower <= share <= torn_part.upper <= share + 1e-3
    # Two meridians of a torus, and two arcs of each of two circles.
    pair = certified("torus", walled(3, 1, 0.0, 0.05), delta=0.9, measure_tolerance=1e-3).tears
    assert [part.upper == pytest.approx(pair[0].lower, rel=0.1) for part in pair] == [True, True]
    four = certified("linked-circles", walled(3, 0, 0.3, 0.02), delta=0.9).tears
    assert sorted(part.component for part in four) == [0, 0, 1, 1]


def test_time_that_is_up_leaves_bounds_that_hold() -> None:
    for seconds in (0.0, 0.05):
        rest = certified("torus", walled(3, 0, 0.3, 0.02), time_limit=seconds)
        assert rest.lower <= 0.45 <= rest.upper


def test_what_is_not_asked_for_is_not_said() -> None:
    circle = from_spec("circle")
    assert certify(identity(2), circle, epsilon=0.1).rest is None
    chart = circle.charts[0]
    arcs = (replace(chart, upper=(4.0,), periodic=(False,)), replace(chart, lower=(3.0,)))
    twice: Manifold = replace(circle, charts=arcs)
    assert certify(identity(2), twice, epsilon=0.1, delta=0.02).rest is None
    for delta in (0.0, 1.0, -1.0, math.nan):
        with pytest.raises(InvalidInput, match="delta"):
            certify(identity(2), circle, epsilon=0.1, delta=delta)
