"""Results of earlier runs, read back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from geomcheck.result import SCHEMA_VERSION, Verdict
from theory.errors import InvalidInput

__all__ = ["read_document"]

_EXPECTED = "a result.json written by geomcheck"
_PARTS: dict[str, type] = {
    "subject": dict,
    "autoencoder": dict,
    "settings": dict,
    "environment": dict,
}
_CLAIM: dict[str, type] = {
    "id": str,
    "statement": str,
    "verdict": str,
    "summary": str,
    "source": str,
}
_KIND: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}


def read_document(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a result.json and check its outline.

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
    _check(name, document)
    return dict(document)


def _check(name: str, document: Any) -> None:
    if not isinstance(document, dict) or "schema_version" not in document:
        raise InvalidInput(name, "JSON of another kind", _EXPECTED)
    if document["schema_version"] != SCHEMA_VERSION:
        raise InvalidInput(
            name, f"schema_version {document['schema_version']!r}", f"{SCHEMA_VERSION}"
        )
    _check_parts(name, "", document, _PARTS)
    claims = document.get("claims")
    if not isinstance(claims, list):
        raise InvalidInput(name, "no claims", "a list of claims")
    for number, claim in enumerate(claims):
        if not isinstance(claim, dict):
            raise InvalidInput(name, f"claims[{number}] = {claim!r}", "an object")
        _check_parts(name, f"claims[{number}].", claim, _CLAIM)
        if claim["verdict"] not in list(Verdict):
            raise InvalidInput(
                name,
                f"claims[{number}].verdict = {claim['verdict']!r}",
                f"one of {', '.join(Verdict)}",
            )


def _check_parts(name: str, prefix: str, value: dict[str, Any], parts: dict[str, type]) -> None:
    for key, kind in parts.items():
        if not isinstance(value.get(key), kind):
            shown = repr(value[key]) if key in value else "nothing"
            raise InvalidInput(name, f"{prefix}{key} = {shown}", _KIND[kind])
