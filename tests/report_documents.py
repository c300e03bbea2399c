"""Documents to render: synthetic, computed with numpy, with the shape of a real report."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOSTILE = "<script>alert(1)</script>"
HOSTILE_BOLD = "<b>bold</b> & %{x} </script><!--"

_TEAR = 0.03


def linked_circles(n: int = 8000, name: str = "linked-circles") -> dict[str, Any]:
    """Two linked circles encoded in one number: each is cut at one place."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(-np.pi, np.pi, n)
    component = rng.integers(0, 2, n)
    angle[:2], component[:2] = (np.pi - 0.01, 0.41), (0, 1)  # both tears are hit whatever n
    points = _circle(angle, component)
    codes, images = _cut(angle, component)
    errors = np.linalg.norm(points - images, axis=1) + 10 ** rng.normal(-2.6, 0.35, n)
    torn = errors > 0.1
    worst = int(errors.argmax())
    levels = np.geomspace(1e-4, 2.4, 120)
    measure = (errors[None] > levels[:, None]).mean(axis=1)
    half = float(np.sqrt(np.log(2 / 0.01) / (2 * n)))
    return {
        "schema_version": 1,
        "subject": {
            "name": name,
            "kind": "manifold",
            "intrinsic_dim": 1,
            "ambient_dim": 3,
            "components": ["circle 1", "circle 2"],
            "reach": {"value": 0.5, "direction": "exact", "certified": True,
                      "source": "union-rule"},
            "betti": [2, 2],
            "embedding_dim": 2,
        },
        "autoencoder": {
            "kind": "MLPAutoencoder", "ambient_dim": 3, "latent_dim": 1, "continuous": True,
            "hidden": [128, 128, 128], "activation": "tanh", "parameters": 67332,
            "training": {
                "seeds": [{"steps": [0], "train_loss": [1.0]}], "chosen": 0,
                "held_out_error": 0.01234567, "seconds": 8.91234, "dtype": "float32",
                "hyperparameters": [["learning_rate", 0.003], ["batch", 125]],
            },
        },
        "settings": {
            "epsilon": 0.1, "delta": 0.02, "confidence": 0.99, "samples": n, "seed": 20240101,
            "command": "geomcheck run linked-circles --latent-dim 1 --epsilon 0.1 --delta 0.02 "
                       "--confidence 0.99 --samples 8000 --seed 20240101",
        },
        "environment": {"python": "3.11.7", "platform": "Linux-x86_64", "geomcheck": "0.1.0",
                        "numpy": "2.3.5", "torch": "2.13.0", "gudhi": "3.13.0"},
        "claims": _claims(points[worst], images[worst], float(errors[worst]), float(torn.mean())),
        "timings": {"training": 8.91, "maps": 0.41, "homology": 1.234567, "tears": 0.5},
        "figures": {
            "points": {
                "coordinates": points.tolist(), "reconstruction": images.tolist(),
                "error": errors.tolist(), "component": component.tolist(),
                "component_names": ["circle 1", "circle 2"], "axes": ["x", "y", "z"],
                "projection": None,
            },
            "latent": {"codes": codes[:, None].tolist(), "error": errors.tolist(),
                       "component": component.tolist(), "axes": ["code 1"], "projection": None},
            "tears": [_tear(points, errors, torn & (component == c), c) for c in (0, 1)],
            "witness": {"point": points[worst].tolist(), "reconstruction": images[worst].tolist(),
                        "error": float(errors[worst]), "bound": 1.0},
            "diagrams": _diagrams(rng),
            "exceedance": {
                "epsilon": levels.tolist(), "measure": measure.tolist(),
                "low": np.maximum(measure - half, 0).tolist(),
                "high": np.minimum(measure + half, 1).tolist(),
            },
            "training": {"curves": [_curve(rng, seed) for seed in range(4)]},
        },
    }  # fmt: skip


def hostile() -> dict[str, Any]:
    """Every string from outside tries to be markup."""
    document = linked_circles(600, name=HOSTILE)
    document["subject"]["components"] = [HOSTILE, HOSTILE_BOLD]
    document["settings"]["command"] = f"geomcheck run '{HOSTILE}'"
    document["settings"][HOSTILE] = HOSTILE_BOLD
    figures = document["figures"]
    figures["points"]["component_names"] = [HOSTILE, HOSTILE_BOLD]
    figures["points"]["axes"] = [HOSTILE, "<i>y</i>", "&lt;z&gt;"]
    figures["points"]["projection"] = HOSTILE
    figures["latent"]["axes"] = [HOSTILE]
    figures["training"]["curves"][0]["stopped"] = HOSTILE
    figures["diagrams"]["input"]["filtration"] = HOSTILE
    for claim in document["claims"]:
        for key in ("statement", "summary", "source", "advice"):
            claim[key] = HOSTILE
        claim["values"][HOSTILE] = [HOSTILE, {HOSTILE: HOSTILE}]
        claim["hypotheses"] = [{"says": HOSTILE, "basis": HOSTILE}]
        claim["witness"] = {"kind": HOSTILE, "says": HOSTILE, "data": {HOSTILE: HOSTILE}}
    return document


