"""Manifolds with known geometry, by name and parameters."""

from theory.catalogue.curves import circle, ellipse, linked_circles
from theory.catalogue.ellipsoids import ellipsoid
from theory.catalogue.fourier import fourier_curve
from theory.catalogue.genus_two import double_torus
from theory.catalogue.grassmannians import grassmannian, projective_plane_projectors
from theory.catalogue.groups import special_orthogonal
from theory.catalogue.homogeneous_curves import helix, moment_curve
from theory.catalogue.klein import klein_bottle
from theory.catalogue.knots import torus_knot, trefoil
from theory.catalogue.projective import projective_plane
from theory.catalogue.registry import Family, families, from_spec
from theory.catalogue.spheres import noisy_sphere, sphere
from theory.catalogue.stiefels import stiefel
from theory.catalogue.strips import moebius_band, swiss_roll
from theory.catalogue.tori import flat_torus, torus

__all__ = [
    "Family",
    "circle",
    "double_torus",
    "ellipse",
    "ellipsoid",
    "families",
    "flat_torus",
    "fourier_curve",
    "from_spec",
    "grassmannian",
    "helix",
    "klein_bottle",
    "linked_circles",
    "moebius_band",
    "moment_curve",
    "noisy_sphere",
    "projective_plane",
    "projective_plane_projectors",
    "special_orthogonal",
    "sphere",
    "stiefel",
    "swiss_roll",
    "torus",
    "torus_knot",
    "trefoil",
]
