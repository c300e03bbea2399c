"""Wording and hypotheses that several claims share."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context

import numpy as np
from numpy.typing import NDArray

from geomcheck.confidence import share_limits
from geomcheck.evaluation import Evaluation
from geomcheck.jumps import Jump, shows_jumps
from geomcheck.result import Hypothesis
from geomcheck.study import Study
from theory.statistics import Interval

__all__ = [
    "ROUNDING",
    "classes",
    "continuity",
    "independence",
    "jump_of",
    "large_error_limits",
    "large_errors",
    "no_less",
    "no_more",
    "number",
    "percent",
    "plain",
    "point_data",
    "tear_unmet",
    "training_advice",
]

# A constant map attains the bound on a circle exactly, so equality up to rounding must pass.
ROUNDING = 1e-9
# A tear that errs so little, as a share of what is forced, was not met.
_MET = 0.5


def number(value: float) -> str:
    """Write a number with four significant digits."""
    return f"{value:.4g}"


def percent(share: float) -> str:
    """Write a share in percent with three significant digits."""
    return f"{100 * share:.3g} %"


def no_less(share: float) -> str:
    """Write a lower limit of a share in percent, rounded down."""
    return _percent_towards(share, ROUND_FLOOR)


def no_more(share: float) -> str:
    """Write an upper limit of a share in percent, rounded up."""
    return _percent_towards(share, ROUND_CEILING)


def _percent_towards(share: float, rounding: str) -> str:
    # A share that is meant to be round is so but for the last digits of a double.
    digits = Context(prec=12).create_decimal_from_float(100 * share)
    return f"{float(Context(prec=3, rounding=rounding).plus(digits)):.3g} %"


def plain(point: NDArray[np.float64]) -> list[float]:
    """Return coordinates as plain numbers."""
    return [float(x) for x in point]


def point_data(at: Evaluation) -> dict[str, object]:
    """Return the first of some points with its code, its reconstruction and its error."""
    return {
        "point": plain(at.points[0]),
        "code": plain(at.codes[0]),
        "reconstruction": plain(at.images[0]),
        "error": float(at.errors[0]),
    }


def classes(count: int, degree: int) -> str:
    """Write "two classes of H1" and the like."""
    return f"{count} {'class' if count == 1 else 'classes'} of H{degree}"


def jump_of(study: Study, *, encoder_alone: bool) -> Jump | None:
    """Return the jump met, if it is one of the maps that matter."""
    jump = study.exceptional.jump
    return None if jump is None or (encoder_alone and jump.watch != "codes") else jump


def continuity(study: Study, *, encoder_alone: bool = False) -> Hypothesis:
    """State that encoder and decoder, or the encoder, are continuous, and what that rests on."""
    jump = jump_of(study, encoder_alone=encoder_alone)
    what, are, show = (
        ("the encoder", "is", "shows no jump where it is")
        if encoder_alone
        else ("encoder and decoder", "are", "show no jump where they are")
    )
    if jump is not None:
        return Hypothesis(
            f"{what} {are} continuous; but the {jump.watch} of two points "
            f"{number(jump.length)} apart are {number(jump.size)} apart",
            "not met",
        )
    if study.model.continuous:
        why = getattr(study.model, "continuity", "")
        says = f"{what} {are} continuous{f' ({why})' if why else ''}"
        return Hypothesis(says, "given")
    if study.ground.kind == "points" or not shows_jumps(study.held_out.points):
        return Hypothesis(f"{what} {are} continuous", "assumed")
    return Hypothesis(f"{what} {show} steepest", "checked")


def independence(study: Study, n: int) -> Hypothesis:
    """State where the n points of a statistical verdict come from."""
    manifold = study.ground.manifold
    if study.held_out_basis == "fresh":
        noise = "" if manifold is None or not manifold.noise else ", with the noise stated"
        return Hypothesis(
            f"{n} points drawn uniformly in volume{noise}, independently of training and epsilon",
            "given",
        )
    if study.held_out_basis == "held out":
        return Hypothesis(
            f"{n} points set apart at random before training are independent draws from the "
            "measure of interest",
            "assumed",
        )
    if study.held_out_basis == "training":
        return Hypothesis(f"the {n} points were not seen in training", "not met")
    return Hypothesis(
        f"the {n} points given are independent draws that training did not see", "assumed"
    )


def large_errors(study: Study) -> int:
    """Return how many of the held-out points err by more than epsilon."""
    return int(np.count_nonzero(study.errors > study.settings.epsilon))


def large_error_limits(study: Study) -> Interval:
    """Return the limits of the share of K with a large error that every verdict on it uses."""
    n = len(study.errors)
    return share_limits(
        large_errors(study), n, of="share of large errors", confidence=study.settings.confidence
    )


def training_advice(study: Study) -> str:
    """Say what to try when the error is too large."""
    dim, m = study.ground.intrinsic_dim, study.model.latent_dim
    if dim is not None and m < dim:
        return (
            f"The latent dimension {m} is below the intrinsic dimension {dim}: no theorem "
            f"promises a small error. Try --latent-dim {dim}."
        )
    return "Theorem 1 promises that some network does better: train longer, with more effort."


def tear_unmet(study: Study) -> bool:
    """Tell whether a continuous model certainly errs somewhere by far more than at any point met.

    What is said from points then says nothing of that place.
    """
    forced = [known.bound.value for known in study.obstructions[:1] if known.bound.certified]
    return bool(forced) and float(study.worst.errors[0]) < _MET * forced[0]
