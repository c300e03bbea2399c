"""Arrays in numpy's own format, mapped into memory and never unpickled."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = ["check_size", "place", "read_header", "read_npy"]

# numpy does not annotate its readers of headers.
npy: Any = np.lib.format

_KINDS = {
    "O": "Python objects (never unpickled)",
    "V": "records",
    "U": "text",
    "S": "text",
    "T": "text",
    "c": "complex numbers",
    "M": "dates",
    "m": "time differences",
}


def read_npy(file: Path) -> tuple[NDArray[np.float64], Callable[[int, int], str]]:
    """Return the array in a .npy file, and how to name the place of a cell.

    The header is judged before anything else is looked at, so that a file that lies about its
    size or holds pickled objects is refused without loading it.
    """
    with open(file, "rb") as stream:
        shape, fortran, dtype = read_header(str(file), stream)
        start = stream.tell()
        check_size(str(file), shape, dtype, os.fstat(stream.fileno()).st_size - start)
    mapped = np.memmap(
        file, dtype=dtype, mode="r", offset=start, shape=shape, order="F" if fortran else "C"
    )
    return np.asarray(mapped, dtype=np.float64), place


def read_header(name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Return shape, order and type, or raise InvalidInput where these are no points."""
    shape, fortran, dtype = _header(name, stream)
    if dtype.kind not in "fiub":
        kind = _KINDS.get(dtype.kind, f"type {dtype}")
        raise InvalidInput(name, f"an array of {kind}", "an array of real numbers")
    if len(shape) != 2 or min(shape) < 1:
        hint = "; reshape(-1, 1) makes points of numbers" if len(shape) == 1 else ""
        raise InvalidInput(
            name, f"an array of shape {shape}", f"(n, ambient_dim), none of them 0{hint}"
        )
    return shape, fortran, dtype


def check_size(name: str, shape: tuple[int, ...], dtype: np.dtype[np.generic], held: int) -> None:
    """Raise InvalidInput if fewer bytes are held than the header says."""
    needed = math.prod(shape) * dtype.itemsize
    if held < needed:
        raise InvalidInput(
            name, f"{held} bytes of data", f"{needed} for shape {shape}: the file is cut off"
        )


def place(row: int, column: int) -> str:
    """Name the place of a cell."""
    return f"row index {row}, column index {column}"


def _header(name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    expected = "an array saved by numpy.save"
    start = stream.read(len(npy.MAGIC_PREFIX))
    if start != npy.MAGIC_PREFIX:
        raise InvalidInput(name, "another kind of file" if start else "an empty file", expected)
    stream.seek(0)
    try:
        version = npy.read_magic(stream)
        if version == (1, 0):
            shape, fortran, dtype = npy.read_array_header_1_0(stream)
        elif version == (2, 0):
            shape, fortran, dtype = npy.read_array_header_2_0(stream)
        else:  # (3, 0) is written for records with names outside ASCII, and for nothing else
            raise ValueError(f"format version {version[0]}.{version[1]}")
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise InvalidInput(name, "a damaged header", f"{expected} ({error})") from error
    if any(side < 0 for side in shape):
        raise InvalidInput(name, f"an array of shape {shape}", expected)
    return shape, bool(fortran), dtype
