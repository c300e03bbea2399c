"""Manifolds from manifolds: isometric copies, scalings, disjoint unions, products."""

from __future__ import annotations

from theory.disjoint import disjoint_union
from theory.moved import moved
from theory.product import product

__all__ = ["disjoint_union", "moved", "product"]
