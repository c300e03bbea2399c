"""Betti numbers of products and unions, against cellular homology computed from boundaries."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.catalogue import (
    circle,
    ellipsoid,
    flat_torus,
    helix,
    klein_bottle,
    moebius_band,
    projective_plane,
    special_orthogonal,
    sphere,
    torus,
)
from theory.combine import disjoint_union, moved, product


def complex_of(*sizes, **boundaries):
    """Return boundary matrices d_1, d_2, ... of a cell complex; those not given are zero."""
    return [
        np.array(boundaries.get(f"d{j}", np.zeros((sizes[j - 1], sizes[j]))), dtype=int)
        for j in range(1, len(sizes))
    ]


# A cell structure of each: how many cells in each dimension, and the boundaries.
CELLS = {
    "circle": (circle(), complex_of(1, 1)),
    "two-cell circle": (circle(2.0), complex_of(2, 2, d1=[[1, -1], [-1, 1]])),
    "sphere": (sphere(2), complex_of(1, 0, 1)),
    "three-sphere": (sphere(3), complex_of(1, 0, 0, 1)),
    "ellipsoid": (ellipsoid(), complex_of(1, 0, 1)),
    "torus": (torus(), complex_of(1, 2, 1)),
    "flat torus": (flat_torus(), complex_of(1, 2, 1)),
    "klein bottle": (klein_bottle(), complex_of(1, 2, 1, d2=[[0], [2]])),
    "projective plane": (projective_plane(), complex_of(1, 1, 1, d2=[[2]])),
    "rotations": (special_orthogonal(3), complex_of(1, 1, 1, 1, d2=[[2]])),
    "arc": (helix(), complex_of(2, 1, d1=[[1], [-1]])),
    "moebius band": (moebius_band(), complex_of(1, 2, 1, d2=[[2], [1]])),
}


def sizes_of(boundaries):
    return [len(boundaries[0]), *(d.shape[1] for d in boundaries)]


def tensor(first, second):
    """Return the complex of a product of cells: d(a x b) = da x b + (-1)^|a| a x db."""
    n, m = sizes_of(first), sizes_of(second)
    top = len(n) + len(m) - 2
    cells = [[(i, j - i) for i in range(len(n)) if 0 <= j - i < len(m)] for j in range(top + 1)]
    boundaries = []
    for j in range(1, top + 1):
        rows = []
        for a, b in cells[j - 1]:
            row = []
            for c, d in cells[j]:
                block = np.zeros((n[a] * m[b], n[c] * m[d]), dtype=int)
                if (c - 1, d) == (a, b):
                    block = np.kron(first[c - 1], np.eye(m[d], dtype=int))
                elif (c, d - 1) == (a, b):
                    block = (-1) ** c * np.kron(np.eye(n[c], dtype=int), second[d - 1])
                row.append(block)
            rows.append(row)
        boundaries.append(np.block(rows))
    return boundaries


def rank_mod(matrix, p):
    """Return the rank of an integer matrix over the field with p elements."""
    rows, rank = np.array(matrix) % p, 0
    for column in range(rows.shape[1]):
        pivots = np.flatnonzero(rows[rank:, column])
        if not len(pivots):
            continue
        rows[[rank, rank + pivots[0]]] = rows[[rank + pivots[0], rank]]
        rows[rank] = rows[rank] * pow(int(rows[rank, column]), -1, p) % p
        others = np.arange(len(rows)) != rank
        rows[others] = (rows[others] - np.outer(rows[others, column], rows[rank])) % p
        rank += 1
        if rank == len(rows):
            break
    return rank


def betti_of(boundaries, p):
    sizes = sizes_of(boundaries)
    ranks = [0, *(rank_mod(d, p) for d in boundaries), 0]
    return tuple(sizes[j] - ranks[j] - ranks[j + 1] for j in range(len(sizes)))


names = st.sampled_from(sorted(CELLS))


@given(names, st.sampled_from([2, 3]))
def test_the_catalogue_claims_the_homology_of_its_cells(name, p):
    manifold, boundaries = CELLS[name]
    for low, high in pairwise(boundaries):
        assert not (low @ high).any()
    assert manifold.claims.betti[p] == betti_of(boundaries, p)


@settings(max_examples=60)
@given(names, names, st.sampled_from([2, 3]))
def test_a_product_has_the_homology_of_the_product_of_cells(one, other, p):
    """Kuenneth over a field; torsion shows as different numbers over F2 and F3."""
    (first, a), (second, b) = CELLS[one], CELLS[other]
    both = product(first, second).claims.betti
    assert both[p] == betti_of(tensor(a, b), p)
    euler = [sum((-1) ** j * x for j, x in enumerate(m.claims.betti[p])) for m in (first, second)]
    assert sum((-1) ** j * x for j, x in enumerate(both[p])) == euler[0] * euler[1]


@settings(max_examples=25)
@given(names, names, names, st.sampled_from([2, 3]))
def test_products_of_three_do_not_depend_on_the_brackets(one, two, three, p):
    (first, a), (second, b), (third, c) = CELLS[one], CELLS[two], CELLS[three]
    left = product(product(first, second), third).claims
    right = product(first, product(second, third)).claims
    assert left.betti[p] == right.betti[p] == betti_of(tensor(tensor(a, b), c), p)
    assert left.reach == right.reach


@settings(max_examples=25)
@given(st.lists(names, min_size=2, max_size=4), st.sampled_from([2, 3]))
def test_a_union_has_the_sum(chosen, p):
    ambient = max(CELLS[name][0].ambient_dim for name in chosen)
    pieces = [
        moved(m, np.eye(ambient, m.ambient_dim), np.r_[50.0 * i, np.zeros(ambient - 1)])
        for i, m in enumerate(CELLS[name][0] for name in chosen)
    ]
    claimed = disjoint_union(pieces).claims.betti[p]
    for degree, number in enumerate(claimed):
        found = [betti_of(CELLS[name][1], p) for name in chosen]
        assert number == sum(b[degree] for b in found if degree < len(b))


def test_torsion_times_torsion():
    """RP^2 x RP^2: over F2 the square of 1 + t + t^2, over F3 a point."""
    both = product(projective_plane(), projective_plane()).claims.betti
    assert both == {2: (1, 2, 3, 2, 1), 3: (1, 0, 0, 0, 0)}
    bottles = product(klein_bottle(), klein_bottle()).claims.betti
    assert bottles == {2: (1, 4, 6, 4, 1), 3: (1, 2, 1, 0, 0)}
