"""Persistent homology: engine choice, memory guard and distances; the only door to gudhi."""

from geomcheck.homology.compute import persistence
from geomcheck.homology.distance import DistanceResult, bottleneck_distance
from geomcheck.homology.matrix import flag_persistence
from geomcheck.homology.simplicial import simplicial_betti
from geomcheck.homology.size import estimate_memory

__all__ = [
    "DistanceResult",
    "bottleneck_distance",
    "estimate_memory",
    "flag_persistence",
    "persistence",
    "simplicial_betti",
]
