"""What claims say of the torn edges between bare points."""

from __future__ import annotations

from typing import Any

from geomcheck.claims.common import number, plain
from geomcheck.study import Study

__all__ = ["torn_edge_values", "torn_edges_in_words"]

_LISTED = 12


def torn_edge_values(study: Study) -> dict[str, Any]:
    """Return the torn edges as plain data; nothing for a manifold, on which tears are followed."""
    torn = study.torn
    if torn is None:
        return {}
    return {
        "torn_edges": len(torn),
        "largest_error_at_their_ends": float(torn.at_ends.max()) if len(torn) else None,
        "largest_error_along_them_estimated": float(torn.between[0]) if len(torn) else None,
        "worst_torn_edges": [
            {
                "first": plain(torn.first.points[row]),
                "second": plain(torn.second.points[row]),
                "length": float(torn.lengths[row]),
                "stretch": float(torn.stretch[row]),
                "error_at_ends": float(torn.at_ends[row]),
                "error_along_estimated": float(torn.between[row]),
                "point_along": plain(torn.points[row]),
            }
            for row in range(min(_LISTED, len(torn)))
        ],
    }


def torn_edges_in_words(study: Study) -> str:
    """Return a clause on the torn edges, or nothing."""
    torn = study.torn
    if torn is None or not len(torn):
        return ""
    edges = "1 edge" if len(torn) == 1 else f"{len(torn)} edges"
    return (
        f"; {edges} between neighbours torn: error {number(float(torn.at_ends.max()))} at most at "
        f"the ends, about {number(float(torn.between[0]))} on the straight line between, which "
        "need not lie on K"
    )
