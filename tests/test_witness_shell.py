"""Witnesses on sets of frames: a shell round a sphere, whose class both maps keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from continuity_cases import bisected

import geomcheck
import theory
from geomcheck.witness_cap import CappedShell
from geomcheck.witness_shell import Shell

CAPPED = ["special-orthogonal", "stiefel:n=3,p=2", "stiefel:n=5,p=3"]
WHOLE = ["stiefel", "stiefel:n=4,p=3", "special-orthogonal:n=4"]
FRAMES = [*CAPPED, *WHOLE]


@pytest.mark.parametrize("spec", FRAMES)
@pytest.mark.parametrize("measure", [0.3, 1e-3])
def test_encoding_undoes_decoding_on_all_codes(spec, measure):
    # So the decoder loses nothing that the encoder kept, and no code comes near the centre.
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=measure)
    shell = model.discs[0]
    assert type(shell) is (Shell if spec in WHOLE else CappedShell)
    points = manifold.sample(3000, rng=0)
    if measure < 0.1:
        # A sample hardly meets so thin a collar.
        points = shell.cell.point(in_the_collar(shell, 3000))
    codes = model.encode(points)
    again = model.encode(model.decode(codes))
    assert np.abs(again - codes).max() <= 1e-9 / measure
    # Nor do lines between the two, so that they run round the centre alike.
    assert np.linalg.norm(again[:, : shell.cell.sphere + 1], axis=1).min() >= 5 * np.pi - 1e-6
    inside = model.in_exceptional_set(points)
    assert inside.any()
    error = np.linalg.norm(model.decode(codes) - points, axis=1)
    assert error[~inside].max(initial=0.0) <= 1e-9
    assert error[inside].max() > 1


def test_moved_copies_keep_the_shell():
    frame = np.linalg.qr(np.random.default_rng(1).standard_normal((10, 9)))[0]
    first = theory.from_spec("special-orthogonal")
    second = theory.moved(first, frame, np.full(10, 4.0), scale=0.5)
    whole, copy = (geomcheck.witness(K, measure=0.3) for K in (first, second))
    assert isinstance(copy.discs[0], CappedShell)
    points = first.sample(2000, rng=0)
    there = 0.5 * points @ frame.T + 4.0
    codes, copied = whole.encode(points), copy.encode(there)
    assert copied == pytest.approx(codes, abs=1e-7)
    assert copy.decode(copied) == pytest.approx(0.5 * whole.decode(codes) @ frame.T + 4.0, abs=1e-7)
    again = copy.encode(copy.decode(copied))
    assert np.abs(again - copied).max() <= 1e-7
    assert copy.in_exceptional_set(there).any()


def in_the_collar(shell, n, seed=0):
    """Return coordinates of points with the antipode of the base point, or the cut, near by."""
    rng = np.random.default_rng(seed)
    d, k = shell.cell.sphere, shell.cell.dim
    v = rng.standard_normal((n, k))
    angle = np.pi * (1 - shell.level * rng.uniform(0, 1.5, (n, 1)))
    v[:, :d] *= np.where(np.arange(n)[:, None] % 2, angle, 1.0) / np.linalg.norm(
        v[:, :d], axis=1, keepdims=True
    )
    v[:, d : d + 1] = np.where(np.arange(n)[:, None] % 3, v[:, d : d + 1], np.sign(angle) * angle)
    return np.clip(v, -np.pi, np.pi)


@pytest.mark.parametrize("spec", [*CAPPED[:2], "stiefel", "special-orthogonal:n=4"])
def test_the_encoder_is_continuous_near_the_set_and_off_it(spec):
    manifold = theory.from_spec(spec)
    model = geomcheck.witness(manifold, measure=0.1)
    shell = model.discs[0]
    rng = np.random.default_rng(1)
    on = shell.cell.point(in_the_collar(shell, 300))
    # From the set through what the decoder makes of the cap to where codes have faded.
    base = shell.cell.point(0.3 * rng.standard_normal((300, shell.cell.dim)))
    low = np.concatenate([on, base]) + 0.05 * rng.standard_normal((600, manifold.ambient_dim))
    high = np.concatenate([base, base * rng.uniform(0.5, 1.2, (300, 1))])
    assert bisected(model.encode, low, high) < 1e-6


@pytest.mark.parametrize("spec", [*CAPPED[:2], "stiefel", "special-orthogonal:n=4"])
def test_the_decoder_is_continuous_over_the_cap_and_through_the_hole(spec):
    model = geomcheck.witness(theory.from_spec(spec), measure=0.1)
    rng = np.random.default_rng(2)
    shell = model.discs[0]
    low, high = rng.uniform(-1, 1, (2, 600, model.latent_dim))
    # Across the antipode, which is -e_1, at all radii; and through the centre.
    reaches = rng.uniform(0.1, 1.3, 400) * shell.extent
    low[:400, 0] = high[:400, 0] = -reaches
    high[:200] = low[:200]
    high[:200, 1:] *= -1
    high[400:] = -30 * low[400:]
    assert bisected(model.decode, low, high) < 1e-6


def covered(directions, target):
    """Count the triangles of a grid (r, c, 3) of directions that cover one direction."""
    a, b = directions[:-1, :-1], directions[1:, :-1]
    c, d = directions[:-1, 1:], directions[1:, 1:]
    corners = np.concatenate([np.stack([a, b, d], -1), np.stack([a, d, c], -1)]).reshape(-1, 3, 3)
    corners = corners[np.abs(np.linalg.det(corners)) > 1e-14]
    shares = np.linalg.solve(corners, np.broadcast_to(target[:, None], (len(corners), 3, 1)))
    return int((shares[:, :, 0] > 0).all(axis=1).sum())


def half_turns():
    """Return a grid of half-turns about all axes, which are the projective plane of H_2."""
    theta, phi = np.meshgrid(np.linspace(0, np.pi / 2, 81), np.linspace(0, 2 * np.pi, 81))
    axis = np.stack([np.cos(theta), np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)], -1)
    return 2 * axis[..., :, None] * axis[..., None, :] - np.eye(3)


@pytest.mark.parametrize("spec", CAPPED[:2])
def test_the_class_of_the_half_turns_runs_round_the_hole(spec):
    model = geomcheck.witness(theory.from_spec(spec), measure=0.2)
    turns = half_turns()
    shape = turns.shape[:2]
    frames = turns.reshape(-1, 9) if spec.startswith("special") else turns[..., :2].reshape(-1, 6)
    codes = model.encode(frames)
    images = model.decode(codes)
    feet = model.discs[0].cell.coordinates(model.manifold.project(images))
    ways = {
        "codes": codes,
        "codes of the images": model.encode(images),
        "codes of the nearest points": model.discs[0].codes(feet),
    }
    rng = np.random.default_rng(5)
    for target in rng.standard_normal((20, 3)):
        odd = {name: covered(way.reshape(*shape, 3), target) % 2 for name, way in ways.items()}
        # No map through the set itself keeps the class: over a sphere it is 0 (pi_2 of SO(3)).
        assert odd == {"codes": 1, "codes of the images": 1, "codes of the nearest points": 0}


def test_more_dimensions_are_filled_up():
    manifold = theory.from_spec("special-orthogonal")
    model = geomcheck.witness(manifold, measure=0.05, latent_dim=5)
    points = manifold.sample(500, rng=0)
    codes = model.encode(points)
    assert not codes[:, 3:].any()
    error = np.linalg.norm(model.decode(codes) - points, axis=1)
    assert error[~model.in_exceptional_set(points)].max() <= 1e-9


def test_a_set_whose_reach_is_not_known_has_a_shell_as_well():
    manifold = theory.from_spec("special-orthogonal")
    unknown = replace(manifold, claims=replace(manifold.claims, reach=None))
    model = geomcheck.witness(unknown, measure=0.2)
    codes = model.encode(manifold.sample(500, rng=0))
    assert np.abs(model.encode(model.decode(codes)) - codes).max() <= 1e-9


def test_training_starts_from_a_shell():
    manifold = theory.from_spec("special-orthogonal")
    found = geomcheck.fit(
        manifold, latent_dim=3, start="witness", steps=5, seeds=1, hidden=(8,), rng=0
    )
    assert found.encode(manifold.sample(3, rng=0)).shape == (3, 3)
