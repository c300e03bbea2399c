"""Figure: the measure of the set where the error exceeds each epsilon."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from geomcheck.report.figures.drawing import (
    Drawing,
    Key,
    Panel,
    Spec,
    absent,
    flat_layout,
    log_axis,
)
from geomcheck.report.numbers import number

__all__ = ["draw", "floor_of"]

_ID = "exceedance"
_TITLE = "What was achieved: how much of K exceeds each error"


def draw(figures: Mapping[str, Any], settings: Mapping[str, Any]) -> Drawing:
    """Return mu(err > epsilon) with its band, and the epsilon and delta that were asked for."""
    figure = figures.get("exceedance")
    if not figure or not figure.get("epsilon") or not figure.get("measure"):
        return absent(_ID, _TITLE, "exceedance curve")
    x = figure["epsilon"]
    floor = floor_of(figure)
    band = bool(figure.get("low") and figure.get("high"))
    data: list[Spec] = []
    if band:
        data.append(_line(x, _above(figure["low"], floor), width=0))
        data.append(
            _line(x, _above(figure["high"], floor), width=0, fill="tonexty", fillcolor="@band")
        )
    measure = [y if y and y > 0 else None for y in figure["measure"]]
    hover = "μ(err > %{x:.3g}) = %{y:.3g}"
    data.append(_line(x, measure, width=2.5, hoverinfo="all", hovertemplate=hover, name=""))
    keys = [Key("μ(err > ε) of the sample", "━", "c0", ((_ID, len(data) - 1),))]
    confidence = settings.get("confidence")
    if band:
        level = f", joint confidence {number(confidence)}" if confidence else ""
        keys.append(Key(f"band{level}", "▒", "c0", ((_ID, 0), (_ID, 1))))
    epsilon, delta = settings.get("epsilon"), settings.get("delta")
    layout = flat_layout(
        log_axis("error level", x),
        log_axis("measure of {err > level}", [floor, 1.0], range=[math.log10(floor), 0.08]),
        shapes=_marks(epsilon, delta),
        annotations=_names(epsilon, delta, floor),
    )
    asked = ""
    if epsilon and delta:
        asked = f"Asked for: measure at most δ = {number(delta)} at ε = {number(epsilon)}. "
    panel = Panel(
        _ID, "", f"Curve of the share of K whose error exceeds a level. {asked}", data, layout
    )
    simultaneous = (
        "The band holds at every level at once and is therefore wider than the interval that "
        "a claim on ε alone rests on."
    )
    caption = f"{asked}{simultaneous if band else ''}".strip()
    return Drawing(_ID, _TITLE, caption, (panel,), tuple(keys))


def floor_of(figure: Mapping[str, Any]) -> float:
    """Return the lowest measure to draw on a logarithmic axis."""
    positive = [y for y in figure["measure"] if y and y > 0]
    return max(min(positive, default=1e-3) / 3, 1e-12)


def _above(values: Sequence[float | None], floor: float) -> list[float]:
    return [max(value or 0.0, floor) for value in values]


def _line(x: Any, y: Any, width: float, **more: Any) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        "line": {"color": "@c0", "width": width},
        **more,
    }


def _marks(epsilon: float | None, delta: float | None) -> list[Spec]:
    line = {"color": "@tear", "width": 1.5, "dash": "dash"}
    marks: list[Spec] = []
    if epsilon:
        ends = {"xref": "x", "x0": epsilon, "x1": epsilon, "yref": "paper", "y0": 0, "y1": 1}
        marks.append({"type": "line", "line": line, **ends})
    if delta:
        ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": delta, "y1": delta}
        marks.append({"type": "line", "line": line, **ends})
    return marks


def _names(epsilon: float | None, delta: float | None, floor: float) -> list[Spec]:
    common = {"showarrow": False, "font": {"color": "@tear"}}
    names: list[Spec] = []
    if epsilon:
        at = {"x": math.log10(epsilon), "xanchor": "left", "yref": "paper", "y": 0}
        text = f" ε = {number(epsilon)}"
        names.append({"text": text, "yanchor": "bottom", **at, **common})
    if delta and delta > floor:
        at = {"xref": "paper", "x": 0, "xanchor": "left", "y": math.log10(delta)}
        text = f"δ = {number(delta)}"
        names.append({"text": text, "yanchor": "bottom", **at, **common})
    return names
