"""One pass of points through an autoencoder, with what it returned checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.protocol import Autoencoder
from theory.errors import InvalidInput, ModelRaised
from theory.points import LARGEST_COORDINATE

__all__ = ["Evaluation", "decoded", "encoded", "evaluate"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Points with their codes, reconstructions and errors.

    Parameters
    ----------
    points, codes, images : array of shape (n, N), (n, m), (n, N)
    errors : array of shape (n,)
        |G(F(x)) - x|; infinite where the model did not return finite numbers.
    """

    points: Array
    codes: Array
    images: Array
    errors: Array

    def __len__(self) -> int:
        return len(self.points)

    def joined(self, *others: Evaluation) -> Evaluation:
        """Return this evaluation followed by others."""
        every = (self, *others)
        return Evaluation(
            np.concatenate([e.points for e in every]),
            np.concatenate([e.codes for e in every]),
            np.concatenate([e.images for e in every]),
            np.concatenate([e.errors for e in every]),
        )

    def where(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Evaluation:
        """Return the evaluation of some of the points."""
        return Evaluation(self.points[rows], self.codes[rows], self.images[rows], self.errors[rows])


def evaluate(model: Autoencoder, points: Array) -> Evaluation:
    """Send points through a model.

    The model works on copies of what it is given, and what it returns is copied: one that
    writes into its argument, or hands out the same array twice, changes nothing here.

    Parameters
    ----------
    model : Autoencoder
    points : array of shape (n, N)

    Raises
    ------
    InvalidInput
        If the model raises, or returns another shape than it should, or no real numbers, or
        finite ones too large to be squared.
    """
    m, width = model.latent_dim, points.shape[1]
    if not len(points):
        return Evaluation(points, np.empty((0, m)), np.empty((0, width)), np.empty(0))
    codes = encoded(model, points)
    images = decoded(model, codes, width)
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.linalg.norm(images - points, axis=1)
    return Evaluation(points, codes, images, np.where(np.isnan(errors), np.inf, errors))


def encoded(model: Autoencoder, points: Array) -> Array:
    """Return what the encoder alone makes of points (n, N), checked as in `evaluate`."""
    m = model.latent_dim
    return _called("encode", model.encode, points, m, f"the latent_dim it states, {m}")


def decoded(model: Autoencoder, codes: Array, width: int) -> Array:
    """Return what the decoder alone makes of codes (n, m), checked as in `evaluate`."""
    return _called("decode", model.decode, codes, width, f"the ambient_dim, {width}")


def _called(
    name: str, function: Callable[[Array], Array], argument: Array, width: int, called: str
) -> Array:
    """Return what one of the two maps answers, as float64 numbers of shape (n, width)."""
    where, n = f"model.{name}", len(argument)
    try:
        given = function(argument.copy())
        masked = bool(np.ma.is_masked(given))
        answer = np.asarray(given)
    except InvalidInput as error:
        raise InvalidInput(f"{where}, {error.argument}", error.value, error.expected) from error
    except Exception as error:
        says = f"{type(error).__name__}: {error}".rstrip(": ")
        raise ModelRaised(where, says, f"an array of shape ({n}, {width})") from error
    if masked:
        raise InvalidInput(where, "masked values", "real numbers")
    if answer.dtype.kind not in "fiu":
        raise InvalidInput(where, f"dtype {answer.dtype}", "real numbers")
    if answer.ndim != 2 or len(answer) != n:
        raise InvalidInput(where, f"shape {answer.shape}", f"shape ({n}, {width})")
    if answer.shape[1] != width:
        raise InvalidInput(where, f"{answer.shape[1]} numbers a row", called)
    numbers = np.array(answer, dtype=np.float64)
    huge = np.abs(numbers) > LARGEST_COORDINATE
    if huge.any():
        # What is infinite is no number, and counts as an error.
        huge &= np.isfinite(numbers)
    if huge.any():
        raise InvalidInput(
            where, f"{numbers[huge][0]:.3g}", f"numbers of size at most {LARGEST_COORDINATE:g}"
        )
    return numbers
