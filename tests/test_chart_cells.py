"""Betti numbers from the cells of charts: exact where the charts close up, silent elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geomcheck.betti_cells import betti_by_cells
from geomcheck.betti_check import check_betti
from theory.catalogue import from_spec
from theory.chart_cells import cell_flags
from theory.manifold import Manifold

CLOSED = [
    "circle",
    "linked-circles",
    "trefoil",
    "sphere",
    "sphere:dim=3",
    "ellipsoid",
    "torus",
    "flat-torus",
    "klein-bottle",
    "projective-plane",
    "projective-plane-projectors",
    "special-orthogonal",
    "grassmannian:n=4,k=1",
]


@pytest.mark.parametrize("spec", CLOSED)
def test_cells_give_the_claimed_numbers(spec: str) -> None:
    manifold = from_spec(spec)
    assert betti_by_cells(manifold, (2, 3)) == dict(manifold.claims.betti or {})


@pytest.mark.parametrize("spec", ["helix", "swiss-roll", "moebius-band", "double-torus", "stiefel"])
def test_nothing_is_said_of_boundaries_and_without_charts(spec: str) -> None:
    assert betti_by_cells(from_spec(spec), (2,)) is None


def klein(start: float) -> Manifold:
    """Return a Klein bottle whose second coordinate starts there; its seam turns v to -v."""
    return Manifold.from_chart(
        lambda u, v: (
            (2 + np.cos(v)) * np.cos(u),
            (2 + np.cos(v)) * np.sin(u),
            np.sin(v) * np.cos(u / 2),
            np.sin(v) * np.sin(u / 2),
        ),
        [(0.0, 2 * np.pi), (start, start + 2 * np.pi)],
        periodic=(False, True),
        estimate=False,
    )


def test_a_seam_that_the_lattice_does_not_meet_is_seen() -> None:
    assert betti_by_cells(klein(0.0), (2, 3)) == {2: (1, 2, 1), 3: (1, 1, 0)}
    # The lattice is not symmetric about v = 0: its cells do not match across the seam.
    assert cell_flags(klein(0.3).charts, 8) is None


def test_a_wrong_claim_is_caught_by_the_cells_where_no_net_is_dense_enough() -> None:
    group = from_spec("special-orthogonal")
    sound = check_betti(group)
    assert (sound.outcome, "cells" in sound.statement) == ("holds", True)
    for wrong in ({2: (1, 1, 1, 1), 3: (1, 1, 1, 1)}, {2: (1, 0, 0, 1), 3: (1, 0, 0, 1)}):
        claims = replace(group.claims, betti=wrong)
        assert check_betti(replace(group, claims=claims)).outcome == "fails"
