"""Results of earlier runs, read back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from geomcheck.report.document import check_document
from theory.errors import InvalidInput

__all__ = ["read_document"]

_EXPECTED = "a result.json written by geomcheck"


def read_document(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a result.json and check that it can be rendered.

    Parameters
    ----------
    path : path of the file

    Raises
    ------
    InvalidInput
        If the file cannot be read, is no JSON, or is not a result of this schema.
    """
    name = os.fspath(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidInput(name, "no such file", _EXPECTED) from None
    except OSError as error:
        raise InvalidInput(name, error.strerror or str(error), _EXPECTED) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(name, "bytes that are no text", _EXPECTED) from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(name, f"no JSON ({error.msg} at {place})", _EXPECTED) from error
    except RecursionError as error:
        raise InvalidInput(name, "JSON nested too deeply", _EXPECTED) from error
    try:
        check_document(document)
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error.argument}", error.value, error.expected) from error
    return dict(document)
