"""The verdicts of `verify` on a planted autoencoder beside those that are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geomcheck.certify.certificate import obstacle
from geomcheck.planted.case import Case
from geomcheck.planted.expected import expectations
from geomcheck.result import Verdict
from geomcheck.verify import verify
from theory.errors import InvalidInput
from theory.manifold import Manifold

__all__ = ["Judged", "Outcome", "judge"]

Outcome = Literal["right", "false holds", "false fails", "undecided", "wrong kind"]


@dataclass(frozen=True)
class Judged:
    """One claim on one planted autoencoder.

    Parameters
    ----------
    claim : str
        Its id; ``"input"`` for whether the model is taken at all.
    expected : tuple of str
        The verdicts that are right.
    got : str
    outcome : {"right", "false holds", "false fails", "undecided", "wrong kind"}
        ``"undecided"``: inconclusive where the truth could have been told.
    reason : str
        Why these verdicts are right.
    summary : str
        What the claim says.
    """

    claim: str
    expected: tuple[str, ...]
    got: str
    outcome: Outcome
    reason: str
    summary: str


def judge(
    manifold: Manifold,
    case: Case,
    *,
    epsilon: float,
    delta: float = 0.02,
    confidence: float = 0.99,
    samples: int = 6000,
    rng: int = 0,
) -> tuple[Judged, ...]:
    """Verify a planted autoencoder and hold every verdict against the truth.

    Parameters
    ----------
    manifold : Manifold
    case : Case
        Planted for this epsilon and delta.
    epsilon, delta, confidence, samples, rng
        As in `verify`.

    Returns
    -------
    tuple of Judged
        One for each claim whose verdict the truth determines.
    """
    wanted = (f"refused: {case.refused}",) if case.refused else ("taken",)
    try:
        report = verify(
            manifold,
            case.model,
            epsilon=epsilon,
            delta=delta,
            confidence=confidence,
            samples=samples,
            rng=rng,
            training_points=case.training_points,
        )
    except InvalidInput as error:
        right = bool(case.refused) and case.refused in str(error)
        outcome: Outcome = "right" if right else "wrong kind"
        return (Judged("input", wanted, "refused", outcome, case.says, str(error)),)
    if case.refused:
        return (Judged("input", wanted, "taken", "false holds", case.says, ""),)
    expected = expectations(
        manifold,
        case.truth,
        latent_dim=case.model.latent_dim,
        network=obstacle(case.model, manifold) is None,
        epsilon=epsilon,
        delta=delta,
        confidence=confidence,
        samples=samples,
    )
    return tuple(
        Judged(
            claim.id,
            tuple(sorted(expected[claim.id].allowed)),
            claim.verdict,
            _outcome(claim.verdict, expected[claim.id].allowed),
            expected[claim.id].reason,
            claim.summary,
        )
        for claim in report
        if claim.id in expected
    )


def _outcome(got: Verdict, allowed: frozenset[Verdict]) -> Outcome:
    if got in allowed:
        return "right"
    if got is Verdict.HOLDS:
        return "false holds"
    if got is Verdict.FAILS:
        return "false fails"
    return "undecided" if got is Verdict.INCONCLUSIVE else "wrong kind"
