"""Libraries that are installed only with an extra."""

from __future__ import annotations

import importlib
from typing import Any

from theory.errors import InvalidInput

__all__ = ["needed"]


def needed(library: str, extra: str, argument: str) -> Any:
    """Import a library, or say which extra brings it.

    Parameters
    ----------
    library : str
        Name of its module.
    extra : str
        Extra of geomcheck that installs it.
    argument : str
        The argument or file that needs it, for the message.

    Raises
    ------
    InvalidInput
        If it is not installed.
    """
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise InvalidInput(
            argument, f"what needs {library}", f"pip install 'geomcheck[{extra}]' first"
        ) from error
