"""Autoencoders in ONNX graphs."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from payload import Payload

from geomcheck.adapters import load_model
from geomcheck.adapters.onnx_cut import cut_at
from theory.errors import InvalidInput

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(9, 3))
W1, B1, W2 = (RNG.normal(size=s).astype(np.float32) for s in ((3, 2), 2, (2, 3)))


def refusal(text: object, points: np.ndarray = POINTS, **how: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        load_model(str(text), points, **how)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def graph(*, bypass: bool = False, outputs: str = "code image", rows: Any = "n") -> bytes:
    """An ONNX graph: points (n, 3) to codes (n, 2) and back."""
    from onnx import TensorProto, helper, numpy_helper

    weights = {
        "w1": W1,
        "b1": B1,
        "w2": W2,
        "rows": np.array([3]),
    }
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["linear"]),
        helper.make_node("Tanh", ["linear"], ["code"]),
        helper.make_node("MatMul", ["code", "w2"], ["flat"]),
        helper.make_node("Shape", ["x"], ["n"], start=0, end=1),
        helper.make_node("Concat", ["n", "rows"], ["shape"], axis=0),
        helper.make_node("Reshape", ["flat", "shape"], ["back" if bypass else "image"]),
    ]
    if bypass:
        nodes.append(helper.make_node("Add", ["back", "x"], ["image"]))
    widths = {"x": 3, "code": 2, "image": 3}

    def info(name: str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [rows, widths[name]])

    made = helper.make_graph(
        nodes,
        "both",
        [info("x")],
        [info(name) for name in outputs.split()],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opset = [helper.make_opsetid("", 18)]
    return bytes(helper.make_model(made, opset_imports=opset, ir_version=9).SerializeToString())


def expected() -> tuple[np.ndarray, np.ndarray]:
    codes = np.tanh(POINTS @ W1 + B1)
    return codes, codes @ W2


@pytest.mark.parametrize(
    ("how", "outputs", "rows"),
    [({}, "code image", "n"), ({"code": "code"}, "image", "n"), ({}, "code image", 4)],
    ids=["outputs", "named", "fixed"],
)
def test_one_graph_is_cut_at_its_code(
    tmp_path: Path, how: dict[str, str], outputs: str, rows: Any
) -> None:
    (tmp_path / "m.onnx").write_bytes(graph(outputs=outputs, rows=rows))
    found = load_model(f"{tmp_path}/m.onnx", POINTS, **how)  # type: ignore[arg-type]
    codes, images = expected()
    assert (found.latent_dim, found.continuous) == (2, False)
    np.testing.assert_allclose(found.encode(POINTS), codes, atol=1e-6)
    np.testing.assert_allclose(found.decode(codes), images, atol=1e-6)
    assert load_model(f"{tmp_path}/m.onnx", POINTS, continuous=True, **how).continuous  # type: ignore[arg-type]


def test_two_graphs_are_two_halves(tmp_path: Path) -> None:
    from onnx import utils

    (tmp_path / "m.onnx").write_bytes(graph())
    whole, first, second = (f"{tmp_path}/{name}.onnx" for name in ("m", "e", "d"))
    utils.extract_model(whole, first, ["x"], ["code"])
    (tmp_path / "d.onnx").write_bytes(cut_at(Path(whole), "code", "image")[1])
    found = load_model(f"{first},{second}", POINTS)
    np.testing.assert_allclose(found.decode(found.encode(POINTS)), expected()[1], atol=1e-6)


@pytest.mark.parametrize("two", [False, True])
def test_weights_may_lie_in_a_file_beside_the_graph(tmp_path: Path, two: bool) -> None:
    import onnx

    whole = tmp_path / "m.onnx"
    apart = {"save_as_external_data": True, "size_threshold": 0, "location": "m.data"}
    onnx.save_model(onnx.load_model_from_string(graph()), whole, **apart)
    text = str(whole)
    if two:
        for name, part in zip("ed", cut_at(whole, "code", "image"), strict=True):
            (tmp_path / f"{name}.onnx").write_bytes(part)
        text = f"{tmp_path}/e.onnx,{tmp_path}/d.onnx"
    found = load_model(text, POINTS)
    np.testing.assert_allclose(found.decode(found.encode(POINTS)), expected()[1], atol=1e-6)
    (tmp_path / "m.data").unlink()
    assert two or "m.onnx: got no ONNX model, or a damaged one" in refusal(whole)


def test_an_onnx_graph_that_cannot_be_used_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "m.onnx"
    for data, points, how, says in (
        (graph(bypass=True), POINTS, {}, "depends on the points not only through code"),
        (graph(outputs="code"), POINTS, {}, "a graph with 1 output(s)"),
        (graph(), np.ones((4, 5)), {}, "for points of dimension 3, expected dimension 5"),
        (graph(), POINTS, {"code": "nothing"}, "code: got nothing, expected one of linear, code"),
        (graph()[:80], POINTS, {}, "m.onnx: got no ONNX model, or a damaged one"),
        (b"", POINTS, {}, "m.onnx: got no ONNX model, or a damaged one"),
    ):
        file.write_bytes(data)
        assert says in refusal(file, points, **how)
    file.write_bytes(graph())
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert "pip install 'geomcheck[onnx]'" in refusal(file)


def test_a_pickle_under_another_name_does_not_run(tmp_path: Path) -> None:
    file = tmp_path / "evil.onnx"
    file.write_bytes(pickle.dumps(Payload(tmp_path / "mark")))
    assert "evil.onnx: got no ONNX model" in refusal(file)
    assert not (tmp_path / "mark").exists()
