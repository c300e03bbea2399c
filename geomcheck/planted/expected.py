"""The verdicts that mathematics allows, from what is true of an autoencoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geomcheck.confidence import share_limits
from geomcheck.planted.truth import Truth
from geomcheck.result import Verdict
from geomcheck.witness import obstacle
from theory.manifold import Manifold

__all__ = ["Expectation", "expectations", "may_keep"]

HOLDS, FAILS = Verdict.HOLDS, Verdict.FAILS
INCONCLUSIVE, NOT_APPLICABLE = Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE

# Chance that a sample is too unlike K to decide what it should.
_UNLIKELY = 1e-6
_PLAIN_JUMP = 1e-2
_SEEN = 10


@dataclass(frozen=True)
class Expectation:
    """The verdicts that are right for one claim.

    Parameters
    ----------
    allowed : frozenset of Verdict
    reason : str
        In a few words.
    """

    allowed: frozenset[Verdict]
    reason: str

    @property
    def required(self) -> Verdict | None:
        """The verdict, where there is but one."""
        return next(iter(self.allowed)) if len(self.allowed) == 1 else None


def expectations(
    manifold: Manifold,
    truth: Truth,
    *,
    latent_dim: int,
    network: bool,
    epsilon: float,
    delta: float,
    confidence: float,
    samples: int,
) -> Mapping[str, Expectation]:
    """Return what each claim may say of an autoencoder of known truth.

    Parameters
    ----------
    manifold : Manifold
    truth : Truth
    latent_dim : int
    network : bool
        Whether the model is a network of layers that can be certified.
    epsilon, delta, confidence, samples
        As in `verify`.

    Returns
    -------
    mapping of claim id to Expectation
        Claims that are not in it are not judged.
    """

    def share(interval: tuple[float, float], n: int, threshold: float, what: str) -> Expectation:
        return _of_share(interval, n, threshold, confidence, what)

    said = {
        "witness": _witness(manifold, latent_dim),
        "small-error": share(truth.share, samples, delta, "share of large errors"),
        "certified-error": _certified(truth, network, delta),
        "lower-bound": _lower_bound(manifold, truth, latent_dim),
        "exceptional-set": _exceptional_set(manifold, truth, network, samples, delta, confidence),
        "generalisation": _only(NOT_APPLICABLE, "the training points are not known"),
        "intrinsic-dimension": _only(
            HOLDS if manifold.dim <= latent_dim else FAILS,
            f"dimension {manifold.dim}, latent dimension {latent_dim}",
        ),
    }
    if truth.training_share is not None:
        said["generalisation"] = share(
            truth.share, samples, truth.training_share + delta, "share off the training points"
        )
    if truth.collide is not None:
        said["embedding"] = _embedding(truth, said["small-error"], samples, delta, confidence)
    for claim, kept in (
        ("latent-topology", truth.kept_by_codes),
        ("reconstruction-topology", truth.kept_by_images),
    ):
        codes = claim == "latent-topology"
        expected = _topology(manifold, truth, kept, latent_dim, codes=codes)
        if expected is not None:
            said[claim] = expected
    if not truth.finite:
        said["reconstruction-topology"] = _only(INCONCLUSIVE, "no numbers in a region")
    return said


def may_keep(manifold: Manifold, latent_dim: int) -> tuple[int | None, ...] | None:
    """Return how many classes of each degree a continuous map into R^latent_dim can keep.

    None in a degree where that is not known; None where the Betti numbers are not.
    """
    betti = None if manifold.claims.betti is None else manifold.claims.betti.get(2)
    if betti is None:
        return None
    width = manifold.claims.embedding_dim
    if width is not None and latent_dim >= width:
        return betti
    found: list[int | None] = []
    for degree, count in enumerate(betti):
        if degree == 0 or count == 0:
            found.append(count)
        elif degree >= latent_dim:
            found.append(0)
        elif manifold.closed and not manifold.parts and manifold.dim == 2 * degree == latent_dim:
            # Classes that come from the plane annihilate one another under the cup product.
            found.append(count // 2)
        else:
            found.append(None)
    return tuple(found)


def _only(verdict: Verdict, reason: str) -> Expectation:
    return Expectation(frozenset((verdict,)), reason)


def _or_inconclusive(verdict: Verdict, reason: str) -> Expectation:
    return Expectation(frozenset((verdict, INCONCLUSIVE)), reason)


def _of_share(
    interval: tuple[float, float], n: int, threshold: float, confidence: float, what: str
) -> Expectation:
    low, high = interval
    text = f"{what} {100 * low:.3g} to {100 * high:.3g} %, at most {100 * threshold:.3g} % allowed"
    if high <= threshold:
        sure = _likely(high, n, confidence)[1] <= threshold
        return (_only if sure else _or_inconclusive)(HOLDS, text)
    if low > threshold:
        sure = _likely(low, n, confidence)[0] > threshold
        return (_only if sure else _or_inconclusive)(FAILS, text)
    return Expectation(frozenset((HOLDS, FAILS, INCONCLUSIVE)), text)


def _likely(share: float, n: int, confidence: float) -> tuple[float, float]:
    """Return the least lower and the largest upper limit that any likely sample gives."""
    from scipy.stats import binom

    few, many = (int(binom.ppf(p, n, share)) for p in (_UNLIKELY, 1 - _UNLIKELY))
    return (
        share_limits(max(few, 0), n, of="share of large errors", confidence=confidence).lower,
        share_limits(min(many, n), n, of="share of large errors", confidence=confidence).upper,
    )


def _certified(truth: Truth, network: bool, delta: float) -> Expectation:
    if not network:
        return _only(NOT_APPLICABLE, "not a network of layers")
    if truth.share[1] <= delta:
        return _or_inconclusive(HOLDS, "the share is below delta")
    if truth.share[0] > delta:
        return _or_inconclusive(FAILS, "the share is above delta")
    return Expectation(frozenset((HOLDS, FAILS, INCONCLUSIVE)), "the share is near delta")


def _lower_bound(manifold: Manifold, truth: Truth, latent_dim: int) -> Expectation:
    width = manifold.claims.embedding_dim
    if width is not None and latent_dim >= width:
        return _only(NOT_APPLICABLE, "the set embeds")
    bound = manifold.claims.error_at(latent_dim)
    if bound is None or not bound.certified:
        return Expectation(
            frozenset((HOLDS, INCONCLUSIVE, NOT_APPLICABLE)), "no certified bound in closed form"
        )
    if not truth.finite:
        return _only(INCONCLUSIVE, "no bound binds a model that is not defined everywhere")
    if truth.jump >= _PLAIN_JUMP:
        # It may err by as much all the same.
        also = {HOLDS} if truth.worst >= bound.value else set()
        return Expectation(frozenset({INCONCLUSIVE, *also}), "no bound binds a model that jumps")
    return _only(HOLDS, f"continuous, so it errs by {bound.value:.4g} or more somewhere")


def _witness(manifold: Manifold, latent_dim: int) -> Expectation:
    if obstacle(manifold, latent_dim):
        return _only(NOT_APPLICABLE, "no autoencoder made by hand is known")
    return _only(HOLDS, "one is made by hand")


def _embedding(
    truth: Truth, small_error: Expectation, samples: int, delta: float, confidence: float
) -> Expectation:
    low, high = truth.collide or (0.0, 1.0)
    text = f"{100 * low:.3g} to {100 * high:.3g} % to leave out"
    if high <= delta:
        # A decoder that errs by little off a small set shows it, and so does the nearest code
        # of other points, unless codes are drawn out too far to be met.
        told = small_error.required is HOLDS or not truth.fine_codes
        return (_only if told else _or_inconclusive)(HOLDS, text)
    # Pairs taken as they come, none of them twice, are at least half of the most there can be.
    sure = _likely(low / 2, samples, confidence)[0] > delta
    return (_only if sure else _or_inconclusive)(FAILS, text)


def _exceptional_set(
    manifold: Manifold,
    truth: Truth,
    network: bool,
    samples: int,
    delta: float,
    confidence: float,
) -> Expectation:
    surface = manifold.dim <= 2 and len(manifold.charts) == len(manifold.components)
    if network and surface and not manifold.noise:
        # The pieces are certified; where codes are torn that may take longer than there is time.
        if truth.cut_off[0] > delta:
            text = "certified to fall into pieces"
            return (_or_inconclusive if truth.fine_codes else _only)(FAILS, text)
        if truth.cut_off[1] <= delta:
            return _only(HOLDS, "certified to hang together")
    by_hits = _of_share(truth.share, samples, delta, confidence, "share of large errors")
    if by_hits.required is FAILS:
        return by_hits
    by_pieces = _of_share(truth.cut_off, samples, delta, confidence, "share with what it cuts off")
    reach = manifold.claims.reach
    if reach is None or not reach.holds_from_below():
        return Expectation(by_pieces.allowed | {INCONCLUSIVE}, "the reach is not certain")
    if truth.fine_codes and manifold.dim > 1 and truth.share[1] * samples < _SEEN:
        # Whether a band is a point or a curve is not seen where no sample point lies in it.
        return Expectation(by_pieces.allowed | {INCONCLUSIVE}, "a tear too narrow to see")
    if FAILS in by_pieces.allowed and manifold.dim > 1:
        # Pieces of a surface may hang together where no sample point lies.
        return Expectation(by_pieces.allowed | {INCONCLUSIVE}, by_pieces.reason)
    return by_pieces


def _topology(
    manifold: Manifold,
    truth: Truth,
    kept: tuple[int, ...] | None,
    latent_dim: int,
    *,
    codes: bool,
) -> Expectation | None:
    most = may_keep(manifold, latent_dim)
    if truth.jump >= _PLAIN_JUMP and not (codes and truth.steady_codes):
        return _only(INCONCLUSIVE, "not continuous: homology says nothing")
    if most is None or kept is None:
        return None
    text = f"keeps {kept} of {most} that can be kept"
    if most[0] == 1 and not any(most[1:]):
        # No class is left to keep but that of K in one piece, which no map breaks.
        return _only(HOLDS, text)
    fine = truth.fine_codes if codes else truth.fine_images or not truth.finite
    roughly = fine or (truth.jump > 0 and not (codes and truth.steady_codes))
    if any(may is not None and has < may for may, has in zip(most, kept, strict=True)):
        return (_or_inconclusive if roughly else _only)(FAILS, text)
    betti = (manifold.claims.betti or {})[2]
    unknown = any(
        may is None and has < had for may, has, had in zip(most, kept, betti, strict=True)
    )
    return (_or_inconclusive if roughly or unknown else _only)(HOLDS, text)
