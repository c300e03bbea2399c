"""What a figure consists of, and the style that all of them share.

Colours are named here, not given: a string such as ``"@ink"`` under a key that ends in "color"
or "colorscale" is looked up by the page's script in the light or the dark scheme of the reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "COMPONENT_GLYPHS",
    "COMPONENT_SYMBOLS",
    "Drawing",
    "Key",
    "Panel",
    "absent",
    "axis",
    "component_color",
    "flat_layout",
    "label",
    "log_axis",
    "scene_label",
]

Spec = dict[str, Any]

COMPONENT_SYMBOLS = ("circle", "diamond", "square", "cross", "x")
COMPONENT_GLYPHS = ("●", "◆", "■", "✚", "✖")
_COLORS = 6


@dataclass(frozen=True)
class Key:
    """One entry of a legend, a button that hides its traces.

    Parameters
    ----------
    name : str
        As it is shown; not yet escaped.
    glyph : str
        One character that looks like the marker or the line.
    color : str
        Name of a colour without its "@".
    traces : tuple of (str, int)
        Panel and index of each trace.
    shown : bool
        Whether the traces are drawn at first.
    """

    name: str
    glyph: str
    color: str
    traces: tuple[tuple[str, int], ...]
    shown: bool = True


@dataclass(frozen=True)
class Panel:
    """One plot.

    Parameters
    ----------
    id : str
    title, note : str
        Above and below the plot; empty where the figure has only one.
    description : str
        What a reader who cannot see it should know.
    data : list of dict
        Plotly traces.
    layout : dict
        Plotly layout.
    solid : bool
        Whether it can be turned.
    views : tuple of (str, dict)
        Ways to colour it: a label and what to lay over traces and layout.
    """

    id: str
    title: str
    description: str
    data: list[Spec]
    layout: Spec
    note: str = ""
    solid: bool = False
    views: tuple[tuple[str, Spec], ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A figure with everything around it.

    Parameters
    ----------
    id, title : str
    caption : str
        How to read it; where nothing is drawn, why.
    panels : tuple of Panel
        Side by side; none where the document has no such figure.
    keys : tuple of Key
    """

    id: str
    title: str
    caption: str
    panels: tuple[Panel, ...] = ()
    keys: tuple[Key, ...] = field(default=())


def absent(id: str, title: str, what: str) -> Drawing:
    """Return the place of a figure that the document does not have."""
    return Drawing(id, title, f"This report holds no {what}.")


def label(text: object) -> str:
    """Return text that Plotly shows as it is: it would take tags, entities and %{} as markup."""
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("%{", "%&#123;").replace("$", "&#36;")


def component_color(index: int) -> str:
    """Return the name of the colour of a component of K, a homology degree or a seed."""
    return f"c{index % _COLORS}"


def scene_label(text: object) -> str:
    """Return text for an axis in space, where Plotly knows tags but no entities."""
    return str(text).replace("<", "‹").replace(">", "›")


def axis(title: str, **more: Any) -> Spec:
    """Return an axis in the common style."""
    return {
        "title": {"text": label(title), "standoff": 8},
        "gridcolor": "@grid",
        "linecolor": "@axis",
        "zerolinecolor": "@grid",
        "tickcolor": "@axis",
        "ticks": "outside",
        "ticklen": 4,
        "showline": True,
        "zeroline": False,
        "automargin": True,
        **more,
    }


def log_axis(title: str, values: Iterable[float | None], **more: Any) -> Spec:
    """Return a logarithmic axis: labels at powers of ten where the values span enough of them.

    Parameters
    ----------
    title : str
    values : iterable of float or None
        What is to be shown on it.
    """
    known = [value for value in values if value and value > 0]
    wide = bool(known) and max(known) > 30 * min(known)
    return axis(
        title,
        type="log",
        exponentformat="power",
        **({"dtick": 1} if wide else {"nticks": 6}),
        **more,
    )


def flat_layout(x: Spec, y: Spec, **more: Any) -> Spec:
    """Return the layout of a plot in the plane."""
    return {
        "xaxis": x,
        "yaxis": y,
        "margin": {"l": 12, "r": 12, "t": 12, "b": 12},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": "pan",
        **more,
    }
