"""The formats a report can be written in, and the files that each consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from theory.errors import InvalidInput

__all__ = ["report_files"]

_FIGURES = ("pdf", "svg", "png")


def report_files(
    documents: Sequence[Mapping[str, Any]], kind: str, stem: str
) -> dict[str, Callable[[Path], object]]:
    """Return what writes each file of a report.

    Parameters
    ----------
    documents : sequence of mapping
        Contents of result.json files, at least one.
    kind : str
        ``"html"``, ``"md"``, ``"tex"`` (with figures and bibliography), or ``"pdf"``,
        ``"svg"``, ``"png"``: the sheet of figures alone.
    stem : str
        Names of the files without their suffix.

    Returns
    -------
    dict of file name to callable
        Each writes its file to the path it is given; the report itself comes first.

    Raises
    ------
    InvalidInput
        If a document is no report, or figures are asked for of several results.
    ImportError
        If figures are wanted and matplotlib is not installed.
    """
    name = f"{stem}.{kind}"
    if kind in _FIGURES:
        if len(documents) > 1:
            raise InvalidInput("RESULT.json", f"{len(documents)} results", f"one, as {kind}")
        from geomcheck.report.static import write_figure

        return {name: lambda path: write_figure(documents[0], path)}
    if kind == "md":
        from geomcheck.report.markdown import write_markdown

        return {name: lambda path: write_markdown(documents, path)}
    if kind == "tex":
        from geomcheck.report.latex import latex_files

        return latex_files(documents, stem)
    if len(documents) > 1:
        from geomcheck.report.comparison import SCHEMA_VERSION, write_comparison

        several = {"schema_version": SCHEMA_VERSION, "results": documents}
        return {name: lambda path: write_comparison(several, path)}
    from geomcheck.report import write_html

    return {name: lambda path: write_html(documents[0], path)}
