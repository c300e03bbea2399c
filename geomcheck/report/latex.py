"""The report as LaTeX: a table, a methods paragraph, figures and a bibliography."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from geomcheck.report.bibliography import bibtex, cite_key
from geomcheck.report.document import check_document, section
from geomcheck.report.html import asset
from geomcheck.report.latex_text import escaped
from geomcheck.report.numbers import DASH, number
from geomcheck.report.table import result_table
from geomcheck.report.view import page_view

__all__ = ["latex_files", "render_latex"]

_SYMBOLS = {
    "holds": r"\checkmark",
    "fails": r"$\times$",
    "inconclusive": "?",
    "not-applicable": "--",
    "": "",
}


def latex_files(
    documents: Sequence[Mapping[str, Any]], stem: str
) -> dict[str, Callable[[Path], object]]:
    """Return what writes each file of a LaTeX report on one result or several.

    Parameters
    ----------
    documents : sequence of mapping
        Contents of result.json files, at least one.
    stem : str
        Their names: ``stem.tex``, ``stem.bib``, ``stem-figure-1.pdf`` and so on.

    Returns
    -------
    dict of file name to callable

    Raises
    ------
    InvalidInput
        If a document is no report or its schema version is another one.
    ImportError
        If matplotlib is not installed and there are figures to draw.
    """
    from geomcheck.report.static import write_figure

    figures = [
        f"{stem}-figure-{index}.pdf" if section(document, "figures") else ""
        for index, document in enumerate(documents, 1)
    ]
    text = render_latex(documents, bibliography=stem, figures=figures)
    sources = [claim["source"] for document in documents for claim in document["claims"]]
    writers: dict[str, Callable[[Path], object]] = {
        f"{stem}.tex": lambda path: path.write_text(text, encoding="utf-8"),
        f"{stem}.bib": lambda path: path.write_text(bibtex(sources), encoding="utf-8"),
    }
    for name, document in zip(figures, documents, strict=True):
        if name:
            writers[name] = partial(write_figure, document)
    return writers


def render_latex(
    documents: Sequence[Mapping[str, Any]], *, bibliography: str, figures: Sequence[str]
) -> str:
    """Return the LaTeX document.

    Parameters
    ----------
    documents : sequence of mapping
        Contents of result.json files.
    bibliography : str
        Name of the .bib file, without its suffix.
    figures : sequence of str
        For each document the name of its sheet of figures; may be empty.

    Returns
    -------
    str
        Compiles with pdfLaTeX and BibTeX, with the packages booktabs, graphicx, amssymb.
    """
    from jinja2 import Environment, Undefined

    class Absent(Undefined):
        """What a document does not say is a dash."""

        def __str__(self) -> str:
            return DASH

    for document in documents:
        check_document(document)
    environment = Environment(
        autoescape=False,
        undefined=Absent,
        trim_blocks=True,
        lstrip_blocks=True,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    environment.filters["tex"] = escaped
    environment.filters["number"] = number
    pages = [page_view(document) for document in documents]
    results = [
        {
            "page": page,
            "figure": figure,
            "settings": section(document, "settings"),
            "subject": section(document, "subject"),
            "autoencoder": section(document, "autoencoder"),
            "training": section(section(document, "autoencoder"), "training"),
            "versions": section(document, "environment"),
            "fields": _fields(document),
            "points": _points(document),
            "rows": [(c, _SYMBOLS[c.verdict], cite_key(c.source.key)) for c in page.claims],
        }
        for page, document, figure in zip(pages, documents, figures, strict=True)
    ]
    return environment.from_string(asset("report.tex.j2")).render(
        results=results,
        table=result_table(documents),
        symbols=_SYMBOLS,
        bibliography=bibliography,
        stems=[Path(name).stem for name in figures],
    )


def _fields(document: Mapping[str, Any]) -> str:
    """Return the coefficient fields that the homology of the claims was computed over."""
    numbers = {
        claim["values"]["homology_coeff_field"]
        for claim in document["claims"]
        if "homology_coeff_field" in section(claim, "values")
    }
    return ", ".join(str(field) for field in sorted(numbers, key=str))


def _points(document: Mapping[str, Any]) -> object:
    """Return how many points the statistics rest on: of bare points, fewer than asked for."""
    for claim in document["claims"]:
        if claim["id"] == "small-error":
            return section(claim, "values").get("points")
    return None
