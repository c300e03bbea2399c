"""The mathematics of autoencoder verification: manifolds, reach, tubes and lower bounds.

The public names are looked up when they are first used: importing the package imports no numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.lazy import make_lazy

if TYPE_CHECKING:
    from theory.bound import Bound
    from theory.catalogue import (
        Family,
        circle,
        double_torus,
        ellipse,
        ellipsoid,
        families,
        flat_torus,
        fourier_curve,
        from_spec,
        grassmannian,
        helix,
        klein_bottle,
        linked_circles,
        moebius_band,
        moment_curve,
        noisy_sphere,
        projective_plane,
        projective_plane_projectors,
        special_orthogonal,
        sphere,
        stiefel,
        swiss_roll,
        torus,
        torus_knot,
        trefoil,
    )
    from theory.chart import Chart
    from theory.combine import disjoint_union, moved, product
    from theory.covering import covering_radius, estimate_covering_radius
    from theory.diagram import PersistenceDiagrams
    from theory.dimension import DimensionEstimate, estimate_dimension
    from theory.errors import GeomcheckError, InvalidInput, NoConvergence
    from theory.geomstats_space import from_geomstats
    from theory.manifold import Claims, Manifold
    from theory.obstruction import Obstruction
    from theory.point_set import PointSet
    from theory.reach import ReachEstimate, estimate_reach
    from theory.sources import SOURCES, Source, source

__all__ = [
    "SOURCES",
    "Bound",
    "Chart",
    "Claims",
    "DimensionEstimate",
    "Family",
    "GeomcheckError",
    "InvalidInput",
    "Manifold",
    "NoConvergence",
    "Obstruction",
    "PersistenceDiagrams",
    "PointSet",
    "ReachEstimate",
    "Source",
    "circle",
    "covering_radius",
    "disjoint_union",
    "double_torus",
    "ellipse",
    "ellipsoid",
    "estimate_covering_radius",
    "estimate_dimension",
    "estimate_reach",
    "families",
    "flat_torus",
    "fourier_curve",
    "from_geomstats",
    "from_spec",
    "grassmannian",
    "helix",
    "klein_bottle",
    "linked_circles",
    "moebius_band",
    "moment_curve",
    "moved",
    "noisy_sphere",
    "product",
    "projective_plane",
    "projective_plane_projectors",
    "source",
    "special_orthogonal",
    "sphere",
    "stiefel",
    "swiss_roll",
    "torus",
    "torus_knot",
    "trefoil",
]

make_lazy(
    __name__,
    {
        "bound": ["Bound"],
        "catalogue": [
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
        ],
        "chart": ["Chart"],
        "combine": ["disjoint_union", "moved", "product"],
        "covering": ["covering_radius", "estimate_covering_radius"],
        "diagram": ["PersistenceDiagrams"],
        "dimension": ["DimensionEstimate", "estimate_dimension"],
        "errors": ["GeomcheckError", "InvalidInput", "NoConvergence"],
        "geomstats_space": ["from_geomstats"],
        "manifold": ["Claims", "Manifold"],
        "obstruction": ["Obstruction"],
        "point_set": ["PointSet"],
        "reach": ["ReachEstimate", "estimate_reach"],
        "sources": ["SOURCES", "Source", "source"],
    },
)
