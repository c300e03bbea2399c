"""What claims take from a certificate: its hypotheses, its worst point, what hangs together."""

from __future__ import annotations

from typing import Any

from geomcheck.certify import Enclosure, Rest
from geomcheck.certify.pieces import SPECK
from geomcheck.claims.common import number, percent, plain, point_data
from geomcheck.evaluation import evaluate
from geomcheck.result import Hypothesis, Verdict, Witness
from geomcheck.study import Study

__all__ = [
    "across_certified",
    "certificate_hypotheses",
    "certified_rest",
    "largest_pieces",
    "rest_hypotheses",
    "rest_values",
    "rest_verdict",
    "worst_certified",
]

_LISTED = 12
_NAMED = 4
# Pieces below this share of all are cells that lie singly in a tear.
_TINY = 1e-4


def certificate_hypotheses() -> tuple[Hypothesis, ...]:
    """Return what every certificate rests on."""
    return (
        Hypothesis("the charts' boxes cover K, once up to measure zero", "given"),
        Hypothesis(
            "sums are rounded as the floating-point standard says, elementary functions are "
            "good to eight units in the last place",
            "assumed",
        ),
    )


def worst_certified(study: Study, found: Enclosure) -> Witness:
    """Return the worst point of K that the certificate met."""
    return Witness(
        kind="point",
        says=f"a point of K that comes back {number(found.sup_lower)} away",
        data=point_data(evaluate(study.model, found.sup_point[None])),
    )


def across_certified(study: Study, rest: Rest) -> Witness | None:
    """Return two sound points of one component between which every way leads through a tear."""
    if rest.across is None:
        return None
    at = evaluate(study.model, rest.across)
    return Witness(
        kind="pair",
        says="two points of small error in parts of one component that a tear keeps apart",
        data={
            "points": [plain(x) for x in at.points],
            "reconstructions": [plain(x) for x in at.images],
            "errors": [float(error) for error in at.errors],
        },
    )


def certified_rest(study: Study) -> Rest | None:
    """Return what is certified to hang together, if it is of the set that is sampled.

    A certificate is about K itself, the samples of a noisy set are not.
    """
    manifold, found = study.ground.manifold, study.certificate
    if manifold is None or manifold.noise or found is None:
        return None
    return found.rest


def rest_verdict(rest: Rest, delta: float) -> Verdict:
    """Hold the least share that has to be left out against delta."""
    if rest.upper <= delta:
        return Verdict.HOLDS
    return Verdict.FAILS if rest.lower > delta else Verdict.INCONCLUSIVE


def rest_hypotheses(rest: Rest, verdict: Verdict) -> tuple[Hypothesis, ...]:
    """Return what a certified verdict rests on."""
    more = []
    if verdict is Verdict.FAILS:
        says = "K is a manifold: inside their boxes the charts are one to one, and immersions"
        more.append(Hypothesis(says, "given"))
    elif rest.seams:
        says = (
            "the charts close up where their images agree to nine digits of the size of K, "
            "rounding aside"
        )
        more.append(Hypothesis(says, "assumed"))
    if len(rest.pieces) > 1:
        more.append(Hypothesis("the components of K do not meet", "given"))
    return (*certificate_hypotheses(), *more)


def rest_values(study: Study, rest: Rest) -> dict[str, Any]:
    """Return what is certified, for the values of a claim."""
    return {
        "share_at_least_certified": rest.lower,
        "share_at_most_certified": rest.upper,
        "pieces_certified": {
            name: [share for share in pieces[:_LISTED] if share > _TINY * sum(pieces)]
            for name, pieces in zip(study.ground.components, rest.pieces, strict=True)
        },
        "tears_certified": [
            {
                "component": study.ground.components[torn.component],
                "measure_at_least": torn.lower,
                "measure_at_most": torn.upper,
            }
            for torn in rest.tears[:_LISTED]
        ],
    }


def largest_pieces(study: Study, shares: tuple[tuple[float, ...], ...]) -> str:
    """Name the components of which several pieces are certified sound, and their shares of K."""
    said = []
    for name, pieces in zip(study.ground.components, shares, strict=True):
        large = [share for share in pieces if share > SPECK * sum(pieces)]
        if len(large) > 1:
            sizes = " and ".join(percent(share) for share in large[:_NAMED])
            said.append(f"{name}: sound pieces of at least {sizes} of K")
    return "; ".join(said)
