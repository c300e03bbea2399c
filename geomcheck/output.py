"""Results on disk and as JSON: complete or not there at all."""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from theory.errors import InvalidInput

__all__ = ["check_folder", "replacing", "to_json", "write_folder"]

Writer = Callable[[Path], object]


def to_json(document: object, *, ascii_only: bool = False) -> str:
    """Return a document as JSON text that ends in a newline.

    Objects are written one entry a line, lists of numbers on one line. Numbers that are not
    finite become null; numpy's scalars and arrays become numbers and lists.

    Parameters
    ----------
    document : JSON values, mappings, sequences, numpy scalars and arrays
    ascii_only : bool
        Whether to write other letters as escapes.
    """
    return _layout(_plain(document), "", ascii_only) + "\n"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _layout(value: Any, indent: str, ascii_only: bool) -> str:
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        entries = [
            f"{deeper}{json.dumps(key, ensure_ascii=ascii_only)}: "
            f"{_layout(item, deeper, ascii_only)}"
            for key, item in value.items()
        ]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = [deeper + _layout(item, deeper, ascii_only) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=ascii_only, allow_nan=False)


def check_folder(folder: Path, names: Sequence[str] = ()) -> None:
    """Find out now whether files can be written into a folder later; leave nothing behind.

    Parameters
    ----------
    folder : path
        Missing parents count as writable if they can be made.
    names : sequence of str
        Files that are going to be written.

    Raises
    ------
    InvalidInput
        If the folder cannot be made or written, or one of the names is taken by a folder.
    """
    with _workplace(folder):
        for name in names:
            if os.path.isdir(folder / name):
                raise InvalidInput(str(folder / name), "a folder", "a file, or nothing yet")


def write_folder(folder: Path, writers: Mapping[str, Writer]) -> None:
    """Write several files into a folder, which changes only once all of them are complete.

    Parameters
    ----------
    folder : path
        Made if missing, with its parents; other files in it are left alone.
    writers : mapping of file name to callable
        Each writes the file at the path it is given.

    Raises
    ------
    InvalidInput
        If the folder cannot be written.
    """
    with _workplace(folder) as place:
        mode = place.stat().st_mode & 0o666
        for name, write in writers.items():
            write(place / name)
            (place / name).chmod(mode)
        if not os.path.exists(folder):
            place.rename(folder)
            return
        for name in writers:
            os.replace(place / name, folder / name)


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Give a path to write to; what was written takes the place of `file` if all went well.

    Raises
    ------
    InvalidInput
        If `file` cannot be written.
    """
    if os.path.isdir(file):
        raise InvalidInput(str(file), "a folder", "a file, or nothing yet")
    with _workplace(file.parent) as place:
        yield place / file.name
        (place / file.name).chmod(place.stat().st_mode & 0o666)
        file.parent.mkdir(parents=True, exist_ok=True)
        os.replace(place / file.name, file)


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """Make a temporary folder on the file system of `folder`, and clear up afterwards."""
    for part in (folder, *folder.parents):
        if os.path.exists(part) and not os.path.isdir(part):
            raise InvalidInput(str(part), "a file", "a folder, or nothing yet")
    host = folder if os.path.exists(folder) else folder.absolute().parent
    missing = [p for p in (host, *host.parents) if not os.path.exists(p)]
    place = host / f".{folder.name}.{secrets.token_hex(4)}.partial"
    try:
        host.mkdir(parents=True, exist_ok=True)
        place.mkdir()
        yield place
    except OSError as error:
        raise InvalidInput(
            str(folder), f"{error.strerror or error!r} on writing", "a folder one can write to"
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
        for made in missing:
            with suppress(OSError):  # by now it may hold something
                made.rmdir()
