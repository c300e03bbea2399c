"""What the networks begin with, where that is more than random weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geomcheck.protocol import Autoencoder
from geomcheck.training_input import TrainingInput
from geomcheck.witness import witness
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["codes_to_imitate", "teacher_of"]

Array = NDArray[np.float64]
_STEP = 1e-4
# Lengths of codes against those of points: a decoder that need not stretch much learns faster.
_ENLARGED = 2.5


def teacher_of(
    start: str | Autoencoder, points: ArrayLike | Manifold, latent_dim: int
) -> Autoencoder | None:
    """Return the autoencoder to imitate at first; None where training starts at random.

    Raises
    ------
    InvalidInput
        If `start` is neither a known word nor an autoencoder of these dimensions.
    """
    if isinstance(start, str):
        if start == "random":
            return None
        if start != "witness":
            raise InvalidInput("start", start, "'random', 'witness' or an autoencoder")
        if not isinstance(points, Manifold):
            raise InvalidInput(
                "start", start, "points given as a Manifold, or start=geomcheck.witness(manifold)"
            )
        return witness(points, latent_dim=latent_dim)
    if not isinstance(start, Autoencoder):
        raise InvalidInput("start", start, "'random', 'witness' or an autoencoder")
    width = points.ambient_dim if isinstance(points, Manifold) else np.shape(points)[-1]
    if (start.ambient_dim, start.latent_dim) != (width, latent_dim):
        raise InvalidInput(
            "start",
            f"an autoencoder from R^{start.ambient_dim} to R^{start.latent_dim}",
            f"one from R^{width} to R^{latent_dim}",
        )
    return start


def codes_to_imitate(teacher: Autoencoder, data: TrainingInput) -> Array:
    """Return the teacher's codes (n, m) of the training points, in a scale easy to learn.

    They have mean 0, and lengths in proportion to those of the normalised points.

    Raises
    ------
    InvalidInput
        If the teacher's codes are not finite, or all alike.
    """
    codes = teacher.encode(data.train * data.scale + data.centre)
    centred = codes - codes.mean(axis=0)
    size = float(np.sqrt((centred**2).mean()))
    if not (np.isfinite(size) and size > 0):
        raise InvalidInput("start", f"codes of size {size}", "finite codes that differ")
    directions = np.random.default_rng(0).standard_normal(codes.shape)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    moved = teacher.decode(codes + _STEP * size * directions) - teacher.decode(codes)
    stretch = float(np.sqrt((moved**2).sum(axis=1).mean())) / (_STEP * size)
    if not (np.isfinite(stretch) and stretch > 0):
        raise InvalidInput("start", f"a decoder of slope {stretch}", "one that moves with the code")
    return np.asarray(centred * (_ENLARGED * stretch / data.scale))
