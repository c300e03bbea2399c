"""The first screen: what was impossible, what was achieved, where it fails, was it avoidable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "answers", "tally"]

_QUESTIONS = (
    ("What is impossible?", ("lower-bound",)),
    ("What was achieved?", ("certified-error", "small-error")),
    ("Where does it fail?", ("exceptional-set",)),
    ("Was it avoidable?", ("latent-topology", "reconstruction-topology")),
)
_GRAVEST_FIRST = ("fails", "inconclusive", "holds", "not-applicable")
_COUNTED = (
    ("fails", "fails", "fail"),
    ("inconclusive", "is inconclusive", "are inconclusive"),
    ("holds", "holds", "hold"),
    ("not-applicable", "does not apply", "do not apply"),
)


@dataclass(frozen=True)
class Answer:
    """One question and what a claim says to it.

    Parameters
    ----------
    question, text : str
        The text is the summary of the claim, nothing else.
    claim, verdict : str
        The claim that answers; empty where the report has none.
    """

    question: str
    text: str
    claim: str
    verdict: str


def answers(claims: Sequence[Mapping[str, Any]]) -> tuple[Answer, ...]:
    """Return the four questions, each answered by the gravest of the claims on it."""
    return tuple(_answer(question, ids, claims) for question, ids in _QUESTIONS)


def _answer(question: str, ids: tuple[str, ...], claims: Sequence[Mapping[str, Any]]) -> Answer:
    found = [claim for claim in claims if claim["id"] in ids]
    if not found:
        return Answer(question, "Not examined in this report.", "", "")
    # Between like verdicts the first id decides: what is certified before what is sampled.
    claim = min(
        found,
        key=lambda claim: (_GRAVEST_FIRST.index(claim["verdict"]), ids.index(claim["id"])),
    )
    return Answer(question, sentence(claim["summary"]), claim["id"], claim["verdict"])


def sentence(text: str) -> str:
    """Return a summary with a capital and a full stop."""
    text = text.strip()
    if not text:
        return "No summary was given."
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def tally(claims: Sequence[Mapping[str, Any]]) -> str:
    """Return how many claims have each verdict, as a sentence."""
    if not claims:
        return "This report holds no claims."
    parts = []
    for verdict, one, many in _COUNTED:
        count = sum(claim["verdict"] == verdict for claim in claims)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    if len(parts) == 1 and len(claims) > 1:
        return f"All {len(claims)} claims {parts[0].split(' ', 1)[1]}."
    noun = "claim" if len(claims) == 1 else "claims"
    return f"Of {len(claims)} {noun}, {_joined(parts)}."


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
