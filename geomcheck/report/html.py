"""The report as one HTML page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from geomcheck.report.document import check_document, finite
from geomcheck.report.files import replace_file

__all__ = ["asset", "render_html", "write_html"]


def render_html(document: Mapping[str, Any]) -> str:
    """Return a report as one self-contained HTML page.

    Parameters
    ----------
    document : mapping
        The content of result.json.

    Returns
    -------
    str
        A page that opens from disk and asks the network for nothing.

    Raises
    ------
    InvalidInput
        If the document is no report or its schema version is another one.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from geomcheck.report.figures import all_drawings
    from geomcheck.report.view import page_view

    check_document(document)
    drawings = all_drawings(document)
    specs = {
        panel.id: {
            "data": panel.data,
            "layout": panel.layout,
            "views": [{"label": name, **over} for name, over in panel.views],
            "solid": panel.solid,
        }
        for drawing in drawings
        for panel in drawing.panels
    }
    scripts = [_plotly(), asset("page.js")] if specs else [asset("page.js")]
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = page_view(document)
    return environment.from_string(asset("page.html.j2")).render(
        page=page,
        drawings=drawings,
        anchors={claim.id: f"claim-{index}" for index, claim in enumerate(page.claims, 1)},
        figure_numbers={d.id: index for index, d in enumerate(drawings, 1) if d.panels},
        style=Markup(asset("page.css")),
        scripts=[Markup(script) for script in scripts],
        hashes=" ".join(f"'sha256-{_digest(script)}'" for script in scripts),
        specs=Markup(_inline_json(specs)),
    )


def write_html(document: Mapping[str, Any], path: str | Path) -> None:
    """Write a report as one HTML page, in one step.

    Parameters
    ----------
    document : mapping
        The content of result.json.
    path : str or Path
        The folder must exist.

    Raises
    ------
    InvalidInput
        As `render_html`.
    OSError
        If the file cannot be written.
    """
    page = render_html(document)
    replace_file(Path(path), lambda temporary: temporary.write_text(page, encoding="utf-8"))


def _inline_json(value: Any) -> str:
    """Return JSON that can stand inside a script element whatever strings it holds."""
    text = json.dumps(finite(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def asset(name: str) -> str:
    """Return the text of a template, style or script of this package."""
    return resources.files("geomcheck.report").joinpath(name).read_text(encoding="utf-8")


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
