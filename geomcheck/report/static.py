"""The report's figures on one sheet for a paper, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from geomcheck.report.document import check_document, section
from geomcheck.report.figures.diagrams import INPUTS, frame, longest_bars
from geomcheck.report.figures.exceedance import floor_of
from geomcheck.report.figures.sample import Sample, read_sample
from geomcheck.report.figures.space import names_of
from geomcheck.report.figures.training import thinned
from geomcheck.report.files import replace_file
from geomcheck.report.numbers import number
from theory.errors import InvalidInput

__all__ = ["write_figure"]

_SUFFIXES = (".pdf", ".png", ".svg")
_MARKERS = ("o", "D", "s", "P", "X")
_BAND = ("low", "high")
_POINTS = 3000
_WIDTH_IN = 7.2
_ROW_IN = 2.7
_STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,
    "legend.fontsize": 7,
    "svg.fonttype": "none",
    "svg.hashsalt": "geomcheck",
    "pdf.fonttype": 42,
}


def write_figure(document: Mapping[str, Any], path: str | Path) -> None:
    """Write the figures of a report on one sheet, readable in grey and without colour vision.

    Parameters
    ----------
    document : mapping
        The content of result.json.
    path : str or Path
        Ends in .pdf, .png or .svg; the folder must exist.

    Raises
    ------
    InvalidInput
        If the document is no report or has no figures, or the suffix is another one.
    ImportError
        If matplotlib is not installed.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidInput("path", str(path), f"a name that ends in {', '.join(_SUFFIXES)}")
    check_document(document)
    rows = _rows(section(document, "figures"), section(document, "settings"))
    if not rows:
        raise InvalidInput("document['figures']", "no figure to draw", "at least one figure")
    # rc_context and a bare Figure leave the caller's matplotlib as it was.
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    dated = {".pdf": "CreationDate", ".svg": "Date"}
    metadata = {dated[suffix]: None} if suffix in dated else {}
    with rc_context(_STYLE):
        sheet = Figure(figsize=(_WIDTH_IN, _ROW_IN * len(rows)), layout="constrained")
        FigureCanvasAgg(sheet)
        parts = sheet.subfigures(len(rows), 1, squeeze=False)[:, 0]
        for part, panels in zip(parts, rows, strict=True):
            for index, plot in enumerate(panels):
                projection = "3d" if plot.solid else None
                plot.fill(part.add_subplot(1, len(panels), index + 1, projection=projection))
        replace_file(target, lambda temporary: sheet.savefig(temporary, dpi=300, metadata=metadata))


@dataclass(frozen=True)
class _Plot:
    """One plot of the sheet: what draws it, and whether it has three axes."""

    fill: Callable[[Any], None]
    solid: bool = False


def _rows(figures: Mapping[str, Any], settings: Mapping[str, Any]) -> list[list[_Plot]]:
    rows: list[list[_Plot]] = [[], [], []]
    if (figures.get("points") or {}).get("coordinates"):
        rows[0].append(_space(figures, settings))
    if (figures.get("latent") or {}).get("codes"):
        rows[0].append(_latent(figures, settings))
    given = figures.get("diagrams") or {}
    seen = {key: given[key] for key, _ in INPUTS if given.get(key)}
    if seen:
        top, infinity = frame(seen)
        rows[1] = [
            _Plot(partial(_diagram, seen[key], name, top, infinity))
            for key, name in INPUTS
            if key in seen
        ]
    if (figures.get("exceedance") or {}).get("measure"):
        rows[2].append(_Plot(partial(_exceedance, figures["exceedance"], settings)))
    if (figures.get("training") or {}).get("curves"):
        rows[2].append(_Plot(partial(_training, figures["training"]["curves"])))
    return [row for row in rows if row]


