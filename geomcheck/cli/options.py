"""Options that several commands share."""

from __future__ import annotations

import click

from geomcheck.cli.kinds import MEMORY, whole

__all__ = ["as_json", "memory_limit", "seed", "subject"]

_LARGEST_SEED = 2**63 - 1

subject = click.argument("subject_text", metavar="SUBJECT")

as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)

seed = click.option(
    "--seed",
    type=whole(0, _LARGEST_SEED),
    default=0,
    show_default=True,
    help="Seed of every random choice.",
)

memory_limit = click.option(
    "--memory-limit",
    type=MEMORY,
    default="4GiB",
    show_default=True,
    help="Memory that homology may use.",
)
