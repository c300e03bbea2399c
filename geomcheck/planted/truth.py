"""What is true of a planted autoencoder, by construction."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Truth", "about", "within"]

_QUADRATURE = 1e-3


@dataclass(frozen=True)
class Truth:
    """What is known of an autoencoder before any claim looks at it.

    Parameters
    ----------
    share : (float, float)
        The share of K with an error above epsilon lies between these.
    cut_off : (float, float)
        Likewise the share outside the largest piece of {err <= epsilon} of each component.
    worst : float
        A lower bound of the largest error.
    kept_by_codes, kept_by_images : tuple of int, or None
        Classes of K over two elements, degree by degree from 0, that encoding, and encoding
        and decoding, do not kill; None where that was not worked out.
    jump : float
        The largest jump, as a share of the spread of codes or images; 0 where both maps are
        continuous on K.
    steady_codes : bool
        Whether the encoder is continuous where the decoder jumps.
    finite : bool
        Whether the decoder returns numbers everywhere on F(K); codes always are.
    fine_codes, fine_images : bool
        Whether codes, or images, have features that no net of K of ordinary size shows.
    training_share : float, optional
        Share of the training points with an error above epsilon.
    collide : (float, float), optional
        The least share of K to leave out, so that points farther apart than 2 epsilon have
        different codes, lies between these.
    """

    share: tuple[float, float]
    cut_off: tuple[float, float]
    worst: float = 0.0
    kept_by_codes: tuple[int, ...] | None = None
    kept_by_images: tuple[int, ...] | None = None
    jump: float = 0.0
    steady_codes: bool = False
    finite: bool = True
    fine_codes: bool = False
    fine_images: bool = False
    training_share: float | None = None
    collide: tuple[float, float] | None = None


def about(share: float) -> tuple[float, float]:
    """Return the interval of a share found by quadrature."""
    return max(0.0, share - _QUADRATURE), min(1.0, share + _QUADRATURE)


def within(low: float, high: float) -> tuple[float, float]:
    """Return the interval of a share known to lie between two found by quadrature."""
    return about(low)[0], about(high)[1]
