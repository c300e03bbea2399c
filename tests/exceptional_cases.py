"""What the claim on the exceptional set looks at, measured for a model on a manifold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from geomcheck.certify import Enclosure
from geomcheck.claims import exceptional_set
from geomcheck.exceptional import ExceptionalSet
from geomcheck.ground import Ground, survey
from geomcheck.measure import tears
from geomcheck.measure.errors import errors_on
from geomcheck.measure.tears import certificate_of, graph_sample
from geomcheck.protocol import Autoencoder
from geomcheck.result import ClaimResult
from geomcheck.study import Settings, Study
from theory.catalogue import from_spec

DELTA = 0.02


@dataclass(frozen=True)
class Part:
    """What this claim and the certified one look at of a study."""

    ground: Ground
    model: Autoencoder
    settings: Settings
    errors: NDArray[np.float64]
    held_out_basis: str
    certificate: Enclosure | None
    exceptional: ExceptionalSet
    torn: None = None
    obstructions: tuple[()] = ()


def study_of(spec: str, model: Autoencoder, samples: int = 2000) -> Part:
    K, rng = from_spec(spec), np.random.default_rng(0)
    settings = Settings(
        epsilon=0.1,
        delta=DELTA,
        confidence=0.99,
        samples=samples,
        seed=0,
        memory_limit=2**30,
        certificate_seconds=5.0,
    )
    ground = survey(K, rng=rng)
    errors = errors_on(K, ground, model, settings, None, None, rng, lambda _: None)
    graph = graph_sample(model, K, ground, rng)
    certificate, _ = certificate_of(model, K, settings, float(errors.all.max()))
    exceptional = tears.exceptional_set(model, ground, settings, graph, errors)
    return Part(ground, model, settings, errors.all, errors.basis, certificate, exceptional)


def judged(study: Part) -> ClaimResult:
    return exceptional_set.check(cast(Study, study))
