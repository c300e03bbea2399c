"""Clouds of points from files, with faults named by row and column."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomcheck.data_csv import read_csv
from geomcheck.data_npy import read_npy
from geomcheck.data_npz import read_npz
from geomcheck.data_parquet import read_parquet
from theory.errors import InvalidInput
from theory.points import LARGEST_COORDINATE

__all__ = ["SUFFIXES", "read_points", "split_array"]

Array = NDArray[np.float64]
Place = Callable[[int, int], str]
"""From the indices of a cell to its place as a reader of the file counts it."""

SUFFIXES = (".npy", ".npz", ".csv", ".parquet")
_BLOCK = 1 << 16


def read_points(path: str | PathLike[str]) -> Array:
    """Read a cloud of points from a file.

    Parameters
    ----------
    path : path of the file
        ``.npy``: a two-dimensional array of real numbers, one point a row; it is mapped, not
        read, and nothing in it is ever unpickled. ``.npz``: the same, as ``"file.npz:NAME"``
        where it holds several arrays. ``.csv``: numbers separated by commas, one point a line,
        with or without a line of column names. ``.parquet``: a column for each coordinate
        (extra ``parquet``).

    Returns
    -------
    ndarray, shape (n, ambient_dim)
        Finite; at least two distinct points. Read-only where the file is mapped.

    Raises
    ------
    InvalidInput
        Naming the file, and the row and column where one is at fault: counted from 1, as an
        editor shows lines, in a .csv, and as indices from 0 in the others.
    """
    text = os.fspath(path)
    file, array = split_array(text)
    if not os.path.exists(file):
        raise InvalidInput(text, "no such file", _nearest_file(file))
    if os.path.isdir(file):
        raise InvalidInput(text, "a folder", f"a file ({' or '.join(SUFFIXES)})")
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidInput(
            text,
            f"a file ending in {suffix!r}" if suffix else "a file without an ending",
            f"one of {', '.join(SUFFIXES)}",
        )
    try:
        points, place = _read(file, suffix, array)
    except OSError as error:
        raise InvalidInput(text, error.strerror or error, "a file to read") from error
    _check_finite(text, points, place)
    _check_distinct(text, points)
    return points


def split_array(text: str) -> tuple[Path, str | None]:
    """Return the file and the array that a text names: ``"file.npz:NAME"``."""
    file, colon, array = text.rpartition(":")
    if colon and file.lower().endswith(".npz") and not os.path.exists(text):
        return Path(file), array
    return Path(text), None


def _read(file: Path, suffix: str, array: str | None) -> tuple[Array, Place]:
    if suffix == ".npz":
        return read_npz(file, array)
    return {".npy": read_npy, ".csv": read_csv, ".parquet": read_parquet}[suffix](file)


def _nearest_file(file: Path) -> str:
    expected = f"a file of points ({' or '.join(SUFFIXES)})"
    try:
        beside = [p.name for p in file.parent.iterdir() if p.suffix.lower() in SUFFIXES]
    except OSError:
        return expected
    close = difflib.get_close_matches(file.name, beside, n=1)
    return f"{expected}; did you mean {file.parent / close[0]}?" if close else expected


def _check_finite(name: str, points: Array, place: Place) -> None:
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        usable = np.abs(block) <= LARGEST_COORDINATE  # false for NaN as well
        if not usable.all():
            row, column = (int(k) for k in np.argwhere(~usable)[0])
            raise InvalidInput(
                name,
                f"{block[row, column]:g} at {place(start + row, column)}",
                f"finite numbers of size at most {LARGEST_COORDINATE:g}",
            )


def _check_distinct(name: str, points: Array) -> None:
    n = len(points)
    if n < 2:
        raise InvalidInput(name, "one point" if n else "no points", "at least two")
    for start in range(0, n, _BLOCK):
        if (points[start : start + _BLOCK] != points[0]).any():
            return
    raise InvalidInput(name, f"{n} equal points", "at least two distinct ones")
