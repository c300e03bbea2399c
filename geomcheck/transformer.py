"""The trainer as a scikit-learn transformer, which carries its verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from geomcheck.ground import Subject
from geomcheck.result import Report
from geomcheck.training import DEFAULT_HIDDEN, fit
from geomcheck.verify import verify
from theory.manifold import Manifold
from theory.point_set import PointSet

__all__ = ["AutoencoderTransformer"]

Array = NDArray[np.float64]


class AutoencoderTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Encode points with a trained autoencoder; decode with `inverse_transform`.

    Parameters
    ----------
    latent_dim : int
        Dimension of the codes.
    hidden : sequence of int
        Widths of the encoder's hidden layers; the decoder has them in reverse.
    activation : str
        A key of `geomcheck.autoencoder.ACTIVATIONS`.
    seeds : int
        Networks to begin with; the best on held-out points is kept.
    effort : float
        Factor on the length of the training.
    batch_size : int
        Points in a step.
    learning_rate : float
        Adam's step length at the start.
    device : str
        A torch device.
    random_state : int, RandomState or None
        Source of all randomness in `fit`.

    Attributes
    ----------
    model_ : MLPAutoencoder
        The network.
    n_features_in_ : int
        Dimension of the points.
    feature_names_in_ : array of str
        Names of the columns, where `fit` was given them.
    report_ : Report
        What the last `verify` found; absent before.
    verdicts_ : dict of str to Verdict
        Its verdict on each claim, by id.

    See Also
    --------
    geomcheck.fit : the same training as a function.
    geomcheck.verify : the claims.

    Examples
    --------
    >>> from geomcheck import AutoencoderTransformer
    >>> AutoencoderTransformer(latent_dim=1).latent_dim
    1
    """

    def __init__(
        self,
        latent_dim: int = 2,
        *,
        hidden: Sequence[int] = DEFAULT_HIDDEN,
        activation: str = "tanh",
        seeds: int = 6,
        effort: float = 1.0,
        batch_size: int = 100,
        learning_rate: float = 3e-3,
        device: str = "cpu",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.activation = activation
        self.seeds = seeds
        self.effort = effort
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.device = device
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> AutoencoderTransformer:
        """Train the autoencoder.

        Parameters
        ----------
        X : array of shape (n, ambient_dim)
            At least three points, not all equal.
        y : ignored

        Returns
        -------
        AutoencoderTransformer
            Itself.

        Raises
        ------
        ValueError
            If X or a parameter cannot be used.
        """
        points = validate_data(self, X, dtype=np.float64, ensure_min_samples=3)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        self.model_ = fit(
            points,
            latent_dim=self.latent_dim,
            rng=int(seed),
            hidden=self.hidden,
            activation=self.activation,
            seeds=self.seeds,
            effort=self.effort,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            device=self.device,
        )
        self._training_points = points
        self._n_features_out = self.model_.latent_dim
        # Verdicts on an earlier network say nothing of this one.
        for name in ("report_", "verdicts_"):
            self.__dict__.pop(name, None)
        return self

    def transform(self, X: ArrayLike) -> Array:
        """Return the codes, of shape (n, latent_dim), of points (n, ambient_dim)."""
        check_is_fitted(self)
        return self.model_.encode(validate_data(self, X, dtype=np.float64, reset=False))

    def inverse_transform(self, X: ArrayLike) -> Array:
        """Return the points, of shape (n, ambient_dim), of codes (n, latent_dim)."""
        check_is_fitted(self)
        return self.model_.decode(check_array(X, dtype=np.float64))

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Return minus the mean squared reconstruction error of X: larger is better."""
        points = validate_data(self, X, dtype=np.float64, reset=False)
        residual = self.inverse_transform(self.transform(points)) - points
        return -float(np.mean(np.sum(residual**2, axis=1)))

    def verify(self, subject: Subject | ArrayLike, **settings: Any) -> Report:
        """Judge every claim on the trained autoencoder.

        Parameters
        ----------
        subject : Manifold, PointSet or array of shape (n, ambient_dim)
            The set that the points are of. Points are taken as held out: give those that `fit`
            did not see (ones that it did are left out of the statistics).
        **settings
            As in `geomcheck.verify`: epsilon, delta, confidence, samples, rng.

        Returns
        -------
        Report
            Kept as `report_`.
        """
        check_is_fitted(self)
        settings.setdefault("training_points", self._training_points)
        if not isinstance(subject, Manifold | PointSet):
            points = validate_data(self, subject, dtype=np.float64, reset=False)
            subject = PointSet("points", points)
        if isinstance(subject, PointSet):
            settings.setdefault("held_out", subject.points)
        self.report_ = verify(subject, self.model_, **settings)
        self.verdicts_ = {claim.id: claim.verdict for claim in self.report_}
        return self.report_
