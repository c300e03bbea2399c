"""Autoencoders, sound and broken, with the truth about each and the verdicts it allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from geomcheck.planted import GROUPS, Case, Expectation, cases, expectations
from geomcheck.strategies.manifolds import manifolds
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["PlantedAutoencoder", "autoencoders"]

SOUND = ("exact", "turned", "wider", "half precision", "witness")
"""Groups of autoencoders with nothing wrong."""

_SLOW = ("network", "trained")
"""Sound as well, but they have to be trained first."""

_ALWAYS = "collapses"
BROKEN = (_ALWAYS, *(group for group in GROUPS if group not in (*SOUND, *_SLOW, _ALWAYS)))


@dataclass(frozen=True, eq=False)
class PlantedAutoencoder:
    """An autoencoder on a manifold, with what is true of it.

    Parameters
    ----------
    manifold : Manifold
    case : Case
        The model, its truth in numbers, and why.
    expected : mapping of claim id to Expectation
        The verdicts that `geomcheck.verify` may give, called with these settings.
    epsilon, delta, confidence : float
    samples : int
    """

    manifold: Manifold
    case: Case
    expected: Mapping[str, Expectation]
    epsilon: float
    delta: float
    confidence: float
    samples: int

    def __repr__(self) -> str:
        return f"PlantedAutoencoder({self.case.name!r} on {self.manifold.name})"


@st.composite
def autoencoders(
    draw: st.DrawFn,
    *,
    subject: st.SearchStrategy[Manifold] | None = None,
    sound: bool | None = None,
    epsilon: float | None = None,
    delta: float = 0.02,
    confidence: float = 0.99,
    samples: int = 6000,
) -> PlantedAutoencoder:
    """Draw an autoencoder of which the truth is known.

    Parameters
    ----------
    subject : strategy of Manifold, optional
        What it is for; each component covered by one chart. By default closed curves of known
        reach.
    sound : bool, optional
        Only sound ones, or only broken ones.
    epsilon, delta, confidence, samples
        What to verify it with; epsilon is by default two fifths of the reach.

    Returns
    -------
    strategy of PlantedAutoencoder
        Shrinks to the first sound one (or the first broken one) of the unit circle.

    Raises
    ------
    InvalidInput
        If the manifold's reach is not known and no epsilon is given.
    """
    default = manifolds(dim=1, closed=True, known_reach=True)
    manifold = draw(default if subject is None else subject)
    if epsilon is None:
        if manifold.claims.reach is None:
            raise InvalidInput("epsilon", epsilon, f"a number: no reach of {manifold.name} known")
        epsilon = 0.4 * manifold.claims.reach.value
    wanted = SOUND + BROKEN if sound is None else SOUND if sound else BROKEN
    seed = draw(st.integers(0, 2**16))
    group = draw(st.sampled_from(wanted))

    def built(group: str) -> list[Case]:
        return list(cases(manifold, epsilon=epsilon, delta=delta, rng=seed, groups=(group,)))

    # Not every manifold has room for everything; the first group fits all.
    case = draw(st.sampled_from(built(group) or built(wanted[0])))
    expected = expectations(
        manifold,
        case.truth,
        latent_dim=case.model.latent_dim,
        network=False,
        epsilon=epsilon,
        delta=delta,
        confidence=confidence,
        samples=samples,
    )
    return PlantedAutoencoder(manifold, case, expected, epsilon, delta, confidence, samples)
