"""Torch modules become the layers they evaluate, or are refused with the reason."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from geomcheck.layers import Activation, Affine, Layer, Residual, UnsupportedLayer
from geomcheck.torch_layers import ResidualBlock, layers_of, module_of, precision_of


def evaluated(layers: tuple[Layer, ...], x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return module_of(layers)(x)


def trained_normalisation(width: int, **options: bool) -> nn.BatchNorm1d:
    module = nn.BatchNorm1d(width, **options)
    with torch.no_grad():
        for tensor in (*module.parameters(), module.running_mean, module.running_var):
            assert tensor is not None
            tensor.uniform_(0.5, 2.0)
    return module


SOUND = [
    nn.Sequential(),
    nn.Sequential(nn.Identity(), nn.Linear(3, 2, bias=False), nn.Sequential(nn.GELU("tanh"))),
    nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(0.3), nn.Dropout(0.5), nn.ReLU(inplace=True)),
    nn.Sequential(ResidualBlock(nn.Linear(3, 3), nn.SiLU()), ResidualBlock(), nn.Softplus()),
    nn.Sequential(trained_normalisation(3), nn.Linear(3, 2)),
    nn.Sequential(trained_normalisation(3, affine=False), nn.Sigmoid()),
    nn.Linear(3, 1),
    nn.Tanh(),
]


@pytest.mark.parametrize("number", range(len(SOUND)))
def test_layers_evaluate_as_their_module(number: int) -> None:
    module = SOUND[number].double().eval()
    x = torch.from_numpy(np.random.default_rng(number).normal(size=(9, 3)))
    with torch.inference_mode():
        expected = module(x.clone())
    torch.testing.assert_close(evaluated(layers_of(module), x), expected)


class Shifted(nn.Linear):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return super().forward(input) + 1


def hooked() -> nn.Module:
    module = nn.Linear(3, 3)
    module.register_forward_hook(lambda module, inputs, output: output + 1)
    return module


def replaced() -> nn.Module:
    module = nn.Linear(3, 3)
    module.forward = lambda input: input  # type: ignore[method-assign, assignment]
    return module


@pytest.mark.parametrize(
    ("module", "word"),
    [
        (nn.Sequential(nn.Linear(3, 3), nn.ELU()), "ELU"),
        (nn.Softplus(beta=2), "beta=2"),
        (nn.LeakyReLU(-0.1), "LeakyReLU"),
        (nn.Sequential(nn.Conv1d(1, 1, 1)), "Conv1d"),
        (nn.LayerNorm(3), "LayerNorm"),
        (nn.Softmax(dim=1), "Softmax"),
        (nn.Dropout().train(), "eval"),
        (nn.BatchNorm1d(3).train(), "eval"),
        (nn.BatchNorm1d(3, track_running_stats=False).eval(), "batch"),
        (ResidualBlock(nn.ReLU(inplace=True)), "inplace"),
        (Shifted(3, 3), "Shifted"),
        (nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)), "Linear"),
        (hooked(), "hooks"),
        (replaced(), "forward"),
    ],
)
def test_what_is_not_bounded_is_refused_by_name(module: nn.Module, word: str) -> None:
    with pytest.raises(UnsupportedLayer, match=word):
        layers_of(module)


def test_one_precision() -> None:
    assert precision_of([nn.Linear(2, 2)]) == "float32"
    assert precision_of([nn.Linear(2, 2).double(), nn.BatchNorm1d(2).double()]) == "float64"
    for modules in ([nn.Linear(2, 2), nn.Linear(2, 2).double()], [nn.Linear(2, 2).half()], []):
        with pytest.raises(UnsupportedLayer, match="float32"):
            precision_of(modules)


def test_layers_become_a_module_and_layers_again() -> None:
    rng = np.random.default_rng(0)
    first = Affine(rng.normal(size=(2, 3)), rng.normal(size=2))
    layers = (first, Residual((Activation("leaky_relu", 0.25), Activation("gelu_tanh"))))
    affine, residual = layers_of(module_of(layers))
    assert isinstance(affine, Affine)
    np.testing.assert_array_equal(affine.weight, first.weight)
    np.testing.assert_array_equal(affine.bias, first.bias)
    assert isinstance(residual, Residual)
    assert residual.block == layers[1].block
