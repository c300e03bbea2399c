"""Figure: persistence diagrams of K, of its codes and of its reconstruction."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from geomcheck.report.figures.drawing import (
    Drawing,
    Key,
    Panel,
    Spec,
    absent,
    axis,
    component_color,
    flat_layout,
)
from geomcheck.report.figures.sample import rounded
from geomcheck.report.numbers import number

__all__ = ["INPUTS", "draw", "frame", "longest_bars"]

_ID = "diagrams"
_TITLE = "What became of the shape: persistence diagrams"
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
_GLYPHS = ("●", "◆", "■", "▲", "✖")
_CAP = 400
INPUTS = (("input", "K"), ("latent", "F(K)"), ("reconstruction", "G(F(K))"))
"""Keys of the diagrams and what they are diagrams of."""


def draw(figures: Mapping[str, Any]) -> Drawing:
    """Return the three diagrams side by side on one scale."""
    given = figures.get("diagrams") or {}
    seen = {key: given[key] for key, _ in INPUTS if given.get(key)}
    if not seen:
        return absent(_ID, _TITLE, "persistence diagrams")
    top, infinity = frame(seen)
    panels = tuple(
        _panel(key, name, seen[key], top, infinity) for key, name in INPUTS if key in seen
    )
    degrees = range(max(len(diagram["by_degree"]) for diagram in seen.values()))
    keys = tuple(
        Key(
            f"degree {degree}",
            _GLYPHS[degree % len(_GLYPHS)],
            component_color(degree),
            tuple((p.id, degree) for p in panels if degree < len(p.data)),
        )
        for degree in degrees
    )
    first = next(iter(seen.values()))
    missing = [name for key, name in INPUTS if key not in seen]
    caption = " ".join(
        part
        for part in (
            "Births and deaths as radii. A loop of the reconstruction that is born late closes "
            "across a tear; which classes of K survive is judged by the map, not by this "
            "picture. In the shaded band a feature lives no longer than twice "
            "the resolution and may be noise; ∞ marks features that never die.",
            f"Coefficients: integers modulo {first.get('homology_coeff_field', '?')}.",
            f"This report holds no diagram of {' and '.join(missing)}." if missing else "",
        )
        if part
    )
    return Drawing(_ID, _TITLE, caption, panels, keys)


def frame(seen: Mapping[str, Mapping[str, Any]]) -> tuple[float, float]:
    """Return the largest finite radius of all diagrams and where to put infinity."""
    radii = [
        radius
        for diagram in seen.values()
        for bars in diagram["by_degree"]
        for bar in bars
        for radius in bar
        if radius is not None and math.isfinite(radius)
    ]
    top = max(radii, default=0.0) or 1.0
    return top, top * 1.12


def longest_bars(bars: Any) -> list[tuple[float, float | None]]:
    """Return the longest bars as birth and death, None for a death at infinity."""
    plain = [(float(b), None if d is None or not math.isfinite(d) else float(d)) for b, d in bars]
    plain.sort(key=lambda bar: math.inf if bar[1] is None else bar[1] - bar[0], reverse=True)
    return plain[:_CAP]


def _panel(key: str, name: str, diagram: Mapping[str, Any], top: float, infinity: float) -> Panel:
    data: list[Spec] = []
    counts = []
    for degree, bars in enumerate(diagram["by_degree"]):
        kept = longest_bars(bars)
        band = 2 * float(diagram.get("resolution") or 0.0)
        lasting = sum(death is None or death - birth > band for birth, death in kept)
        counts.append(f"{lasting} in degree {degree}")
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"degree {degree}",
                "x": rounded(np.array([birth for birth, _ in kept])),
                "y": rounded(np.array([infinity if d is None else d for _, d in kept])),
                "text": ["∞" if death is None else number(death) for _, death in kept],
                "hovertemplate": "birth %{x:.4g}<br>death %{text}",
                "cliponaxis": False,
                "marker": {
                    "size": 9,
                    "symbol": _SYMBOLS[degree % len(_SYMBOLS)],
                    "color": f"@{component_color(degree)}",
                    "opacity": 0.85,
                    "line": {"width": 1, "color": "@paper"},
                },
            }
        )
    long = ", ".join(counts) or "none"
    return Panel(
        f"{_ID}-{key}",
        name,
        f"Persistence diagram of {name}. Above the noise band: {long}.",
        data,
        _layout(float(diagram.get("resolution") or 0.0), top, infinity),
        note=f"Above the noise band: {long}.\n{number(diagram.get('n_points'))} points, "
        f"{diagram.get('filtration', '?')} filtration, resolution "
        f"{number(diagram.get('resolution'))}.",
    )


def _layout(resolution: float, top: float, infinity: float) -> Spec:
    low, high = -0.04 * top, 1.18 * top
    noise = min(2 * resolution, high)
    shapes = [
        {
            "type": "path",
            "path": f"M {low},{low} L {high},{high} L {high - noise},{high} "
            f"L {low},{low + noise} Z",
            "fillcolor": "@band",
            "line": {"width": 0},
            "layer": "below",
        },
        _segment(low, low, high, high, "solid"),
        _segment(low, infinity, high, infinity, "dot"),
    ]
    ticks = _nice_ticks(top)
    return flat_layout(
        axis(
            "birth",
            range=[low, high],
            constrain="domain",
            tickvals=ticks,
            ticktext=[number(t) for t in ticks],
        ),
        axis(
            "death",
            range=[low, high],
            scaleanchor="x",
            constrain="domain",
            tickvals=[*ticks, infinity],
            ticktext=[*(number(t) for t in ticks), "∞"],
        ),
        shapes=shapes,
    )


def _segment(x0: float, y0: float, x1: float, y1: float, dash: str) -> Spec:
    line = {"color": "@axis", "width": 1, "dash": dash}
    ends = {"x0": x0, "y0": y0, "x1": x1, "y1": y1}
    return {"type": "line", "layer": "below", "line": line, **ends}


def _nice_ticks(top: float) -> list[float]:
    step = 10.0 ** math.floor(math.log10(top))
    for factor in (0.2, 0.25, 0.5, 1.0, 2.0):
        if top / (step * factor) <= 5:
            step *= factor
            break
    return [float(f"{i * step:.12g}") for i in range(math.floor(top / step + 1e-9) + 1)]
