"""The plain numbers behind a report's figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.confidence import curve_band, each_share_limits
from geomcheck.evaluation import Evaluation
from geomcheck.study import Study
from geomcheck.topology import SeenHomology

__all__ = ["figure_data"]

Array = NDArray[np.float64]

_SHOWN = 4000
_TEAR_POINTS = 200
_CURVE = 160
_LONGEST_BARS = 400
_DIGITS = 6


def figure_data(study: Study) -> dict[str, Any]:
    """Return the figures of a study as JSON values, thinned to what a page can show."""
    shown = study.held_out.where(np.arange(min(_SHOWN, len(study.held_out))))
    view = _view(shown.points)
    return {
        "points": _points(study, shown, view),
        "latent": _latent(study, shown),
        "tears": _tears(study, view),
        "witness": _witness(study, view),
        "diagrams": {
            "input": _diagrams(study.of_input),
            "latent": _diagrams(study.of_codes),
            "reconstruction": _diagrams(study.of_images),
        },
        "exceedance": _exceedance(study),
        "training": _training(study),
    }


class _View:
    """A linear map to at most three coordinates that can be drawn."""

    def __init__(self, centre: Array, basis: Array, axes: list[str], says: str | None) -> None:
        self.centre, self.basis, self.axes, self.says = centre, basis, axes, says

    def __call__(self, points: Array) -> list[list[float]]:
        rows: list[list[float]] = _plain((points - self.centre) @ self.basis)
        return rows


def _view(points: Array) -> _View:
    width = points.shape[1]
    if width <= 3:
        return _View(np.zeros(width), np.eye(width), ["x", "y", "z"][:width], None)
    centre = points.mean(axis=0)
    _, sizes, rows = np.linalg.svd(points - centre, full_matrices=False)
    count = min(3, len(rows))
    total = float((sizes**2).sum())
    share = float((sizes[:count] ** 2).sum()) / total if total > 0 else 1.0
    says = f"first {count} principal components ({100 * share:.0f} % of the variance)"
    return _View(centre, rows[:count].T, [f"PC {i + 1}" for i in range(count)], says)


def _points(study: Study, shown: Evaluation, view: _View) -> dict[str, Any]:
    return {
        "coordinates": view(shown.points),
        "reconstruction": view(shown.images),
        "error": _plain(shown.errors),
        "component": study.component[: len(shown)].tolist(),
        "component_names": list(study.ground.components),
        "axes": view.axes,
        "projection": view.says,
    }


def _latent(study: Study, shown: Evaluation) -> dict[str, Any] | None:
    if not np.isfinite(shown.codes).all():
        return None
    view = _view(shown.codes)
    width = shown.codes.shape[1]
    axes = [f"code {i + 1}" for i in range(width)] if width <= 3 else view.axes
    return {
        "codes": view(shown.codes),
        "error": _plain(shown.errors),
        "component": study.component[: len(shown)].tolist(),
        "axes": axes,
        "projection": view.says,
    }


def _tears(study: Study, view: _View) -> list[dict[str, Any]]:
    n, tears = study.exceptional.n, study.exceptional.tears
    hits = [tear.hits for tear in tears]
    limits = each_share_limits(hits, n, confidence=study.settings.confidence)
    rows = []
    for tear, interval in zip(tears, limits, strict=True):
        rows.append(
            {
                "component": study.ground.components[tear.component],
                "measure": tear.hits / n,
                "measure_low": interval.lower,
                "measure_high": interval.upper,
                "diameter": tear.diameter,
                "centre": view(tear.centre[None])[0],
                "points": view(tear.points[:_TEAR_POINTS]),
                "largest_error": _finite(tear.largest_error),
            }
        )
    return rows


def _witness(study: Study, view: _View) -> dict[str, Any]:
    worst = study.worst
    bound = study.obstructions[0].bound.value if study.obstructions else None
    return {
        "point": view(worst.points)[0],
        "reconstruction": view(worst.images)[0],
        "error": _finite(float(worst.errors[0])),
        "bound": bound,
    }


def _diagrams(seen: SeenHomology | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    d = seen.diagrams
    return {
        "by_degree": [
            [[float(b), _finite(float(e))] for b, e in d.longest(j, _LONGEST_BARS)]
            for j in range(d.max_degree + 1)
        ],
        "homology_coeff_field": d.homology_coeff_field,
        "filtration": d.filtration,
        "n_points": d.n_points,
        "resolution": seen.resolution.value,
    }


def _exceedance(study: Study) -> dict[str, Any] | None:
    errors = study.errors[np.isfinite(study.errors)]
    n = len(study.errors)
    positive = errors[errors > 0]
    if not len(positive):
        return None
    low = max(float(np.quantile(positive, 0.01)), 1e-12)
    high = max(float(positive.max()), study.settings.epsilon) * 1.2
    grid = np.geomspace(min(low, study.settings.epsilon / 2), high, _CURVE)
    above = n - np.searchsorted(np.sort(study.errors), grid, side="right")
    band = curve_band(n, confidence=study.settings.confidence)
    share = above / n
    return {
        "epsilon": _plain(grid),
        "measure": _plain(share),
        "low": _plain(np.maximum(share - band, 0.0)),
        "high": _plain(np.minimum(share + band, 1.0)),
    }


def _training(study: Study) -> dict[str, Any] | None:
    record = getattr(study.model, "training", None)
    if record is None:
        return None
    return {
        "curves": [
            {
                "seed": index,
                "steps": list(seed.steps),
                "train_loss": [_finite(x) for x in seed.train_loss],
                "held_out": [_finite(x) for x in seed.held_out_error],
                "chosen": index == record.chosen,
                "stopped": seed.abandoned,
            }
            for index, seed in enumerate(record.seeds)
        ]
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _plain(values: Array) -> Any:
    """Return nested lists rounded to a few significant digits, None for what is not finite."""
    scale = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    rounded = np.round(values, _DIGITS - 1 - math.floor(math.log10(scale)))
    if np.isfinite(rounded).all():
        return rounded.tolist()
    return _nulled(rounded.tolist())


def _nulled(values: Any) -> Any:
    recurse: Callable[[Any], Any] = _nulled
    if isinstance(values, list):
        return [recurse(value) for value in values]
    return values if math.isfinite(values) else None
