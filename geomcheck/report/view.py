"""What the page's template needs, in the order and the words in which it shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geomcheck.report.answer import Answer, answers, sentence, tally
from geomcheck.report.citation import Citation, citation
from geomcheck.report.document import finite, section
from geomcheck.report.numbers import number, phrase, phrases, words

__all__ = ["ClaimView", "PageView", "Row", "Table", "page_view"]

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_ROWS = 40


@dataclass(frozen=True)
class Table:
    """A list of records with the same keys."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Row:
    """A name and its value: a text, or a table of records."""

    name: str
    text: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class ClaimView:
    """One claim; `figures` are the ids of the figures that show it."""

    id: str
    verdict: str
    statement: str
    summary: str
    values: tuple[Row, ...]
    hypotheses: tuple[tuple[str, str], ...]
    witness: tuple[str, str, str] | None
    source: Citation
    advice: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class PageView:
    """Everything on the page but the figures."""

    name: str
    kind: str
    facts: tuple[Row, ...]
    tally: str
    answers: tuple[Answer, ...]
    claims: tuple[ClaimView, ...]
    command: str
    records: tuple[tuple[str, tuple[Row, ...]], ...]


_FIGURES = {
    "lower-bound": ("space",),
    "exceptional-set": ("space",),
    "small-error": ("exceedance",),
    "certified-error": ("exceedance",),
    "generalisation": ("training",),
    "latent-topology": ("latent", "diagrams"),
    "embedding": ("latent",),
    "reconstruction-topology": ("diagrams",),
}


def page_view(document: Mapping[str, Any]) -> PageView:
    """Return the page of a document that `check_document` accepts."""
    subject, settings = section(document, "subject"), section(document, "settings")
    autoencoder = section(document, "autoencoder")
    claims = document["claims"]
    plain = {key: value for key, value in settings.items() if key != "command"}
    training = section(autoencoder, "training")
    model = {key: value for key, value in autoencoder.items() if key != "training"}
    records = (
        ("Subject", _rows(subject)),
        ("Settings", _rows(plain, group=False)),
        ("Autoencoder", _rows(model)),
        ("Training", _rows(_without_curves(training), group=False)),
        ("Versions", _rows(section(document, "environment"), group=False)),
        ("Seconds", _rows(section(document, "timings"))),
    )
    return PageView(
        name=str(subject.get("name") or "unnamed subject"),
        kind=_kind(subject),
        facts=_facts(subject, autoencoder, settings),
        tally=tally(claims),
        answers=answers(claims),
        claims=tuple(_claim(claim) for claim in claims),
        command=str(settings.get("command") or ""),
        records=tuple((title, rows) for title, rows in records if rows),
    )


def _kind(subject: Mapping[str, Any]) -> str:
    ambient, intrinsic = subject.get("ambient_dim"), subject.get("intrinsic_dim")
    where = "" if ambient is None else f" in R{str(ambient).translate(_SUPERSCRIPT)}"
    components = subject.get("components") or ()
    parts = f", {len(components)} components" if len(components) > 1 else ""
    if subject.get("kind") == "points":
        return f"points{where}{parts}"
    kind = str(subject.get("kind") or "set")
    dimension = "" if intrinsic is None else f"{intrinsic}-dimensional "
    return f"{dimension}{kind}{where}{parts}"


def _facts(
    subject: Mapping[str, Any], autoencoder: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[Row, ...]:
    reach = section(subject, "reach")
    how = [str(reach["direction"])] if reach.get("direction") else []
    if reach:
        how.append("certified" if reach.get("certified") else "not certified")
    found = (
        ("latent dimension", number(autoencoder.get("latent_dim"))),
        ("ε", number(settings.get("epsilon"))),
        ("δ", number(settings.get("delta"))),
        ("joint confidence", number(settings.get("confidence"))),
        ("reach", f"{number(reach.get('value'))} ({', '.join(how)})" if reach else "–"),
    )
    return tuple(Row(name, text) for name, text in found if text != "–")


def _claim(claim: Mapping[str, Any]) -> ClaimView:
    numbers = dict(claim.get("values") or {})
    for key in ("threshold", "confidence"):
        if claim.get(key) is not None:
            numbers.setdefault(key, claim[key])
    witness = claim.get("witness")
    return ClaimView(
        id=claim["id"],
        verdict=claim["verdict"],
        statement=claim["statement"],
        summary=sentence(claim["summary"]),
        values=_rows(numbers),
        hypotheses=tuple((h["says"], h["basis"]) for h in claim.get("hypotheses") or ()),
        witness=(
            (str(witness.get("kind", "")), sentence(witness.get("says", "")), _copyable(witness))
            if witness
            else None
        ),
        source=citation(claim["source"]),
        advice=claim.get("advice") or "",
        figures=_FIGURES.get(claim["id"], ()),
    )


def _copyable(witness: Mapping[str, Any]) -> str:
    """Return the data of a witness in full precision, one line a name."""
    data = finite(witness.get("data") or {})
    lines = [f"  {json.dumps(k, ensure_ascii=False)}: {_line(v)}" for k, v in data.items()]
    return "{\n" + ",\n".join(lines) + "\n}" if lines else ""


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _without_curves(training: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the curves, which the figure shows, and lay open the hyperparameters."""
    kept = {key: value for key, value in training.items() if key != "seeds"}
    pairs = kept.pop("hyperparameters", None)
    if isinstance(pairs, Mapping):
        kept.update(pairs)
    elif isinstance(pairs, Sequence):
        kept.update({str(name): value for name, value in pairs})
    return kept


def _rows(values: Mapping[str, Any], *, group: bool = True) -> tuple[Row, ...]:
    return tuple(_each_row(values, "", group))


def _each_row(values: Mapping[str, Any], prefix: str, group: bool) -> Iterator[Row]:
    for key, value in values.items():
        name = f"{prefix}{words(key)}"
        if isinstance(value, Mapping) and value:
            yield from _each_row(value, f"{name}: ", group)
        elif _is_records(value):
            yield Row(name, table=_table(value, group))
        else:
            yield Row(name, phrase(value, group=group))


def _is_records(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(item, Mapping) and item for item in value)
        and all(item.keys() == value[0].keys() for item in value)
    )


def _table(records: Sequence[Mapping[str, Any]], group: bool) -> Table:
    head = tuple(words(key) for key in records[0])
    rows = [tuple(phrases(record, group=group).values()) for record in records[:_MOST_ROWS]]
    if len(records) > _MOST_ROWS:
        rest = f"… {len(records) - _MOST_ROWS} more"
        rows.append((rest, *("" for _ in head[1:])))
    return Table(head, tuple(rows))
