"""What is known of each family in closed form, as formulas in its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CLOSED_FORMS", "ClosedForms"]

NUMERICAL = "numerical"
_FROM_BELOW = "numerical, from below"


@dataclass(frozen=True)
class ClosedForms:
    """Formulas in the parameters of a family; what cannot be written so is said in words.

    Parameters
    ----------
    reach, volume : str
    betti : str
        Over F2 and F3 alike, or for each.
    embeds : str
        Smallest m such that the set embeds in R^m.
    optimal_error : mapping of str to str
        Latent dimensions, such as ``"1"`` or ``"1..dim"``, to e* there; after ``">= "`` only
        bounded from below.
    """

    reach: str
    volume: str
    betti: str
    embeds: str
    optimal_error: Mapping[str, str] = field(default_factory=dict)


_CURVE = "1, 1"
_SPHERE = ClosedForms(
    "R",
    "2 pi^((dim+1)/2) / gamma((dim+1)/2) R^dim",
    "1, 0, ..., 0, 1",
    "dim + 1",
    {"1..dim": "R"},
)
_PROJECTORS = "1/sqrt(2)"

CLOSED_FORMS: Mapping[str, ClosedForms] = {
    "circle": ClosedForms("R", "2 pi R", _CURVE, "2", {"1": "R"}),
    "ellipse": ClosedForms("b^2/a", "4 a E(1 - b^2/a^2)", _CURVE, "2", {"1": "b"}),
    "linked-circles": ClosedForms("1/2", "4 pi", "2, 2", "2", {"1": "1"}),
    "helix": ClosedForms(
        "min((a^2 + b^2)/a, half the gap)", "2 pi turns sqrt(a^2 + b^2)", "1, 0", "1"
    ),
    "moment-curve": ClosedForms(
        "min(radius of curvature, half the least normal chord)",
        "2 pi sqrt(sum of j^(2 - 2 decay), j = 1..n/2)",
        _CURVE,
        "2",
        {"1": ">= 1"},
    ),
    "fourier-curve": ClosedForms(_FROM_BELOW, NUMERICAL, _CURVE, "2"),
    "torus-knot": ClosedForms(_FROM_BELOW, NUMERICAL, _CURVE, "2", {"1": ">= max(r, R - r)"}),
    "trefoil": ClosedForms(_FROM_BELOW, NUMERICAL, _CURVE, "2", {"1": ">= scale"}),
    "sphere": _SPHERE,
    "noisy-sphere": _SPHERE,
    "ellipsoid": ClosedForms(
        "c^2/a", "4 pi RG(a^2 b^2, a^2 c^2, b^2 c^2)", "1, 0, 1", "3", {"1": "b", "2": "c"}
    ),
    "torus": ClosedForms("min(r, R - r)", "4 pi^2 R r", "1, 2, 1", "3", {"1": "R + r", "2": "r"}),
    "flat-torus": ClosedForms(
        "min(a, b)",
        "4 pi^2 a b",
        "1, 2, 1",
        "3",
        {"1": "sqrt(a^2 + b^2)", "2": "min(a, b)"},
    ),
    "double-torus": ClosedForms(NUMERICAL, NUMERICAL, "1, 4, 1", "3"),
    "swiss-roll": ClosedForms(
        "half the gap at the inner end",
        "length of the spiral times height",
        "1, 0, 0",
        "2",
        {"1": "height/2 for height <= 8 pi"},
    ),
    "moebius-band": ClosedForms(_FROM_BELOW, NUMERICAL, "1, 1, 0", "3", {"1": ">= R + w/2"}),
    "klein-bottle": ClosedForms(
        "at most min(b, a - b)",
        NUMERICAL,
        "1, 2, 1 over F2; 1, 1, 0 over F3",
        "4",
        {"1": "a + b", "2..3": "b"},
    ),
    "projective-plane": ClosedForms(
        "scale/2",
        "quadrature times scale^2",
        "1, 1, 1 over F2; 1, 0, 0 over F3",
        "4",
        {"1": "scale", "2..3": "scale/2"},
    ),
    "projective-plane-projectors": ClosedForms(
        _PROJECTORS,
        "4 pi",
        "1, 1, 1 over F2; 1, 0, 0 over F3",
        "4",
        {"1": ">= 1/sqrt(2)", "2..3": "1/sqrt(2)"},
    ),
    "special-orthogonal": ClosedForms(
        "sqrt(2)",
        "2^(dim/2) vol SO(n); 16 sqrt(2) pi^2 for n = 3",
        "product of spheres of 1..n-1 over F2",
        "2, 5 for n = 2, 3",
        {"1..dim": ">= sqrt(2)", "4": "sqrt(2) for n = 3"},
    ),
    "stiefel": ClosedForms(
        "1",
        "2^(p(p-1)/4) times the spheres of n-p..n-1",
        "product of spheres of n-p..n-1 over F2",
        "n for p = 1; 5, 6 for V(3,2), V(4,2)",
        {"1": "sqrt(p)", "2..dim": ">= 1", "n..dim": "1 for p = 2"},
    ),
    "grassmannian": ClosedForms(
        _PROJECTORS,
        "2^(dim/2) vol O(n) / (vol O(k) vol O(n-k))",
        "Gaussian binomial (n over k) over F2",
        "2, 4, 5 for lines in n = 2, 3, 4",
        {"1..dim": ">= 1/sqrt(2)"},
    ),
}
