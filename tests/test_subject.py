"""From a text to the set under study."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from geomcheck.subject import resolve, slug
from theory.errors import InvalidInput
from theory.manifold import Manifold
from theory.point_set import PointSet

OWN = """
print("hello from the user's file")
import theory
from helper import SIZE
CIRCLE = theory.sphere(dim=1, R=SIZE)
CLOUD = theory.PointSet("mine", [[0.0, 1.0], [2.0, 3.0]])
class Shelf:
    TORUS = theory.torus()
def build():
    print("building")
    return theory.sphere(dim=2, R=3.0)
def broken():
    raise KeyError("lost")
NUMBER = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_shapes.py").write_text(OWN)
    (tmp_path / "helper.py").write_text("SIZE = 2.5\n")
    yield tmp_path
    for name in ("own_shapes", "helper", "bad"):
        sys.modules.pop(name, None)


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        resolve(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_catalogue_name() -> None:
    torus = resolve("torus:R=3,r=0.5")
    assert isinstance(torus, Manifold)
    assert torus.name == "torus:R=3,r=0.5"


def test_the_catalogue_comes_before_a_folder_of_that_name(folder: Path) -> None:
    (folder / "torus").mkdir()
    assert isinstance(resolve("torus"), Manifold)


@pytest.mark.parametrize("name", ["a.npy", "a:b.npy", "deep/a.NPY"])
def test_a_file_of_points(folder: Path, name: str) -> None:
    (folder / "deep").mkdir()
    with open(folder / name, "wb") as file:
        np.save(file, np.eye(3))
    points = resolve(name)
    assert isinstance(points, PointSet)
    assert points.name == Path(name).name
    np.testing.assert_array_equal(points.points, np.eye(3))


@pytest.mark.parametrize("home", ["own_shapes", "own_shapes.py", "./own_shapes.py"])
def test_a_manifold_of_the_users_own(
    folder: Path, home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    circle = resolve(f"{home}:CIRCLE")
    assert isinstance(circle, Manifold)
    assert circle.claims.reach is not None
    assert circle.claims.reach.value == 2.5
    said = capsys.readouterr()
    assert said.out == ""
    assert "hello from the user's file" in said.err


@pytest.mark.parametrize(
    ("name", "kind"), [("CLOUD", PointSet), ("Shelf.TORUS", Manifold), ("build", Manifold)]
)
def test_what_an_attribute_may_be(folder: Path, name: str, kind: type) -> None:
    assert isinstance(resolve(f"own_shapes.py:{name}"), kind)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tours", "did you mean torus?"),
        ("tours:R=2", "did you mean torus?"),
        ("", "a catalogue name"),
        ("torus:", None),
        ("nothing.npy", "nothing.npy: got no such file"),
        ("folder/nothing", "folder/nothing: got no such file"),
        ("own_shapes.py", "FILE.py:NAME"),
        ("own_shapes.py:CIRCEL", "did you mean CIRCLE?"),
        ("own_shapes:NUMBER", "own_shapes:NUMBER, a int, expected a theory.Manifold"),
        ("own_shapes:broken", "KeyError: 'lost' (own_shapes.py, line 13)"),
        ("no_such_module_here:K", "a module that exists"),
        ("nothing.py:K", "a file nothing.py that exists"),
        ("x" * 5000, "a catalogue name"),
        ("x" * 5000 + ".npy", "no such file"),
    ],
)
def test_what_cannot_be_used(folder: Path, text: str, says: str | None) -> None:
    if says is None:
        assert isinstance(resolve(text), Manifold)
    else:
        assert says in refusal(text)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero (bad.py, line 1)"),
        ("def", "SyntaxError: invalid syntax (bad.py, line 1)"),
        ("import no_such_module_here", "No module named 'no_such_module_here'"),
        ("raise SystemExit(3)", "SystemExit: 3 (bad.py, line 1)"),
    ],
)
@pytest.mark.parametrize("home", ["bad", "bad.py"])
def test_the_users_code_fails(folder: Path, home: str, code: str, says: str) -> None:
    (folder / "bad.py").write_text(code + "\n")
    message = refusal(f"{home}:K")
    assert "code that runs" in message
    assert says in message


def test_an_installed_module_is_not_hidden_by_a_file(folder: Path) -> None:
    (folder / "json.py").write_text("raise RuntimeError('hidden')\n")
    assert "a name defined there" in refusal("json:no_such_name")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("linked-circles", "linked-circles"),
        ("torus:R=2,r=0.7", "torus-R2-r0.7"),
        ("../../etc/passwd", "etc-passwd"),
        ("...", "subject"),
        ("my points.csv", "my-points.csv"),
        ("x" * 200, "x" * 80),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected
