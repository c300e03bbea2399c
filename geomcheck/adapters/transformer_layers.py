"""Transformers of scikit-learn that are affine maps, as plain layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.layers import Affine, Layer, Network, UnsupportedLayer

__all__ = ["transformer_network"]

Array = NDArray[np.float64]


def transformer_network(model: object) -> Network:
    """Return the layers that a fitted transformer evaluates, back and forth.

    Parameters
    ----------
    model : object
        A `PCA` or a `StandardScaler`, or a `Pipeline` of these. No library is imported for it.

    Raises
    ------
    UnsupportedLayer
        If it is anything else.
    """
    steps = _steps(model)
    pairs = [_layers(step) for step in steps]
    forth = tuple(layer for encoder, _ in pairs for layer in encoder)
    back = tuple(layer for _, decoder in reversed(pairs) for layer in decoder)
    return Network(forth, back, "float64")


def _steps(model: Any) -> list[Any]:
    if _kind(model) != "Pipeline":
        return [model]
    inner = [step for _, step in model.steps if step is not None and step != "passthrough"]
    return [step for part in inner for step in _steps(part)]


def _kind(model: object) -> str:
    """Return the name of one of scikit-learn's own classes, nothing of one derived from it."""
    kind = type(model)
    changed = {"transform", "inverse_transform"} & vars(model).keys()
    ours = kind.__module__.startswith("sklearn.") and not changed
    return kind.__name__ if ours else ""


def _layers(step: Any) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    kind = _kind(step)
    if kind == "PCA":
        forth, back = _projection(step)
    elif kind == "StandardScaler":
        forth, back = _scaling(step)
    else:
        raise UnsupportedLayer(
            f"the model is, or holds, {type(step).__name__}: of transformers only PCA and "
            "StandardScaler are bounded"
        )
    held = [number for layer in forth + back for number in (layer.weight, layer.bias)]
    if any(number.dtype != np.float64 for number in held):
        raise UnsupportedLayer(f"{kind} was not fitted in double precision")
    return forth, back


def _projection(pca: Any) -> tuple[tuple[Affine, ...], tuple[Affine, ...]]:
    axes = pca.components_
    # As the transformer computes it: the mean is projected as well, and subtracted afterwards.
    shift = (np.reshape(pca.mean_, (1, -1)) @ axes.T)[0]
    if not pca.whiten:
        return (Affine(axes, -shift),), (Affine(axes.T, pca.mean_),)
    scale = np.maximum(np.sqrt(pca.explained_variance_), np.finfo(np.float64).eps)
    stretched = np.sqrt(pca.explained_variance_[:, np.newaxis]) * axes
    shrunk = Affine(np.diag(1 / scale), np.zeros(len(scale)))
    return (Affine(axes, -shift), shrunk), (Affine(stretched.T, pca.mean_),)


def _scaling(scaler: Any) -> tuple[tuple[Affine, ...], tuple[Affine, ...]]:
    width = scaler.n_features_in_
    mean = np.zeros(width) if scaler.mean_ is None or not scaler.with_mean else scaler.mean_
    scale = np.ones(width) if scaler.scale_ is None or not scaler.with_std else scaler.scale_
    # In two steps: the rounding of either way to evaluate it is that of the two together.
    centred = Affine(np.eye(width), -mean)
    return (centred, Affine(np.diag(1 / scale), np.zeros(width))), (Affine(np.diag(scale), mean),)
