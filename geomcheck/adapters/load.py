"""From what a user types to a model: a file, or a name in the user's own code."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.adapters.adapt import as_autoencoder
from geomcheck.protocol import Autoencoder
from geomcheck.user_code import called, is_place, look_up
from theory.errors import InvalidInput

__all__ = ["SUFFIXES", "load_model"]

Array = NDArray[np.float64]

SUFFIXES = (".safetensors", ".pt2", ".onnx")
# A file of these holds a whole autoencoder or half of one.
_HALVES = (".pt2", ".onnx")
_PICKLES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz", ".bin")


def load_model(
    text: str,
    points: Array,
    *,
    factory: str | None = None,
    code: str | None = None,
    shape: tuple[int, ...] | None = None,
    continuous: bool | None = None,
) -> Autoencoder:
    """Return the autoencoder that a text names.

    Nothing is ever unpickled. Names in modules and ``.py`` files run the user's own code.

    Parameters
    ----------
    text : str
        A ``.safetensors`` file, written by geomcheck or, with `factory`, holding the state dict
        of a torch module; a ``.pt2`` file of `torch.export` or an ``.onnx`` file with outputs
        (code, reconstruction), or two of them, ``"encoder.onnx,decoder.onnx"``; or
        ``"package.module:NAME"`` or ``"file.py:NAME"`` for whatever `as_autoencoder` takes, or
        a function that returns it.
    points : array of shape (n, ambient_dim)
        A few points of the set.
    factory : str, optional
        ``"package.module:NAME"`` or ``"file.py:NAME"`` of the function that builds the module
        that a state dict belongs to.
    code : str, optional
        Name of the value within an ``.onnx`` or ``.pt2`` graph that is the code, where the graph
        does not return it.
    shape, continuous : optional
        As in `as_autoencoder`; a file of a graph knows its shapes.

    Returns
    -------
    Autoencoder

    Raises
    ------
    InvalidInput
        If there is no such model, it cannot be read, or it does not take the points.
    """
    parts = [text] if os.path.exists(text) else text.split(",")
    files = [Path(part.strip()) for part in parts]
    kinds = {file.suffix.lower() for file in files}
    if is_place(text):
        _none_of(text, factory=factory, code=code)
        model = _built(text, look_up("model", text))
        return as_autoencoder(model, points, shape=shape, continuous=continuous)
    if len(files) > 2 or (len(files) == 2 and not (len(kinds) == 1 and kinds < set(_HALVES))):
        raise InvalidInput("model", text, "ENCODER.onnx,DECODER.onnx, or the same with .pt2")
    for file in files:
        _check_file(file)
    (kind,) = kinds
    if kind in _HALVES:
        _none_of(text, factory=factory, code=code if len(files) == 2 else None, shape=shape)
        return _READERS[kind](files, points, code=code, continuous=continuous)
    _none_of(text, code=code)
    if factory is None:
        _none_of(text, shape=shape)
        from geomcheck.autoencoder import MLPAutoencoder

        return MLPAutoencoder.load(text)
    from geomcheck.adapters.state_dict import filled

    if not is_place(factory):
        raise InvalidInput("factory", factory, "MODULE:NAME or FILE.py:NAME")
    module = _built(factory, look_up("factory", factory), argument="factory")
    module = filled(module, files[0])
    return as_autoencoder(module, points, shape=shape, continuous=continuous)


def _onnx(files: Sequence[Path], points: Array, **how: Any) -> Autoencoder:
    from geomcheck.adapters.onnx_file import onnx_autoencoder

    return onnx_autoencoder(files, points, **how)


def _exported(files: Sequence[Path], points: Array, **how: Any) -> Autoencoder:
    from geomcheck.adapters.exported_file import exported_autoencoder

    return exported_autoencoder(files, points, **how)


_READERS = {".onnx": _onnx, ".pt2": _exported}
_FORMS = f"a model file ({' or '.join(SUFFIXES)}), or MODULE:NAME or FILE.py:NAME"


def _built(text: str, value: object, *, argument: str = "model") -> object:
    """Call what builds a model; whatever can be used as it stands comes back."""
    usable = any(hasattr(value, name) for name in ("encode", "encoder", "transform"))
    if callable(value) and (isinstance(value, type) or not usable):
        return called(argument, text, value)
    return value


def _none_of(text: str, **options: object) -> None:
    for name, value in options.items():
        if value is not None:
            raise InvalidInput(name, value, f"none with the model {text}")


def _check_file(file: Path) -> None:
    suffix = file.suffix.lower()
    if suffix in _PICKLES:
        raise InvalidInput(
            str(file),
            f"a file ending in {suffix}, which may run code when it is loaded",
            f"{_FORMS}; save the state dict with safetensors",
        )
    if not os.path.exists(file):
        wanted = "a file that exists: there is none" if suffix in SUFFIXES else _FORMS
        raise InvalidInput("model", str(file), f"{wanted}{_nearest_file(file)}")
    if suffix not in SUFFIXES:
        raise InvalidInput(str(file), f"a file ending in {suffix or 'nothing'}", _FORMS)
    if not file.is_file():
        raise InvalidInput(str(file), "a folder", _FORMS)
    try:
        file.open("rb").close()
    except OSError as error:
        raise InvalidInput(str(file), error.strerror or error, "a file to read") from error


def _nearest_file(file: Path) -> str:
    try:
        beside = [p.name for p in file.parent.iterdir() if p.suffix.lower() in SUFFIXES]
    except OSError:
        return ""
    close = difflib.get_close_matches(file.name, beside, n=1)
    return f"; did you mean {file.parent / close[0]}?" if close else ""
