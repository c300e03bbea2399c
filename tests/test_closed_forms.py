"""The formulas listed for each family, evaluated and held against its claims."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from catalogue_cases import DEFAULTS, MORE
from scipy.special import ellipe, elliprg

from theory.catalogue import families, from_spec
from theory.catalogue.closed_forms import CLOSED_FORMS

# What is said in words.
WORDS = re.compile(r"numerical|half|radius of|sum of|vol |length|times|product|over|most|for ")
NAMES: dict[str, Any] = {
    "pi": math.pi,
    "sqrt": math.sqrt,
    "gamma": math.gamma,
    "min": min,
    "max": max,
    "E": ellipe,
    "RG": elliprg,
}


def value(formula: str, parameters: dict[str, float]) -> float:
    product = re.sub(r"(?<=[\w)]) (?=[\w(])", "*", formula).replace("^", "**")
    return float(eval(product, {"__builtins__": {}}, NAMES | parameters))


def latent_dims(text: str, parameters: dict[str, float]) -> range:
    low, _, high = text.partition("..")
    return range(int(value(low, parameters)), int(value(high or low, parameters)) + 1)


def test_every_family_has_its_formulas() -> None:
    assert list(CLOSED_FORMS) == [family.name for family in families()]


@pytest.mark.parametrize("spec", DEFAULTS + MORE)
def test_formulas_give_the_claims(spec: str) -> None:
    name, _, given = spec.partition(":")
    family = next(family for family in families() if family.name == name)
    pairs = (item.split("=") for item in given.split(",") if item)
    manifold = from_spec(spec)
    parameters = {**family.parameters, **{key: float(text) for key, text in pairs}}
    parameters["dim"] = manifold.dim
    claims, forms = manifold.claims, family.closed_forms
    for formula, claim in ((forms.reach, claims.reach), (forms.volume, claims.volume)):
        if not WORDS.search(formula):
            assert claim is not None
            assert claim.direction == "exact"
            assert claim.value == pytest.approx(value(formula, parameters), rel=1e-9)
    if not WORDS.search(forms.embeds):
        assert claims.embedding_dim == value(forms.embeds, parameters)
    if not WORDS.search(forms.betti) and "..." not in forms.betti:
        assert claims.betti is not None
        assert forms.betti == ", ".join(map(str, claims.betti[2]))
    for where, formula in forms.optimal_error.items():
        if WORDS.search(formula):
            continue
        below = formula.startswith(">= ")
        for m in latent_dims(where, parameters):
            known = claims.error_at(m)
            assert known is not None
            wanted = value(formula.removeprefix(">= "), parameters)
            if below:
                assert known.value >= wanted * (1 - 1e-9)
            else:
                assert known.direction == "exact"
                assert known.value == pytest.approx(wanted, rel=1e-9)


def test_formulas_said_in_words_are_few() -> None:
    spoken = [
        name
        for name, forms in CLOSED_FORMS.items()
        if WORDS.search(forms.reach) or not forms.optimal_error
    ]
    assert spoken == [
        "helix",
        "moment-curve",
        "fourier-curve",
        "torus-knot",
        "trefoil",
        "double-torus",
        "swiss-roll",
        "moebius-band",
        "klein-bottle",
    ]
