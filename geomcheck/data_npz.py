"""One of the arrays in a .npz archive, never unpickled."""

from __future__ import annotations

import lzma
import math
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomcheck.data_npy import check_size, place, read_header
from theory.errors import InvalidInput

__all__ = ["read_npz"]

_SUFFIX = ".npy"
# What zipfile raises of a file that is not as it should be; ValueError of a name that is no text.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def read_npz(
    file: Path, array: str | None
) -> tuple[NDArray[np.float64], Callable[[int, int], str]]:
    """Return an array in a .npz file, and how to name the place of a cell.

    Parameters
    ----------
    file : path
    array : str or None
        Its name; not needed where there is only one.
    """
    name = str(file)
    try:
        with zipfile.ZipFile(file) as archive:
            held = {
                info.filename.removesuffix(_SUFFIX): info
                for info in archive.infolist()
                if info.filename.endswith(_SUFFIX)
            }
            chosen = _chosen(name, list(held), array)
            with archive.open(held[chosen]) as stream:
                where = f"{name}:{chosen}"
                shape, fortran, dtype = read_header(where, stream)
                check_size(where, shape, dtype, held[chosen].file_size - stream.tell())
                data = stream.read(math.prod(shape) * dtype.itemsize)
    except InvalidInput:
        raise
    except _DAMAGE as error:
        says = " ".join(str(error).split())
        raise InvalidInput(
            name, "another kind of file, or a damaged one", f"one saved by numpy.savez ({says})"
        ) from error
    except MemoryError as error:
        raise InvalidInput(name, "more numbers than memory holds", "fewer points") from error
    check_size(where, shape, dtype, len(data))
    flat = np.frombuffer(data, dtype=dtype)
    points = flat.reshape(shape, order="F" if fortran else "C")
    return np.asarray(points, dtype=np.float64), place


def _chosen(name: str, held: list[str], array: str | None) -> str:
    listed = ", ".join(sorted(held))
    if not held:
        raise InvalidInput(name, "an archive without arrays", "one saved by numpy.savez")
    if array is None:
        if len(held) > 1:
            raise InvalidInput(name, f"arrays {listed}", f"the name of one: {name}:NAME")
        return held[0]
    if array not in held:
        raise InvalidInput(f"{name}:{array}", "no such array", f"one of {listed}")
    return array
