"""Taylor forms: they contain the function, on random cells, for functions and for charts."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from catalogue_cases import ALL
from hypothesis import given
from hypothesis import strategies as st

from theory.catalogue import from_spec
from theory.chart import Chart
from theory.taylor_dual import box_duals
from theory.taylor_form import TaylorForm, box_forms, lifted
from theory.taylor_functions import BINARY, UNARY

# Of the sixty digits in which the tests compute.
WORKING = 1e-50
# Where each function is to be tried; elsewhere on the whole line.
DOMAINS = {
    np.sqrt: (0.0, 50.0),
    np.log: (1e-6, 50.0),
    np.log1p: (-0.99, 50.0),
    np.arcsin: (-1.0, 1.0),
    np.arccos: (-1.0, 1.0),
    np.arccosh: (1.0, 50.0),
    np.arctanh: (-0.999, 0.999),
    np.reciprocal: (1e-3, 50.0),
    np.tan: (-1.5, 1.5),
    np.exp: (-30.0, 30.0),
    np.expm1: (-30.0, 30.0),
    np.sinh: (-30.0, 30.0),
    np.cosh: (-30.0, 30.0),
}
EXACT = {
    np.positive: lambda x: x,
    np.negative: lambda x: -x,
    np.absolute: abs,
    np.square: lambda x: x * x,
    np.reciprocal: lambda x: 1 / x,
    np.cbrt: lambda x: mpmath.sign(x) * mpmath.root(abs(x), 3),
    np.arcsin: mpmath.asin,
    np.arccos: mpmath.acos,
    np.arctan: mpmath.atan,
    np.arcsinh: mpmath.asinh,
    np.arccosh: mpmath.acosh,
    np.arctanh: mpmath.atanh,
    np.log: mpmath.log,
    np.log1p: mpmath.log1p,
}


def exact(ufunc: np.ufunc, x: float) -> mpmath.mpf:
    function = EXACT.get(ufunc) or getattr(mpmath, ufunc.__name__)
    return function(mpmath.mpf(x))


def excess(form: TaylorForm, row: int, xi: list[float], truth: mpmath.mpf) -> mpmath.mpf:
    """How far the truth lies outside the form, in exact arithmetic."""
    value = mpmath.mpf(float(form.centre[row]))
    for slope, x in zip(form.linear[row], xi, strict=True):
        value += mpmath.mpf(float(slope)) * x
    remainder = float(form.remainder[row])
    return abs(truth - value) - remainder if math.isfinite(remainder) else mpmath.mpf(-1)


@pytest.mark.parametrize("ufunc", sorted(UNARY, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_a_form_contains_the_function(ufunc: np.ufunc) -> None:
    first, last = DOMAINS.get(ufunc, (-20.0, 20.0))
    rng = np.random.default_rng(1)
    width = (last - first) * 10.0 ** rng.uniform(-16, 0, 200)
    low = first + (last - first - width) * rng.uniform(size=200)
    high = np.minimum(low + width, last)
    low[:4], high[:4] = first, np.minimum(first + width[:4], last)
    low[4:8], high[4:8] = np.maximum(last - width[4:8], first), last
    (box,) = box_forms(low[:, None], high[:, None])
    form = ufunc(box)
    with mpmath.workdps(60):
        for row in range(200):
            c, h = (mpmath.mpf(float(v[row])) for v in (box.centre, box.linear[:, 0]))
            for share in (0.0, 1.0, *rng.uniform(size=4)):
                u = float(np.clip(low[row] + share * (high[row] - low[row]), low[row], high[row]))
                xi = (mpmath.mpf(u) - c) / h
                assert excess(form, row, [xi], exact(ufunc, u)) <= WORKING


@pytest.mark.parametrize("ufunc", sorted(UNARY, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_remainders_shrink_with_the_square_of_the_box(ufunc: np.ufunc) -> None:
    half = np.array([1e-2, 1e-3, 1e-4])
    middle = 1.5 if ufunc is np.arccosh else 0.4
    (box,) = box_forms((middle - half)[:, None], (middle + half)[:, None])
    remainder = ufunc(box).remainder
    assert (remainder <= 10 * half**2).all()


@given(
    st.tuples(*[st.floats(-5, 5) for _ in range(4)]),
    st.tuples(*[st.floats(0, 1) for _ in range(4)]),
    st.sampled_from(sorted(BINARY, key=lambda f: f.__name__)),
)
def test_operations_on_two_forms(
    ends: tuple[float, ...], at: tuple[float, ...], ufunc: np.ufunc
) -> None:
    low = np.array([[min(ends[:2]), min(ends[2:])]])
    high = np.array([[max(ends[:2]), max(ends[2:])]])
    a, b = box_forms(low, high)
    form = ufunc(a, b)
    operations = {
        np.add: lambda x, y: x + y,
        np.subtract: lambda x, y: x - y,
        np.multiply: lambda x, y: x * y,
        np.divide: lambda x, y: x / y,
        np.arctan2: mpmath.atan2,
        np.hypot: mpmath.hypot,
    }
    with mpmath.workdps(60):
        for share in (at[:2], at[2:], (0.0, 1.0), (1.0, 0.0)):
            u = np.clip(low[0] + np.array(share) * (high[0] - low[0]), low[0], high[0])
            if ufunc is np.divide and u[1] == 0:
                continue
            xi = [
                (mpmath.mpf(float(u[j])) - mpmath.mpf(float(f.centre[0])))
                / mpmath.mpf(float(f.linear[0, j]))
                for j, f in enumerate((a, b))
            ]
            truth = operations[ufunc](*(mpmath.mpf(float(x)) for x in u))
            assert excess(form, 0, xi, truth) <= WORKING


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5, -1, -2, 0.5, 1.5, -0.3])
def test_powers(exponent: float) -> None:
    rng = np.random.default_rng(2)
    low = rng.uniform(0.2, 2, 50)
    high = low + 10.0 ** rng.uniform(-8, 0, 50)
    (box,) = box_forms(low[:, None], high[:, None])
    form = box**exponent
    u = low + (high - low) * rng.uniform(size=50)
    with mpmath.workdps(60):
        for row in range(50):
            centre, half = (mpmath.mpf(float(v[row])) for v in (box.centre, box.linear[:, 0]))
            xi = (mpmath.mpf(float(u[row])) - centre) / half
            truth = mpmath.mpf(float(u[row])) ** mpmath.mpf(exponent)
            assert excess(form, row, [xi], truth) <= WORKING


def test_outside_the_domain_nothing_is_known() -> None:
    (box,) = box_forms(np.array([[-1.0]]), np.array([[1.0]]))
    for function in (np.log, np.log1p, np.reciprocal, np.arctanh):
        assert np.isinf(function(box).remainder).all()
    assert np.isinf(np.tan(3 * box).remainder).all()
    assert np.isinf((0 * np.log(box)).remainder).all()


def _random_cells(chart: Chart, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    first, last = np.array(chart.lower), np.array(chart.upper)
    shape = (n, chart.dim)
    side = (last - first) * 10.0 ** rng.uniform(-9, 0, (n, 1)) * rng.uniform(0.1, 1, shape)
    low = first + (last - first - side) * rng.uniform(size=shape)
    return low, np.minimum(low + side, last)


CHARTED = [spec for spec in ALL if from_spec(spec).charts]


@pytest.mark.parametrize("spec", CHARTED)
def test_forms_contain_every_chart_of_the_catalogue(spec: str) -> None:
    rng = np.random.default_rng(4)
    for chart in from_spec(spec).charts:
        low, high = _random_cells(chart, 500)
        boxes = box_forms(low, high)
        columns = [lifted(c, boxes[0]) for c in chart.map(*boxes)]
        duals = chart.map(*box_duals(low, high))
        assert all(np.isfinite(c.remainder).all() for c in columns)
        centre = np.stack([b.centre for b in boxes], axis=1)
        half = np.stack([b.linear[:, j] for j, b in enumerate(boxes)], axis=1)
        for _ in range(20):
            u = np.clip(low + (high - low) * rng.uniform(-0.2, 1.2, low.shape), low, high)
            points, first, _ = chart.derivatives(u)
            xi = (u - centre) / half
            # The points and this comparison are rounded as well.
            own = 1e-15 * (1 + np.abs(points).max() + np.abs(u).max())
            for i, column in enumerate(columns):
                linear = column.centre + (column.linear * xi).sum(axis=1)
                assert (np.abs(points[:, i] - linear) <= column.remainder + own).all()
                partials = getattr(duals[i], "partials", (0.0,) * chart.dim)
                for j, partial in enumerate(partials):
                    form = lifted(partial, boxes[0])
                    linear = form.centre + (form.linear * xi).sum(axis=1)
                    slack = 1e-14 * (1 + np.abs(first).max())
                    assert (np.abs(first[:, i, j] - linear) <= form.remainder + slack).all()


def _awkward(u, v):  # type: ignore[no-untyped-def]
    return (
        np.hypot(u, v) * np.arctan2(v, u) / (1 + np.exp(-u)),
        np.cbrt(2 + u) ** 1.5 + np.sqrt(1 + v**2) - np.tan(0.3 * u),
        np.tanh(u * v) + np.log1p(v) * np.arcsin(0.3 * u) - np.arccos(0.2 * v) + np.absolute(u),
        np.arcsinh(u) * np.sinh(v) + np.cosh(u) * np.expm1(v) + np.arctanh(0.4 * v) + v**-2,
        np.arctan(u) + np.arccosh(1 + v) + 1 / (u + v) + 2**u + np.square(u) - np.positive(v),
        1.0,
    )


def test_derivatives_of_every_function_agree_with_jets() -> None:
    chart = Chart(_awkward, (0.2, 0.3), (1.8, 1.9), (False, False))
    low, high = _random_cells(chart, 300)
    duals = chart.map(*box_duals(low, high))
    boxes = box_forms(low, high)
    u = 0.5 * (low + high)
    points, first, _ = chart.derivatives(u)
    for i in range(5):
        slack = 1e-12
        assert (
            np.abs(points[:, i] - duals[i].value.centre) <= duals[i].value.remainder + slack
        ).all()
        for j in range(2):
            form = lifted(duals[i].partials[j], boxes[0])
            assert (np.abs(first[:, i, j] - form.centre) <= form.remainder + slack).all()
            assert np.isfinite(form.remainder[high.max(axis=1) - low.max(axis=1) < 1e-2]).all()


def test_whatever_is_not_a_function_of_numbers_is_refused() -> None:
    (box,) = box_forms(np.zeros((1, 1)), np.ones((1, 1)))
    (dual,) = box_duals(np.zeros((1, 1)), np.ones((1, 1)))
    for x in (box, dual):
        with pytest.raises(TypeError):
            np.floor(x)
        with pytest.raises(TypeError):
            np.add.reduce(x)