def _space(figures: Mapping[str, Any], settings: Mapping[str, Any]) -> _Plot:
    figure = figures["points"]
    sample = read_sample(figure, "coordinates", "points", _POINTS)
    names, width = names_of(figure, sample), len(sample.columns)
    labels = list(figure.get("axes") or "xyz")[:width]

    def fill(axes: Any) -> None:
        _points(axes, sample, names, labels)
        axes.set_title("K and its reconstruction error")
        for tear in figures.get("tears") or []:
            points = np.array(tear.get("points") or [tear["centre"]], dtype=np.float64).T
            axes.plot(*_flat(points), "o", mfc="none", mec="black", ms=5, mew=0.6)
        witness = figures.get("witness") or {}
        if witness.get("point") and witness.get("reconstruction"):
            ends = np.array([witness["point"], witness["reconstruction"]], dtype=np.float64).T
            axes.plot(*_flat(ends), "-", color="black", lw=1.2)
            axes.plot(*_flat(ends[:, :1]), "X", color="black", ms=6, label="worst point found")
            axes.plot(*_flat(ends[:, 1:]), "D", color="black", ms=4, label="its reconstruction")
        if axes.get_legend_handles_labels()[1]:
            axes.legend(loc="upper left", bbox_to_anchor=(-0.2, 1.06))

    return _Plot(fill, solid=width == 3)


def _latent(figures: Mapping[str, Any], settings: Mapping[str, Any]) -> _Plot:
    figure = figures["latent"]
    sample = read_sample(figure, "codes", "latent", _POINTS)
    names, width = names_of(figures.get("points") or {}, sample), len(sample.columns)
    labels = list(figure.get("axes") or [f"code {i + 1}" for i in range(width)])

    def fill(axes: Any) -> None:
        axes.set_title("latent set F(K)", pad=18 if width == 1 else None)
        if width > 1:
            _points(axes, sample, names, labels)
            return
        for index, name in enumerate(names):
            rows = sample.component == index
            axes.plot(
                sample.columns[0][rows],
                np.where(sample.errors[rows] > 0, sample.errors[rows], np.nan),
                _MARKERS[index % len(_MARKERS)],
                color=_shade(index, len(names)),
                ms=2,
                mew=0,
                label=_literal(name),
                rasterized=True,
            )
        axes.set_yscale("log")
        axes.set_xlabel(_literal(labels[0]))
        axes.set_ylabel("error")
        _level(axes.axhline, settings.get("epsilon"), "ε")
        axes.legend(markerscale=2.5, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)

    return _Plot(fill, solid=width == 3)


def _points(axes: Any, sample: Sample, names: list[str], labels: list[str]) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm

    known = sample.errors[np.isfinite(sample.errors) & (sample.errors > 0)]
    low = float(np.quantile(known, 0.01)) if len(known) else 0.1
    norm = LogNorm(low, max(float(known.max()), 2 * low) if len(known) else 1.0)
    # Dark for large errors; the palest end would be lost on white paper.
    shades = ListedColormap(colormaps["cividis"](np.linspace(0.82, 0.0, 256)))
    drawn = None
    for index in range(len(names)):
        rows = sample.component == index
        errors = np.nan_to_num(np.maximum(sample.errors[rows], low), nan=low)
        colors = {"c": errors, "norm": norm, "cmap": shades} if len(known) else {"c": "black"}
        drawn = axes.scatter(
            *_flat(sample.columns[:, rows]),
            marker=_MARKERS[index % len(_MARKERS)],
            s=3,
            lw=0,
            rasterized=True,
            **colors,
        )
    if drawn is not None and len(known):
        place = {"shrink": 0.7, "pad": 0.12 if len(labels) == 3 else 0.02, "aspect": 25}
        axes.figure.colorbar(drawn, ax=axes, label="error", **place)
    for name, text in zip("xyz", labels, strict=False):
        getattr(axes, f"set_{name}label")(_literal(text))
    if len(labels) == 3:
        axes.set_aspect("equal")
        axes.locator_params(nbins=4)
        axes.tick_params(labelsize=6, pad=0)
        axes.view_init(elev=24, azim=-50)
    elif len(labels) == 2:
        axes.set_aspect("equal", adjustable="datalim")
    else:
        axes.set_yticks([])


