"""Evidence that a map is not continuous: a jump over no distance to speak of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.evaluation import Evaluation, evaluate
from geomcheck.protocol import Autoencoder
from geomcheck.tears import TornEdges

__all__ = ["Jump", "found_jump", "rounds_to_single", "shows_jumps"]

Array = NDArray[np.float64]

# A jump counts that is this share of the spread of all codes, or images,
_JUMP = 1e-3
# over a length that is this share of the size of K.
_NO_LENGTH = 1e-12
# Where points are rounded more coarsely, as a model in single precision does, a steep stretch
# looks like a jump: only a large one counts, and none beyond this length.
_COARSE_JUMP, _COARSE_LENGTH = 0.1, 1e-6
# Relative changes of a point that single precision does not see, and that it does.
_UNSEEN, _SEEN = 2.0**-40, 2.0**-20
_SINGLE = 2.0**29
_PROBED = 64


@dataclass(frozen=True, eq=False)
class Jump:
    """Two points at rounding distance whose codes or images are far apart.

    Parameters
    ----------
    watch : {"codes", "images"}
    size : float
        Distance of the two codes or images.
    length : float
        Distance of the two points.
    point : array of shape (N,)
        The point of the largest error met on the way to them.
    """

    watch: str
    size: float
    length: float
    point: Array


def found_jump(model: Autoencoder, sample: Evaluation, crossed: Sequence[TornEdges]) -> Jump | None:
    """Return the largest jump between the ends that edges of a sample were narrowed to, if any.

    One of the images is returned where the codes show none.
    """
    size, grain = _size(sample.points), _grain(sample.points)
    if rounds_to_single(model, sample):
        grain *= _SINGLE
    least, length = _JUMP, _NO_LENGTH * size
    if grain > length:
        least, length = _COARSE_JUMP, grain
    if length > _COARSE_LENGTH * size:
        return None
    for watch, values in (("codes", sample.codes), ("images", sample.images)):
        with np.errstate(invalid="ignore", over="ignore"):
            spread = float(np.linalg.norm(np.ptp(values, axis=0)))
        if not 0.0 < spread < np.inf:
            continue
        best: Jump | None = None
        for found in crossed:
            jumps = found.code_jumps if watch == "codes" else found.image_jumps
            still = np.nan_to_num(np.where(found.lengths <= length, jumps, 0.0))
            row = int(still.argmax())
            if still[row] > (best.size if best else least * spread):
                best = Jump(watch, float(still[row]), float(found.lengths[row]), found.points[row])
        if best is not None:
            return best
    return None


def shows_jumps(points: Array) -> bool:
    """Tell whether points (n, N) are rounded finely enough to tell a jump from a steep stretch."""
    return _grain(points) <= _COARSE_LENGTH * _size(points)


def rounds_to_single(model: Autoencoder, sample: Evaluation) -> bool:
    """Tell whether a model rounds points to single precision before it looks at them."""
    some = sample.where(np.arange(len(sample))[:: max(1, len(sample) // _PROBED)])
    changed = [
        float((evaluate(model, some.points * (1 + by)).codes != some.codes).any(axis=1).mean())
        for by in (_UNSEEN, _SEEN)
    ]
    return changed[0] < 0.5 < changed[1]


def _size(points: Array) -> float:
    return float(np.linalg.norm(np.ptp(points, axis=0)))


def _grain(points: Array) -> float:
    """Return a bound of how far rounding moves a point that is halfway between others."""
    return 2.0**-51 * float(np.linalg.norm(np.abs(points).max(axis=0)))