def points_in_the_plane() -> dict[str, Any]:
    """Bare points of a noisy circle: no reach, no training curves, two columns of codes."""
    rng = np.random.default_rng(1)
    angle = rng.uniform(-np.pi, np.pi, 900)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(0, 0.02, (900, 2))
    images = points * 0.98
    return {
        "schema_version": 1,
        "subject": {"name": "ring.csv", "kind": "points", "intrinsic_dim": None, "ambient_dim": 2,
                    "components": ["points"], "reach": None, "file": "data/ring.csv"},
        "autoencoder": {"kind": "CallableAutoencoder", "latent_dim": 2, "training": None},
        "settings": {"epsilon": 0.05, "delta": 0.01, "confidence": 0.99999, "seed": 3,
                     "command": "geomcheck check ring.csv --model model.pt2"},
        "environment": {"python": "3.12.1"},
        "claims": [
            {"id": "lower-bound", "statement": "No network does better than 0.",
             "verdict": "not-applicable", "summary": "nothing is forced: the set embeds in R^2",
             "source": "no-obstruction", "values": {"bound": 0.0}, "threshold": None,
             "confidence": None, "hypotheses": [], "witness": None, "advice": ""},
            {"id": "exceptional-set", "statement": "The error is small off a small set.",
             "verdict": "inconclusive",
             "summary": "no point of larger error was met; on bare points the measure of K is "
                        "not known",
             "source": "an-unknown-source", "values": {"share": 0.0, "diameter": None},
             "threshold": 0.01, "confidence": 0.99999, "hypotheses": [], "witness": None,
             "advice": "Give the set as a manifold to have its measure."},
        ],
        "timings": {},
        "figures": {
            "points": {"coordinates": points.tolist(), "reconstruction": images.tolist(),
                       "error": np.linalg.norm(points - images, axis=1).tolist(),
                       "component": [0] * 900, "component_names": ["points"],
                       "axes": ["x", "y"], "projection": None},
            "latent": {"codes": (2 * points).tolist(), "error": None, "component": None,
                       "axes": ["code 1", "code 2"], "projection": None},
            "tears": [], "witness": None,
            "diagrams": {"input": {"by_degree": [[[0, 0.01], [0, None]], [[0.1, 0.98]]],
                                   "homology_coeff_field": 2, "filtration": "rips",
                                   "n_points": 900, "resolution": 0.02},
                         "latent": None, "reconstruction": None},
            "exceedance": None,
            "training": None,
        },
    }  # fmt: skip


def minimal() -> dict[str, Any]:
    """The least that is a report."""
    return {"schema_version": 1, "claims": []}


def _circle(angle: Array, component: NDArray[np.int64]) -> Array:
    flat = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    upright = np.stack([1 + np.cos(angle), np.zeros_like(angle), np.sin(angle)], axis=1)
    return np.where(component[:, None] == 0, flat, upright)


def _cut(angle: Array, component: NDArray[np.int64]) -> tuple[Array, Array]:
    """Encode the angle continuously: within the tear the code runs back over the interval."""
    place = np.where(component == 0, np.pi, 0.4)
    turned = (angle - place + np.pi) % (2 * np.pi) - np.pi
    inside = np.abs(turned) < _TEAR
    away = np.where(turned > 0, turned - np.pi, turned + np.pi)
    seen = np.where(inside, -turned / _TEAR * (np.pi - _TEAR), away)
    decoded = seen + place + np.pi
    return seen / np.pi + 2.4 * component - 1.2, _circle(decoded, component)


def _tear(points: Array, errors: Array, rows: NDArray[np.bool_], component: int) -> dict[str, Any]:
    chosen = points[rows]
    share = float(rows.mean())
    return {
        "component": f"circle {component + 1}", "measure": share,
        "measure_low": share * 0.7, "measure_high": share * 1.4,
        "diameter": 2 * _TEAR, "centre": chosen.mean(axis=0).tolist(),
        "points": chosen.tolist(), "largest_error": float(errors[rows].max()),
    }  # fmt: skip


def _diagrams(rng: np.random.Generator) -> dict[str, Any]:
    def noise(count: int, size: float) -> list[list[float | None]]:
        births = np.zeros(count)
        return np.stack([births, births + rng.exponential(size, count)], axis=1).tolist()

    def small(count: int, size: float) -> list[list[float | None]]:
        births = rng.uniform(0.005, 0.05, count)
        return np.stack([births, births + rng.exponential(size, count)], axis=1).tolist()

    common = {"homology_coeff_field": 2, "filtration": "alpha", "n_points": 2000}
    return {
        "input": {**common, "resolution": 0.012, "by_degree": [
            [*noise(300, 0.003), [0.0, 0.5], [0.0, None]],
            [*small(40, 0.004), [0.011, 1.0], [0.012, 0.998]]]},
        "latent": {**common, "resolution": 0.003, "by_degree": [
            [*noise(300, 0.001), [0.0, 0.2], [0.0, None]], []]},
        "reconstruction": {**common, "resolution": 0.02, "by_degree": [
            [*noise(300, 0.004), [0.0, 0.49], [0.0, None]],
            [*small(40, 0.006), [0.03, 0.99], [0.035, 0.985]]]},
    }  # fmt: skip


