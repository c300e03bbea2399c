"""Torch modules evaluated on arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = ["apply_module", "one_thread"]

Array = NDArray[np.float64]

# Rows evaluated at once: the widest intermediate array stays within a processor's cache.
_ROWS = 4096


def apply_module(
    argument: str, module: torch.nn.Module, rows: Array, width: int, out: int
) -> Array:
    """Map rows (n, width) to (n, out) in chunks, or raise InvalidInput naming `argument`."""
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise InvalidInput(argument, f"shape {rows.shape}", f"shape (n, {width})")
    weight = next(module.parameters())
    result = np.empty((len(rows), out))
    with one_thread(), torch.inference_mode():
        for start in range(0, len(rows), _ROWS):
            chunk = torch.tensor(
                rows[start : start + _ROWS], dtype=weight.dtype, device=weight.device
            )
            result[start : start + _ROWS] = module(chunk).cpu().numpy()
    return result


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread, then as many as before.

    On matrices this small more threads gain little, and waste all of it waiting for one
    another where the machine is busy.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
