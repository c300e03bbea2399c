"""`geomcheck list`: the catalogue."""

from __future__ import annotations

import click

from geomcheck.cli import options

__all__ = ["list_families"]


@click.command(name="list")
@options.as_json
def list_families(as_json: bool) -> None:
    """List the manifolds with known geometry.

    Each with its parameters and, as formulas in them, reach, volume, Betti numbers, the least
    dimension it embeds in, and the least worst-case error e* of any autoencoder.
    """
    from geomcheck.output import to_json
    from theory.catalogue import families

    entries = [
        {
            "name": f.name,
            "parameters": dict(f.parameters),
            "summary": f.summary,
            "reach": f.closed_forms.reach,
            "volume": f.closed_forms.volume,
            "betti": f.closed_forms.betti,
            "embedding_dim": f.closed_forms.embeds,
            "optimal_error": dict(f.closed_forms.optimal_error),
        }
        for f in families()
    ]
    if as_json:
        click.echo(to_json({"families": entries}, ascii_only=True), nl=False)
        return
    from geomcheck.terminal_bounds import show_families

    show_families(entries)
