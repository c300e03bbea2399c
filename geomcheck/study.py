"""Everything that the claims look at, computed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify import Enclosure
from geomcheck.collisions import Collisions
from geomcheck.evaluation import Evaluation
from geomcheck.exceptional import ExceptionalSet
from geomcheck.ground import Ground
from geomcheck.kept import KeptOver
from geomcheck.protocol import Autoencoder
from geomcheck.restricted_lipschitz import LipschitzSeen
from geomcheck.topology import SeenHomology
from geomcheck.torn_neighbours import TornNeighbours
from theory.bound import Bound
from theory.obstruction import Obstruction

__all__ = ["Progress", "Settings", "Study"]

Progress = Callable[[str, float | None, float | None], None]
"""Called with the stage, the fraction done and the seconds left, where known."""


@dataclass(frozen=True)
class Settings:
    """What was asked.

    Parameters
    ----------
    epsilon : float
        Error that counts as small, in units of the coordinates.
    delta : float
        Share of K that may have a larger error.
    confidence : float
        Least probability, over the draw of the sample, that all that is inferred from it is
        right: every statistical verdict, its limits, and the band about the curve of errors.
    samples : int
        Fresh points for the statistical claims.
    seed : int or None
        Seed of every random choice; None where a generator was given.
    memory_limit : int
        Bytes that homology may use.
    certificate_seconds : float
        Time for the certificate, which is valid whenever it ends.
    """

    epsilon: float
    delta: float
    confidence: float
    samples: int
    seed: int | None
    memory_limit: int
    certificate_seconds: float = 10.0


@dataclass(frozen=True, eq=False)
class Study:
    """One autoencoder on one set, measured.

    Parameters
    ----------
    ground : Ground
    model : Autoencoder
    settings : Settings
    errors : array of shape (n,)
        Of all points that the statistics rest on.
    held_out : Evaluation
        Those points, or a random choice of them where they are many.
    held_out_basis : {"fresh", "held out", "given"}
        Drawn now from K's own measure; set apart before training; or merely handed over.
    component : array of shape (n,)
        Component of each held-out point.
    training : Evaluation or None
        The training points, where known; of very many a random choice.
    training_errors : array of shape (t,) or None
        The errors of all of them.
    obstructions : tuple of Obstruction
        Every lower bound found for this latent dimension, strongest first.
    homology_sample : Evaluation
        The points of K whose diagrams were computed.
    covering : Bound
        Their covering radius in K.
    kept_by_codes, kept_by_images : mapping of int to Kept
        For each field, by its number of elements, how many classes of K in the degrees 0 up to
        m - 1 the encoder, and the reconstruction, do not kill.
    certificate : Enclosure or None
        Bounds of the error over all of K.
    no_certificate : str
        Why there is none; empty if there is one.
    of_input, of_codes, of_kept_codes, of_kept, of_images : SeenHomology or None
        K, F(K), F(K minus K0), K minus K0 and G(F(K)), over the field with two elements.
    exceptional : ExceptionalSet
    torn : TornNeighbours or None
        Torn edges between bare points; None for a manifold, on which tears are followed.
    worst : Evaluation
        One point: the largest error found anywhere on K.
    collisions, image_collisions : Collisions
        Pairs of points of K more than 2 epsilon apart with one code, and with one image.
    nearest_code_errors : array of shape (n,) or None
        Errors of the held-out points when a code is decoded as the point whose code is nearest,
        of points drawn apart from these; None where no others can be drawn.
    lipschitz : LipschitzSeen
        Of the encoder where the error is small.
    """

    ground: Ground
    model: Autoencoder
    settings: Settings
    errors: NDArray[np.float64]
    held_out: Evaluation
    held_out_basis: str
    component: NDArray[np.intp]
    training: Evaluation | None
    training_errors: NDArray[np.float64] | None
    obstructions: tuple[Obstruction, ...]
    homology_sample: Evaluation
    covering: Bound
    of_input: SeenHomology
    of_codes: SeenHomology | None
    of_kept_codes: SeenHomology | None
    of_kept: SeenHomology | None
    of_images: SeenHomology | None
    kept_by_codes: KeptOver
    kept_by_images: KeptOver
    certificate: Enclosure | None
    no_certificate: str
    exceptional: ExceptionalSet
    torn: TornNeighbours | None
    worst: Evaluation
    collisions: Collisions
    image_collisions: Collisions
    nearest_code_errors: NDArray[np.float64] | None
    lipschitz: LipschitzSeen
