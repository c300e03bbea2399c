"""How many points, and how dense a sample, show the homology of a manifold."""

from __future__ import annotations

import math

from theory.bound import Bound
from theory.errors import InvalidInput
from theory.tube import unit_ball_volume

__all__ = ["DENSEST_RATIO", "dense_enough", "points_needed"]

# A sample is (eps/2)-dense with eps < sqrt(3/5) reach.
DENSEST_RATIO = math.sqrt(3 / 5) / 2


def dense_enough(covering_radius: Bound, reach: Bound) -> bool | None:
    """Tell whether a sample is dense enough for the union of balls to retract to the set.

    Parameters
    ----------
    covering_radius : Bound
        Of the sample in the set.
    reach : Bound
        Of the set.

    Returns
    -------
    bool or None
        True or False where the directions of the two values allow it to be said, None where
        they do not. Whether it is certain, is a matter of their `certified`.

    Notes
    -----
    Source ``niyogi-smale-weinberger``: the condition is covering radius < sqrt(3/5) / 2 * reach.
    """
    eta, tau = covering_radius, reach
    if eta.value < DENSEST_RATIO * tau.value:
        return True if eta.direction != "lower" and tau.direction != "upper" else None
    return False if eta.direction != "upper" and tau.direction != "lower" else None


def points_needed(
    *, volume: float, intrinsic_dim: int, reach: float, delta: float, epsilon: float | None = None
) -> int:
    """Return how many random points have the set's homology with probability 1 - delta.

    Parameters
    ----------
    volume : float
        k-dimensional volume of the manifold, which has no boundary.
    intrinsic_dim : int
        k, at least 1.
    reach : float
        Positive; at most the true reach.
    delta : float
        Between 0 and 1: the probability of failure.
    epsilon : float, optional
        Radius of the balls, below reach / 2; by default just below it, where fewest points are
        needed.

    Returns
    -------
    int

    Raises
    ------
    InvalidInput
        If a number is out of range.

    Notes
    -----
    Source ``niyogi-smale-weinberger``: n > b1 (log b2 + log 1/delta) with
    b1 = volume / (cos^k(th1) vol B^k(epsilon/4)), b2 = volume / (cos^k(th2) vol B^k(epsilon/8)),
    th1 = arcsin(epsilon / 8 reach), th2 = arcsin(epsilon / 16 reach). It is a guarantee for the
    worst manifold, and asks for far more points than most need.
    """
    for name, value in (("volume", volume), ("reach", reach)):
        if not (math.isfinite(value) and value > 0):
            raise InvalidInput(name, value, "a positive number")
    if intrinsic_dim < 1:
        raise InvalidInput("intrinsic_dim", intrinsic_dim, "at least 1")
    if not 0 < delta < 1:
        raise InvalidInput("delta", delta, "between 0 and 1, both excluded")
    radius = reach / 2 * (1 - 1e-9) if epsilon is None else epsilon
    if not 0 < radius < reach / 2:
        raise InvalidInput("epsilon", radius, f"between 0 and reach / 2 = {reach / 2:g}")

    def balls(part: float) -> float:
        # Volume over the least volume of a piece of the manifold in a ball of radius eps/part.
        cosine = math.cos(math.asin(radius / (2 * part * reach)))
        return volume / (
            cosine**intrinsic_dim
            * unit_ball_volume(intrinsic_dim)
            * (radius / part) ** intrinsic_dim
        )

    return math.floor(balls(4) * (math.log(balls(8)) + math.log(1 / delta))) + 1
