"""A module of the user's own is certified where its operations are those of plain layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from geomcheck.adapters import as_autoencoder
from geomcheck.certify import certify
from geomcheck.certify.certificate import network_of, obstacle
from geomcheck.layers import Activation, Affine, Layer, Residual, UnsupportedLayer
from geomcheck.torch_layers import module_of
from theory.catalogue import from_spec

CIRCLE = from_spec("circle")
POINTS = CIRCLE.sample(50, rng=0)
Bend = Callable[[torch.Tensor], torch.Tensor]


class Own(nn.Module):
    """Functions between the layers, and sums: no sequence of modules."""

    def __init__(self, bend: Bend = torch.tanh) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.inner, self.last = nn.Linear(2, 6), nn.Linear(6, 6), nn.Linear(6, 1)
        self.norm = nn.BatchNorm1d(6)
        self.back, self.out = nn.Linear(1, 6, bias=False), nn.Linear(6, 2)
        self.bend = bend
        self.double()

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        h = functional.leaky_relu(self.first(x), 0.2)
        h = h + self.bend(self.inner(h))
        return self.last(functional.dropout(self.norm(h), 0.5, self.training))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        h = functional.gelu(self.back(z), approximate="tanh")
        return self.out(functional.softplus(self.inner(h) + h) + h)


def kinds(layers: tuple[Layer, ...]) -> str:
    names = {Affine: "A", Residual: "R"}
    return " ".join(x.name if isinstance(x, Activation) else names[type(x)] for x in layers)


def test_functions_and_sums_become_layers() -> None:
    model = as_autoencoder(Own(), POINTS)
    network = network_of(model)
    assert network.precision == "float64"
    assert kinds(network.encoder) == "A leaky_relu R A A A"
    assert kinds(network.decoder) == "A gelu_tanh R A"
    for layers, rows, expected in (
        (network.encoder, POINTS, model.encode(POINTS)),
        (network.decoder, model.encode(POINTS), model.decode(model.encode(POINTS))),
    ):
        np.testing.assert_allclose(
            module_of(layers)(torch.tensor(rows)).numpy(force=True), expected, atol=1e-12
        )


@pytest.mark.parametrize("single", [False, True])
def test_a_module_of_the_users_own_is_certified(single: bool) -> None:
    module = Own().float() if single else Own()
    model = as_autoencoder(module, POINTS)
    assert obstacle(model, CIRCLE) is None
    found = certify(model, CIRCLE, epsilon=0.5, sup_relative=0.05, measure_tolerance=1e-2)
    x = CIRCLE.sample(5000, rng=1)
    error = np.linalg.norm(model.decode(model.encode(x)) - x, axis=1)
    assert error.max() <= found.sup_upper <= 1.1 * error.max()
    assert found.measure_lower - 0.03 <= (error > 0.5).mean() <= found.measure_upper + 0.03


@pytest.mark.parametrize(
    ("bend", "word"),
    [
        (functional.elu, "elu"),
        (lambda h: torch.softmax(h, dim=1), "softmax"),
        (lambda h: functional.softplus(h, beta=2.0), "softplus"),
        (lambda h: functional.leaky_relu(h, -0.5), "leaky_relu"),
        (lambda h: h * h, "mul"),
        (lambda h: torch.cat([h[:, :3], h[:, :3]], dim=1), "cat"),
        (lambda h: torch.add(h, torch.tanh(h), alpha=2), "added"),
        (lambda h: torch.tanh(h) + torch.sigmoid(h), "neither is made of the other"),
        (lambda h: h + 1.0, "added"),
        (torch.floor, "floor"),
    ],
)
def test_other_operations_are_named(bend: Bend, word: str) -> None:
    model = as_autoencoder(Own(bend), POINTS)
    with pytest.raises(UnsupportedLayer, match=word):
        network_of(model)
    assert word in str(obstacle(model, CIRCLE))
