"""From a model and a manifold to an enclosure."""

from __future__ import annotations

import math
import sys
import time
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from geomcheck.certify.branch import Search
from geomcheck.certify.enclosure import Enclosure
from geomcheck.certify.error import ErrorBounds, cell_points
from geomcheck.certify.volume import cell_volumes
from geomcheck.protocol import Autoencoder
from theory.errors import InvalidInput
from theory.manifold import Manifold

if TYPE_CHECKING:
    from geomcheck.autoencoder import MLPAutoencoder

__all__ = ["certify", "obstacle"]


def obstacle(model: Autoencoder, manifold: Manifold | None) -> str | None:
    """Say why no certificate can be had, or None if one can."""
    if not _is_mlp(model):
        return "only networks of linear layers and activations are bounded"
    if not all(_is_plain(layer) for part in (model.encoder, model.decoder) for layer in part):
        return "a layer is not torch's own with its default parameters"
    if manifold is None or not manifold.charts:
        return "the set has no charts"
    if any(chart.differences for chart in manifold.charts):
        return "a chart is differentiated by differences, which proves nothing"
    if len({chart.dim for chart in manifold.charts}) > 1:
        return "the charts differ in dimension"
    for chart in manifold.charts:
        # The map is anyone's code: whatever it raises on a form is the reason it has none.
        try:
            middle = 0.5 * np.add(chart.lower, chart.upper)[None]
            cell_points(chart, middle, middle)
            cell_volumes(chart, middle, middle)
        except Exception as error:
            says = str(error).split("\n")[0]
            return f"a chart is not built from numpy's universal functions alone ({says})"
    return None


def certify(
    model: Autoencoder,
    manifold: Manifold,
    *,
    epsilon: float,
    sup_relative: float = 0.02,
    measure_tolerance: float = 1e-4,
    time_limit: float = 10.0,
    rng: int | np.random.Generator = 0,
) -> Enclosure:
    """Enclose sup err over all of K and the share of K on which the error exceeds epsilon.

    The bounds hold for the network as it is evaluated, in its own floating-point type, and for
    K as the charts' functions define it over their closed boxes, which have to cover K.

    Parameters
    ----------
    model : MLPAutoencoder
    manifold : Manifold
        With charts built from numpy's universal functions. Where a connected part has several,
        they may overlap: then only sup err is enclosed.
    epsilon : float
        In units of the coordinates.
    sup_relative : float
        Stop once the upper end of sup err is within this of the lower end.
    measure_tolerance : float
        Stop once the share that is undecided falls below this.
    time_limit : float
        Seconds; what is known by then is returned.
    rng : int or numpy.random.Generator
        For the first points that are looked at; the bounds hold whatever it is.

    Returns
    -------
    Enclosure

    Raises
    ------
    InvalidInput
        If an argument is out of range, or no certificate can be had for this model or set.
    """
    for name, value in (("epsilon", epsilon), ("sup_relative", sup_relative)):
        # Squares of smaller numbers than this would underflow.
        if not 1e-100 < value < math.inf:
            raise InvalidInput(name, value, "a number above 1e-100")
    for name, value in (("measure_tolerance", measure_tolerance), ("time_limit", time_limit)):
        if not value >= 0:
            raise InvalidInput(name, value, "a number >= 0")
    reason = obstacle(model, manifold)
    if reason is not None or not _is_mlp(model):
        raise InvalidInput("model, manifold", (model, manifold.name), f"another pair: {reason}")
    if model.ambient_dim != manifold.ambient_dim:
        raise InvalidInput("model", f"ambient_dim {model.ambient_dim}", f"that of {manifold.name}")
    begun = time.perf_counter()
    encoder, decoder = model.weights()
    unit = 2.0**-53 if str(model.dtype) == "torch.float64" else 2.0**-24
    search = Search(
        ErrorBounds(encoder, decoder, model.activation, unit),
        manifold.charts,
        epsilon=float(epsilon),
        sup_relative=float(sup_relative),
        measure_tolerance=float(measure_tolerance) if _one_chart_a_part(manifold) else None,
        widest=max(len(bias) for _, bias in encoder + decoder),
        rng=np.random.default_rng(rng),
    )
    stopped = search.run(begun + time_limit)
    return search.enclosure(time.perf_counter() - begun, stopped)


def _is_mlp(model: Autoencoder) -> TypeGuard[MLPAutoencoder]:
    # Looked up, not imported: who has no such network need not wait for torch.
    module = sys.modules.get("geomcheck.autoencoder")
    return module is not None and type(model) is module.MLPAutoencoder


def _is_plain(layer: object) -> bool:
    # LeakyReLU(0.2) or GELU('tanh') would be enclosed as what they are not.
    if type(layer).__module__ == "torch.nn.modules.linear":
        return True
    return repr(layer) == repr(type(layer)())


def _one_chart_a_part(manifold: Manifold) -> bool:
    # Several charts of one part may overlap, and what they share would be counted twice.
    return all(len(part.charts) == 1 for part in manifold.components)
