"""Figure: the training curves of every seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geomcheck.report.figures.drawing import (
    Drawing,
    Key,
    Panel,
    Spec,
    absent,
    axis,
    flat_layout,
    label,
    log_axis,
)

__all__ = ["draw", "thinned"]

_ID = "training"
_TITLE = "How it was trained"
_CAP = 400


def draw(figures: Mapping[str, Any]) -> Drawing:
    """Return training loss and held-out error of each seed, the chosen one in front."""
    curves = (figures.get("training") or {}).get("curves") or []
    if not curves:
        return absent(_ID, _TITLE, "training curves: no record of a training came with the model")
    data: list[Spec] = []
    keys = []
    # The chosen seed is drawn last, on top of the others, and named first.
    chosen = [curve for curve in curves if curve.get("chosen")]
    others = [curve for curve in curves if not curve.get("chosen")]
    for curve in reversed([*chosen, *others]):
        traces = _curve(curve)
        indices = tuple((_ID, len(data) + i) for i in range(len(traces)))
        color = "c0" if curve.get("chosen") else "muted"
        glyph = "┄" if curve.get("stopped") else "━"
        keys.append(Key(_name(curve), glyph, color, indices))
        data.extend(traces)
    layout = flat_layout(
        axis("optimiser step"),
        log_axis("loss, error", [y for trace in data for y in trace["y"]]),
    )
    panel = Panel(_ID, "", f"Training curves of {len(curves)} seeds.", data, layout)
    stopped = [
        f"Seed {c.get('seed')} was stopped: {c['stopped']}." for c in curves if c.get("stopped")
    ]
    caption = " ".join(["Solid: held-out error. Dotted: training loss.", *stopped])
    return Drawing(_ID, _TITLE, caption, (panel,), tuple(reversed(keys)))


def _name(curve: Mapping[str, Any]) -> str:
    name = f"seed {curve.get('seed')}"
    if curve.get("chosen"):
        return f"{name}, chosen"
    return f"{name}, stopped" if curve.get("stopped") else name


def _curve(curve: Mapping[str, Any]) -> list[Spec]:
    chosen = bool(curve.get("chosen"))
    color = "@c0" if chosen else "@muted"
    opacity = 1.0 if chosen else 0.35 if curve.get("stopped") else 0.7
    steps = curve.get("steps") or []
    traces = []
    for key, dash, width in (("train_loss", "dot", 1.5), ("held_out", "solid", 2.5)):
        values = curve.get(key)
        if not values:
            continue
        x, y = thinned(steps, values)
        what = "held out" if key == "held_out" else "training"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": label(f"seed {curve.get('seed')}, {what}"),
                "x": x,
                "y": y,
                "opacity": opacity,
                "hovertemplate": "step %{x}<br>%{y:.3g}",
                "line": {"color": color, "dash": dash, "width": width if chosen else 1.5},
            }
        )
    return traces


def thinned(
    steps: Sequence[float], values: Sequence[float | None]
) -> tuple[list[float], list[float | None]]:
    """Return at most a few hundred points of a curve, only those a logarithm can show."""
    stride = max(1, -(-len(values) // _CAP))
    pairs = list(zip(steps, values, strict=False))
    picked = pairs[::stride]
    if pairs and picked[-1] != pairs[-1]:
        picked.append(pairs[-1])
    return [s for s, _ in picked], [v if v and v > 0 else None for _, v in picked]
