"""The engines themselves: points in, one array of bars per degree out, in radius units.

Every function here assumes distinct, finite points of moderate scale and full affine rank.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ENGINES",
    "alpha_bars",
    "delaunay_simplices",
    "line_bars",
    "preload",
    "public_ripser",
    "rips_bars",
]

Bars = list[NDArray[np.float64]]

_ROUNDING = 1e-13  # of points of size one


def line_bars(points: NDArray[np.float64], max_degree: int, field: int, threshold: float) -> Bars:
    """Return the bars of points on a line or at one place: half the gaps between neighbours."""
    deaths = np.append(np.diff(np.sort(points[:, 0])) / 2.0, np.inf) if points.size else [np.inf]
    deaths = np.asarray(deaths, dtype=np.float64)
    deaths[deaths > threshold] = np.inf
    bars = np.column_stack([np.zeros_like(deaths), deaths])
    return [bars] + [np.empty((0, 2)) for _ in range(max_degree)]


def delaunay_simplices(points: NDArray[np.float64]) -> int:
    """Return the number of simplices of the Delaunay complex."""
    from gudhi import DelaunayComplex

    return int(DelaunayComplex(points=points).create_simplex_tree().num_simplices())


def alpha_bars(points: NDArray[np.float64], max_degree: int, field: int, threshold: float) -> Bars:
    """Return the bars of the alpha complex (the Cech filtration of the points)."""
    from gudhi import AlphaComplex

    dim = points.shape[1]
    tree: Any = AlphaComplex(points=points).create_simplex_tree(output_squared_values=False)
    if np.isfinite(threshold):
        tree.prune_above_filtration(threshold)
    computed = min(max_degree, dim - 1)  # a subset of R^dim has no homology from degree dim on
    if computed + 1 < dim:
        tree.prune_above_dimension(computed + 1)
    # Cycles of a dimension above which simplices were cut off are no classes of the cloud;
    # those of the top dimension of a complex that was not cut are.
    tree.compute_persistence(
        homology_coeff_field=field,
        min_persistence=0.0,
        persistence_dim_max=tree.dimension() <= computed,
    )
    bars = [_clean(tree.persistence_intervals_in_dimension(k)) for k in range(computed + 1)]
    return bars + [np.empty((0, 2)) for _ in range(max_degree - computed)]


def rips_bars(points: NDArray[np.float64], max_degree: int, field: int, threshold: float) -> Bars:
    """Return the bars of the Vietoris-Rips filtration, half its diameters."""
    from scipy.spatial.distance import pdist, squareform

    return flag_bars(squareform(pdist(points)), max_degree, field, threshold)


def flag_bars(
    distances: NDArray[np.float64], max_degree: int, field: int, threshold: float
) -> Bars:
    """Return the bars of the flag filtration of a matrix, at half its entries."""
    n = distances.shape[0]
    # From this diameter on the complex is a cone over one point: nothing more can happen.
    cone = float(distances.max(axis=1).min())
    limit = min(2.0 * threshold, cone)
    computed = min(max_degree, max(n - 2, 0))
    found = _ripser(distances, computed, limit, field)
    bars = [_clean(np.asarray(found[k]) / 2.0) for k in range(min(len(found), computed + 1))]
    return bars + [np.empty((0, 2)) for _ in range(max_degree + 1 - len(bars))]


def _ripser(
    distances: NDArray[np.float64], max_degree: int, limit: float, field: int
) -> list[NDArray[np.float64]]:
    """Run gudhi's Ripser, by its binding where that is found: it spares scikit-learn's import."""
    try:
        from gudhi._ripser_ext import _full, _lower_to_coo, _sparse
        from gudhi.flag_filtration.edge_collapse import reduce_graph
        from scipy.sparse import coo_matrix
    except ImportError:
        return public_ripser(distances, max_degree, limit, field)
    if max_degree < 2:  # collapsing edges costs more than it spares
        return list(
            _full(
                distances,
                max_dimension=max_degree,
                max_edge_length=limit,
                homology_coeff_field=field,
            )
        )
    rows, columns, lengths = _lower_to_coo(distances, limit)
    graph = reduce_graph(coo_matrix((lengths, (rows, columns)), shape=distances.shape), 1)
    return list(
        _sparse(
            graph.row,
            graph.col,
            graph.data,
            distances.shape[0],
            max_dimension=max_degree,
            max_edge_length=limit,
            homology_coeff_field=field,
        )
    )


def public_ripser(
    distances: NDArray[np.float64], max_degree: int, limit: float, field: int
) -> list[NDArray[np.float64]]:
    """Run gudhi's Ripser by its public class, which imports scikit-learn."""
    from gudhi.sklearn.rips_persistence import RipsPersistence

    engine = RipsPersistence(
        homology_dimensions=list(range(max_degree + 1)),
        threshold=limit,
        input_type="full distance matrix",
        homology_coeff_field=field,
    )
    return list(engine.fit_transform([distances])[0])


def _clean(bars: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the bars longer than rounding, sorted by birth and death."""
    bars = np.asarray(bars, dtype=np.float64).reshape(-1, 2)
    bars = bars[bars[:, 1] - bars[:, 0] > _ROUNDING]
    ordered: NDArray[np.float64] = bars[np.lexsort((bars[:, 1], bars[:, 0]))]
    return ordered


def preload(engine: str) -> None:
    """Import what an engine needs, so that it is there before memory is limited."""
    if engine == "alpha":
        import gudhi  # noqa: F401
    elif engine == "rips":
        import scipy.sparse
        import scipy.spatial.distance  # noqa: F401

        _ripser(np.array([[0.0, 1.0], [1.0, 0.0]]), 0, 1.0, 2)


ENGINES = {"line": line_bars, "alpha": alpha_bars, "rips": rips_bars}
