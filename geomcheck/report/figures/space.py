"""Figure: K coloured by the error, its tears and the witness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geomcheck.report.figures.drawing import (
    COMPONENT_GLYPHS,
    COMPONENT_SYMBOLS,
    Drawing,
    Key,
    Panel,
    Spec,
    absent,
    axis,
    component_color,
    flat_layout,
    label,
    scene_label,
)
from geomcheck.report.figures.sample import (
    ErrorScale,
    Sample,
    error_scale,
    read_sample,
    rounded,
    significant,
)
from geomcheck.report.numbers import number

__all__ = ["color_views", "draw", "names_of", "place", "scene"]

_ID = "space"
_TITLE = "Where it fails: the set K and its reconstruction error"
_CAP_SOLID = 6000
_CAP_FLAT = 3000
_CAP_TEARS = 1500


def draw(figures: Mapping[str, Any], settings: Mapping[str, Any]) -> Drawing:
    """Return K in up to three coordinates."""
    figure = figures.get("points")
    if not figure or not figure.get("coordinates"):
        return absent(_ID, _TITLE, "points to draw")
    width = len(figure["coordinates"][0])
    sample = read_sample(figure, "coordinates", "points", _CAP_SOLID if width == 3 else _CAP_FLAT)
    names = names_of(figure, sample)
    scale = error_scale(sample.errors, settings.get("epsilon"))
    axes = [str(name) for name in figure.get("axes") or ("x", "y", "z")[:width]]
    data, keys = _components(sample, names, scale)
    solid = width == 3
    views = color_views(sample, scale, len(names), solid)
    _reconstruction(figure, sample, data, keys)
    _tears(figures.get("tears") or [], width, data, keys)
    witness = _witness(figures.get("witness"), width, data, keys)
    panel = Panel(
        _ID,
        "",
        f"Scatter plot of {number(len(sample.kept))} points of K coloured by their "
        f"reconstruction error. {witness}",
        data,
        scene(axes) if solid else _plane(axes),
        solid=solid,
        views=views,
    )
    caption = " ".join(
        part
        for part in (
            f"Axes: {figure['projection']}." if figure.get("projection") else "",
            witness,
            sample.note(),
            "Drag to turn, or use the arrow keys." if solid else "",
        )
        if part
    )
    return Drawing(_ID, _TITLE, caption, (panel,), tuple(keys))


def names_of(figure: Mapping[str, Any], sample: Sample) -> list[str]:
    """Return one name for each component that occurs."""
    given = [str(name) for name in figure.get("component_names") or ()]
    count = max(int(sample.component.max(initial=0)) + 1, len(given), 1)
    return [given[i] if i < len(given) else f"component {i + 1}" for i in range(count)]


def place(columns: Sequence[Any], **more: Any) -> Spec:
    """Return a trace of points in one, two or three coordinates."""
    solid = len(columns) == 3
    trace: Spec = {"type": "scatter3d" if solid else "scatter", "mode": "markers", **more}
    for axis_name, values in zip("xyz", columns, strict=False):
        trace[axis_name] = values
    if len(columns) == 1:
        trace["y"] = [0] * len(trace["x"])
    return trace


def _components(
    sample: Sample, names: list[str], scale: ErrorScale
) -> tuple[list[Spec], list[Key]]:
    width = len(sample.columns)
    data, keys = [], []
    for index, name in enumerate(names):
        rows = sample.component == index
        data.append(
            place(
                [rounded(column[rows]) for column in sample.columns],
                name=label(name),
                customdata=significant(sample.errors[rows]),
                hovertemplate="error %{customdata:.3g}",
                marker={
                    "size": 3.2 if width == 3 else 5,
                    "symbol": COMPONENT_SYMBOLS[index % len(COMPONENT_SYMBOLS)],
                    "line": {"width": 0},
                },
            )
        )
        if len(names) == 1:
            break  # one name alone needs no legend
        keys.append(
            Key(
                name,
                COMPONENT_GLYPHS[index % len(COMPONENT_GLYPHS)],
                component_color(index),
                ((_ID, index),),
            )
        )
    return data, keys


def color_views(
    sample: Sample, scale: ErrorScale, count: int, solid: bool
) -> tuple[tuple[str, Spec], ...]:
    """Return the ways to colour points that stand in one trace for each component."""
    by_error: list[Spec] = []
    for index in range(count):
        errors = sample.errors[sample.component == index]
        exponents = rounded(scale.exponents(errors))
        by_error.append({"marker": {"color": exponents, "coloraxis": "coloraxis"}})
    colors = {
        "colorscale": "@error",
        "cmin": scale.low,
        "cmax": scale.high,
        "colorbar": {
            "title": {"text": "error |x − G(F(x))|", "side": "top"},
            "orientation": "h",
            "y": 1.0 if solid else 1.02,
            "yanchor": "bottom",
            "thickness": 10,
            "len": 0.8,
            "outlinewidth": 0,
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": "@axis",
            "tickvals": [tick[0] for tick in scale.ticks],
            "ticktext": [tick[1] for tick in scale.ticks],
        },
    }
    by_component: list[Spec] = [
        {"marker": {"color": f"@{component_color(index)}"}} for index in range(count)
    ]
    views: list[tuple[str, Spec]] = []
    if np.isfinite(sample.errors).any():
        views.append(("error", {"data": by_error, "layout": {"coloraxis": colors}}))
    if count > 1 or not views:
        views.append(("component", {"data": by_component}))
    return tuple(views)


def _reconstruction(
    figure: Mapping[str, Any], sample: Sample, data: list[Spec], keys: list[Key]
) -> None:
    given = figure.get("reconstruction")
    if not given or len(given) != sample.total:
        return
    images = np.array(given, dtype=np.float64)[sample.kept].T
    if images.shape != sample.columns.shape:
        return
    keys.append(Key("reconstruction G(F(K))", "•", "muted", ((_ID, len(data)),), shown=False))
    data.append(
        place(
            [rounded(column) for column in images],
            name="reconstruction",
            visible=False,
            hoverinfo="skip",
            marker={"size": 2 if len(images) == 3 else 3, "color": "@muted"},
        )
    )


def _tears(
    tears: Sequence[Mapping[str, Any]], width: int, data: list[Spec], keys: list[Key]
) -> None:
    points = [p for tear in tears for p in tear.get("points") or [tear["centre"]]]
    points = points[:: -(-len(points) // _CAP_TEARS)] if points else []
    if not points or len(points[0]) != width:
        return
    name = f"tears: error above ε ({len(tears)})"
    keys.append(Key(name, "○", "tear", ((_ID, len(data)),)))
    data.append(
        place(
            [rounded(column) for column in np.array(points, dtype=np.float64).T],
            name="tear",
            hoverinfo="skip",
            marker={
                "size": 6 if width == 3 else 10,
                "symbol": "circle-open",
                "color": "@tear",
                "line": {"width": 1.5, "color": "@tear"},
            },
        )
    )


def _witness(
    witness: Mapping[str, Any] | None, width: int, data: list[Spec], keys: list[Key]
) -> str:
    if not witness or not witness.get("point") or len(witness["point"]) != width:
        return ""
    ends = [witness["point"], witness.get("reconstruction") or witness["point"]]
    if any(x is None for end in ends for x in end):
        return ""
    keys.append(Key("worst point found", "✖", "ink", ((_ID, len(data)),)))
    keys.append(Key("its reconstruction", "◆", "ink", ((_ID, len(data) + 1),)))
    columns = list(map(list, zip(*ends, strict=True)))
    solid = width == 3
    data.append(
        place(
            columns,
            name="worst point found",
            mode="lines+markers",
            hovertemplate=f"error {number(witness.get('error'))}",
            line={"color": "@ink", "width": 5 if solid else 2, "dash": "solid"},
            marker={
                "size": [6 if solid else 13, 0],
                "symbol": "x",
                "color": "@ink",
                "line": {"width": 0},
            },
        )
    )
    data.append(
        place(
            [column[1:] for column in columns],
            name="its reconstruction",
            hovertemplate="reconstruction of the worst point",
            marker={"size": 5 if solid else 11, "symbol": "diamond", "color": "@ink"},
        )
    )
    bound = witness.get("bound")
    said = f"The worst point found comes back {number(witness.get('error'))} away"
    return said + (f"; no network stays below {number(bound)}." if bound else ".")


def scene(axes: Sequence[str]) -> Spec:
    """Return the layout of a plot that can be turned."""
    frame = {
        "gridcolor": "@grid",
        "linecolor": "@axis",
        "zerolinecolor": "@grid",
        "showbackground": False,
        "showspikes": False,
        "nticks": 5,
    }
    titles = [{"text": scene_label(name)} for name in axes]
    return {
        "scene": {
            **{f"{x}axis": {**frame, "title": t} for x, t in zip("xyz", titles, strict=True)},
            "aspectmode": "data",
            "dragmode": "turntable",
            "camera": {
                "eye": {"x": 1.38, "y": -1.38, "z": 0.9},
                "center": {"x": 0, "y": 0, "z": -0.22},
            },
            "domain": {"x": [0, 1], "y": [0, 1]},
        },
        "margin": {"l": 0, "r": 0, "t": 56, "b": 0},
        "showlegend": False,
        "uirevision": "kept",
    }


def _plane(axes: Sequence[str]) -> Spec:
    on_a_line = axis("", visible=False, range=[-1, 1])
    y = axis(axes[1], scaleanchor="x") if len(axes) > 1 else on_a_line
    return flat_layout(
        axis(axes[0]), y, margin={"l": 12, "r": 12, "t": 60, "b": 12}, uirevision="kept"
    )
