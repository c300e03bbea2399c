"""Retractions of catalogue sets to circles that they turn along."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.catalogue.spheres import round_sphere
from theory.retract import Retract

__all__ = ["turn_about_axis"]

Array = NDArray[np.float64]


def turn_about_axis(radius: float, inner: float, ambient_dim: int) -> Retract:
    """Return the direction in the first two coordinates, as a point of a circle that K contains.

    Parameters
    ----------
    radius : float
        Of that circle, about 0 in these two coordinates.
    inner : float
        K keeps at least so far away from where both are 0.
    ambient_dim : int
    """

    def turn(points: Array) -> Array:
        along = points[:, :2]
        away = np.linalg.norm(along, axis=1, keepdims=True)
        return np.asarray(along * (radius / np.maximum(away, inner)))

    circle = round_sphere(1, radius, f"circle of radius {radius:g}")
    return Retract(
        "its direction in the first two coordinates",
        circle,
        turn,
        lambda y: np.pad(y, ((0, 0), (0, ambient_dim - 2))),
    )
