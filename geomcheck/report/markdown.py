"""The report as Markdown: one result, or several side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geomcheck.report.document import check_document
from geomcheck.report.files import replace_file
from geomcheck.report.html import asset
from geomcheck.report.table import result_table
from geomcheck.report.view import page_view

__all__ = ["render_markdown", "write_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#$~&])")


def render_markdown(documents: Sequence[Mapping[str, Any]]) -> str:
    """Return results as Markdown with tables (as GitHub and pandoc read them).

    Parameters
    ----------
    documents : sequence of mapping
        Contents of result.json files, at least one.

    Returns
    -------
    str

    Raises
    ------
    InvalidInput
        If a document is no report or its schema version is another one.
    """
    from jinja2 import Environment, StrictUndefined

    for document in documents:
        check_document(document)
    environment = Environment(
        autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["md"] = _escaped
    environment.filters["line"] = _one_line
    text = environment.from_string(asset("report.md.j2")).render(
        pages=[page_view(document) for document in documents], table=result_table(documents)
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def write_markdown(documents: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """Write `render_markdown` to a file, in one step.

    Raises
    ------
    InvalidInput
        As `render_markdown`.
    OSError
        If the file cannot be written.
    """
    text = render_markdown(documents)
    replace_file(Path(path), lambda temporary: temporary.write_text(text, encoding="utf-8"))


def _escaped(text: object) -> str:
    """Return text on one line in which nothing is a mark of Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _one_line(text: str) -> str:
    """Return a text that stands as code as it is, save that nothing in it ends the line."""
    return re.sub(r"[\r\n]", " ", text)
