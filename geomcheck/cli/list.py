"""`geomcheck list`: the catalogue."""

from __future__ import annotations

import click

from geomcheck.cli import options

__all__ = ["list_families"]


@click.command(name="list")
@options.as_json
def list_families(as_json: bool) -> None:
    """List the manifolds with known geometry, with their parameters."""
    from geomcheck.output import to_json
    from theory.catalogue import families

    entries = [
        {"name": f.name, "parameters": dict(f.parameters), "summary": f.summary} for f in families()
    ]
    if as_json:
        click.echo(to_json({"families": entries}, ascii_only=True), nl=False)
        return
    from geomcheck.terminal import show_families

    show_families(entries)
