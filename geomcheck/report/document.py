"""Reading the JSON document that every renderer starts from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from theory.errors import InvalidInput

__all__ = ["check_document", "finite", "section"]

_SCHEMA_VERSION = 1
_VERDICTS = ("holds", "fails", "inconclusive", "not-applicable")
_CLAIM_KEYS = ("id", "statement", "verdict", "summary", "source")


def check_document(document: Mapping[str, Any]) -> None:
    """Make sure that a document can be rendered.

    Parameters
    ----------
    document : mapping
        The content of result.json.

    Raises
    ------
    InvalidInput
        If it is no report, or of another schema version.
    """
    if not isinstance(document, Mapping):
        raise InvalidInput("document", document, "a JSON object")
    version = document.get("schema_version")
    if isinstance(version, int) and version > _SCHEMA_VERSION:
        raise InvalidInput(
            "document['schema_version']",
            version,
            f"{_SCHEMA_VERSION} at most: a newer geomcheck wrote this, upgrade to read it",
        )
    if version != _SCHEMA_VERSION:
        raise InvalidInput("document['schema_version']", version, str(_SCHEMA_VERSION))
    claims = document.get("claims")
    if not isinstance(claims, Sequence) or isinstance(claims, str):
        raise InvalidInput("document['claims']", claims, "a list of claims")
    for index, claim in enumerate(claims):
        where = f"document['claims'][{index}]"
        if not isinstance(claim, Mapping):
            raise InvalidInput(where, claim, "a JSON object")
        for key in _CLAIM_KEYS:
            if not isinstance(claim.get(key), str):
                raise InvalidInput(f"{where}['{key}']", claim.get(key), "a string")
        if claim["verdict"] not in _VERDICTS:
            raise InvalidInput(f"{where}['verdict']", claim["verdict"], " or ".join(_VERDICTS))


def section(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a part of the document, empty where it is absent or null."""
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}


def finite(value: Any) -> Any:
    """Return JSON values in which every number that is not finite is None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
