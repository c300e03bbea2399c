"""One planted autoencoder: the model, what is true of it, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geomcheck.planted.cap import Cap, find_cap
from geomcheck.planted.quadrature import Quadrature, quadrature
from geomcheck.planted.truth import Truth, about, within
from geomcheck.protocol import Autoencoder
from theory.manifold import Manifold

__all__ = ["Case", "Plot"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Case:
    """An autoencoder of known truth.

    Parameters
    ----------
    name : str
        What was planted: ``"fold"``.
    model : Autoencoder
    truth : Truth
    says : str
        Why that is the truth, in a few words.
    training_points : array of shape (s, N), optional
    refused : str
        Part of the message with which `verify` refuses the model; empty where it does not.
    """

    name: str
    model: Autoencoder
    truth: Truth
    says: str
    training_points: Array | None = None
    refused: str = ""


@dataclass(frozen=True, eq=False)
class Plot:
    """The ground that autoencoders are planted on: a manifold and what was asked of it.

    Parameters
    ----------
    manifold : Manifold
        Each component covered by one chart.
    epsilon, delta : float
        As in `verify`.
    rng : numpy.random.Generator
        For rotations and training points, which change nothing of the truth.
    """

    manifold: Manifold
    epsilon: float
    delta: float
    rng: np.random.Generator

    @property
    def family(self) -> str:
        """Name of the manifold without its parameters."""
        return self.manifold.name.partition(":")[0]

    @property
    def ambient_dim(self) -> int:
        """N."""
        return self.manifold.ambient_dim

    @cached_property
    def rule(self) -> Quadrature:
        """Quadrature over the charts."""
        return quadrature(self.manifold)

    @cached_property
    def cap(self) -> Cap | None:
        """A direction with caps in one piece, if one is found."""
        return find_cap(self.rule)

    @cached_property
    def size(self) -> float:
        """Largest distance of a point of K from the origin, from below."""
        return float(np.linalg.norm(self.rule.points, axis=1).max())

    def shows(self, distance: float) -> bool:
        """Tell whether a net shows what survives a map that moves no point farther than this.

        Closer than the reach to K nothing of K's homology is lost; and the net has to be as
        fine as what is left of the reach, which a few hundred points of a surface are not
        unless that is most of it.
        """
        reach, coarse = self.manifold.claims.reach, 1 if self.manifold.dim == 1 else 4
        return reach is not None and coarse * distance < reach.value

    @property
    def betti(self) -> tuple[int, ...] | None:
        """Betti numbers over two elements."""
        numbers = self.manifold.claims.betti
        return None if numbers is None else numbers.get(2)

    def truth_of(
        self,
        errors: Array,
        kept: tuple[int, ...] | None,
        collide: tuple[float, float] | None = None,
    ) -> Truth:
        """Return what errors at the points of the rule say, with both maps keeping as much."""
        share = self.rule.share(errors > self.epsilon)
        return Truth(
            about(share),
            within(share, 1.0),
            float(errors.max()),
            kept_by_codes=kept,
            kept_by_images=kept,
            collide=collide,
        )
