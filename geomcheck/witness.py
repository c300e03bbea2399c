"""The theorem's own autoencoder, for every manifold that is known well enough to cut it open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geomcheck.training_input import check_int
from geomcheck.witness_autoencoder import WitnessAutoencoder
from geomcheck.witness_band import Band
from geomcheck.witness_cap import CappedShell
from geomcheck.witness_disc import Disc
from geomcheck.witness_piece import Piece
from geomcheck.witness_shell import Shell
from geomcheck.witness_tube import Tube
from theory.bound import Bound
from theory.cells import Cut, OpenCell, open_cell
from theory.errors import InvalidInput
from theory.manifold import Manifold, as_manifold
from theory.points import as_points

__all__ = ["obstacle", "witness"]

Array = NDArray[np.float64]
# How far a shell's decoder leaves K, as a share of the distance up to which codes do not fade.
_LIFT = 0.8
_LIFT_UNKNOWN = 0.1
# Of the distance, in depth, from the cut to the nearest point to avoid.
_CLEAR = 0.5
# Between neighbours, as a share of the largest.
_GAP = 0.5
_EXACT = Bound(0.0, "exact", True, "closed-form")


def witness(
    manifold: Manifold,
    *,
    measure: float = 0.01,
    latent_dim: int | None = None,
    avoid: ArrayLike | None = None,
) -> WitnessAutoencoder:
    """Return the autoencoder of the theorem's proof: exact off a set K0 of small measure.

    Nothing is trained. Each component is cut open along a set of volume zero (the antipode of a
    sphere, a circle of a torus), and unfolded: to a disc; where a coordinate of its one chart
    turns and latent_dim > 1, to a band, which keeps the class of that turn; a set of frames, such
    as SO(3), to a shell round the sphere of their first vectors, which keeps its class; the planes
    of R^4 to a tube round a projective plane, which keeps its classes. They lie side by side in
    R^latent_dim, and the decoder folds them back. Encoder and decoder are continuous on all of R^n
    and R^m (see `WitnessAutoencoder.tube`): K0 is the collar of the cut, across which the code is
    continued. K less K0 is one piece in each component.

    Parameters
    ----------
    manifold : Manifold
    measure : float
        Share of the volume of each component that K0 may have, in (0, 1).
    latent_dim : int, optional
        At least the dimension of the manifold, which is the default.
    avoid : array of shape (s, ambient_dim), optional
        Points of K from which K0 keeps away, as those of a training set: the cut is placed where
        they leave room, and the collar made narrower where it must be.

    Returns
    -------
    WitnessAutoencoder
        Its error off K0 is below 1e-9 of the size of K; of points off K by `manifold.noise`,
        it is their distance.

    Raises
    ------
    InvalidInput
        If an argument is out of range, the manifold has no cell that is known, or one of the
        points to avoid lies on the cut wherever that can be placed.
    """
    manifold = as_manifold("manifold", manifold)
    m = manifold.dim if latent_dim is None else check_int("latent_dim", latent_dim)
    if not (isinstance(measure, Real) and 0 < measure < 1):
        raise InvalidInput("measure", measure, "a number between 0 and 1, both excluded")
    why = obstacle(manifold, m)
    if why:
        raise InvalidInput("manifold", manifold.name, f"one that can be cut open: {why}")
    kept = np.empty((0, manifold.ambient_dim))
    if avoid is not None:
        kept = as_points(avoid, argument="avoid")
        if kept.shape[1] != manifold.ambient_dim:
            raise InvalidInput("avoid", f"shape {kept.shape}", f"(s, {manifold.ambient_dim})")
    if m >= manifold.ambient_dim:
        return WitnessAutoencoder(manifold, m, (), _EXACT, None)
    owner = manifold.component_of(kept)
    tube = _tube(manifold)
    pieces = [
        _piece(part, measure, kept[owner == index], np.zeros(m), tube)
        for index, part in enumerate(manifold.components)
    ]
    discs = _side_by_side(pieces)
    return WitnessAutoencoder(manifold, m, discs, _measure(manifold, discs), tube)


def obstacle(manifold: Manifold, latent_dim: int) -> str:
    """Say why a manifold has no witness of this latent dimension; empty if it has one."""
    if latent_dim < manifold.dim:
        return (
            f"the theorem asks for a latent dimension of at least {manifold.dim}, not {latent_dim}"
        )
    if latent_dim >= manifold.ambient_dim:
        return ""
    for part in manifold.components:
        if part.cell is None and len(part.charts) != 1:
            return f"no chart or cell that fills {part.name} is known"
    return ""


def _piece(
    part: Manifold, measure: float, avoid: Array, centre: Array, tube: tuple[float, float] | None
) -> Piece:
    if part.pairs is not None:
        cut = part.pairs(avoid)
        return Tube(part, cut, _level(cut, measure, avoid), centre)
    cell = open_cell(part, avoid, turning=len(centre) > 1)
    assert cell is not None
    return _shape(part, cell, _level(cell, measure, avoid), centre, tube)


def _shape(
    part: Manifold, cell: OpenCell, level: float, centre: Array, tube: tuple[float, float] | None
) -> Disc:
    if cell.sphere is not None and not cell.whole:
        size = float(np.linalg.norm(cell.point(np.zeros((1, cell.dim))) - cell.middle))
        lift = _LIFT_UNKNOWN if tube is None else _LIFT * tube[0] / size
        return CappedShell(part, cell, level, centre, lift)
    shape = Shell if cell.whole else Disc if cell.turning is None else Band
    return shape(part, cell, level, centre)


def _level(cell: Cut, measure: float, avoid: Array) -> float:
    level = cell.level(measure)
    if not len(avoid) or not cell.cut:
        return level
    depth = cell.depth(cell.coordinates(avoid))
    nearest = int(depth.argmin())
    if depth[nearest] == 0:
        raise InvalidInput("avoid", avoid[nearest].tolist(), "no point on the cut")
    return min(level, _CLEAR * float(depth[nearest]))


def _side_by_side(discs: Sequence[Piece]) -> tuple[Piece, ...]:
    """Place the discs in R^m apart from one another along the first axis, about 0."""
    reaches = np.array([disc.extent for disc in discs])
    along = np.cumsum(2 * reaches + _GAP * float(reaches.max())) - reaches
    along -= (along[0] - reaches[0] + along[-1] + reaches[-1]) / 2
    first = np.eye(len(discs[0].centre))[0]
    return tuple(replace(d, centre=at * first) for d, at in zip(discs, along, strict=True))


def _measure(manifold: Manifold, discs: tuple[Piece, ...]) -> Bound:
    """Return the share of K in the collars; parts of lower dimension have no volume."""
    top = [disc for disc in discs if disc.part.dim == manifold.dim]
    shares = [disc.cell.share(disc.level) if disc.cell.cut else _EXACT for disc in top]
    if len(top) == 1:
        return shares[0]
    volumes = [disc.part.claims.volume for disc in top]
    known = [volume for volume in volumes if volume is not None]
    if len(known) < len(top):
        return Bound(max(share.value for share in shares), "estimate", False, "numerical")
    total = sum(volume.value for volume in known)
    value = sum(s.value * v.value for s, v in zip(shares, known, strict=True)) / total
    worst = max(share.value for share in shares)
    certified = all(share.certified for share in shares)
    if certified and all(v.certified and v.direction == "exact" for v in known):
        exact = all(share.direction == "exact" for share in shares)
        return Bound(value, "exact" if exact else "upper", True, "closed-form")
    if certified:
        # Whatever the volumes are, the share of the union is at most the largest of the parts'.
        return Bound(worst, "upper", True, "closed-form")
    return Bound(value, "estimate", False, "numerical")


def _tube(manifold: Manifold) -> tuple[float, float] | None:
    reach = manifold.claims.reach
    if reach is None:
        return None
    inner = max(reach.value / 4, manifold.noise)
    outer = (inner + reach.value) / 2
    return (inner, outer) if inner < outer < reach.value else None
