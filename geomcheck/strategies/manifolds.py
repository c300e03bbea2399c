"""Members of the catalogue with parameters drawn, simplest family first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

import theory
from geomcheck.strategies.isometries import isometries
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.moved import moved

__all__ = ["LENGTHS", "manifolds"]

LENGTHS = st.floats(0.25, 4.0)
"""Radii and scales."""

_RATIOS = st.floats(1.0, 4.0)
_SHARES = st.floats(0.1, 0.75)
# Every seed up to this one gives a curve that keeps clear of itself.
_LAST_FOURIER_SEED = 39


@dataclass(frozen=True)
class _Family:
    """Manifolds that agree in what `manifolds` can ask for."""

    dim: int
    closed: bool
    orientable: bool
    known_reach: bool
    draw: st.SearchStrategy[Manifold]


def _sphere(dim: int) -> st.SearchStrategy[Manifold]:
    return st.builds(lambda R: theory.sphere(dim=dim, R=R), LENGTHS)


def _torus(R: float, share: float) -> Manifold:
    return theory.torus(R=R, r=share * R)


def _ellipsoid(c: float, second: float, first: float) -> Manifold:
    return theory.ellipsoid(a=c * second * first, b=c * second, c=c)


def _family(
    dim: int,
    build: Callable[..., Manifold] | st.SearchStrategy[Manifold],
    *parameters: st.SearchStrategy[object],
    closed: bool = True,
    orientable: bool = True,
    known_reach: bool = True,
) -> _Family:
    strategy = build if isinstance(build, st.SearchStrategy) else st.builds(build, *parameters)
    return _Family(dim, closed, orientable, known_reach, strategy)


def _families() -> tuple[_Family, ...]:
    whole = st.integers
    # Fewer draws are simpler to hypothesis: the unit circle and sphere come first, without any.
    return (
        _family(1, theory.circle),
        _family(1, theory.circle, LENGTHS),
        _family(1, lambda b, ratio: theory.ellipse(a=b * ratio, b=b), LENGTHS, _RATIOS),
        _family(1, theory.linked_circles),
        _family(1, lambda n: theory.moment_curve(n=2 * n), whole(1, 3)),
        _family(1, theory.helix, LENGTHS, st.floats(0.1, 1.0), st.floats(0.5, 3.0), closed=False),
        _family(1, theory.trefoil, LENGTHS, known_reach=False),
        _family(
            1,
            lambda n, modes, seed: theory.fourier_curve(n=n, modes=modes, seed=seed),
            whole(3, 4),
            whole(1, 3),
            whole(0, _LAST_FOURIER_SEED),
            known_reach=False,
        ),
        _family(2, theory.sphere),
        _family(2, _sphere(2)),
        _family(2, theory.flat_torus, LENGTHS, LENGTHS),
        _family(2, _torus, LENGTHS, _SHARES),
        _family(2, _ellipsoid, LENGTHS, st.floats(1.0, 2.0), st.floats(1.0, 2.0)),
        _family(2, theory.swiss_roll, st.floats(1.0, 30.0), closed=False),
        _family(2, theory.projective_plane, LENGTHS, orientable=False),
        _family(
            2,
            # Few, each of which is built once: bounding its reach takes a second.
            lambda a: theory.klein_bottle(a=a),
            st.sampled_from([2.0, 1.5, 3.0]),
            orientable=False,
            known_reach=False,
        ),
        _family(
            2,
            lambda w: theory.moebius_band(w=w),
            st.sampled_from([0.4, 0.1, 0.5]),
            closed=False,
            orientable=False,
            known_reach=False,
        ),
        _family(3, lambda: theory.sphere(dim=3)),
        _family(3, _sphere(3)),
        _family(3, theory.special_orthogonal),
        _family(4, lambda: theory.sphere(dim=4)),
        _family(4, _sphere(4)),
        _family(4, theory.grassmannian),
        _family(5, theory.stiefel),
    )


def manifolds(
    *,
    dim: int | None = None,
    closed: bool | None = None,
    orientable: bool | None = None,
    known_reach: bool | None = None,
    moved_about: bool = False,
) -> st.SearchStrategy[Manifold]:
    """Draw a manifold of the catalogue.

    Parameters
    ----------
    dim : int, optional
        Intrinsic dimension, 1 to 5.
    closed : bool, optional
        Without boundary, or with one.
    orientable : bool, optional
    known_reach : bool, optional
        Whether the reach stands in closed form, or is only bounded from below.
    moved_about : bool
        Whether to scale it and move it by an isometry.

    Returns
    -------
    strategy of Manifold
        Shrinks to the first family that fits (the unit circle, if nothing is asked for).

    Raises
    ------
    InvalidInput
        If no family fits.
    """
    wanted = {"dim": dim, "closed": closed, "orientable": orientable, "known_reach": known_reach}
    asked = {name: value for name, value in wanted.items() if value is not None}
    fitting = [
        family.draw
        for family in _families()
        if all(getattr(family, name) == value for name, value in asked.items())
    ]
    if not fitting:
        said = ", ".join(f"{name}={value}" for name, value in asked.items())
        raise InvalidInput("manifolds", said, "what some family of the catalogue fulfils")
    found = st.one_of(fitting)
    return _moved(found) if moved_about else found


@st.composite
def _moved(draw: st.DrawFn, found: st.SearchStrategy[Manifold]) -> Manifold:
    manifold = draw(found)
    by = draw(isometries(manifold.ambient_dim))
    return moved(manifold, by.linear, by.offset, scale=draw(LENGTHS))
