"""Relaxations of activations contain them, in exact arithmetic, at any arguments."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from geomcheck.certify.network import Stack
from geomcheck.certify.relaxation import RELAXATIONS, Relaxation
from geomcheck.layers import ACTIVATION_NAMES
from geomcheck.torch_layers import ACTIVATIONS

with mpmath.workdps(60):
    GELU_SCALE, GELU_CUBE = mpmath.sqrt(2 / mpmath.pi), mpmath.mpf(44715) / 10**6
SINGLE = float(np.finfo(np.float32).max)

EXACT = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "leaky_relu": lambda z: max(z, mpmath.mpf(0.01) * z),
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    # Beyond 200 erfc is 0 or 2 to thousands of digits, and mpmath cannot be asked.
    "gelu": lambda z: z * mpmath.erfc(max(min(-z / mpmath.sqrt(2), 200), -200)) / 2,
    "gelu_tanh": lambda z: z / (1 + mpmath.exp(-2 * GELU_SCALE * (z + GELU_CUBE * z**3))),
}
BENDS = (2.3993572805154393, 1.4142135623730951, 1.4185040087908283)
KNEES = [0.0, *BENDS, *(-z for z in BENDS)]
EXTREME = [
    *KNEES, 1e-300, -1e-300, 5e-324, -5e-324, 1e-8, -1e-8, 20.0, -20.0, 1e37, -1e37,
    40.0, -40.0, 745.2, -745.2, 1e3, -1e3, 1e8, -1e8, 1e30, -1e30, SINGLE, -SINGLE, 1e299, -1e299,
]  # fmt: skip
NAMES = sorted(RELAXATIONS)


def outside(name: str, relax: Relaxation, low: list[float], high: list[float], shares: int) -> int:
    """Count points of the intervals at which the activation leaves its enclosure."""
    a, b = np.array(low), np.array(high)
    with np.errstate(all="ignore"):
        slope, offset, radius = relax(a, b, 0.0)
    assert np.isfinite(slope).all()
    assert np.isfinite(radius).all()
    count = 0
    with mpmath.workdps(50):
        for row, (first, last) in enumerate(zip(low, high, strict=True)):
            inner = first + (last - first) * np.linspace(0, 1, shares)
            for z in np.clip(np.concatenate([inner, KNEES]), first, last):
                exact = mpmath.mpf(float(z))
                linear = mpmath.mpf(float(slope[row])) * exact + mpmath.mpf(float(offset[row]))
                count += bool(abs(EXACT[name](exact) - linear) > mpmath.mpf(float(radius[row])))
    return count


def test_every_activation_of_a_model_has_a_relaxation() -> None:
    assert set(RELAXATIONS) == set(ACTIVATIONS) == set(ACTIVATION_NAMES) == set(EXACT)


@pytest.mark.parametrize("name", NAMES)
def test_between_extreme_arguments(name: str) -> None:
    pairs = [(a, b) for a in EXTREME for b in EXTREME if a <= b]
    low, high = map(list, zip(*pairs, strict=True))
    assert outside(name, RELAXATIONS[name], low, high, 7) == 0


@given(
    st.sampled_from(NAMES),
    st.floats(-1e3, 1e3),
    st.floats(-18, 3).map(lambda power: 10.0**power),
)
def test_on_any_interval(name: str, low: float, width: float) -> None:
    assert outside(name, RELAXATIONS[name], [low], [low + width], 20) == 0


@given(st.sampled_from(NAMES), st.floats(-6, 6), st.floats(0, 6))
def test_where_they_bend(name: str, low: float, width: float) -> None:
    assert outside(name, RELAXATIONS[name], [low], [low + width], 20) == 0


@pytest.mark.parametrize("name", NAMES)
def test_radius_shrinks_with_the_square_of_the_interval(name: str) -> None:
    middle = np.linspace(-3.05, 3, 50)
    for half in (1e-2, 1e-3):
        with np.errstate(all="ignore"):
            radius = RELAXATIONS[name](middle - half, middle + half, 0.0)[2]
        bent = np.abs(middle) > 2 * half
        assert (radius[bent] <= half**2).all()


@pytest.mark.parametrize("name", NAMES)
def test_evaluation_by_torch_lies_within_the_allowance(name: str) -> None:
    rng = np.random.default_rng(0)
    z = np.concatenate([rng.uniform(-30, 30, 300), 10.0 ** rng.uniform(-8, 4, 50), EXTREME])
    for dtype, unit in ((torch.float64, 2.0**-53), (torch.float32, 2.0**-24)):
        # Torch's GELU doubles its argument on the way: larger ones are claimed nothing of.
        given_to_torch = torch.tensor(z[np.abs(z) < Stack((), unit).huge], dtype=dtype)
        at = given_to_torch.double().numpy()
        value = ACTIVATIONS[name]()(given_to_torch).double().numpy()
        with np.errstate(all="ignore"):
            slope, offset, radius = RELAXATIONS[name](at, at, unit)
        assert (np.abs(value - (slope * at + offset)) <= radius).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", ["narrow", "shifted", "steep"])
def test_a_wrong_relaxation_is_noticed(name: str, fault: str) -> None:
    def wrong(low, high, unit):  # type: ignore[no-untyped-def]
        slope, offset, radius = RELAXATIONS[name](low, high, unit)
        if fault == "narrow":
            return slope, offset, 0.99 * radius
        if fault == "shifted":
            return slope, offset + 1e-6, radius
        return slope * (1 + 1e-6), offset, radius

    rng = np.random.default_rng(1)
    # Across the kink of piecewise linear activations, and anywhere else near it.
    low = [-1.0, *rng.uniform(-3, 0, 30)]
    high = [2.0, *rng.uniform(0.1, 3, 30)]
    assert outside(name, wrong, low, high, 200) > 0
