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
    from theory.chart_manifold import from_chart
    from theory.combine import disjoint_union, moved, product
    from theory.covering import covering_radius, estimate_covering_radius
    from theory.diagram import PersistenceDiagrams
    from theory.dimension import DimensionEstimate, estimate_dimension
    from theory.errors import GeomcheckError, InvalidInput, ModelRaised, NoConvergence
    from theory.feature_size import local_feature_size
    from theory.geomstats_space import from_geomstats
    from theory.manifold import Claims, Manifold
    from theory.obstruction import Obstruction
    from theory.point_set import PointSet
    from theory.points import deduplicate, farthest_point_subsample
    from theory.reach import ReachEstimate, estimate_reach
    from theory.reach_homology import reach_from_diagrams
    from theory.retract import Retract
    from theory.sampling import dense_enough, points_needed
    from theory.sources import SOURCES, Source, source
    from theory.statistics import clopper_pearson, dkw_band, order_statistic_limit, samples_needed
    from theory.tangent import estimate_tangents
    from theory.tube import in_tube, sampled_tube_volume, weyl_volume
    from theory.validation import ManifoldCheck, ManifoldChecks, check_manifold

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
    "ManifoldCheck",
    "ManifoldChecks",
    "ModelRaised",
    "NoConvergence",
    "Obstruction",
    "PersistenceDiagrams",
    "PointSet",
    "ReachEstimate",
    "Retract",
    "Source",
    "check_manifold",
    "circle",
    "clopper_pearson",
    "covering_radius",
    "deduplicate",
    "dense_enough",
    "disjoint_union",
    "dkw_band",
    "double_torus",
    "ellipse",
    "ellipsoid",
    "estimate_covering_radius",
    "estimate_dimension",
    "estimate_reach",
    "estimate_tangents",
    "families",
    "farthest_point_subsample",
    "flat_torus",
    "fourier_curve",
    "from_chart",
    "from_geomstats",
    "from_spec",
    "grassmannian",
    "helix",
    "in_tube",
    "klein_bottle",
    "linked_circles",
    "local_feature_size",
    "moebius_band",
    "moment_curve",
    "moved",
    "noisy_sphere",
    "order_statistic_limit",
    "points_needed",
    "product",
    "projective_plane",
    "projective_plane_projectors",
    "reach_from_diagrams",
    "sampled_tube_volume",
    "samples_needed",
    "source",
    "special_orthogonal",
    "sphere",
    "stiefel",
    "swiss_roll",
    "torus",
    "torus_knot",
    "trefoil",
    "weyl_volume",
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
        "chart_manifold": ["from_chart"],
        "combine": ["disjoint_union", "moved", "product"],
        "covering": ["covering_radius", "estimate_covering_radius"],
        "diagram": ["PersistenceDiagrams"],
        "dimension": ["DimensionEstimate", "estimate_dimension"],
        "errors": ["GeomcheckError", "InvalidInput", "ModelRaised", "NoConvergence"],
        "feature_size": ["local_feature_size"],
        "geomstats_space": ["from_geomstats"],
        "manifold": ["Claims", "Manifold"],
        "obstruction": ["Obstruction"],
        "point_set": ["PointSet"],
        "points": ["deduplicate", "farthest_point_subsample"],
        "reach": ["ReachEstimate", "estimate_reach"],
        "reach_homology": ["reach_from_diagrams"],
        "retract": ["Retract"],
        "sampling": ["dense_enough", "points_needed"],
        "sources": ["SOURCES", "Source", "source"],
        "statistics": ["clopper_pearson", "dkw_band", "order_statistic_limit", "samples_needed"],
        "tangent": ["estimate_tangents"],
        "tube": ["in_tube", "sampled_tube_volume", "weyl_volume"],
        "validation": ["ManifoldCheck", "ManifoldChecks", "check_manifold"],
    },
)
