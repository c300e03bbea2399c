"""Hypothesis strategies: manifolds, points on and near them, isometries, autoencoders.

Parameters are drawn and then mapped to the object, nothing is filtered; so examples are found
at once and shrink to the simplest: the unit circle, few points, the identity.
"""

from geomcheck.strategies.autoencoders import PlantedAutoencoder, autoencoders
from geomcheck.strategies.isometries import Isometry, isometries
from geomcheck.strategies.manifolds import manifolds
from geomcheck.strategies.point_clouds import PointCloud, point_clouds

__all__ = [
    "Isometry",
    "PlantedAutoencoder",
    "PointCloud",
    "autoencoders",
    "isometries",
    "manifolds",
    "point_clouds",
]
