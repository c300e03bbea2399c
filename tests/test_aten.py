"""What is known of torch's operations: which are continuous, by their arguments."""

from __future__ import annotations

import pytest
import torch

from geomcheck.adapters.aten import is_continuous
from geomcheck.adapters.aten_graph import Graph, Node, Ref

X = Ref("x")


@pytest.mark.parametrize(
    ("name", "arguments", "named", "continuous"),
    [
        ("div", (X, 2.0), {}, True),
        ("div", (X, 2.0), {"rounding_mode": None}, True),
        ("div", (X, 2.0), {"rounding_mode": "floor"}, False),
        ("sum", (X, [1], False), {}, True),
        ("sum", (X, [1], False), {"dtype": torch.int64}, False),
        ("sum", (X, [1], False), {"dtype": torch.float64}, True),
        ("softmax", (X, 1, torch.int32), {}, False),
        ("view", (X, [2, 3]), {}, True),
        ("view", (X, torch.int32), {}, False),
        ("zeros", ([2],), {"dtype": torch.int64}, True),
        ("dropout", (X, 0.5, False), {}, True),
        ("dropout", (X, 0.5, True), {}, False),
        ("batch_norm", (X, None, None, X, X, False, 0.1, 1e-5, True), {}, True),
        ("batch_norm", (X, None, None, None, None, True, 0.1, 1e-5, True), {}, False),
    ],
)
def test_an_operation_is_judged_with_its_arguments(
    name: str, arguments: tuple[object, ...], named: dict[str, object], continuous: bool
) -> None:
    assert is_continuous(name, arguments, named) is continuous


def test_whole_division_is_one_of_numbers_of_rows_only() -> None:
    def halved(source: Ref) -> list[str]:
        count = Node("sym_size", "aten.sym_size.int", (X, 0), {}, ("rows",))
        half = Node("_operator.floordiv", "_operator.floordiv", (source, 2), {}, ("half",))
        return Graph("x", ("half",), (count, half), {}).jumps()

    assert not halved(Ref("rows"))
    assert halved(X) == ["_operator.floordiv"]
