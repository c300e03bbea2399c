"""One pass of points through an autoencoder, with what it returned checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.protocol import Autoencoder
from theory.errors import InvalidInput

__all__ = ["Evaluation", "evaluate"]

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

    Parameters
    ----------
    model : Autoencoder
    points : array of shape (n, N)

    Raises
    ------
    InvalidInput
        If the model raises, or returns another shape than it should.
    """
    codes = _called("encode", model.encode, points, (len(points), model.latent_dim))
    images = _called("decode", model.decode, codes, (len(points), points.shape[1]))
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.linalg.norm(images - points, axis=1)
    return Evaluation(points, codes, images, np.where(np.isnan(errors), np.inf, errors))


def _called(
    name: str, function: Callable[[Array], Array], argument: Array, shape: tuple[int, ...]
) -> Array:
    try:
        result = np.asarray(function(argument), dtype=np.float64)
    except InvalidInput:
        raise
    except Exception as error:
        raise InvalidInput(
            f"model.{name}", f"{type(error).__name__}: {error}", f"an array of shape {shape}"
        ) from error
    if result.shape != shape:
        raise InvalidInput(f"model.{name}", f"shape {result.shape}", f"shape {shape}")
    return result
