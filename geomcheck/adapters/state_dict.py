"""A torch module built by the user's code, filled with weights from a safetensors file."""

from __future__ import annotations

from pathlib import Path

import torch

from theory.errors import InvalidInput

__all__ = ["filled"]


def filled(model: object, file: Path) -> object:
    """Give a module, or the two of a pair, the weights in a file.

    Parameters
    ----------
    model : torch.nn.Module or pair of torch.nn.Module
        The names of a pair's weights begin with ``encoder.`` and ``decoder.``.
    file : path of a .safetensors file

    Raises
    ------
    InvalidInput
        If the file is damaged, or its tensors are not those of the module.
    """
    whole = model
    if isinstance(model, tuple) and len(model) == 2:
        whole = torch.nn.ModuleDict(dict(zip(("encoder", "decoder"), model, strict=True)))
    if not isinstance(whole, torch.nn.Module):
        raise InvalidInput(
            "factory", f"one that builds a {type(model).__name__}", "one that builds a torch module"
        )
    tensors = _read(file)
    own = whole.state_dict()
    expected = "the state dict of what the factory builds"
    for name in sorted(own.keys() | tensors.keys()):
        if name not in tensors:
            raise InvalidInput(str(file), f"no tensor {name}", expected)
        if name not in own:
            raise InvalidInput(str(file), f"a tensor {name} that the module has not", expected)
        if own[name].shape != tensors[name].shape:
            shapes = [tuple(t.shape) for t in (tensors[name], own[name])]
            raise InvalidInput(str(file), f"{name} of shape {shapes[0]}", f"shape {shapes[1]}")
        if not torch.isfinite(tensors[name]).all():
            raise InvalidInput(str(file), f"NaN or inf in {name}", "finite weights")
    whole.load_state_dict(tensors)
    return model


def _read(file: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(file)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            str(file), "no safetensors file, or a damaged one", f"one that can be read ({error})"
        ) from error
