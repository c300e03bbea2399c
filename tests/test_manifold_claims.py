"""Claims of a manifold: what they may be, and what contradicts itself."""

from __future__ import annotations

import numpy as np
import pytest

from theory.bound import Bound
from theory.claims import Claims
from theory.errors import InvalidInput


def given(value, direction="exact"):
    return Bound(value, direction, direction != "estimate", "given")


@pytest.mark.parametrize(
    ("claims", "argument", "expected"),
    [
        ({"reach": 1.0}, "reach", r"got 1\.0, expected a theory\.Bound"),
        ({"reach": given(-1.0)}, "reach", "a positive number"),
        ({"reach": given(0.0)}, "reach", "a positive number"),
        ({"reach": Bound(1.0, "exact", True, "my paper")}, "reach.source", "theory.SOURCES"),
        ({"volume": 3}, "volume", "a theory.Bound"),
        ({"volume": given(-2.0)}, "volume", "a positive number"),
        ({"volume": given(np.inf)}, "volume", "a finite number"),
        ({"embedding_dim": 2.5}, "embedding_dim", "a whole number"),
        ({"embedding_dim": -1}, "embedding_dim", "a whole number"),
        ({"embedding_dim": True}, "embedding_dim", "a whole number"),
        ({"optimal_error": [1.0]}, "optimal_error", "a mapping"),
        ({"optimal_error": {0: given(1.0)}}, "optimal_error", "from 1 on"),
        ({"optimal_error": {1: 1.0}}, "optimal_error[1]", "a theory.Bound"),
        ({"optimal_error": {2: given(-0.5)}}, "optimal_error[2]", "finite number >= 0"),
        ({"betti": (1, 1)}, "betti", "a mapping"),
        ({"betti": {4: (1, 1)}}, "betti", "primes"),
        ({"betti": {"2": (1, 1)}}, "betti", "primes"),
        ({"betti": {2: 1}}, "betti[2]", "a tuple"),
        ({"betti": {2: (1, 0.5)}}, "betti[2]", "whole numbers"),
        ({"betti": {2: (1, -2, -3)}}, "betti[2]", "whole numbers"),
        ({"betti": {2: (0, 1)}}, "betti[2]", "at least 1"),
        ({"betti": {2: (1, 1), 3: (1, 1, 0)}}, "betti", "as many numbers"),
        ({"betti": {2: (1, 2, 1), 3: (1, 0, 1)}}, "betti", "the same Euler characteristic"),
    ],
)
def test_what_cannot_be_claimed_is_named(claims, argument, expected):
    with pytest.raises(InvalidInput, match=expected) as caught:
        Claims(**claims)
    assert caught.value.argument == argument


def test_whole_numbers_of_numpy_are_whole_numbers():
    claims = Claims(betti={np.int64(2): tuple(np.array([1, 1]))}, embedding_dim=np.int32(2))
    assert claims.error_at(2).value == 0.0
    assert Claims(reach=given(np.inf)).reach.value == np.inf
