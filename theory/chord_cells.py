"""Chords between cells of a chart: how short they are, and whether they can be normal."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from theory.chart_enclosure import Enclosed
from theory.chart_grid import orthonormalising

__all__ = [
    "CellLevel",
    "Pairs",
    "leaves",
    "left_inverse",
    "outward_conormals",
    "pairs_of",
    "turns_little",
]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]
# Relative to the numbers added up, far above what their rounding comes to.
_SLACK = 1e-13


@dataclass(frozen=True, eq=False)
class CellLevel:
    """Cells of one size and what is known on them.

    Parameters
    ----------
    lower, upper : arrays of shape (n, k)
    at_lower, at_upper : arrays of bool, shape (n, k)
        Which of them touch the boundary, by axis and side.
    known : Enclosed
    spread : array of shape (n,)
        That of `known`.
    inverse : array of shape (n, k, N)
        About the left inverses of the Jacobians.
    points : array of shape (n, N)
    frames : array of shape (n, N, k)
        The images of the middles, or where the boundary is touched of points on it, and tangent
        frames there.
    outward : array of shape (n, N, k)
        There, by axis, the tangent unit vectors that leave the boundary at right angles; else 0.
    extent : array of shape (n, k)
        About how long the images of the sides are.
    """

    lower: Array
    upper: Array
    at_lower: Flags
    at_upper: Flags
    known: Enclosed
    spread: Array
    inverse: Array
    points: Array
    frames: Array
    outward: Array
    extent: Array


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of cells.

    Parameters
    ----------
    first, second : arrays of int, shape (n,)
        Rows of a `CellLevel`.
    chord : array of shape (n, N)
        From the centre of the first to that of the second.
    length : array of shape (n,)
        Lower bounds of the lengths of chords between them.
    """

    first: Indices
    second: Indices
    chord: Array
    length: Array

    def where(self, keep: Flags) -> Pairs:
        """Return those of the pairs that are to be kept."""
        index = np.flatnonzero(keep)
        return Pairs(*(getattr(self, field.name)[index] for field in fields(self)))


def left_inverse(jacobian: Array) -> Array:
    """Return approximate left inverses (n, k, N); what uses them does not rely on them."""
    gram = np.einsum("nia,nib->nab", jacobian, jacobian)
    with np.errstate(all="ignore"):
        if gram.shape[1] == 1:
            inverse = np.asarray(1 / gram)
        else:
            determinant = gram[:, 0, 0] * gram[:, 1, 1] - gram[:, 0, 1] ** 2
            swapped = gram[:, ::-1, ::-1].transpose(0, 2, 1) * np.array([[1, -1], [-1, 1]])
            inverse = swapped / determinant[:, None, None]
    finite = np.where(np.isfinite(inverse), inverse, 0.0)
    return np.asarray(np.einsum("nab,nib->nai", finite, jacobian))


def outward_conormals(jacobian: Array, at_lower: Flags, at_upper: Flags) -> Array:
    """Return for each axis the outward conormal (n, N, k) of the face touched, or 0."""
    found = np.zeros_like(jacobian)
    for axis in range(jacobian.shape[2]):
        out = np.where(at_upper[:, axis], 1.0, -1.0)[:, None] * jacobian[:, :, axis]
        if jacobian.shape[2] > 1:
            face = jacobian[:, :, 1 - axis]
            with np.errstate(all="ignore"):
                share = (out * face).sum(axis=1) / (face**2).sum(axis=1)
            out = out - np.where(np.isfinite(share), share, 0.0)[:, None] * face
        length = np.sqrt((out**2).sum(axis=1))
        touched = (at_lower | at_upper)[:, axis] & (length > 0)
        unit = out / np.where(touched, length, 1.0)[:, None]
        found[:, :, axis] = np.where(touched[:, None], unit, 0.0)
    return found


def pairs_of(level: CellLevel, first: Indices, second: Indices) -> Pairs:
    """Return pairs of cells with the chords between them."""
    chord = level.known.centre[second] - level.known.centre[first]
    length = np.sqrt((chord**2).sum(axis=1))
    with np.errstate(all="ignore"):
        unit = np.where(length[:, None] > 0, chord / length[:, None], 0.0)
    least = _along(level, first, second, chord, unit) * (1 - _SLACK)
    return Pairs(first, second, chord, least)


