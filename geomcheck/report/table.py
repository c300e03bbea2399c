"""Several results side by side: what each could not, did, and is worth, in one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geomcheck.report.document import section
from geomcheck.report.numbers import DASH, number

__all__ = ["ResultRow", "ResultTable", "result_table"]


@dataclass(frozen=True)
class ResultRow:
    """One result.

    Parameters
    ----------
    name : str
        Of the set.
    latent_dim, seed, model : str
    bound : str
        The error that no continuous autoencoder beats.
    worst : str
        The worst error: enclosed, or the largest found.
    share : str
        Of the set, where the error exceeds epsilon: enclosed, or its confidence limits.
    epsilon : str
    verdicts : tuple of str
        One for each of the table's claims; empty where the result has none.
    """

    name: str
    latent_dim: str
    seed: str
    model: str
    bound: str
    worst: str
    share: str
    epsilon: str
    verdicts: tuple[str, ...]


@dataclass(frozen=True)
class ResultTable:
    """Results in the order given.

    Parameters
    ----------
    claims : tuple of str
        Ids of all the claims that some result has.
    rows : tuple of ResultRow
    """

    claims: tuple[str, ...]
    rows: tuple[ResultRow, ...]


def result_table(documents: Sequence[Mapping[str, Any]]) -> ResultTable:
    """Return the table of documents that `check_document` accepts.

    Parameters
    ----------
    documents : sequence of mapping
        Contents of result.json files.
    """
    # A dict keeps the order in which the claims were met.
    claims = tuple(dict.fromkeys(c["id"] for document in documents for c in document["claims"]))
    return ResultTable(claims, tuple(_row(document, claims) for document in documents))


def _row(document: Mapping[str, Any], claims: tuple[str, ...]) -> ResultRow:
    subject, settings = section(document, "subject"), section(document, "settings")
    autoencoder = section(document, "autoencoder")
    found = {claim["id"]: claim for claim in document["claims"]}
    lower, certified = _values(found, "lower-bound"), _values(found, "certified-error")
    sampled = _values(found, "small-error")
    worst = _interval(certified, "sup_at_least", "sup_at_most")
    if worst == DASH and lower.get("largest_error_found") is not None:
        worst = f"≥ {number(lower['largest_error_found'])}"
    share = _interval(certified, "share_at_least", "share_at_most", percent=True)
    if share == DASH:
        share = _interval(sampled, "share_at_least", "share_at_most", percent=True)
        share += "" if share == DASH else "*"
    return ResultRow(
        name=str(subject.get("name") or "unnamed subject"),
        latent_dim=number(autoencoder.get("latent_dim")),
        seed=number(settings.get("seed"), group=False),
        model=str(autoencoder.get("kind") or DASH),
        bound=number(lower.get("bound")),
        worst=worst,
        share=share,
        epsilon=number(settings.get("epsilon")),
        verdicts=tuple(found[c]["verdict"] if c in found else "" for c in claims),
    )


def _values(found: Mapping[str, Mapping[str, Any]], claim: str) -> Mapping[str, Any]:
    return section(found.get(claim, {}), "values")


def _interval(values: Mapping[str, Any], low: str, high: str, *, percent: bool = False) -> str:
    ends = [end for end in (values.get(low), values.get(high)) if isinstance(end, int | float)]
    if len(ends) < 2:
        return DASH
    factor, unit = (100.0, " %") if percent else (1.0, "")
    texts = [f"{factor * float(end):.3g}" if percent else number(float(end)) for end in ends]
    return texts[0] + unit if texts[0] == texts[1] else f"{texts[0]} to {texts[1]}{unit}"
