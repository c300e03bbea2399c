"""Geomstats spaces as manifolds, against geomstats' own functions."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from geomcheck.witness import witness
from theory.errors import InvalidInput
from theory.geomstats_space import from_geomstats
from theory.statistics import clopper_pearson

pytest.importorskip("geomstats")


def _spaces():
    from geomstats.geometry.grassmannian import Grassmannian
    from geomstats.geometry.hypersphere import Hypersphere
    from geomstats.geometry.nfold_manifold import NFoldManifold
    from geomstats.geometry.product_manifold import ProductManifold
    from geomstats.geometry.special_orthogonal import SpecialOrthogonal
    from geomstats.geometry.stiefel import Stiefel

    return {
        "sphere": Hypersphere(2),
        "rotations-2": SpecialOrthogonal(2),
        "rotations-3": SpecialOrthogonal(3),
        "stiefel": Stiefel(4, 2),
        "grassmannian": Grassmannian(4, 2),
        "product": ProductManifold([Hypersphere(1), Hypersphere(2)]),
        "power": NFoldManifold(Hypersphere(1), 3),
    }


NAMES = ["sphere", "rotations-2", "rotations-3", "stiefel", "grassmannian", "product", "power"]


@pytest.mark.parametrize("name", NAMES)
def test_our_points_belong_to_the_space_and_its_points_to_our_manifold(name):
    space = _spaces()[name]
    manifold = from_geomstats(space)
    assert manifold.dim == space.dim
    assert manifold.ambient_dim == int(np.prod(space.shape))
    ours = manifold.sample(40, rng=3).reshape(-1, *space.shape)
    assert np.all(space.belongs(ours, atol=1e-10))
    state = np.random.get_state()  # noqa: NPY002
    theirs = np.asarray(space.random_point(40)).reshape(40, -1)
    np.random.set_state(state)  # noqa: NPY002
    assert manifold.distance(theirs).max() < 1e-10


@pytest.mark.parametrize("name", ["sphere", "rotations-3", "stiefel", "grassmannian"])
def test_our_frames_are_tangent_for_geomstats(name):
    space = _spaces()[name]
    manifold = from_geomstats(space)
    points = manifold.sample(10, rng=4)
    frames = manifold.tangent(points)
    for column in range(manifold.dim):
        vectors = frames[:, :, column].reshape(-1, *space.shape)
        base = points.reshape(-1, *space.shape)
        assert np.all(space.is_tangent(vectors, base, atol=1e-10))


def test_no_global_state_changes():
    spaces = _spaces()
    torch = pytest.importorskip("torch")
    before, dtype = np.random.get_state(), torch.get_default_dtype()  # noqa: NPY002
    seed = torch.random.get_rng_state()
    for space in spaces.values():
        manifold = from_geomstats(space)
        manifold.project(manifold.sample(5, rng=0))
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(x, y) for x, y in zip(before, after, strict=True))
    assert torch.get_default_dtype() is dtype
    assert torch.equal(torch.random.get_rng_state(), seed)


SCRIPT = """
import numpy as np, torch
import geomstats.backend
from geomstats.geometry.grassmannian import Grassmannian
from geomstats.geometry.hypersphere import Hypersphere
from geomstats.geometry.product_manifold import ProductManifold
from geomstats.geometry.special_orthogonal import SpecialOrthogonal
from geomstats.geometry.stiefel import Stiefel

spaces = [
    Hypersphere(3), SpecialOrthogonal(3), Stiefel(4, 2), Grassmannian(3, 1),
    ProductManifold([Hypersphere(2), Stiefel(3, 1)]),
]
# Settings of the user's own, none of them a default.
np.seterr(over="raise")
np.random.seed(5)
torch.manual_seed(6)
torch.set_default_dtype(torch.float16)

def state():
    kind, keys, *rest = np.random.get_state()
    return (
        kind, keys.tobytes(), rest, np.geterr(), torch.get_default_dtype(),
        torch.random.get_rng_state().numpy().tobytes(), torch.is_grad_enabled(),
        geomstats.backend.__name__,
    )

before = state()
import theory
for space in spaces:
    K = theory.from_geomstats(space)
    points = K.sample(20, rng=1)
    assert points.dtype == np.float64
    assert K.distance(points).max() < 1e-10 and K.tangent(points).shape[2] == K.dim
    assert state() == before, space
print("unchanged")
"""


def test_a_fresh_process_keeps_its_global_state():
    """Where geomstats runs on torch, with settings of the user's own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "GEOMSTATS_BACKEND": "pytorch"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "unchanged\n"), done.stderr


def test_products_of_products_keep_the_claims_of_their_factors():
    from geomstats.geometry.hypersphere import Hypersphere
    from geomstats.geometry.product_manifold import ProductManifold
    from geomstats.geometry.special_orthogonal import SpecialOrthogonal

    inner = ProductManifold([Hypersphere(1), Hypersphere(2)])
    nested = from_geomstats(ProductManifold([inner, Hypersphere(1)]))
    assert nested.claims.betti == {2: (1, 2, 2, 2, 1), 3: (1, 2, 2, 2, 1)}
    assert nested.claims.reach.value == 1.0
    assert nested.claims.volume.value == pytest.approx((2 * np.pi) ** 2 * 4 * np.pi)
    both = from_geomstats(ProductManifold([SpecialOrthogonal(3), SpecialOrthogonal(2)]))
    assert both.claims.betti == {2: (1, 2, 2, 2, 1), 3: (1, 1, 0, 1, 1)}
    assert both.claims.reach.value == pytest.approx(np.sqrt(2))
    assert (both.dim, both.ambient_dim, both.orientable) == (4, 13, True)


def test_same_seed_same_points():
    manifold = from_geomstats(_spaces()["product"])
    assert np.array_equal(manifold.sample(7, rng=1), manifold.sample(7, rng=1))
    assert manifold.claims.reach.value == 1.0


def test_rejects_intrinsic_coordinates_and_other_spaces():
    from geomstats.geometry.hyperboloid import Hyperboloid
    from geomstats.geometry.special_orthogonal import SpecialOrthogonal

    with pytest.raises(InvalidInput, match="extrinsic"):
        from_geomstats(SpecialOrthogonal(3, point_type="vector"))
    with pytest.raises(InvalidInput, match="Hypersphere"):
        from_geomstats(Hyperboloid(2))
    with pytest.raises(InvalidInput, match="a geomstats manifold"):
        from_geomstats("sphere")


@pytest.mark.parametrize("name", NAMES)
def test_their_spaces_have_witnesses(name):
    manifold = from_geomstats(_spaces()[name])
    model = witness(manifold, measure=0.05)
    points = manifold.sample(1500, rng=6)
    lost = model.in_exceptional_set(points)
    errors = np.linalg.norm(model.decode(model.encode(points)) - points, axis=1)
    assert errors[~lost].max() <= 1e-9
    limits = clopper_pearson(int(lost.sum()), len(points), confidence=0.9999)
    assert limits.lower <= model.measure.value <= 0.05 * (1 + 1e-9)
