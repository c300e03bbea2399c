"""From a name with parameters, such as "torus:R=2,r=1", to a manifold."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from dataclasses import dataclass

from theory.catalogue import (
    curves,
    ellipsoids,
    fourier,
    genus_two,
    grassmannians,
    groups,
    homogeneous_curves,
    klein,
    knots,
    projective,
    spheres,
    stiefels,
    strips,
    tori,
)
from theory.catalogue.closed_forms import CLOSED_FORMS, ClosedForms
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["Family", "families", "from_spec"]


@dataclass(frozen=True)
class Family:
    """A named family of manifolds.

    Parameters
    ----------
    name : str
        As written on the command line.
    build : callable
        Keyword parameters to a manifold.
    """

    name: str
    build: Callable[..., Manifold]

    @property
    def parameters(self) -> dict[str, float]:
        """Parameter names with their defaults."""
        signature = inspect.signature(self.build)
        return {name: p.default for name, p in signature.parameters.items()}

    @property
    def closed_forms(self) -> ClosedForms:
        """What is known, as formulas in the parameters."""
        return CLOSED_FORMS[self.name]

    @property
    def summary(self) -> str:
        """One sentence on the family."""
        return (inspect.getdoc(self.build) or "").split("\n", 1)[0]


_FAMILIES = (
    Family("circle", curves.circle),
    Family("ellipse", curves.ellipse),
    Family("linked-circles", curves.linked_circles),
    Family("helix", homogeneous_curves.helix),
    Family("moment-curve", homogeneous_curves.moment_curve),
    Family("fourier-curve", fourier.fourier_curve),
    Family("torus-knot", knots.torus_knot),
    Family("trefoil", knots.trefoil),
    Family("sphere", spheres.sphere),
    Family("noisy-sphere", spheres.noisy_sphere),
    Family("ellipsoid", ellipsoids.ellipsoid),
    Family("torus", tori.torus),
    Family("flat-torus", tori.flat_torus),
    Family("double-torus", genus_two.double_torus),
    Family("swiss-roll", strips.swiss_roll),
    Family("moebius-band", strips.moebius_band),
    Family("klein-bottle", klein.klein_bottle),
    Family("projective-plane", projective.projective_plane),
    Family("projective-plane-projectors", grassmannians.projective_plane_projectors),
    Family("special-orthogonal", groups.special_orthogonal),
    Family("stiefel", stiefels.stiefel),
    Family("grassmannian", grassmannians.grassmannian),
)


def families() -> tuple[Family, ...]:
    """Return every family, in the order in which they are listed."""
    return _FAMILIES


def from_spec(text: str) -> Manifold:
    """Build a manifold from its name and parameters.

    Parameters
    ----------
    text : str
        ``"name"`` or ``"name:key=value,key=value"``.

    Raises
    ------
    InvalidInput
        If the name or a parameter is unknown (the nearest is suggested), or a value is out of
        range.
    """
    name, _, rest = text.partition(":")
    by_name = {family.name: family for family in _FAMILIES}
    if name not in by_name:
        raise InvalidInput("subject", name, _suggestion(name, list(by_name), "a catalogue name"))
    family = by_name[name]
    return family.build(**_parsed(rest, family))


def _parsed(text: str, family: Family) -> dict[str, float]:
    known = family.parameters
    values: dict[str, float] = {}
    for item in filter(None, text.split(",")):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals:
            raise InvalidInput(f"{family.name} parameter", item, "key=value")
        if key not in known:
            raise InvalidInput(
                f"{family.name} parameter", key, _suggestion(key, list(known), "a parameter")
            )
        if key in values:
            raise InvalidInput(f"{family.name} parameter", item, f"{key} only once")
        try:
            values[key] = float(value)
        except ValueError:
            raise InvalidInput(f"{family.name} parameter {key}", value, "a number") from None
    return values


def _suggestion(word: str, known: list[str], kind: str) -> str:
    if not known:
        return "no parameters"
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    listed = ", ".join(known)
    return f"{kind} (did you mean {close[0]}? known: {listed})" if close else f"one of {listed}"
