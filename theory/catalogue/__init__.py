"""Manifolds with known geometry, by name and parameters."""

from theory.catalogue.registry import Family, families, from_spec

__all__ = ["Family", "families", "from_spec"]
