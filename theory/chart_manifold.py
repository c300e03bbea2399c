"""A manifold from one numpy function on a box."""

from __future__ import annotations

from theory.manifold import Manifold

__all__ = ["from_chart"]

from_chart = Manifold.from_chart
