"""One component of a witness, cut open to a tube round a projective plane, whose classes stay."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.witness_piece import Piece
from theory.cells.ball import sphere_exp, sphere_log
from theory.veronese import FOCAL_ANGLE, from_tube, into_tube

__all__ = ["Tube"]

Array = NDArray[np.float64]
# Codes lie within this angle of the plane in S^4.
_THICK = FOCAL_ANGLE / 2


@dataclass(frozen=True, eq=False)
class Tube(Piece):
    """The pairs ±(x, y) of unit vectors of R^3 less y = -x: a tube in R^m, m >= 4.

    M is a bundle of spheres {y} over the projective plane of ±x (see `Manifold.pairs`). The plane
    lies in S^4 as the Veronese surface, and the code is the logarithm of a point near it, at the
    point of x = ±e, e = (1, 0, 0). Off the antipode of x, y has a logarithm w at x, and that point
    lies off ±x in the direction of a normal vector as long as w, up to a constant: the part
    of trace 0 of wa' + aw' with a = e × x / |e × x| (for -x, -w and -a it is the same).

    At x = ±e there is no a. A choice without gap is impossible: normal bundle and tangent bundle
    of the plane differ (their Euler numbers are 2 and 1). So K0 is a collar of {x = ±e} and of
    {y = -x}, across which w shrinks to 0. The nearest point of the surface tells ±x wherever the
    code is one of M: the encoder is homotopic to M -> {±x}, which the section y = x splits, and
    keeps all classes of the plane: one in each of the degrees 0, 1, 2 over F2. Decoding a code of
    a point gives a point over the same ±x, so that the decoder keeps them as well.
    """

    @property
    def shape(self) -> str:
        """What the component less the collar is."""
        return "a bundle of discs over a Moebius band, laid round a projective plane that K0 closes"

    @property
    def extent(self) -> float:
        """How far codes reach from the centre along the first axis."""
        return math.pi - FOCAL_ANGLE + _THICK

    def codes(self, coordinates: Array, points: Array | None = None) -> Array:
        """Map coordinates (n, 6) of points of M, which are x and y, to codes (n, m)."""
        x, y = np.hsplit(coordinates, 2)
        cosine = np.einsum("ij,ij->i", x, y)
        across = y - cosine[:, None] * x
        sine = np.linalg.norm(across, axis=1)
        angle = np.arctan2(sine, cosine) * self.fold(coordinates)
        away = angle * (_THICK / math.pi)
        w = across * (away / np.where(sine > 0, sine, 1.0))[:, None]
        codes = np.tile(self.centre, (len(coordinates), 1))
        codes[:, :4] += sphere_log(into_tube(x, _normals(x, w)))
        return codes

    def points(self, codes: Array) -> Array:
        """Map codes (n, m) to points (n, N): of M in the tube, beyond it mixed with one of them."""
        x, normals = from_tube(sphere_exp(codes[:, :4] - self.centre[:4]))
        away = np.linalg.norm(normals, axis=(1, 2))
        # Where ±x comes near ±e, w vanishes.
        from_axis = np.arctan2(np.linalg.norm(x[:, 1:], axis=1), np.abs(x[:, 0]))
        still = np.minimum(from_axis / (self.level * math.pi / 2), 1.0)
        angle = np.minimum(away / _THICK, 1.0) * math.pi * still
        ratio = np.sin(angle) / np.where(away > 0, away, 1.0)
        y = np.cos(angle)[:, None] * x + ratio[:, None] * _tangents(x, normals)
        points = self.cell.point(np.concatenate([x, y], axis=1))
        hub = self.cell.point(np.eye(3)[[0, 0]].reshape(1, 6))
        weight = np.clip((FOCAL_ANGLE - away) / (FOCAL_ANGLE - _THICK), 0.0, 1.0)[:, None]
        return np.asarray(hub + weight * (points - hub))


def _normals(x: Array, w: Array) -> Array:
    """Return the normal vectors (n, 3, 3) as long as w (n, 3), which is at right angles to x."""
    a = _turned(x)
    product = w[:, :, None] * a[:, None, :]
    trace = np.einsum("ij,ij->i", w, a)[:, None, None]
    across = np.eye(3) - x[:, :, None] * x[:, None, :]
    return np.asarray((product + product.transpose(0, 2, 1) - trace * across) / math.sqrt(2))


def _tangents(x: Array, normals: Array) -> Array:
    """Undo `_normals`."""
    return np.asarray(math.sqrt(2) * np.einsum("nij,nj->ni", normals, _turned(x)))


def _turned(x: Array) -> Array:
    """Return e × x (n, 3), of length 1; for x = ±e, where there is none, e_3."""
    a = np.stack([np.zeros(len(x)), -x[:, 2], x[:, 1]], axis=1)
    length = np.linalg.norm(a, axis=1, keepdims=True)
    return np.where(length > 0, a / np.where(length > 0, length, 1.0), np.eye(3)[2])
