"""The scikit-learn transformer against scikit-learn's own checks, in pipelines and searches."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

import theory
from geomcheck import AutoencoderTransformer, Verdict

_SHORT = {"hidden": (8,), "seeds": 1, "effort": 0.01}


@parametrize_with_checks([AutoencoderTransformer(**_SHORT, random_state=0)])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_none_of_scikit_learns_checks_is_skipped_but_array_api():
    outcome = check_estimator(
        AutoencoderTransformer(**_SHORT, random_state=0), on_skip=None, on_fail=None
    )
    assert len(outcome) > 40
    assert {r["check_name"] for r in outcome if r["status"] != "passed"} <= {
        "check_array_api_input"
    }


def test_it_reconstructs_in_a_pipeline():
    X = theory.circle().sample(400, rng=0) * [1.0, 3.0]
    line = make_pipeline(
        StandardScaler(), AutoencoderTransformer(latent_dim=2, effort=0.05, random_state=0)
    )
    codes = line.fit_transform(X)
    assert codes.shape == (400, 2)
    assert np.abs(line.inverse_transform(codes) - X).max() < 0.3
    assert list(line[-1].get_feature_names_out()) == [
        "autoencodertransformer0",
        "autoencodertransformer1",
    ]


def test_a_grid_search_prefers_the_dimension_that_fits():
    X = theory.circle().sample(300, rng=0)
    search = GridSearchCV(
        AutoencoderTransformer(effort=0.03, seeds=2, random_state=0),
        {"latent_dim": [1, 2]},
        cv=3,
    ).fit(X)
    assert search.best_params_ == {"latent_dim": 2}
    assert search.best_score_ < 0


def test_equal_seeds_give_equal_codes_and_other_seeds_others():
    X = theory.circle().sample(100, rng=0)
    a, b, c = (
        AutoencoderTransformer(latent_dim=1, **_SHORT, random_state=seed).fit_transform(X)
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_it_carries_its_verdicts_until_it_is_fitted_again():
    K = theory.circle()
    X = K.sample(500, rng=0)
    transformer = AutoencoderTransformer(latent_dim=1, effort=0.02, random_state=0).fit(X)
    assert not hasattr(transformer, "verdicts_")
    report = transformer.verify(K, epsilon=0.1, samples=2000)
    assert transformer.verdicts_["lower-bound"] is Verdict.HOLDS is report["lower-bound"].verdict
    transformer.fit(X)
    assert not hasattr(transformer, "verdicts_")
    assert not hasattr(transformer, "report_")


def test_columns_in_another_order_are_not_judged():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(theory.circle().sample(100, rng=0) * [1.0, 3.0], columns=["x", "y"])
    model = AutoencoderTransformer(latent_dim=1, **_SHORT, random_state=0).fit(X)
    with pytest.raises(ValueError, match="feature names"):
        model.verify(X[["y", "x"]], samples=100)
