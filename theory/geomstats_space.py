"""The one door to geomstats: its compact spaces as manifolds in Euclidean space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from theory.catalogue.grassmannians import grassmannian
from theory.catalogue.groups import special_orthogonal
from theory.catalogue.spheres import sphere
from theory.catalogue.stiefels import stiefel
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.product import product

__all__ = ["from_geomstats"]


def from_geomstats(space: Any) -> Manifold:
    """Make a manifold from a geomstats space, in the coordinates geomstats gives its points.

    Only what kind of space it is, and its sizes, are read; sampling, tangents and projection
    are the closed forms of the catalogue. So nothing of geomstats runs, whichever its backend,
    and no global random state or default data type changes.

    Parameters
    ----------
    space : geomstats manifold
        A ``Hypersphere``, ``SpecialOrthogonal`` (matrices), ``Stiefel``, ``Grassmannian``, or a
        ``ProductManifold`` or ``NFoldManifold`` of such. Matrices are flattened row by row; the
        coordinates of a product are those of its factors, one after the other.

    Returns
    -------
    Manifold
        With the name of the space, and the claims of the catalogue.

    Raises
    ------
    InvalidInput
        If it is no such space, or its points are given in intrinsic coordinates.
    """
    classes = [cls for cls in type(space).__mro__ if cls.__module__.startswith("geomstats.")]
    if not classes:
        raise InvalidInput("space", space, "a geomstats manifold")
    for cls in classes:
        build = _BUILDERS.get(cls.__name__)
        if build is not None:
            if getattr(space, "intrinsic", False):
                raise InvalidInput("space", space, "one with extrinsic coordinates")
            return build(space)
    known = "Hypersphere, SpecialOrthogonal, Stiefel, Grassmannian and their products"
    raise InvalidInput("space", type(space).__name__, f"one of {known}")


def _product(factors: Sequence[Any]) -> Manifold:
    return reduce(product, [from_geomstats(factor) for factor in factors])


_BUILDERS: dict[str, Callable[[Any], Manifold]] = {
    "Hypersphere": lambda space: sphere(dim=int(space.dim)),
    "_SpecialOrthogonalMatrices": lambda space: special_orthogonal(n=int(space.n)),
    "_SpecialOrthogonalVectors": lambda space: special_orthogonal(n=int(space.n)),
    "Stiefel": lambda space: stiefel(n=int(space.n), p=int(space.p)),
    "Grassmannian": lambda space: grassmannian(n=int(space.n), k=int(space.p)),
    "ProductManifold": lambda space: _product(space.factors),
    "NFoldManifold": lambda space: _product([space.base_manifold] * int(space.n_copies)),
}
