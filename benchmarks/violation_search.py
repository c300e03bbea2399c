"""Random networks, bounded over cells of charts and as a whole, against points sought there."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.autoencoder import MLPAutoencoder
from geomcheck.certify import certify
from geomcheck.certify.relaxation import RELAXATIONS
from theory.catalogue import families, from_spec
from theory.chart import Chart

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
cases = importlib.import_module("certify_cases")

Array = NDArray[np.float64]

EACH_CHART = 10_000_000
MORE = ("sphere:dim=3",)
KINDS = [(name, residual) for name in sorted(RELAXATIONS) for residual in (False, True)]
PRECISIONS = ("float64", "float32")
STAGES = ("cells", "enclosure", "longer")
GAINS = (0.5, 1.5, 4.0, 12.0)
HIDDEN = ((16, 12), (24, 16), (8,), (12, 12, 12))
IN_CELL = 500  # random points
SEARCH_ROUNDS, SEARCHERS = 6, 6  # of the search in a cell, for each of its three aims
SIZES = (1e-5, 1e-3, 1e-1)  # of cells, relative to the box
FAR = 6.0  # standard deviations
SECONDS = {"enclosure": 1.0, "longer": 10.0}  # at most, of a certificate
TOLERANCES = {"enclosure": 5e-3, "longer": 1e-4}  # of the measure
LOT = 312_500
STARTS, CLIMB_ROUNDS, CLIMBERS = 32, 16, 24  # of the search for the largest error of a lot


@dataclass(frozen=True)
class Task:
    """One line of the file."""

    stage: str
    round: int
    spec: str
    chart: int
    name: str
    residual: bool
    precision: str

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(vars(self).values())

    @property
    def kind(self) -> str:
        return f"{self.name} residual" if self.residual else self.name


def charted() -> list[tuple[str, int]]:
    """Return the charts of the catalogue, as the name of the family and a number."""
    specs = [family.name for family in families()] + list(MORE)
    return [(spec, i) for spec in specs for i in range(len(from_spec(spec).charts))]


def tasks(rounds: int) -> Iterator[Task]:
    every = list(product(KINDS, charted(), PRECISIONS))
    for stage in ("cells", "enclosure"):
        for (name, residual), (spec, chart), precision in every:
            yield Task(stage, 0, spec, chart, name, residual, precision)
    for number, (spec, chart) in enumerate(charted()):
        name, residual = KINDS[number % len(KINDS)]
        yield Task("longer", 0, spec, chart, name, residual, PRECISIONS[number // 2 % 2])
    for turn in range(1, rounds):
        for (name, residual), (spec, chart), precision in every:
            yield Task("cells", turn, spec, chart, name, residual, precision)


def network(task: Task, gain: float, hidden: tuple[int, ...], seed: int) -> MLPAutoencoder:
    K = from_spec(task.spec)
    model = cases.random_network(
        *(K.ambient_dim, K.dim),
        **{"activation": task.name, "residual": task.residual},
        **{"gain": gain, "hidden": hidden, "seed": seed},
    )
    stated = replace(model.as_network(), precision=task.precision)
    return MLPAutoencoder.from_network(stated)


def seed_of(task: Task) -> list[int]:
    row = charted().index((task.spec, task.chart))
    kind = KINDS.index((task.name, task.residual))
    return [row, kind, PRECISIONS.index(task.precision), task.round, STAGES.index(task.stage)]


def over_cells(task: Task, points: int) -> dict[str, Any]:
    """Try about so many random points, and those that a search in every cell finds."""
    rng = np.random.default_rng(seed_of(task))
    chart = from_spec(task.spec).charts[task.chart]
    number = -(-points // (len(GAINS) * IN_CELL))
    random = sought = outside = unbounded = 0
    largest, sums, below, cells = np.zeros((len(SIZES) + 1, 3)), np.zeros(3), 0, 0
    for gain, hidden in zip(GAINS, rng.permutation(len(HIDDEN)), strict=True):
        model = network(task, gain, HIDDEN[hidden], int(rng.integers(2**31)))
        low, high = cases.random_cells(chart, number, rng)
        bounded = cases.Bounded(model, chart, low, high)
        size = ((high - low) / np.subtract(chart.upper, chart.lower)).max(axis=1)
        group = np.searchsorted(SIZES, size)
        missing = int((~bounded.known).sum())
        cells, unbounded = cells + number, unbounded + missing
        below += int((bounded.found.lower > 0).sum())
        used, tried, found = searched(bounded, rng)
        outside += found
        random += IN_CELL * (number - missing)
        sought += (tried - IN_CELL) * (number - missing)
        sums += used.sum(axis=1)
        np.maximum.at(largest, group, used.T)
    return {
        "random": random,
        "sought": sought,
        "outside": outside,
        "cells": cells,
        "unbounded": unbounded,
        "lower positive": below,
        "used": largest.tolist(),
        "sums": sums.tolist(),
    }


def searched(bounded: Any, rng: np.random.Generator) -> tuple[Array, int, int]:
    """Return how much is used up (3, B), the points tried in each cell, and those outside."""
    low, high = bounded.low, bounded.high
    side = high - low
    shares = np.array(list(product((0.0, 0.5, 1.0), repeat=low.shape[1])))[:, None]
    grid = np.clip(low + side * shares, low, high)
    u = np.concatenate([grid, bounded.random(IN_CELL, rng)])
    best, at, outside, tried = np.zeros((3, len(low))), np.stack([low] * 3), 0, 0
    for step in range(SEARCH_ROUNDS + 1):
        seen = bounded.at(u)
        outside, tried = outside + int(seen.outside.sum()), tried + len(u)
        for aim, values in enumerate((seen.upper, seen.lower, seen.rest)):
            top = values.argmax(axis=0)
            value = np.take_along_axis(values, top[None], axis=0)[0]
            better = value > best[aim]
            best[aim] = np.where(better, value, best[aim])
            at[aim, better] = u[top[better], np.flatnonzero(better)]
        step_size = 0.3 * 0.4**step * side
        moves = rng.standard_normal((SEARCHERS, *at.shape)) * step_size
        u = np.clip(at + moves, low, high).reshape(-1, *low.shape)
    return best, tried, outside


def over_all(task: Task, points: int) -> dict[str, Any]:
    """Try one certificate, stopped early, at points of all of K."""
    rng = np.random.default_rng(seed_of(task))
    K = from_spec(task.spec)
    gain, hidden = float(rng.choice(GAINS[:2])), HIDDEN[int(rng.integers(len(HIDDEN)))]
    model = network(task, gain, hidden, int(rng.integers(2**31)))
    # Epsilon from points of its own, so that those counted owe nothing to it.
    epsilon = float(np.quantile(errors(model, K.charts[0], drawn(K.charts[0], 2000, rng)), 0.7))
    found = certify(
        model,
        K,
        epsilon=epsilon,
        sup_relative=0.02,
        measure_tolerance=TOLERANCES[task.stage],
        time_limit=SECONDS[task.stage],
    )
    outside = random = sought = 0
    largest, sums = 0.0, np.zeros(4)
    for chart in K.charts:
        box = float(np.subtract(chart.upper, chart.lower).prod())
        left = -(-points // len(K.charts))
        while left:
            n = min(left, LOT)
            u = drawn(chart, n, rng)
            error, weight = errors(model, chart, u), box * chart.volume_element(u)
            above = error > epsilon
            square = weight * weight
            sums += [weight.sum(), weight[above].sum(), square.sum(), square[above].sum()]
            near, tried = climbed(model, chart, u[largest_of(error)], rng)
            for values in (error, near):
                outside += int((values > found.sup_upper).sum())
                largest = max(largest, float(values.max()))
            random, sought, left = random + n, sought + tried, left - n
    share = sums[1] / sums[0]
    # No share at all, or a whole one, is known to no better than a point.
    variance = max(share**2 * sums[2] + (1 - 2 * share) * sums[3], sums[2] / random)
    spread = float(np.sqrt(variance) / sums[0])
    off = float(max(found.measure_lower - share, share - found.measure_upper) / spread)
    return {
        "random": random,
        "sought": sought,
        "outside": outside,
        "of sup": largest / found.sup_upper,
        "deviations": off,
        "spread": spread,
        "width": found.measure_upper - found.measure_lower,
        "wrong": int(off > FAR),
    }


def largest_of(error: Array) -> NDArray[np.intp]:
    """Return where the largest errors are, from which a search starts; all where there are few."""
    number = min(STARTS, len(error))
    return np.argpartition(-error, number - 1)[:number]


def drawn(chart: Chart, n: int, rng: np.random.Generator) -> Array:
    return np.asarray(rng.uniform(chart.lower, chart.upper, (n, chart.dim)))


def errors(model: MLPAutoencoder, chart: Chart, u: Array) -> Array:
    x = chart.evaluate(u)
    e = model.decode(model.encode(x)) - x
    return np.asarray(np.sqrt(np.einsum("pn,pn->p", e, e)))


def climbed(
    model: MLPAutoencoder, chart: Chart, at: Array, rng: np.random.Generator
) -> tuple[Array, int]:
    """Return the largest errors that a search from some points finds, and the points tried."""
    low, high = np.array(chart.lower), np.array(chart.upper)
    best = np.zeros(len(at))
    for step in range(CLIMB_ROUNDS):
        moves = rng.standard_normal((CLIMBERS, *at.shape)) * (high - low) * 0.02 * 0.6**step
        moves[0] = 0
        near = np.clip(at + moves, low, high)
        values = errors(model, chart, near.reshape(-1, chart.dim)).reshape(CLIMBERS, -1)
        at = near[values.argmax(axis=0), np.arange(len(at))]
        best = values.max(axis=0)
    return best, len(at) * CLIMBERS * CLIMB_ROUNDS
