"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from geomcheck.cli.kinds import MEMORY, POSITIVE, SHARE, one_of, whole
from theory.errors import InvalidInput

if TYPE_CHECKING:
    from geomcheck.ground import Subject

__all__ = [
    "as_json",
    "bottleneck",
    "judging",
    "judging_words",
    "latent_dim",
    "memory_limit",
    "seed",
    "subject",
    "training",
]

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

latent_dim = click.option(
    "--latent-dim",
    type=whole(1, 10_000),
    help="Bottleneck dimension; of a manifold by default its own.",
)


def bottleneck(subject: Subject, asked: int | None) -> int:
    """Return the latent dimension that was asked for, or that of the manifold."""
    if asked is not None:
        return asked
    dim = getattr(subject, "dim", None)
    if dim is None:
        expected = "a whole number: of points no dimension is known (geomcheck reach estimates it)"
        raise InvalidInput("--latent-dim", "nothing", expected)
    return max(int(dim), 1)


_TRAINING = (
    click.option(
        "--effort",
        type=POSITIVE,
        default=1.0,
        show_default=True,
        help="Factor on the length of the training.",
    ),
    click.option("--device", default="cpu", show_default=True, help="A torch device."),
    click.option(
        "--dtype",
        type=one_of("float32", "float64"),
        default="float32",
        show_default=True,
        metavar="float32|float64",
        help="Arithmetic of the training.",
    ),
)

_CERTIFICATE_SECONDS = 10.0

_CLAIMS = (
    click.option(
        "--epsilon",
        type=POSITIVE,
        help="Error that counts as small; by default from the size of K.",
    ),
    click.option(
        "--delta",
        type=SHARE,
        default=0.02,
        show_default=True,
        help="Share of K that may have a larger error.",
    ),
    click.option(
        "--confidence",
        type=SHARE,
        default=0.99,
        show_default=True,
        help="Chance, at least, that all statistical verdicts are right together.",
    ),
    click.option(
        "--samples",
        type=whole(2, 100_000_000),
        default=20_000,
        show_default=True,
        help="Fresh points for the statistics.",
    ),
    click.option(
        "--certificate-seconds",
        type=POSITIVE,
        default=_CERTIFICATE_SECONDS,
        show_default=True,
        help="Time for the certificate, which is valid whenever it ends.",
    ),
    seed,
)

_MANNER = (
    memory_limit,
    as_json,
    click.option("--strict", is_flag=True, help="Exit with 1 also if a claim is inconclusive."),
    click.option("--quiet", is_flag=True, help="Print nothing but errors."),
)

Command = Callable[..., Any]


def judging_words(settings: Mapping[str, Any]) -> list[str]:
    """Return the options of the verdicts for a command that is to be run again."""
    words: list[str] = []
    for name in ("epsilon", "delta", "confidence", "samples", "seed"):
        words += [f"--{name}", str(settings[name])]
    seconds = settings.get("certificate_seconds", _CERTIFICATE_SECONDS)
    if seconds != _CERTIFICATE_SECONDS:
        words += ["--certificate-seconds", str(seconds)]
    return words


def training(command: Command) -> Command:
    """Add the options of the training."""
    return _added(command, _TRAINING)


def judging(command: Command) -> Command:
    """Add the options of the verdicts, and of what is said of them."""
    return _added(command, _CLAIMS + _MANNER)


def _added(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
