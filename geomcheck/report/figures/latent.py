"""Figure: the latent set F(K)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    log_axis,
)
from geomcheck.report.figures.sample import Sample, error_scale, read_sample, rounded, significant
from geomcheck.report.figures.space import color_views, names_of, place, scene
from geomcheck.report.numbers import number

__all__ = ["draw"]

Array = NDArray[np.float64]

_ID = "latent"
_TITLE = "What the code sees: the latent set F(K)"
_CAP_SOLID = 6000
_CAP_FLAT = 3000
_LANE = 200


def draw(figures: Mapping[str, Any], settings: Mapping[str, Any]) -> Drawing:
    """Return the codes: one column against the error, two or three as they are."""
    figure = figures.get("latent")
    if not figure or not figure.get("codes"):
        return absent(_ID, _TITLE, "codes to draw")
    width = len(figure["codes"][0])
    sample = read_sample(figure, "codes", "latent", _CAP_SOLID if width == 3 else _CAP_FLAT)
    names = names_of(figures.get("points") or {}, sample)
    axes = [str(name) for name in figure.get("axes") or [f"code {i + 1}" for i in range(width)]]
    if width == 1:
        panel, reading = _line(sample, names, axes[0], settings.get("epsilon"))
    else:
        panel, reading = _scatter(sample, names, axes, settings.get("epsilon"))
    traces = [(_ID, i) for i in range(len(panel.data))]
    keys = [
        Key(
            name,
            COMPONENT_GLYPHS[i % len(COMPONENT_GLYPHS)],
            component_color(i),
            tuple(traces[i :: len(names)]),
        )
        for i, name in enumerate(names if len(names) > 1 else ())
    ]
    projection = f"Axes: {figure['projection']}." if figure.get("projection") else ""
    caption = " ".join(part for part in (reading, projection, sample.note()) if part)
    return Drawing(_ID, _TITLE, caption, (panel,), tuple(keys))


def _line(sample: Sample, names: list[str], code: str, epsilon: float | None) -> tuple[Panel, str]:
    """Error against code above, and below which part of the line each component covers."""
    above: list[Spec] = []
    below: list[Spec] = []
    count = len(names)
    gap = float(np.ptp(sample.columns[0])) / _LANE if sample.total else 0.0
    for index, name in enumerate(names):
        rows = sample.component == index
        codes, errors = rounded(sample.columns[0][rows]), sample.errors[rows]
        positive = np.where(errors > 0, errors, np.nan)
        common = {"name": label(name), "customdata": significant(errors)}
        color = f"@{component_color(index)}"
        marker = {
            "size": 4,
            "color": color,
            "symbol": COMPONENT_SYMBOLS[index % len(COMPONENT_SYMBOLS)],
        }
        hover = "code %{x:.4g}<br>error %{customdata:.3g}"
        logs = significant(positive)
        above.append(place([codes, logs], marker=marker, hovertemplate=hover, **common))
        covered = _covered(sample.columns[0][rows], gap)
        lane: list[float | None] = [None if x is None else count - index for x in covered]
        below.append(
            place(
                [covered, lane],
                name=label(name),
                mode="lines",
                hoverinfo="skip",
                yaxis="y2",
                line={"color": color, "width": 11},
            )
        )
    share = min(0.4, 0.09 * count + 0.02)
    layout = flat_layout(
        axis(code, anchor="y2"),
        log_axis("error", sample.errors.tolist(), domain=[share + 0.06, 1]),
        yaxis2=axis(
            "",
            domain=[0, share],
            range=[0.4, count + 0.6],
            showgrid=False,
            showticklabels=False,
            ticks="",
            showline=False,
        ),
        shapes=[_level(epsilon)] if epsilon else [],
        annotations=[_level_name(epsilon)] if epsilon else [],
    )
    panel = Panel(
        _ID,
        "",
        f"Error against code for {number(len(sample.kept))} points, coloured by component, with "
        "the part of the line that each component covers underneath.",
        above + below,
        layout,
    )
    return panel, (
        "Each point of K at its code. Below: where on the line the codes of each component lie. "
        "A tear shows as codes swept across a component's interval at a large error."
    )


def _covered(codes: Array, gap: float) -> list[float | None]:
    """Return the ends of the stretches that the codes cover, None between two stretches."""
    if not len(codes):
        return []
    ordered = np.sort(codes)
    breaks = np.flatnonzero(np.diff(ordered) > gap)
    starts = ordered[np.concatenate([[0], breaks + 1])] - gap / 4  # a lone code stays visible
    ends = ordered[np.concatenate([breaks, [-1]])] + gap / 4
    path: list[float | None] = []
    for start, end in zip(rounded(starts), rounded(ends), strict=True):
        path.extend((start, end, None))
    return path[:-1]


def _level(epsilon: float) -> Spec:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": epsilon,
        "y1": epsilon,
        "line": {"color": "@tear", "width": 1.5, "dash": "dash"},
    }


def _level_name(epsilon: float) -> Spec:
    return {
        "xref": "paper",
        "x": 1,
        "y": float(np.log10(epsilon)),
        "xanchor": "right",
        "yanchor": "bottom",
        "showarrow": False,
        "text": f"ε = {number(float(epsilon))}",
        "font": {"color": "@tear"},
        "bgcolor": "@paper",
    }


def _scatter(
    sample: Sample, names: list[str], axes: list[str], epsilon: float | None
) -> tuple[Panel, str]:
    solid = len(axes) == 3
    scale = error_scale(sample.errors, epsilon)
    data = []
    for index, name in enumerate(names):
        rows = sample.component == index
        data.append(
            place(
                [rounded(column[rows]) for column in sample.columns],
                name=label(name),
                customdata=significant(sample.errors[rows]),
                hovertemplate="error %{customdata:.3g}",
                marker={
                    "size": 3 if solid else 5,
                    "symbol": COMPONENT_SYMBOLS[index % len(COMPONENT_SYMBOLS)],
                    "line": {"width": 0},
                },
            )
        )
    if solid:
        layout = scene(axes)
    else:
        layout = flat_layout(
            axis(axes[0]),
            axis(axes[1], scaleanchor="x"),
            margin={"l": 12, "r": 12, "t": 60, "b": 12},
            uirevision="kept",
        )
    panel = Panel(
        _ID,
        "",
        f"Scatter plot of the codes of {number(len(sample.kept))} points coloured by error.",
        data,
        layout,
        solid=solid,
        views=color_views(sample, scale, len(names), solid),
    )
    turning = " Drag to turn, or use the arrow keys." if solid else ""
    return panel, f"Each point of K at its code.{turning}"
