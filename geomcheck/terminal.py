"""The answer on a terminal, and as plain lines where standard output is none."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geomcheck.terminal_table import STYLES, console, line, plain_table, table

__all__ = ["show_answer", "show_bounds", "show_families"]

_QUESTIONS = (
    ("impossible", {"lower-bound": ""}),
    ("achieved", {"certified-error": "", "small-error": ""}),
    ("where it fails", {"exceptional-set": ""}),
    ("avoidable", {"latent-topology": "codes: ", "reconstruction-topology": "reconstruction: "}),
)


def show_answer(document: Mapping[str, Any], report: Path) -> None:
    """Print the four answers, every verdict, and where the report lies."""
    claims = document["claims"]
    answers = tuple(_answers(claims))
    rows = tuple((c["id"], c["verdict"], c["summary"]) for c in claims)
    table(("", ""), answers, styles=("bold", None), header=False)
    table(("claim", "verdict", "why"), rows, styles=(None, "verdict", None))
    counts = Counter(claim["verdict"] for claim in claims)
    told = ", ".join(f"{verdict} {counts[verdict]}" for verdict in STYLES if counts[verdict])
    line(
        f"{document['subject']['name']}, latent dimension "
        f"{document['autoencoder']['latent_dim']}, epsilon {document['settings']['epsilon']:g}"
    )
    line(f"{len(claims)} claims: {told}")
    line(f"report: {report}")


def show_bounds(document: Mapping[str, Any]) -> None:
    """Print the lower bound for every latent dimension."""
    line(f"{document['subject']}: every continuous autoencoder errs somewhere by at least\n")
    rows = tuple(
        (
            str(entry["latent_dim"]),
            f"{entry['lower']:.4g}" if entry["lower"] or entry["certified"] else "nothing known",
            _standing(entry),
            f"{entry['part']} ({entry['source']})",
        )
        for entry in document["bounds"]
    )
    table(("latent dim", "error", "", "because of"), rows, styles=(None,) * 4)


def show_families(families: Sequence[Mapping[str, Any]]) -> None:
    """Print the catalogue."""
    rows = []
    for family in families:
        given = ",".join(f"{key}={value:g}" for key, value in family["parameters"].items())
        rows.append((family["name"], given, family["summary"]))
    if not sys.stdout.isatty():
        plain_table(("name", "parameters", "what it is"), rows, header=True)
        return
    from rich.padding import Padding
    from rich.text import Text

    screen = console()
    for name, given, summary in rows:
        screen.print(Text.assemble((name, "bold"), ":" if given else "", given))
        screen.print(Padding(Text(summary), (0, 0, 0, 4)))


def _standing(bound: Mapping[str, Any]) -> str:
    if not bound["lower"]:
        return "attained" if bound["attained"] else ""
    certified = "certified" if bound["certified"] else "estimated"
    return f"{certified}, attained" if bound["attained"] else certified


def _answers(claims: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    by_id = {claim["id"]: claim for claim in claims}
    answers: list[tuple[str, str]] = []
    for question, claims_of in _QUESTIONS:
        told = [before + by_id[i]["summary"] for i, before in claims_of.items() if i in by_id]
        answers += [(question if n == 0 else "", said) for n, said in enumerate(told)]
    return answers
