"""What a verification says: verdicts with their evidence, and the report that collects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from theory.errors import InvalidInput

__all__ = [
    "SCHEMA_VERSION",
    "Basis",
    "ClaimResult",
    "Hypothesis",
    "Report",
    "Verdict",
    "Witness",
]

SCHEMA_VERSION = 1

Basis = Literal["given", "checked", "certified", "estimated", "assumed", "not met"]


class Verdict(StrEnum):
    """What is known of a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class Hypothesis:
    """One hypothesis of a claim and how it was established.

    Parameters
    ----------
    says : str
        The hypothesis, as a short sentence.
    basis : {"given", "checked", "certified", "estimated", "assumed", "not met"}
        What it rests on.
    """

    says: str
    basis: Basis


@dataclass(frozen=True)
class Witness:
    """Something concrete that lets a reader re-check a verdict without geomcheck.

    Parameters
    ----------
    kind : str
        ``"point"``, ``"pair"``, ``"bar"`` or ``"cell"``.
    says : str
        What it shows, in one sentence.
    data : mapping of str to JSON values
        Coordinates and numbers: points as lists of floats.
    """

    kind: str
    says: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class ClaimResult:
    """The verdict on one claim, with everything it rests on.

    Parameters
    ----------
    id : str
        Stable name of the claim: ``"lower-bound"``.
    statement : str
        The claim in one sentence, with its numbers.
    verdict : Verdict
    summary : str
        Why this verdict: one short sentence with the decisive numbers, for a table.
    source : str
        Key into `theory.sources`.
    values : mapping of str to JSON values
        The numbers found, by name.
    threshold : float, optional
        What the decisive number was held against.
    confidence : float, optional
        Where the verdict is statistical, the confidence level of its own two-sided limits. It
        is above the level in the settings, which is for all statistical verdicts together.
    hypotheses : tuple of Hypothesis
    witness : Witness, optional
    advice : str
        What to try, where the verdict is not the hoped-for one; may be empty.
    """

    id: str
    statement: str
    verdict: Verdict
    summary: str
    source: str
    values: Mapping[str, Any] = field(default_factory=dict)
    threshold: float | None = None
    confidence: float | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    witness: Witness | None = None
    advice: str = ""


@dataclass(frozen=True)
class Report:
    """Every claim on one autoencoder and one subject, with what is needed to run it again.

    Parameters
    ----------
    subject : mapping
        Name, kind ("manifold" or "points"), ambient and intrinsic dimension, claims known.
    autoencoder : mapping
        Kind, latent dimension, layers, training record.
    settings : mapping
        Epsilon, delta, confidence, samples, seed and the command that runs it again.
    environment : mapping
        Versions and platform.
    claims : tuple of ClaimResult
    timings : mapping of str to float
        Wall seconds by stage.
    figures : mapping of str to JSON values
        Plain numbers behind the figures; see `geomcheck.figure_data`.

    Notes
    -----
    `to_document` gives the JSON document (result.json) that every renderer reads.
    """

    subject: Mapping[str, Any]
    autoencoder: Mapping[str, Any]
    settings: Mapping[str, Any]
    environment: Mapping[str, Any]
    claims: tuple[ClaimResult, ...]
    timings: Mapping[str, float]
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, claim_id: str) -> ClaimResult:
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise KeyError(f"{claim_id!r}; this report has {', '.join(c.id for c in self.claims)}")

    def __iter__(self) -> Iterator[ClaimResult]:
        return iter(self.claims)

    def __repr__(self) -> str:
        return f"<Report on {self._about()}: {self._counts()}>"

    def __str__(self) -> str:
        id_width = max((len(claim.id) for claim in self.claims), default=0)
        verdict_width = max((len(claim.verdict) for claim in self.claims), default=0)
        rows = (
            f"{c.id:<{id_width}} | {c.verdict:<{verdict_width}} | {c.summary}" for c in self.claims
        )
        return "\n".join((self._about(), *rows))

    def _repr_html_(self) -> str:
        """Return the table that a notebook shows."""
        rows = "".join(
            f"<tr><td>{escape(c.id)}</td><td>{escape(c.verdict)}</td><td>{escape(c.summary)}</td></tr>"
            for c in self.claims
        )
        return (
            f"<table><caption>{escape(self._about())}</caption>"
            "<thead><tr><th>claim</th><th>verdict</th><th>why</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def _about(self) -> str:
        return f"{self.subject['name']}, latent dimension {self.autoencoder['latent_dim']}"

    def _counts(self) -> str:
        counted = ((verdict, len(self.with_verdict(verdict))) for verdict in Verdict)
        return ", ".join(f"{verdict} {count}" for verdict, count in counted if count)

    def to_document(self) -> dict[str, Any]:
        """Return the report as JSON values, the content of result.json."""
        document = asdict(self)
        document["claims"] = [_plain(claim) for claim in document["claims"]]
        return {"schema_version": SCHEMA_VERSION, **document}

    def save(self, path: str | PathLike[str]) -> None:
        """Write the report as a page (``.html``) or as its document (``.json``).

        Raises
        ------
        InvalidInput
            If the suffix is neither, the folder is missing, or the file cannot be written.
        """
        from geomcheck.output import replacing, to_json
        from geomcheck.report import write_html

        file = Path(path)
        if file.suffix not in (".html", ".json"):
            raise InvalidInput("path", str(file), "a name that ends in .html or .json")
        if not file.parent.is_dir():
            raise InvalidInput("path", str(file), f"a folder {file.parent} that exists")
        with replacing(file) as place:
            if file.suffix == ".html":
                write_html(self.to_document(), place)
            else:
                place.write_text(to_json(self.to_document()), encoding="utf-8")

    def with_verdict(self, verdict: Verdict) -> tuple[ClaimResult, ...]:
        """Return the claims that have this verdict."""
        return tuple(claim for claim in self.claims if claim.verdict is verdict)


def _plain(claim: dict[str, Any]) -> dict[str, Any]:
    return {**claim, "verdict": str(claim["verdict"]), "hypotheses": list(claim["hypotheses"])}
