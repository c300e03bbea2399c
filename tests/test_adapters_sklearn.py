"""scikit-learn's transformers, and plain functions, under the claims."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import theory
from geomcheck.adapters import as_autoencoder
from geomcheck.certify import certify
from geomcheck.layers import UnsupportedLayer
from geomcheck.verify import verify
from theory.errors import InvalidInput

decomposition = pytest.importorskip("sklearn.decomposition")

FLAT = theory.circle().sample(500, rng=0) @ np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]])


def pipeline() -> Any:
    from sklearn.base import BaseEstimator
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    class Half(BaseEstimator):  # type: ignore[misc]
        """A regressor and its partner as a transformer: what users write."""

        def __init__(self) -> None:
            settings = {"hidden_layer_sizes": (16,), "max_iter": 300, "random_state": 0}
            self.down, self.up = MLPRegressor(**settings), MLPRegressor(**settings)

        def fit(self, X: np.ndarray, y: object = None) -> Half:
            codes = X[:, :2]
            self.down.fit(X, codes)
            self.up.fit(codes, X)
            self.fitted_ = True
            return self

        def transform(self, X: np.ndarray) -> np.ndarray:
            return np.asarray(self.down.predict(X))

        def inverse_transform(self, Z: np.ndarray) -> np.ndarray:
            return np.asarray(self.up.predict(Z))

    return make_pipeline(StandardScaler(), Half())


@pytest.mark.parametrize(
    ("make", "name", "continuous"),
    [
        (lambda: decomposition.PCA(2), "PCA", True),
        (
            lambda: decomposition.KernelPCA(
                2, kernel="rbf", fit_inverse_transform=True, alpha=1e-3
            ),
            "KernelPCA",
            False,
        ),
        (pipeline, "Pipeline", False),
    ],
    ids=["pca", "kernel", "mlp"],
)
def test_a_transformer_is_an_autoencoder(make: Any, name: str, continuous: bool) -> None:
    model = make().fit(FLAT)
    found = as_autoencoder(model, FLAT)
    assert (found.ambient_dim, found.latent_dim, found.continuous) == (3, 2, continuous)
    assert found.kind == name  # type: ignore[attr-defined]
    np.testing.assert_array_equal(found.encode(FLAT), model.transform(FLAT))
    np.testing.assert_array_equal(found.decode(FLAT[:, :2]), model.inverse_transform(FLAT[:, :2]))
    with pytest.raises(InvalidInput, match="got "):
        as_autoencoder(model, FLAT[:, :2])


def test_pca_onto_the_plane_of_a_circle_passes_and_onto_a_line_cannot() -> None:
    good, bad = (decomposition.PCA(m).fit(FLAT) for m in (2, 1))
    report = verify(FLAT, good, epsilon=0.1)
    assert report["small-error"].values["share"] == 0
    report = verify(FLAT, bad, epsilon=0.1)
    assert report["small-error"].verdict == "fails"
    largest = np.linalg.norm(bad.inverse_transform(bad.transform(FLAT)) - FLAT, axis=1).max()
    assert report["lower-bound"].values["largest_error_found"] == pytest.approx(largest)


def test_functions_may_return_whatever_holds_numbers() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    model = SimpleNamespace(
        encode=lambda x: sparse.csr_array(x[:, :2]),
        decode=lambda z: np.hstack([z, z[:, :1]]).astype(np.float32),
    )
    found = as_autoencoder(model, FLAT)
    assert found.latent_dim == 2
    np.testing.assert_array_equal(found.encode(FLAT), FLAT[:, :2])


def test_a_transformer_for_other_points_is_refused_with_both_dimensions() -> None:
    model = decomposition.PCA(1).fit(FLAT)
    with pytest.raises(InvalidInput) as caught:
        as_autoencoder(model, FLAT[:, :2])
    assert "for points of dimension 3, expected dimension 2, as the subject's" in str(caught.value)


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("scaled", [False, True])
def test_affine_transformers_are_certified(whiten: bool, scaled: bool) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    ellipse = theory.ellipse(a=2.0, b=1.0)
    points = ellipse.sample(400, rng=0)
    steps = [StandardScaler()] if scaled else []
    model = as_autoencoder(
        make_pipeline(*steps, decomposition.PCA(1, whiten=whiten)).fit(points), points
    )
    found = certify(model, ellipse, epsilon=0.1)
    at = ellipse.sample(4000, rng=1)
    errors = np.linalg.norm(model.decode(model.encode(at)) - at, axis=1)
    assert errors.max() <= found.sup_upper <= 1.03 * errors.max()
    assert found.sup_lower <= found.sup_upper
    both = as_autoencoder(make_pipeline(*steps, decomposition.PCA(2)).fit(points), points)
    assert certify(both, ellipse, epsilon=0.1).sup_upper < 1e-12


class Derived(decomposition.PCA):  # type: ignore[misc]
    def transform(self, X: np.ndarray) -> np.ndarray:
        return np.round(super().transform(X))


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (Derived(1).fit(FLAT), "holds, Derived: of transformers only PCA and StandardScaler"),
        (decomposition.KernelPCA(1, fit_inverse_transform=True).fit(FLAT), "holds, KernelPCA"),
        (decomposition.PCA(1).fit(FLAT.astype(np.float32)), "not fitted in double precision"),
        ((lambda x: x, lambda z: z), "a pair of functions, and what they do is unseen"),
    ],
    ids=["derived", "kernel", "single", "functions"],
)
def test_what_cannot_be_certified_says_why(model: Any, says: str) -> None:
    found = as_autoencoder(model, FLAT)
    assert not found.continuous
    with pytest.raises(UnsupportedLayer, match=says):
        found.as_network()  # type: ignore[attr-defined]


def test_a_method_put_in_the_place_of_another_is_not_taken_for_it() -> None:
    model = decomposition.PCA(1).fit(FLAT)
    model.transform = lambda X: np.round(X[:, :1])
    assert not as_autoencoder(model, FLAT).continuous
