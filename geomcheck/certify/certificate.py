"""From a model and a manifold to an enclosure."""

from __future__ import annotations

import math
import time

import numpy as np

from geomcheck.certify.branch import Search
from geomcheck.certify.enclosure import Enclosure
from geomcheck.certify.error import ErrorBounds, cell_points
from geomcheck.certify.joining import searched
from geomcheck.certify.volume import cell_volumes
from geomcheck.layers import Layered, Network, UnsupportedLayer, check_layers
from geomcheck.protocol import Autoencoder
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.taylor_form import ROUNDING

__all__ = ["certify", "network_of", "obstacle"]

_LOOKS = 16


def obstacle(model: Autoencoder, manifold: Manifold | None) -> str | None:
    """Say why no certificate can be had, or None if one can."""
    try:
        network = network_of(model)
    except UnsupportedLayer as error:
        return str(error)
    if manifold is None or not manifold.charts:
        return "the set has no charts"
    if len({chart.dim for chart in manifold.charts}) > 1:
        return "the charts differ in dimension"
    if any(part.dim != manifold.dim for part in manifold.components):
        # The charts of such a union are those of its parts of the highest dimension.
        return "the components differ in dimension"
    for chart in manifold.charts:
        # The map is anyone's code: whatever it raises on a form is the reason it has none.
        try:
            middle = 0.5 * np.add(chart.lower, chart.upper)[None]
            cell_points(chart, middle, middle)
            cell_volumes(chart, middle, middle)
        except Exception as error:
            says = str(error).split("\n")[0] or type(error).__name__
            return f"a chart is not built from numpy's universal functions alone ({says})"
    if any(chart.differences for chart in manifold.charts):
        return "a chart is differentiated by differences, which proves nothing"
    if model.ambient_dim == manifold.ambient_dim and not _evaluates(model, network, manifold):
        return "the model does not evaluate the layers that its as_network() states"
    return None


def certify(
    model: Autoencoder,
    manifold: Manifold,
    *,
    epsilon: float,
    sup_relative: float = 0.02,
    measure_tolerance: float = 1e-4,
    delta: float | None = None,
    time_limit: float = 10.0,
    rng: int | np.random.Generator = 0,
) -> Enclosure:
    """Enclose sup err over all of K and the share of K on which the error exceeds epsilon.

    The bounds hold for the network as it is evaluated, in its own floating-point type, and for
    K as the charts' functions define it over their closed boxes, which have to cover K.

    Parameters
    ----------
    model : Autoencoder
        One that knows its layers (`geomcheck.layers.Layered`), as `MLPAutoencoder` does.
    manifold : Manifold
        With charts built from numpy's universal functions. Where a connected part has several,
        they may overlap: then only sup err is enclosed.
    epsilon : float
        In units of the coordinates.
    sup_relative : float
        Stop once the upper end of sup err is within this of the lower end.
    measure_tolerance : float
        Stop once the share that is undecided falls below this.
    delta : float, optional
        Bound as well the least share to leave out so that {err > epsilon} is and each component
        stays in one piece (`Enclosure.rest`); then stop once it is known whether that exceeds
        delta. Inside their boxes the charts have to be immersions. By default it is not asked.
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
    if delta is not None and not 0 < delta < 1:
        raise InvalidInput("delta", delta, "a number between 0 and 1, both excluded")
    reason = obstacle(model, manifold)
    if reason is not None:
        raise InvalidInput("model, manifold", (model, manifold.name), f"another pair: {reason}")
    if model.ambient_dim != manifold.ambient_dim:
        raise InvalidInput("model", f"ambient_dim {model.ambient_dim}", f"that of {manifold.name}")
    begun = time.perf_counter()
    single = _one_chart_a_part(manifold)
    search = Search(
        ErrorBounds(network_of(model)),
        manifold.charts,
        epsilon=float(epsilon),
        sup_relative=float(sup_relative),
        measure_tolerance=float(measure_tolerance) if single else None,
        rng=np.random.default_rng(rng),
    )
    deadline, rest = begun + time_limit, None
    if delta is None or not single:
        stopped = search.run(deadline)
    else:
        stopped, rest = searched(
            search,
            float(delta),
            tolerance=float(measure_tolerance),
            begun=begun,
            deadline=deadline,
        )
    return search.enclosure(time.perf_counter() - begun, stopped, rest)


def network_of(model: Autoencoder) -> Network:
    """Return the layers that a model says it evaluates.

    Raises
    ------
    UnsupportedLayer
        If it says nothing of the kind, or what does not fit together.
    """
    if not isinstance(model, Layered):
        raise UnsupportedLayer(
            "only networks of linear layers, activations and residual blocks are bounded"
        )
    network = model.as_network()
    if not isinstance(network, Network):
        raise UnsupportedLayer("as_network() of the model returns something else")
    try:
        width = check_layers("encoder", network.encoder, model.ambient_dim)
        out = check_layers("decoder", network.decoder, width)
    except InvalidInput as error:
        raise UnsupportedLayer(f"the layers of the model are not sound: {error}") from error
    if (width, out) != (model.latent_dim, model.ambient_dim):
        raise UnsupportedLayer(
            f"the layers of the model map to R^{width} and back to R^{out}, which it does not state"
        )
    return network


def _evaluates(model: Autoencoder, network: Network, manifold: Manifold) -> bool:
    """Whether the model does what its layers do, at a few points."""
    bounds, rng = ErrorBounds(network), np.random.default_rng(0)
    for chart in manifold.charts:
        at = rng.uniform(chart.lower, chart.upper, size=(_LOOKS, chart.dim))
        found, x = bounds.over(cell_points(chart, at, at)), chart.evaluate(at)
        off = np.abs(model.decode(model.encode(x)) - x - found.centre)
        slack = found.remainder + 8 * ROUNDING * (np.abs(found.centre) + 2 * np.abs(x))
        # Where the bounds know nothing, nothing can contradict them.
        if (off > slack)[np.isfinite(found.upper)].any():
            return False
    return True


def _one_chart_a_part(manifold: Manifold) -> bool:
    # Several charts of one part may overlap, and what they share would be counted twice.
    parts = manifold.components
    return len(manifold.charts) == len(parts) and all(len(part.charts) == 1 for part in parts)
