"""What importing costs: each heavy library stays behind its door until it is used.

Import cycles, and which module may import which library, are the business of import-linter
(`make check`).
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"torch", "gudhi", "geomstats", "plotly", "jinja2", "matplotlib", "sklearn"}


def loaded_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after running `code`."""
    script = f"""
import contextlib, io, json, sys
with contextlib.redirect_stdout(io.StringIO()):
{code}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def command(*arguments: str) -> str:
    return (
        "    from geomcheck.cli.entry import run_command_line\n"
        f"    assert run_command_line({list(arguments)!r}) == 0"
    )


def test_theory_stands_alone() -> None:
    loaded = loaded_after("    import theory; theory.linked_circles().sample(10)")
    assert "numpy" in loaded
    assert not loaded & (HEAVY | {"geomcheck", "click", "rich"})


def test_no_name_of_theory_needs_more_than_numpy() -> None:
    loaded = loaded_after(
        "    import theory\n    for name in theory.__all__: getattr(theory, name)"
    )
    assert not loaded & (HEAVY | {"geomcheck", "scipy"})


def test_the_door_to_geomstats_opens_none() -> None:
    loaded = loaded_after(
        "    import theory\n"
        "    try: theory.from_geomstats('sphere')\n"
        "    except theory.InvalidInput: pass"
    )
    assert "geomstats" not in loaded


def test_importing_either_package_loads_no_numpy() -> None:
    assert "numpy" not in loaded_after("    import theory, geomcheck")


def test_help_loads_next_to_nothing() -> None:
    loaded = loaded_after(command("--help"))
    assert "click" in loaded
    assert not loaded & (HEAVY | {"numpy", "scipy", "rich"})


@pytest.mark.parametrize("arguments", [("list",), ("list", "--json"), ("--version",)])
def test_commands_that_need_no_torch_load_none(arguments: tuple[str, ...]) -> None:
    assert not loaded_after(command(*arguments)) & HEAVY


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "no-such-thing", "--latent-dim", "1"),
        ("run", "torus:r=9", "--latent-dim", "1"),
        ("run", "torus", "--latent-dim", "0"),
        ("run", "torus", "--latent-dim", "1", "--out", "/dev/null/x"),
    ],
)
def test_bad_input_is_refused_before_torch_is_loaded(arguments: tuple[str, ...]) -> None:
    loaded = loaded_after(command(*arguments).replace("== 0", "== 2"))
    assert not loaded & HEAVY


def test_functions_win_over_modules_of_the_same_name() -> None:
    loaded_after(
        "    import geomcheck.bounds, geomcheck.verify, geomcheck\n"
        "    assert callable(geomcheck.bounds) and callable(geomcheck.verify)\n"
        "    from geomcheck import bounds\n"
        "    assert callable(bounds)"
    )


@pytest.mark.parametrize("package", ["theory", "geomcheck"])
def test_every_public_name_is_there(package: str) -> None:
    code = (
        f"    import {package}\n"
        f"    for name in {package}.__all__: getattr({package}, name)\n"
        f"    assert set({package}.__all__) <= set(dir({package}))\n"
        f"    assert not hasattr({package}, 'no_such_name')"
    )
    assert package in loaded_after(code)