def _curve(rng: np.random.Generator, seed: int) -> dict[str, Any]:
    steps = np.arange(0, 3000, 10)
    floor = (2e-4, 9e-4, 0.16, 4e-4)[seed]
    loss = 0.6 * np.exp(-steps / (200 + 90 * seed)) + floor
    loss *= np.exp(rng.normal(0, 0.12, len(steps)))
    if seed == 2:
        steps, loss = steps[:60], loss[:60] + 0.16
    return {
        "seed": seed, "steps": steps.tolist(), "train_loss": loss.tolist(),
        "held_out": np.sqrt(loss * 1.6).tolist(), "chosen": seed == 0,
        "stopped": "stayed on the saddle" if seed == 2 else None,
    }  # fmt: skip


def _claims(point: Array, image: Array, error: float, share: float) -> list[dict[str, Any]]:
    percent = f"{100 * share:.2g} %"

    def claim(id: str, verdict: str, summary: str, statement: str, **more: Any) -> dict[str, Any]:
        return {
            "id": id, "statement": statement, "verdict": verdict, "summary": summary,
            "source": "numerical", "values": {}, "threshold": None, "confidence": None,
            "hypotheses": [], "witness": None, "advice": "", **more,
        }  # fmt: skip

    met = [
        {"says": "encoder and decoder are continuous", "basis": "given"},
        {"says": "the points are independent and uniform on K", "basis": "given"},
        {"says": "no tear hides between neighbours at which error and code look sound",
         "basis": "assumed"},
    ]  # fmt: skip
    return [
        claim(
            "lower-bound", "holds", f"no network gets below 1; this one errs by {error:.4g}",
            "Every continuous autoencoder of latent dimension 1 has an error of at least 1.",
            source="kvalheim-sontag-2", hypotheses=met,
            values={"bound": 1.0, "bound_certified": True, "largest_error": error},
            threshold=1.0,
            witness={"kind": "point",
                     "says": f"a point of circle 1 that comes back {error:.4g} away",
                     "data": {"point": point.tolist(), "reconstruction": image.tolist(),
                              "error": error}},
        ),
        claim(
            "small-error", "holds", f"{percent} of the points; at most 1.5 % of K",
            "The error exceeds 0.1 on at most 2 % of K.", source="clopper-pearson",
            values={"share": share, "points": 20000, "share_at_most": 0.01523456},
            threshold=0.02, confidence=0.99, hypotheses=met[1:2],
        ),
        claim(
            "exceptional-set", "holds",
            f"1 tear on circle 1, 1 tear on circle 2; {percent} of the points",
            "Off a set of measure at most 2 % the error is at most 0.1 and every component stays "
            "in one piece.", source="kvalheim-sontag-1", hypotheses=met,
            values={"pieces": 2, "points": 20000,
                    "tears": [{"component": "circle 1", "measure": 0.0049, "diameter": 0.0621,
                               "centre": [-1.0, 0.0, 0.0], "largest_error": 1.99987},
                              {"component": "circle 2", "measure": 0.0051, "diameter": 0.0598,
                               "centre": [1.921, 0.0, 0.389], "largest_error": 1.99912}],
                    "pieces_of_the_rest": {"circle 1": [9912], "circle 2": [9893]}},
            threshold=0.02, confidence=0.99,
        ),
        claim(
            "latent-topology", "holds", "2 classes of degree 1 lost, forced",
            "The codes keep every class of K that they can keep.", source="open-subsets",
            hypotheses=met[:1],
            values={"betti_input": [2, 2], "betti_image": [2, 0],
                    "losses": [{"degree": 1, "had": 2, "kept": 0, "mark": "forced",
                                "source": "open-subsets"}]},
        ),
        claim(
            "reconstruction-topology", "fails", "1 class of degree 1 lost, avoidable",
            "The reconstruction keeps every class of K that it can keep.",
            source="no-obstruction", hypotheses=met[:1],
            advice="The bottleneck is wide enough: train longer, or with other seeds.",
            values={"betti_input": [2, 2], "betti_image": [2, 1]},
            witness={"kind": "bar", "says": "the bars of K in degree 1, of which only 1 is kept",
                     "data": {"degree": 1, "bars": [[0.011, 1.0], [0.012, None]]}},
        ),
        claim(
            "sampling-density", "holds", "covering radius 0.008 is below 0.387 times the reach",
            "The sample is dense enough.", source="niyogi-smale-weinberger",
            values={"covering_radius": 0.00812345, "reach": 0.5, "very_small": 1.5e-9},
        ),
        claim(
            "intrinsic-dimension", "inconclusive", "the estimators disagree: 1, 2, 1",
            "The set has dimension 1.",
            hypotheses=[{"says": "the noise is below the spacing", "basis": "not met"}],
        ),
        claim("embedding", "not-applicable", "no set embeds here", "The code is injective."),
    ]  # fmt: skip
