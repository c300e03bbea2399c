"""Programs of torch.export, read without unpickling."""

from __future__ import annotations

import io
import json
import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from payload import Payload
from torch import nn

from geomcheck.adapters import load_model
from theory.errors import InvalidInput

POINTS = np.random.default_rng(0).normal(size=(9, 3))


class Both(nn.Module):
    """Points to (code, reconstruction), with operations beyond the usual ones."""

    def __init__(self, bypass: bool = False, bend: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.encoder = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 2))
        self.decoder = nn.Sequential(nn.Linear(2, 8), nn.ReLU(inplace=True), nn.Linear(8, 3))
        self.register_buffer("scale", torch.tensor([1.0, 2.0, 3.0]))
        self.bypass, self.bend = bypass, bend
        self.eval()

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        image = self.decoder(z).view(z.shape[0], 3)
        first, rest = torch.split(image, [1, 2], dim=1)
        return torch.cat([first / 2, rest.clamp(-9, 9)], dim=1) * self.scale + torch.ones(3)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        code = self.encoder(x)
        code = code if self.bend is None else self.bend(code)
        return code, self.decode(code) + (x if self.bypass else 0)


def program(module: nn.Module, width: int = 3, *, rows: Any = "n") -> torch.export.ExportedProgram:
    shapes = ({0: torch.export.Dim(rows, min=1)},) if rows else None
    example = torch.zeros((4, width), dtype=next(module.parameters()).dtype)
    return torch.export.export(module, (example,), dynamic_shapes=shapes, strict=False)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One program for both halves."""
    file = tmp_path_factory.mktemp("saved") / "both.pt2"
    torch.export.save(program(Both()), file)
    return file


def refusal(text: object, points: np.ndarray = POINTS, **how: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        load_model(str(text), points, **how)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write the archive anew with other members."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    other = file.with_name("other.pt2")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return other


def edited(file: Path, member: str, edit: Callable[[Any], None]) -> Path:
    """Write the archive anew with another document in it."""

    def change(members: dict[str, bytes]) -> None:
        name = next(name for name in members if name.endswith(member))
        document = json.loads(members[name])
        edit(document)
        members[name] = json.dumps(document).encode()

    return rewritten(file, change)


def test_one_program_is_cut_at_its_code(saved: Path) -> None:
    found = load_model(str(saved), POINTS)
    with torch.no_grad():
        codes, images = Both()(torch.tensor(POINTS, dtype=torch.float32))
    assert (found.latent_dim, found.continuous) == (2, True)
    np.testing.assert_array_equal(found.encode(POINTS), codes.numpy())
    np.testing.assert_array_equal(found.decode(codes.numpy()), images.numpy())
    assert len(found.decode(found.encode(POINTS[:1]))) == 1


def test_two_programs_are_two_halves(tmp_path: Path) -> None:
    both = Both().double()
    torch.export.save(program(both.encoder), tmp_path / "e.pt2")
    torch.export.save(program(both.decoder, 2), tmp_path / "d.pt2")
    found = load_model(f"{tmp_path}/e.pt2,{tmp_path}/d.pt2", POINTS)
    with torch.no_grad():
        images = both.decoder(both.encoder(torch.tensor(POINTS)))
    np.testing.assert_array_equal(found.decode(found.encode(POINTS)), images.numpy())


def test_a_program_with_a_jump_is_not_called_continuous(tmp_path: Path) -> None:
    torch.export.save(program(Both(bend=torch.round)), tmp_path / "r.pt2")
    found = load_model(f"{tmp_path}/r.pt2", POINTS)
    assert not found.continuous
    assert "round" in found.continuity  # type: ignore[attr-defined]
    assert load_model(f"{tmp_path}/r.pt2", POINTS, continuous=True).continuous


def test_a_way_round_the_code_is_seen(tmp_path: Path) -> None:
    torch.export.save(program(Both(bypass=True)), tmp_path / "skip.pt2")
    assert "depends on the points not only through" in refusal(tmp_path / "skip.pt2")


def test_a_program_that_cannot_be_used_is_refused(saved: Path, tmp_path: Path) -> None:
    torch.export.save(program(Both(), rows=None), tmp_path / "fixed.pt2")
    assert "for a fixed number of rows" in refusal(tmp_path / "fixed.pt2")
    torch.export.save(program(Both().encoder), tmp_path / "half.pt2")
    assert "a program with 1 output(s)" in refusal(tmp_path / "half.pt2")
    assert "for points of dimension 3, expected dimension 5" in refusal(saved, np.ones((4, 5)))
    assert "code: got nothing_such, expected one of" in refusal(saved, code="nothing_such")
    torch.export.save(program(Both(bend=torch.erfinv)), tmp_path / "odd.pt2")
    assert "operations erfinv, expected those" in refusal(tmp_path / "odd.pt2")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_program_is_refused(saved: Path, share: float) -> None:
    data = saved.read_bytes()
    cut = saved.with_name("cut.pt2")
    cut.write_bytes(data[: int(share * len(data))])
    assert re.search(r"cut.pt2: got (no archive, or a damaged|a zip file without)", refusal(cut))


def payload_bytes(mark: Path) -> bytes:
    buffer = io.BytesIO()
    torch.save(Payload(mark), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "member", ["weight_0", "tensor_0", "sample_inputs/model.pt", "weights/model.pt"]
)
@pytest.mark.parametrize("kind", ["pickle", "torch"])
def test_a_payload_in_a_member_does_not_run(saved: Path, member: str, kind: str) -> None:
    mark = saved.with_name(f"mark-{kind}-{member.replace('/', '-')}")
    evil = pickle.dumps(Payload(mark)) if kind == "pickle" else payload_bytes(mark)

    def plant(members: dict[str, bytes]) -> None:
        root = next(iter(members)).partition("/")[0]
        known = [name for name in members if name.endswith("/" + member)]
        members[known[0] if known else f"{root}/data/{member}"] = evil
        for name in (n for n in members if n.endswith("_config.json")):
            document = json.loads(members[name])
            for entry in document["config"].values():
                entry["use_pickle"] = member in ("weight_0", "tensor_0")
            members[name] = json.dumps(document).encode()

    other = rewritten(saved, plant)
    if member in ("weight_0", "tensor_0"):
        assert "a pickle for" in refusal(other)
    else:
        # Neither sample inputs nor weights in the older form are looked at.
        load_model(str(other), POINTS)
    assert not mark.exists()
    with pytest.raises(Exception, match=r".*"):
        torch.load(io.BytesIO(evil), weights_only=False).missing  # noqa: B018
    if kind == "torch":
        assert mark.exists(), "the payload is a real one"


def test_torch_itself_would_have_run_the_payload(saved: Path) -> None:
    mark = saved.with_name("mark-of-torch")

    def plant(members: dict[str, bytes]) -> None:
        name = next(n for n in members if n.endswith("sample_inputs/model.pt"))
        members[name] = payload_bytes(mark)

    other = rewritten(saved, plant)
    with pytest.raises(Exception, match=r".*"):
        torch.export.load(other)
    assert mark.exists()


def test_a_name_in_the_graph_is_no_way_to_call_anything(saved: Path) -> None:
    mark = saved.with_name("mark-of-system")

    def call(document: dict[str, Any]) -> None:
        node = document["graph_module"]["graph"]["nodes"][0]
        node["target"] = "torch.serialization.os.system"
        node["inputs"] = [{"name": "c", "arg": {"as_string": f"touch {mark}"}, "kind": 1}]

    assert "operations torch.serialization.os.system" in refusal(
        edited(saved, "models/model.json", call)
    )
    assert not mark.exists()


@pytest.mark.parametrize(
    "target",
    ["torch.ops.aten.linear.__class__", "torch.ops.aten.linear.out", "torch.ops.aten.from_file.x",
     "_operator.attrgetter", "math.exp", "builtins.eval", "torch.ops.own.linear.default"],
)  # fmt: skip
def test_only_known_operations_are_called(saved: Path, target: str) -> None:
    def call(document: dict[str, Any]) -> None:
        document["graph_module"]["graph"]["nodes"][0]["target"] = target

    assert "got operations " in refusal(edited(saved, "models/model.json", call))


def test_an_expression_in_the_graph_is_not_evaluated(saved: Path) -> None:
    mark = saved.with_name("mark-of-eval")

    def express(document: dict[str, Any]) -> None:
        graph = document["graph_module"]["graph"]
        for value in (*graph["tensor_values"].values(), *graph["sym_int_values"].values()):
            for size in value.get("sizes", [value]):
                if "as_expr" in size:
                    size["as_expr"]["expr_str"] = f"__import__('os').system('touch {mark}')"

    load_model(str(edited(saved, "models/model.json", express)), POINTS)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda d: d["schema_version"].update(major=99), "schema 99"),
        (lambda d: d.pop("graph_module"), "a damaged archive (KeyError: 'graph_module')"),
        (lambda d: d["graph_module"]["graph"]["nodes"].pop(0), "that nothing made"),
        (lambda d: d["graph_module"]["signature"]["input_specs"].pop(), "of 0 inputs"),
    ],
)
def test_a_damaged_graph_is_refused(saved: Path, edit: Callable[[Any], None], says: str) -> None:
    assert says in refusal(edited(saved, "models/model.json", edit))


@pytest.mark.parametrize(
    "change",
    [
        {"sizes": [{"as_int": 1000}]},
        {"storage_offset": {"as_int": -4}},
        {"strides": []},
        {"sizes": [{"as_int": 8**9}], "strides": [{"as_int": 0}]},
    ],
)
def test_weights_beyond_their_bytes_are_refused(saved: Path, change: dict[str, Any]) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["config"]["encoder.0.bias"]["tensor_meta"].update(change)

    assert "other.pt2: got " in refusal(edited(saved, "model_weights_config.json", edit))


def test_a_pickle_under_another_name_does_not_run(tmp_path: Path) -> None:
    for name, data in (
        ("plain", pickle.dumps(Payload(tmp_path / "mark"))),
        ("torch", payload_bytes(tmp_path / "mark")),
    ):
        file = tmp_path / f"{name}.pt2"
        file.write_bytes(data)
        assert f"{name}.pt2: got " in refusal(file)
    assert not (tmp_path / "mark").exists()
