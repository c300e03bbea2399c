"""From what a user types to a model: a file, or a name in the user's own code."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomcheck.adapters.adapt import as_autoencoder
from geomcheck.protocol import Autoencoder
from geomcheck.user_code import called, is_place, look_up
from theory.errors import InvalidInput

__all__ = ["SUFFIXES", "load_model"]

Array = NDArray[np.float64]

SUFFIXES = (".safetensors",)
_PICKLES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz", ".bin")


def load_model(
    text: str,
    points: Array,
    *,
    factory: str | None = None,
    continuous: bool | None = None,
) -> Autoencoder:
    """Return the autoencoder that a text names.

    Nothing is unpickled. Names in modules and ``.py`` files run the user's own code.

    Parameters
    ----------
    text : str
        A ``.safetensors`` file, written by geomcheck or, with `factory`, holding the state dict
        of a torch module; or ``"package.module:NAME"`` or ``"file.py:NAME"`` for whatever
        `as_autoencoder` takes, or a function that returns it.
    points : array of shape (n, ambient_dim)
        A few points of the set.
    factory : str, optional
        ``"package.module:NAME"`` or ``"file.py:NAME"`` of the function that builds the module
        that a state dict belongs to.
    continuous : bool, optional
        As in `as_autoencoder`.

    Returns
    -------
    Autoencoder

    Raises
    ------
    InvalidInput
        If there is no such model, it cannot be read, or it does not take the points.
    """
    suffix = Path(text).suffix.lower()
    if is_place(text):
        if factory is not None:
            raise InvalidInput("factory", factory, "none: it belongs to a state dict")
        return as_autoencoder(_built(text, look_up("model", text)), points, continuous=continuous)
    if suffix in _PICKLES:
        raise InvalidInput(
            text,
            f"a file ending in {suffix}, which may run code when it is loaded",
            f"{_FORMS}; save the state dict with safetensors",
        )
    if not os.path.exists(text):
        raise InvalidInput("model", text, f"{_FORMS}{_nearest_file(Path(text))}")
    if suffix not in SUFFIXES:
        raise InvalidInput(text, f"a file ending in {suffix or 'nothing'}", _FORMS)
    if factory is not None:
        from geomcheck.adapters.state_dict import filled

        if not is_place(factory):
            raise InvalidInput("factory", factory, "MODULE:NAME or FILE.py:NAME")
        module = _built(factory, look_up("factory", factory), argument="factory")
        return as_autoencoder(filled(module, Path(text)), points, continuous=continuous)
    from geomcheck.autoencoder import MLPAutoencoder

    return MLPAutoencoder.load(text)


_FORMS = f"a model file ({' or '.join(SUFFIXES)}), or MODULE:NAME or FILE.py:NAME"


def _built(text: str, value: object, *, argument: str = "model") -> object:
    """Call what builds a model; whatever can be used as it stands comes back."""
    usable = any(hasattr(value, name) for name in ("encode", "encoder", "transform"))
    if callable(value) and (isinstance(value, type) or not usable):
        return called(argument, text, value)
    return value


def _nearest_file(file: Path) -> str:
    try:
        beside = [p.name for p in file.parent.iterdir() if p.suffix.lower() in SUFFIXES]
    except OSError:
        return ""
    close = difflib.get_close_matches(file.name, beside, n=1)
    return f"; did you mean {file.parent / close[0]}?" if close else ""
