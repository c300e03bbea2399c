"""Samples that are hard on estimators: noise, duplicates, sheets that nearly touch, necks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

import theory
from geomcheck.strategies.manifolds import LENGTHS, manifolds
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.moved import moved

__all__ = ["PointCloud", "point_clouds"]

Array = NDArray[np.float64]
Difficulty = Literal["plain", "duplicates", "noise", "near-tangent", "thin neck"]

_SHARES = st.floats(1e-3, 0.5)


@dataclass(frozen=True, eq=False)
class PointCloud:
    """Points with the truth about them.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
    manifold : Manifold
        What they are points of.
    noise : float
        They lie within this distance of it.
    difficulty : str
        What is hard about them.
    """

    points: Array
    manifold: Manifold
    noise: float
    difficulty: Difficulty


@st.composite
def point_clouds(
    draw: st.DrawFn,
    *,
    subject: st.SearchStrategy[Manifold] | None = None,
    sizes: tuple[int, int] = (10, 400),
    difficulties: tuple[Difficulty, ...] = get_args(Difficulty),
) -> PointCloud:
    """Draw points on or near a manifold, with what is hard about them.

    Parameters
    ----------
    subject : strategy of Manifold, optional
        Where the points lie; by default any curve or surface of the catalogue. Clouds that are
        "near-tangent" (two round curves or surfaces that nearly touch, so that half their gap
        is the reach) or have a "thin neck" (a torus whose hole nearly closes) bring their own.
    sizes : (int, int)
        Fewest and most points.
    difficulties : tuple of str
        Which kinds to draw from: "plain", "duplicates", "noise" (up to a twentieth of the
        reach), "near-tangent", "thin neck".

    Returns
    -------
    strategy of PointCloud
        Shrinks to few plain points on the unit circle.
    """
    unknown = set(difficulties) - set(get_args(Difficulty))
    if unknown or not difficulties:
        raise InvalidInput("difficulties", sorted(unknown), f"some of {get_args(Difficulty)}")
    difficulty: Difficulty = draw(st.sampled_from(difficulties))
    n = draw(st.integers(*sizes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if difficulty == "near-tangent":
        manifold = draw(_near_tangent())
    elif difficulty == "thin neck":
        manifold = draw(_thin_neck())
    else:
        manifold = draw(_curves_and_surfaces() if subject is None else subject)
    points, noise = manifold.sample(n, rng=rng), 0.0
    if difficulty == "duplicates":
        copies = draw(st.integers(1, max(1, n // 2)))
        points[:copies] = points[rng.integers(copies, max(n, copies + 1), copies) % n]
    elif difficulty == "noise":
        reach = manifold.claims.reach
        noise = draw(st.floats(0.0, 0.05)) * (1.0 if reach is None else reach.value)
        directions = rng.standard_normal(points.shape)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        points = points + noise * rng.random((n, 1)) * directions
    return PointCloud(points, manifold, noise + manifold.noise, difficulty)


def _curves_and_surfaces() -> st.SearchStrategy[Manifold]:
    return st.one_of(manifolds(dim=1, known_reach=True), manifolds(dim=2, known_reach=True))


@st.composite
def _near_tangent(draw: st.DrawFn) -> Manifold:
    """Two equal circles or spheres, side by side, a small share of their radius apart."""
    dim, R = draw(st.integers(1, 2)), draw(LENGTHS)
    gap = R * draw(_SHARES)
    one = theory.sphere(dim=dim, R=R)
    offset = np.zeros(dim + 1)
    offset[0] = 2 * R + gap
    other = moved(one, np.eye(dim + 1), offset, name=f"{one.name}, moved")
    return theory.disjoint_union([one, other], name=f"near-tangent spheres, gap {gap:g}", gap=gap)


@st.composite
def _thin_neck(draw: st.DrawFn) -> Manifold:
    """A torus whose hole has a small radius, which is its reach."""
    r = draw(LENGTHS)
    return theory.torus(R=r * (1.0 + draw(_SHARES)), r=r)
