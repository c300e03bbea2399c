"""Retractions of manifolds, and what of the homology an autoencoder that respects them keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geomcheck
import theory
from geomcheck.evaluation import evaluate
from geomcheck.ground import survey
from geomcheck.measure.retracts import carried_along
from geomcheck.result import Verdict
from theory.cells.ball import sphere_exp, sphere_log

KNOWN = [
    "stiefel",
    "stiefel:n=4,p=3",
    "stiefel:n=6,p=2",
    "stiefel:n=8,p=4",
    "special-orthogonal:n=4",
    "grassmannian",
    "torus",
    "flat-torus:a=2,b=1",
    "klein-bottle",
    "moebius-band",
]
WITHOUT = [
    "stiefel:n=3,p=2",
    "grassmannian:n=5,k=2",
    "stiefel:n=5,p=2",
    "stiefel:n=6,p=3",
    "special-orthogonal",
    "sphere",
]


def retracting():
    """Yield manifolds that know what they retract to, moved ones and products among them."""
    for spec in KNOWN:
        yield theory.from_spec(spec)
    frame = np.linalg.qr(np.random.default_rng(1).standard_normal((10, 8)))[0]
    yield theory.moved(theory.from_spec("stiefel"), frame, np.full(10, 4.0), scale=0.5)
    yield theory.product(theory.from_spec("circle"), theory.from_spec("sphere"))
    yield theory.product(theory.from_spec("sphere"), theory.from_spec("stiefel"))


@pytest.mark.parametrize("manifold", list(retracting()), ids=lambda manifold: manifold.name)
def test_a_retraction_maps_onto_and_has_a_section(manifold):
    assert manifold.retracts
    points = manifold.sample(300, rng=0)
    for retract in manifold.retracts:
        below = retract.manifold
        there = retract.map(points)
        assert np.abs(below.project(there) - there).max() <= 1e-9
        few = below.sample(200, rng=1)
        back = retract.section(few)
        assert np.abs(manifold.project(back) - back).max() <= 1e-9
        assert np.abs(retract.map(back) - few).max() <= 1e-9


def height_turned(points):
    """Turn half round from the bottom to the middle, and half on to the top."""
    angle = np.pi * points[:, 2]
    return 3 * np.column_stack([np.cos(angle), np.sin(angle)])


def first_of_height(turns):
    """Return points of the torus of the height that turns so far: top and bottom turn alike."""
    height = np.arctan2(turns[:, 1], turns[:, 0]) / np.pi
    away = 2 + np.sqrt(np.maximum(1 - height**2, 0))
    return np.column_stack([away, 0 * height, height])


BROKEN = {
    "a section that it does not undo": {"section": lambda y: np.pad(-y, ((0, 0), (0, 1)))},
    "a section off the set": {"section": lambda y: np.pad(1.1 * y, ((0, 0), (0, 1)))},
    "a map off what it retracts to": {"map": lambda x: x[:, :2]},
    "another shape": {"map": lambda x: x},
    "a section that jumps": {"map": height_turned, "section": first_of_height},
    "no numbers": {"map": lambda x: x[:, :2] * np.nan},
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_false_retraction_is_found(fault):
    manifold = theory.from_spec("torus")
    checked = theory.check_manifold(manifold, only=["retracts"])
    assert checked[0].outcome == "holds"
    broken = replace(manifold, retracts=(replace(manifold.retracts[0], **BROKEN[fault]),))
    assert theory.check_manifold(broken, only=["retracts"])[0].outcome == "fails"


@pytest.mark.parametrize("spec", WITHOUT)
def test_where_no_section_is_known_nothing_is_said(spec):
    assert theory.from_spec(spec).retracts == ()


class Displaced:
    """The identity, but for a shift of what a retraction shows."""

    continuous = True

    def __init__(self, latent_dim, shift):
        self.latent_dim = latent_dim
        self.shift = shift

    def encode(self, points):
        return points

    def decode(self, codes):
        return codes + self.shift


@given(st.floats(0.01, 1.5), st.integers(0, 2))
def test_what_strays_less_than_half_the_reach_is_carried(shift, axis):
    manifold = theory.from_spec("sphere")
    pool = evaluate(Displaced(3, shift * np.eye(3)[axis]), manifold.sample(1000, rng=0))
    found = carried_along(survey(manifold, rng=np.random.default_rng(0)), pool, 3)
    if shift <= 0.499:
        assert [each.strays for each in found] == [pytest.approx(shift)]
        assert found[0].betti[2] == (1, 0, 1)
    if shift >= 0.501:
        assert found == ()


def carried(manifold, model):
    ground = survey(manifold, rng=np.random.default_rng(0))
    return carried_along(ground, evaluate(model, manifold.sample(3000, rng=2)), model.latent_dim)


def topology(manifold, model, **options):
    report = geomcheck.verify(manifold, model, rng=0, samples=3000, **options)
    return [report[claim] for claim in ("latent-topology", "reconstruction-topology")]


def test_frames_keep_the_sphere_of_their_first_columns():
    manifold = theory.from_spec("stiefel")
    model = geomcheck.witness(manifold, measure=0.01)
    for claim in topology(manifold, model):
        assert claim.verdict is Verdict.HOLDS
        # Of H_2 and H_3, dual to one another, both would be too much.
        assert claim.values["classes_kept"][:2] == [1, 0]
        assert claim.values["classes_kept"][3:] == [1, 0]
        assert any("first column" in hypothesis.says for hypothesis in claim.hypotheses)
        assert [each["onto"] for each in claim.values["retractions"]] == ["sphere of dimension 3"]


class Spoilt:
    """A model whose points are changed before, or after, they pass it."""

    continuous = True

    def __init__(self, model, change, *, before):
        self.model = model
        self.change = change
        self.before = before
        self.latent_dim = model.latent_dim

    def encode(self, points):
        return self.model.encode(self.change(points) if self.before else points)

    def decode(self, codes):
        points = self.model.decode(codes)
        return points if self.before else self.change(points)


def folded(points):
    """Turn each frame so that the last entry of its first column becomes its absolute value."""
    frames = points.reshape(-1, 4, 2).copy()
    low = frames[:, 3, 0] < 0
    frames[low, 3] *= -1
    return frames.reshape(-1, 8)


def constant(points):
    """Leave the second column alone, and forget the first."""
    frames = points.reshape(-1, 4, 2).copy()
    frames[:, :, 0] = [1.0, 0.0, 0.0, 0.0]
    return frames.reshape(-1, 8)


@pytest.mark.parametrize("change", [folded, constant])
@pytest.mark.parametrize("before", [True, False])
def test_a_fold_of_the_sphere_carries_nothing(change, before):
    manifold = theory.from_spec("stiefel")
    model = Spoilt(geomcheck.witness(manifold, measure=0.01), change, before=before)
    assert carried(manifold, model) == ()
    assert [each.name for each in carried(manifold, model.model)] == ["its first column"]


class InSpace:
    """The points themselves as codes, changed."""

    continuous = True
    latent_dim = 4

    def __init__(self, change):
        self.change = change

    def encode(self, points):
        return self.change(points)

    def decode(self, codes):
        return codes


def test_a_three_sphere_that_is_rebuilt_keeps_its_class():
    manifold = theory.from_spec("sphere:dim=3")
    for claim in topology(manifold, InSpace(lambda x: x)):
        assert claim.verdict is Verdict.HOLDS
        assert claim.values["classes_kept"] == [1, 0, 0, 1]
    flat = InSpace(lambda x: np.column_stack([x[:, :3], np.abs(x[:, 3])]))
    assert carried(manifold, flat) == ()


def on_surface(spec, change, **options):
    """Return the verdict on codes that are points of a surface, changed."""
    manifold = theory.from_spec(spec)

    class Model:
        continuous = True
        latent_dim = manifold.ambient_dim

        def encode(self, points):
            return change(points)

        def decode(self, codes):
            return codes

    return topology(manifold, Model(), **options)


def test_codes_that_lie_in_fewer_dimensions_lose_what_these_cannot_carry():
    # A Klein bottle in R^4 without its last coordinate, one to one but for a curve: in R^3 its
    # loop of order two is lost, and need not have been.
    for claim in on_surface("klein-bottle", lambda x: x * [1.0, 1.0, 1.0, 0.0]):
        assert claim.verdict is Verdict.FAILS
        assert claim.values["classes_kept"] == [1, 1, 1]
        said = "; ".join(hypothesis.says for hypothesis in claim.hypotheses)
        assert "lie in 3 of 4 dimensions" in said
        assert "H^1(K; Z)" in said
        assert not claim.values["certified"]


def test_codes_of_unequal_axes_are_not_flat():
    for claim in on_surface("sphere", lambda x: x * [1.0, 1.0, 1e-9]):
        assert claim.verdict is not Verdict.FAILS


def test_a_tear_that_is_forced_and_that_no_point_meets_leaves_the_topology_open():
    # A circle times a 3-sphere through R^4: the 3-sphere unfolds but for a cap of 3e-3, its code 0
    # there. The loop stays, and all that is lost is forced; but points alone say so.
    manifold = theory.product(theory.from_spec("circle"), theory.from_spec("sphere:dim=3"))

    class Model:
        continuous = True
        latent_dim = 4

        def encode(self, points):
            log = sphere_log(points[:, 2:])
            depth = 1 - np.linalg.norm(log, axis=1, keepdims=True) / np.pi
            log *= np.minimum(depth / 1e-3, 1.0)
            return np.column_stack([(4 + log[:, :1]) * points[:, :2], log[:, 1:]])

        def decode(self, codes):
            away = np.linalg.norm(codes[:, :2], axis=1, keepdims=True)
            rest = sphere_exp(np.column_stack([away - 4, codes[:, 2:]]))
            return np.column_stack([codes[:, :2] / np.maximum(away, 0.5), rest])

    report = geomcheck.verify(manifold, Model(), rng=0, samples=3000)
    for claim in ("latent-topology", "reconstruction-topology"):
        assert report[claim].verdict is Verdict.INCONCLUSIVE
        # A retraction to all of it, with both dual classes, is not believed.
        assert report[claim].values["classes_kept"] == [1, 1, 0, 0]
        assert "that is forced was met" in report[claim].summary
    assert report["exceptional-set"].verdict is Verdict.INCONCLUSIVE


def test_codes_that_throw_everything_away_lose_what_a_retraction_keeps():
    manifold = theory.from_spec("stiefel")

    class Model:
        continuous = True
        latent_dim = 5

        def encode(self, points):
            return np.zeros((len(points), 5))

        def decode(self, codes):
            return np.tile(np.eye(4)[:, :2].ravel(), (len(codes), 1))

    for claim in topology(manifold, Model()):
        # The sphere of the first columns embeds in R^4.
        assert claim.verdict is Verdict.FAILS
        assert "H3 lost, avoidable: a retraction of K would keep some" in claim.summary


def test_a_retraction_that_is_none_is_not_used_or_refused():
    manifold = theory.from_spec("torus")
    onto = manifold.retracts[0]
    model = geomcheck.witness(manifold, measure=0.01)
    assert [each.name for each in carried(manifold, model)] == [onto.name]
    still = replace(onto, map=lambda x: np.tile([3.0, 0.0], (len(x), 1)))
    assert carried(replace(manifold, retracts=(still,)), model) == ()
    wide = replace(manifold, retracts=(replace(onto, map=lambda x: x),))
    with pytest.raises(theory.InvalidInput, match=r"retracts, its direction .* got shape"):
        carried(wide, model)
    for wrong in ("x", ("x",)):
        with pytest.raises(theory.InvalidInput, match=r"theory\.Retract"):
            replace(manifold, retracts=wrong)
    with pytest.raises(theory.InvalidInput, match="got 1, of 2 components"):
        replace(theory.linked_circles(), retracts=(onto,))
    union = theory.product(theory.linked_circles(), theory.circle())
    assert union.parts
    assert union.retracts == ()
    with pytest.raises(theory.InvalidInput, match="section: got 3, expected a function"):
        replace(onto, section=3)
