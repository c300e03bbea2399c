"""Jets: exact first and second derivatives, against differences and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.differences import central_differences
from theory.jet import Jet, jets

UNARY = {
    np.negative: (-2, 2),
    np.positive: (-2, 2),
    np.absolute: (0.2, 2),
    np.square: (-2, 2),
    np.reciprocal: (0.5, 2),
    np.sqrt: (0.5, 2),
    np.sin: (-2, 2),
    np.cos: (-2, 2),
    np.tan: (-1, 1),
    np.exp: (-2, 2),
    np.log: (0.5, 2),
    np.sinh: (-2, 2),
    np.cosh: (-2, 2),
    np.tanh: (-2, 2),
    np.expm1: (-2, 2),
    np.log1p: (-0.3, 2),
    np.arcsin: (-0.7, 0.7),
    np.arccos: (-0.7, 0.7),
    np.arctan: (-2, 2),
    np.arcsinh: (-2, 2),
    np.arccosh: (1.5, 3),
    np.arctanh: (-0.7, 0.7),
    np.cbrt: (0.5, 2),
}
BINARY = [np.add, np.subtract, np.multiply, np.divide, np.arctan2, np.hypot, np.power]


def agrees(function, points, widths=1.0):
    jet = function(*jets(points))
    value, first, second = central_differences(
        lambda c: function(*c.T)[:, None], points, np.full(points.shape[1], widths)
    )
    np.testing.assert_allclose(jet.value, value[:, 0], rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(jet.gradient, first[:, 0], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(jet.hessian, second[:, 0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("ufunc", UNARY, ids=lambda u: u.__name__)
def test_unary(ufunc):
    low, high = UNARY[ufunc]
    x = np.random.default_rng(0).uniform(low, high, (20, 2))
    scale = 0.3 * (high - low)
    agrees(lambda u, v: ufunc(0.6 * u + 0.4 * v) * (1 + u * v), x, scale)


@pytest.mark.parametrize("ufunc", BINARY, ids=lambda u: u.__name__)
def test_binary(ufunc):
    x = np.random.default_rng(1).uniform(0.6, 2, (20, 2))
    agrees(lambda u, v: ufunc(u * u, v + 0.1 * u), x, 0.4)
    agrees(lambda u, v: ufunc(u * v, 1.5), x, 0.4)
    agrees(lambda u, v: ufunc(1.5, u * v), x, 0.4)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5, 2.5])
def test_powers(exponent):
    x = np.random.default_rng(2).uniform(0.6, 2, (10, 1))
    agrees(lambda u: u**exponent + u, x, 0.4)


def test_integer_powers_at_zero_and_below():
    for exponent, value, first, second in (
        (0, 1, 0, 0),
        (1, -2, 1, 0),
        (2, 4, -4, 2),
        (3, -8, 12, -12),
    ):
        (jet,) = jets(np.array([[-2.0]]))
        result = jet**exponent
        assert (result.value[0], result.gradient[0, 0], result.hessian[0, 0, 0]) == (
            value,
            first,
            second,
        )
    (zero,) = jets(np.zeros((1, 1)))
    assert (zero**2).hessian[0, 0, 0] == 2
    assert (zero**1).gradient[0, 0] == 1


def test_array_exponents():
    x = np.random.default_rng(3).uniform(0.6, 2, (4, 1))
    exponents = np.array([1.0, 2.0, 3.0, 0.5])
    (u,) = jets(x)
    result = u**exponents
    np.testing.assert_allclose(result.gradient[:, 0], exponents * x[:, 0] ** (exponents - 1))


@given(
    st.lists(st.floats(-1.5, 1.5), min_size=2, max_size=2),
    st.floats(-2, 2),
    st.floats(-2, 2),
)
def test_product_and_chain_rule(point, a, b):
    u, v = jets(np.array([point]))
    left = np.sin(a * u) * np.cos(b * v) + np.exp(u * v)
    x, y = point
    np.testing.assert_allclose(
        left.gradient[0],
        [
            a * np.cos(a * x) * np.cos(b * y) + y * np.exp(x * y),
            -b * np.sin(a * x) * np.sin(b * y) + x * np.exp(x * y),
        ],
        atol=1e-12,
    )
    np.testing.assert_allclose(left.hessian[0], left.hessian[0].T, atol=1e-12)
    assert left.hessian[0, 0, 1] == pytest.approx(
        -a * b * np.cos(a * x) * np.sin(b * y) + (1 + x * y) * np.exp(x * y), abs=1e-11
    )


def test_division_by_a_jet_that_vanishes_is_infinite_without_a_warning():
    (u,) = jets(np.zeros((1, 1)))
    with np.errstate(all="raise"):
        assert np.isinf((1 / u).value[0])


@pytest.mark.parametrize(
    "function",
    [lambda u: u > 0, lambda u: np.floor(u), lambda u: np.add.reduce([u, u]), lambda u: u % 2],
)
def test_what_has_no_derivative_is_refused(function):
    (u,) = jets(np.ones((3, 1)))
    if isinstance(u, Jet) and function.__code__.co_names == ("np", "add", "reduce"):
        assert function(u).gradient[0, 0] == 2
        return
    with pytest.raises(TypeError):
        function(u)
