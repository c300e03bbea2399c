"""Several results on one HTML page, with the tests that asked for them where there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geomcheck.report.answer import sentence, tally
from geomcheck.report.document import check_document, section
from geomcheck.report.files import replace_file
from geomcheck.report.html import asset
from geomcheck.report.numbers import number
from geomcheck.report.table import result_table
from theory.errors import InvalidInput

__all__ = ["SCHEMA_VERSION", "render_comparison", "write_comparison"]

SCHEMA_VERSION = 1
"""Of the documents that hold several results."""


def render_comparison(document: Mapping[str, Any]) -> str:
    """Return several results as one self-contained HTML page.

    Parameters
    ----------
    document : mapping
        ``results``: contents of result.json files; ``tests``, optional: what tests asked for,
        each with test, outcome, result (an index), claim, verdict and expected.

    Returns
    -------
    str

    Raises
    ------
    InvalidInput
        If the document is none of this kind.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    results, tests = _checked(document)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(asset("comparison.html.j2")).render(
        table=result_table(results),
        results=[_one(result) for result in results],
        tests=tests,
        style=Markup(asset("page.css")),
    )


def write_comparison(document: Mapping[str, Any], path: str | Path) -> None:
    """Write `render_comparison` to a file, in one step.

    Raises
    ------
    InvalidInput
        As `render_comparison`.
    OSError
        If the file cannot be written.
    """
    page = render_comparison(document)
    replace_file(Path(path), lambda temporary: temporary.write_text(page, encoding="utf-8"))


def _checked(
    document: Mapping[str, Any],
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    version = document.get("schema_version")
    if version != SCHEMA_VERSION:
        raise InvalidInput("document['schema_version']", version, str(SCHEMA_VERSION))
    results, tests = document.get("results"), document.get("tests") or []
    for name, value in (("results", results), ("tests", tests)):
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise InvalidInput(f"document['{name}']", value, "a list")
    assert isinstance(results, Sequence)
    for result in results:
        check_document(result)
    return list(results), list(tests)


def _one(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(section(document, "subject").get("name") or "unnamed subject"),
        "latent_dim": number(section(document, "autoencoder").get("latent_dim")),
        "tally": tally(document["claims"]),
        "claims": [{**c, "summary": sentence(c["summary"])} for c in document["claims"]],
        "command": section(document, "settings").get("command") or "",
    }
