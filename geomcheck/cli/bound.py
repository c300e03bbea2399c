"""`geomcheck bound`: what no autoencoder can do."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from geomcheck.cli import options

if TYPE_CHECKING:
    from theory.manifold import Manifold
    from theory.obstruction import Obstruction
    from theory.stated_reach import RefutedReach

__all__ = ["bound"]


@click.command()
@options.subject
@options.seed
@options.memory_limit
@options.as_json
def bound(subject_text: str, seed: int, memory_limit: int, as_json: bool) -> None:
    """Print what no autoencoder can do.

    The lower bound on the worst-case error over SUBJECT for every latent dimension.
    """
    from contextlib import redirect_stdout

    from geomcheck.subject import resolve

    # A user's own manifold may print; standard output carries the answer alone.
    with redirect_stdout(sys.stderr):
        subject = resolve(subject_text)

        from geomcheck.bounds import bounds
        from theory.manifold import Manifold
        from theory.stated_reach import refuted_reaches, with_reaches_seen

        refuted: tuple[RefutedReach, ...] = ()
        stated = False
        if isinstance(subject, Manifold):
            refuted = refuted_reaches(subject)
            subject = with_reaches_seen(subject) if refuted else subject
            stated = _stated_reach(subject)
        found = bounds(subject, rng=seed, memory_limit=memory_limit)
    document = {
        "subject": subject.name,
        "bounds": [_entry(obstruction, stated) for obstruction in found],
        "refuted": [asdict(reach) for reach in refuted],
    }
    if as_json:
        from geomcheck.output import to_json

        click.echo(to_json(document, ascii_only=True), nl=False)
        return
    from geomcheck.terminal_bounds import show_bounds

    show_bounds(document)


def _stated_reach(manifold: Manifold) -> bool:
    """Tell whether a reach is the word of whoever made the manifold."""
    reach = manifold.claims.reach
    pieces = (*manifold.parts, *manifold.cycles)
    return (reach is not None and reach.source == "given") or any(map(_stated_reach, pieces))


def _entry(obstruction: Obstruction, stated_reach: bool) -> dict[str, Any]:
    rests_on_reach = stated_reach and obstruction.argument not in ("closed form", "embedding")
    entry: dict[str, Any] = {
        "latent_dim": obstruction.latent_dim,
        "lower": obstruction.bound.value,
        "certified": obstruction.bound.certified,
        # Certain as far as what is stated of the set is true.
        "as_stated": obstruction.bound.certified
        and (rests_on_reach or obstruction.bound.source == "given"),
        "argument": obstruction.argument,
        "degree": obstruction.degree,
        "birth": obstruction.birth,
        "death": obstruction.death,
        "part": obstruction.part,
        "source": obstruction.bound.source,
        "attained": obstruction.attained,
    }
    if obstruction.loop is not None:
        # Enough to check it by hand: how far the loop keeps from the flat, and that it winds.
        flat = obstruction.loop.flat
        entry["loop"] = {
            "points": obstruction.loop.points,
            "flat": {"centre": flat.centre, "normals": flat.frame.T},
        }
    return entry