def _along(level: CellLevel, first: Indices, second: Indices, chord: Array, unit: Array) -> Array:
    """Return lower bounds of the products of all chords of pairs of cells with unit vectors."""
    middle = (chord * unit).sum(axis=1)
    total = np.abs(chord).sum(axis=1)
    for rows in (first, second):
        linear, rest = level.known.linear[rows], level.known.remainder[rows]
        middle = middle - np.abs(np.einsum("nia,ni->na", linear, unit)).sum(axis=1)
        middle = middle - (rest * np.abs(unit)).sum(axis=1)
        total = total + np.abs(linear).sum(axis=(1, 2)) + rest.sum(axis=1)
    return np.asarray(middle - _SLACK * total)


def leaves(level: CellLevel, base: Indices, other: Indices, chord: Array) -> Flags:
    """Tell where all chords from a cell have a positive product with a vector of its cones."""
    known = level.known
    jacobian = known.first[base]
    low, high = level.at_lower[base], level.at_upper[base]
    free = ~(low | high).any(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        slope = np.einsum("nia,ni->na", jacobian, chord) / (jacobian**2).sum(axis=1)
        inside = np.where(low, np.maximum(slope, 0), np.where(high, np.minimum(slope, 0), slope))
        along = np.einsum("nai,ni->na", level.inverse[base], chord)
        steps = np.where(free, along, inside)
        move = np.einsum("nia,na->ni", jacobian, steps)
        length = np.sqrt((move**2).sum(axis=1))
        usable = (length > 0) & np.isfinite(length)
        unit = np.where(usable[:, None], move / length[:, None], 0.0)
        steps = np.where(usable[:, None], steps / length[:, None], 0.0)
        least = _least_product(level, base, other, chord, unit, steps)
    return np.asarray(usable & (least > 0))


def _least_product(
    level: CellLevel, base: Indices, other: Indices, chord: Array, unit: Array, steps: Array
) -> Array:
    """Return lower bounds of c.J(u) w for chords c from u, where J(u) w is `unit` at the centre.

    The terms linear in u, from c and from J, are added up before their size is taken.
    """
    known = level.known
    jacobian, size = known.first[base], np.abs(steps)
    bent = np.einsum("niab,na->nib", known.first_linear[base], steps)
    here = np.einsum("nib,ni->nb", bent, chord) - np.einsum("nia,ni->na", known.linear[base], unit)
    there = np.einsum("nia,ni->na", known.linear[other], unit)
    rest = (known.remainder[base] + known.remainder[other]) * np.abs(unit)
    slack = known.first_remainder[base] + _SLACK * np.abs(jacobian)
    rest = rest + np.abs(chord) * np.einsum("nia,na->ni", slack, size)
    off = np.einsum("nia,na->ni", known.change[base] + _SLACK * np.abs(jacobian), size)
    both = (level.spread[base] + level.spread[other]) * np.sqrt((off**2).sum(axis=1))
    length = np.sqrt((chord**2).sum(axis=1))
    total = length * (1 + np.sqrt((off**2).sum(axis=1))) + level.spread[base] + level.spread[other]
    parts = np.abs(here).sum(axis=1) + np.abs(there).sum(axis=1) + rest.sum(axis=1) + both
    return np.asarray((chord * unit).sum(axis=1) - parts * (1 + 1e-9) - _SLACK * total)


def turns_little(box: Enclosed) -> Flags:
    """Tell where (J(s) w).(J(u) w) > 0 for all s and u in a box and all w other than 0.

    With an invertible R, J R = E + D: |E w|^2 >= a |w|^2, and |D w| <= d |w|.
    """
    with np.errstate(all="ignore"):
        right = orthonormalising(box.first)
        frame = np.einsum("nia,nab->nib", box.first, right)
        large = np.einsum("nia,nab->nib", np.abs(box.first), np.abs(right))
        change = np.einsum("nia,nab->nib", box.change, np.abs(right)) + _SLACK * large
        off = np.sqrt((change**2).sum(axis=(1, 2)))
        gram = np.einsum("nia,nib->nab", frame, frame) - np.eye(right.shape[1])
        uneven = np.sqrt((gram**2).sum(axis=(1, 2)))
        turns = 2 * off * np.sqrt(1 + uneven) + off**2
        return np.asarray(1 - uneven - turns > 1e-9)