def _diagram(diagram: Mapping[str, Any], name: str, top: float, infinity: float, axes: Any) -> None:
    low, high = -0.05 * top, 1.2 * top
    band = 2 * float(diagram.get("resolution") or 0.0)
    axes.fill_between([low, high], [low, high], [low + band, high + band], color="0.85", lw=0)
    axes.plot([low, high], [low, high], color="0.5", lw=0.8)
    axes.axhline(infinity, color="0.5", lw=0.8, ls=":")
    degrees = diagram["by_degree"]
    for degree, bars in enumerate(degrees):
        kept = longest_bars(bars)
        if not kept:
            continue
        deaths = [infinity if death is None else death for _, death in kept]
        axes.plot(
            [birth for birth, _ in kept],
            deaths,
            _MARKERS[degree % len(_MARKERS)],
            color=_shade(degree, len(degrees)),
            mec="white",
            mew=0.3,
            ms=5,
            label=f"degree {degree}",
            clip_on=False,
        )
    axes.set(xlim=(low, high), ylim=(low, high), xlabel="birth", ylabel="death", aspect="equal")
    axes.text(high, infinity, "∞", va="center", ha="left")
    axes.set_title(name)
    axes.legend(loc="lower right")


def _exceedance(figure: Mapping[str, Any], settings: Mapping[str, Any], axes: Any) -> None:
    floor = floor_of(figure)
    x = np.array(figure["epsilon"], dtype=np.float64)
    measure = np.array(figure["measure"], dtype=np.float64)
    if figure.get("low") and figure.get("high"):
        low, high = (np.maximum(np.array(figure[k], dtype=np.float64), floor) for k in _BAND)
        confidence = settings.get("confidence")
        level = f", joint confidence {number(confidence)}" if confidence else ""
        axes.fill_between(x, low, high, color="0.85", lw=0, label=f"band{level}")
    axes.plot(x, np.where(measure > 0, measure, np.nan), color="black", label="sample")
    axes.set(xscale="log", yscale="log", xlabel="error level", ylabel="measure of {err > level}")
    axes.set_ylim(floor, 1.3)
    axes.set_title("how much of K exceeds each error")
    _level(axes.axvline, settings.get("epsilon"), "ε")
    _level(axes.axhline, settings.get("delta"), "δ", ":")
    axes.legend(loc="upper right")


def _training(curves: list[Mapping[str, Any]], axes: Any) -> None:
    named: set[str | None] = set()
    for curve in sorted(curves, key=lambda curve: bool(curve.get("chosen"))):
        chosen = bool(curve.get("chosen"))
        style = {"color": "black" if chosen else "0.65", "lw": 1.6 if chosen else 0.9}
        name: str | None = f"seed {curve.get('seed')}, chosen" if chosen else "other seeds"
        if name in named:
            name = None
        named.add(name)
        for key, dash in (("held_out", "-"), ("train_loss", ":")):
            steps, values = thinned(curve.get("steps") or [], curve.get(key) or [])
            plain = np.array(values, dtype=np.float64)
            axes.plot(steps, plain, dash, label=name if key == "held_out" else None, **style)
    axes.set(yscale="log", xlabel="optimiser step", ylabel="held out (—), training (⋯)")
    axes.set_title("training")
    axes.legend(loc="upper right")


def _level(draw: Callable[..., Any], value: float | None, name: str, dash: str = "--") -> None:
    if value:
        draw(value, color="black", lw=0.8, ls=dash, label=f"{name} = {number(float(value))}")


def _flat(columns: Any) -> list[Any]:
    """Return coordinates to draw: points on a line need a second one."""
    return [*columns] if len(columns) > 1 else [columns[0], np.zeros(len(columns[0]))]


def _shade(index: int, count: int) -> Any:
    """Return a colour whose lightness tells it from the others when printed in grey."""
    from matplotlib import colormaps

    return colormaps["cividis"](0.0 if count == 1 else 0.8 * index / (count - 1))


def _literal(text: object) -> str:
    """Return text in which no dollar starts a formula."""
    return str(text).replace("$", r"\$")
