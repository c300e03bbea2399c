"""Cells of K that a stack of networks certainly keeps on one side of a point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify.certificate import network_of, obstacle
from geomcheck.certify.error import as_inputs, as_seen, cell_points, image_of, length_bounds
from geomcheck.certify.network import Stack, Zonotope
from geomcheck.layers import Affine, Layer
from geomcheck.protocol import Autoencoder
from theory.lattice_map import Misses
from theory.manifold import Manifold
from theory.skeleton import Boxes
from theory.taylor_form import ROUNDING

__all__ = ["certain_sides"]

Array = NDArray[np.float64]
_TOGETHER = 2048


def certain_sides(
    model: Autoencoder, manifold: Manifold, *, decoded: bool, view: Array | None = None
) -> Misses | None:
    """Return what tells which cells a map certainly keeps on one side of a point.

    Parameters
    ----------
    model : Autoencoder
    manifold : Manifold
        K.
    decoded : bool
        The map is the encoder, or, if so, the whole autoencoder followed by the view.
    view : array of shape (m, N), optional
        A linear map; by default the encoder once more.

    Returns
    -------
    callable or None
        Boxes in the charts and a point of R^m to flags: the image of the box lies in an open
        half-space that the point bounds. None where no certificate can be had.
    """
    if obstacle(model, manifold) is not None:
        return None
    network = network_of(model)
    unit = ROUNDING if network.precision == "float64" else 2.0**-24
    parts: list[Sequence[Layer]] = [network.encoder]
    if decoded:
        last = network.encoder if view is None else (Affine(view, np.zeros(len(view))),)
        parts += [network.decoder, last]
    stacks = [Stack(layers, unit) for layers in parts]

    def sides(boxes: Boxes, centre: Array) -> NDArray[np.bool_]:
        found = np.zeros(len(boxes), dtype=bool)
        for i, chart in enumerate(boxes.charts):
            mine = np.flatnonzero(boxes.chart == i)
            for begin in range(0, len(mine), _TOGETHER):
                rows = mine[begin : begin + _TOGETHER]
                low = boxes.low[rows]
                found[rows] = _away(
                    stacks, cell_points(chart, low, low + boxes.sides[rows]), centre, unit
                )
        return found

    return sides


def _away(
    stacks: Sequence[Stack], points: Zonotope, centre: Array, unit: float
) -> NDArray[np.bool_]:
    x, _, known = as_seen(points, unit)
    with np.errstate(all="ignore"):
        for place, stack in enumerate(stacks):
            inputs = as_inputs(x) if place else x
            x = image_of(stack.enclose(inputs), inputs)
        off = x.centre - centre
        rest = x.remainder + 2 * ROUNDING * (np.abs(x.centre) + np.abs(centre))
        _, lower, _, _ = length_bounds(off, x.generators, rest)
    return np.asarray(known & np.isfinite(lower) & (lower > 0))
