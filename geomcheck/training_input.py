"""What `fit` is given: checked, split into training and held-out points, normalised."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.errors import InvalidInput
from theory.point_input import plain_array

__all__ = ["TrainingInput", "check_int", "check_positive", "prepare"]

Array = NDArray[np.float64]

# Squares of anything in the record must stay within float64.
_SMALLEST = 1e-100


@dataclass(frozen=True, eq=False)
class TrainingInput:
    """Training and held-out points, normalised to mean 0 and mean square 1 a coordinate.

    Parameters
    ----------
    train, held_out : arrays of shape (n, ambient_dim) and (h, ambient_dim)
        Normalised points: (original - centre) / scale.
    centre : array of shape (ambient_dim,)
    scale : float
        One number for all coordinates, so that errors keep their proportions.
    """

    train: Array
    held_out: Array
    centre: Array
    scale: float


def prepare(
    points: ArrayLike, held_out: float | ArrayLike, source: np.random.Generator
) -> TrainingInput:
    """Check, split and normalise a cloud.

    Parameters
    ----------
    points : array of shape (n, ambient_dim)
    held_out : float or array of shape (h, ambient_dim)
        Share of `points` to set aside, or other points.
    source : numpy.random.Generator
        Chooses the points that are set aside.

    Returns
    -------
    TrainingInput

    Raises
    ------
    InvalidInput
        If an array or the share cannot be used, or all training points are equal.
    """
    train, test = _split(_check_points("points", points), held_out, source)
    if not (train != train[0]).any():
        raise InvalidInput("points", "equal training points", "at least two distinct points")
    with np.errstate(over="ignore", invalid="ignore"):
        centre = train.mean(axis=0)
        offsets = train - centre
        # Divided by the largest first: squares must not overflow or underflow.
        largest = float(np.abs(offsets).max())
        scale = largest * float(np.sqrt(np.square(offsets / largest).mean()))
        normalised = offsets / scale
        others = (test - centre) / scale
    usable = np.isfinite(normalised).all() and np.isfinite(others).all()
    if not (usable and _SMALLEST < scale < 1 / _SMALLEST):
        raise InvalidInput(
            "points", f"a spread of {scale:g}", f"one from {_SMALLEST:g} to {1 / _SMALLEST:g}"
        )
    return TrainingInput(normalised, others, centre, scale)


def check_int(argument: str, value: object) -> int:
    """Return `value` as an int of at least 1, or raise InvalidInput."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise InvalidInput(argument, value, "an integer of at least 1")
    return int(value)


def check_positive(argument: str, value: float) -> float:
    """Return `value` as a finite float above 0, or raise InvalidInput."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidInput(argument, value, "a positive number") from error
    if not (math.isfinite(number) and number > 0):
        raise InvalidInput(argument, value, "a positive number")
    return number


def _split(
    cloud: Array, held_out: float | ArrayLike, source: np.random.Generator
) -> tuple[Array, Array]:
    if not isinstance(held_out, (str, float, int, np.number)):
        test = _check_points("held_out", held_out)
        if test.shape[1] != cloud.shape[1]:
            raise InvalidInput(
                "held_out", f"shape {test.shape}", f"shape (h, {cloud.shape[1]}), as the points"
            )
        return cloud, test
    share = check_positive("held_out", held_out)  # type: ignore[arg-type]
    if share >= 1:
        raise InvalidInput("held_out", held_out, "an array, or a share between 0 and 1")
    count = min(max(1, round(share * len(cloud))), len(cloud) - 2)
    if count < 1:
        raise InvalidInput("points", f"{len(cloud)} points", "at least 3, one to be held out")
    order = source.permutation(len(cloud))
    return cloud[order[count:]], cloud[order[:count]]


def _check_points(argument: str, points: ArrayLike) -> Array:
    try:
        array = plain_array(points, argument).astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(argument, type(points).__name__, "an array of numbers") from error
    if array.ndim != 2 or 0 in array.shape:
        raise InvalidInput(argument, f"shape {array.shape}", "shape (n, ambient_dim), not empty")
    if not np.isfinite(array).all():
        raise InvalidInput(argument, "NaN or inf", "finite coordinates")
    return array
