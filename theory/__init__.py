"""The mathematics of autoencoder verification: manifolds, reach, tubes and lower bounds.

The public names are looked up when they are first used, so that importing the package costs
next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.bound import Bound
    from theory.catalogue.curves import circle, ellipse, linked_circles
    from theory.catalogue.registry import Family, families, from_spec
    from theory.catalogue.spheres import sphere
    from theory.catalogue.tori import flat_torus, torus
    from theory.chart import Chart
    from theory.combine import disjoint_union, moved
    from theory.diagram import PersistenceDiagrams
    from theory.errors import GeomcheckError, InvalidInput, NoConvergence
    from theory.manifold import Claims, Manifold
    from theory.obstruction import Obstruction
    from theory.point_set import PointSet
    from theory.sources import SOURCES, Source, source

__all__ = [
    "SOURCES",
    "Bound",
    "Chart",
    "Claims",
    "Family",
    "GeomcheckError",
    "InvalidInput",
    "Manifold",
    "NoConvergence",
    "Obstruction",
    "PersistenceDiagrams",
    "PointSet",
    "Source",
    "circle",
    "disjoint_union",
    "ellipse",
    "families",
    "flat_torus",
    "from_spec",
    "linked_circles",
    "moved",
    "source",
    "sphere",
    "torus",
]

_HOMES = {
    "SOURCES": "theory.sources",
    "Bound": "theory.bound",
    "Chart": "theory.chart",
    "Claims": "theory.manifold",
    "Family": "theory.catalogue.registry",
    "GeomcheckError": "theory.errors",
    "InvalidInput": "theory.errors",
    "Manifold": "theory.manifold",
    "NoConvergence": "theory.errors",
    "Obstruction": "theory.obstruction",
    "PersistenceDiagrams": "theory.diagram",
    "PointSet": "theory.point_set",
    "Source": "theory.sources",
    "circle": "theory.catalogue.curves",
    "disjoint_union": "theory.combine",
    "ellipse": "theory.catalogue.curves",
    "families": "theory.catalogue.registry",
    "flat_torus": "theory.catalogue.tori",
    "from_spec": "theory.catalogue.registry",
    "linked_circles": "theory.catalogue.curves",
    "moved": "theory.combine",
    "source": "theory.sources",
    "sphere": "theory.catalogue.spheres",
    "torus": "theory.catalogue.tori",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
