"""Writing a file so that no reader ever meets half of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

__all__ = ["replace_file"]


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in its place.

    Parameters
    ----------
    path : Path
        The file to make or to replace; its folder must exist.
    write : callable
        Takes the path of the temporary file, which ends like `path`.

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written; `path` is then as it was.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
