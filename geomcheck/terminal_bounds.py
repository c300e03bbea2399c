"""What a terminal shows of the catalogue and of lower bounds."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from geomcheck.terminal_table import console, line, plain_table, table

__all__ = ["floored", "show_bounds", "show_families"]

_DIGITS = 4
_ROUNDING = 1e-12


def show_bounds(document: Mapping[str, Any]) -> None:
    """Print the lower bound for every latent dimension."""
    line(f"{document['subject']}: every continuous autoencoder errs somewhere by at least\n")
    rows = tuple(
        (
            str(entry["latent_dim"]),
            floored(entry["lower"]) if entry["lower"] or entry["certified"] else "nothing known",
            _standing(entry),
            _because(entry),
        )
        for entry in document["bounds"]
    )
    table(("latent dim", "error", "", "because of"), rows, styles=(None,) * 4)
    for reach in document["refuted"]:
        line(
            f"the reach {reach['claimed']:.4g} claimed of {reach['part']} is not relied on: two of "
            f"its points show at most {reach['at_most']:.4g} (see geomcheck manifold)"
        )


def floored(value: float) -> str:
    """Write a lower bound with four significant digits, never above itself."""
    if not value > 0:
        return f"{value:g}"
    unit = 10.0 ** (math.floor(math.log10(value)) - _DIGITS + 1)
    return f"{math.floor(value / unit * (1 + _ROUNDING)) * unit:.{_DIGITS}g}"


def _standing(bound: Mapping[str, Any]) -> str:
    if not bound["lower"]:
        return "attained" if bound["attained"] else ""
    certified = "certified" if bound["certified"] else "estimated"
    if bound["as_stated"]:
        certified = "as stated"
    return f"{certified}, attained" if bound["attained"] else certified


def _because(bound: Mapping[str, Any]) -> str:
    if bound["degree"] is None:
        return f"{bound['part']} ({bound['source']})"
    seen = bound["argument"] == "homology"
    lives = f", seen to radius {bound['death']:.4g}" if seen else ""
    return f"{bound['part']}, class of degree {bound['degree']}{lives} ({bound['source']})"


def show_families(families: Sequence[Mapping[str, Any]]) -> None:
    """Print the catalogue with its closed forms."""
    if not sys.stdout.isatty():
        titles = ("name", "parameters", "reach", "volume", "Betti", "embeds in", "e*", "what it is")
        rows = [
            (
                family["name"],
                _given(family),
                family["reach"],
                family["volume"],
                family["betti"],
                f"R^m, m = {family['embedding_dim']}",
                _optimal(family),
                family["summary"],
            )
            for family in families
        ]
        plain_table(titles, rows, header=True)
        return
    from rich.padding import Padding
    from rich.text import Text

    screen = console()
    for family in families:
        given = _given(family)
        screen.print(Text.assemble((family["name"], "bold"), ":" if given else "", given))
        facts = [
            family["summary"],
            f"reach {family['reach']}; volume {family['volume']}",
            f"Betti numbers {family['betti']}",
            f"embeds in R^m, m = {family['embedding_dim']}; {_optimal(family) or 'e* not known'}",
        ]
        for fact in facts:
            screen.print(Padding(Text(fact), (0, 0, 0, 4)))


def _given(family: Mapping[str, Any]) -> str:
    return ",".join(f"{key}={value:g}" for key, value in family["parameters"].items())


def _optimal(family: Mapping[str, Any]) -> str:
    known = family["optimal_error"].items()
    return "; ".join(f"e*({m}) {e if e.startswith('>') else f'= {e}'}" for m, e in known)
