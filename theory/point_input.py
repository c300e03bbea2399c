"""Points as people hold them: arrays, tensors and tables of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = ["plain_array"]


def plain_array(points: Any, argument: str) -> NDArray[Any]:
    """Return points as a numpy array, whatever holds them; a numpy array comes back as it is.

    Parameters
    ----------
    points : array_like, tensor or table
        A tensor is anything with ``detach`` and ``cpu`` (gradients are left behind); a table is
        anything with ``columns`` or ``column_names`` whose columns have ``to_numpy``, such as a
        data frame. No library is imported for it.
    argument : str
        Name used in error messages.

    Raises
    ------
    InvalidInput
        If there are no numbers in it; of a table the column is named.
    """
    if isinstance(points, np.ma.MaskedArray):
        # Behind the mask stand numbers, which are not meant.
        if (hidden := int(np.sum(points.mask))) > 0:
            raise InvalidInput(argument, f"an array with {hidden} masked values", "none masked")
        return np.asarray(points)
    if isinstance(points, np.ndarray):
        return points
    if hasattr(points, "collect") and hasattr(points, "lazy"):
        raise InvalidInput(argument, f"a {type(points).__name__}", "a table: collect() it first")
    try:
        names = _column_names(points)
        if names is not None:
            return _from_columns(points, names, argument)
        if hasattr(points, "detach") and hasattr(points, "cpu"):
            return _from_tensor(points.detach().cpu())
        return np.asarray(points)
    except InvalidInput:
        raise
    except (TypeError, ValueError, RuntimeError) as error:
        says = " ".join(str(error).split())
        raise InvalidInput(
            argument, f"a {type(points).__name__}", f"an array of shape (n, ambient_dim) ({says})"
        ) from error


def _from_tensor(tensor: Any) -> NDArray[Any]:
    try:
        return np.asarray(tensor.numpy())
    except TypeError:  # bfloat16, which numpy does not know
        return np.asarray(tensor.double().numpy())


def _column_names(points: Any) -> Sequence[Any] | None:
    for name in ("column_names", "columns"):
        found = getattr(points, name, None)
        if found is not None and hasattr(points, "__getitem__") and not callable(found):
            names = list(found)
            return names if all(isinstance(n, str | int | float | tuple) for n in names) else None
    return None


def _from_columns(table: Any, names: Sequence[Any], argument: str) -> NDArray[np.float64]:
    if len(set(names)) < len(names):
        raise InvalidInput(argument, f"columns {names}", "columns of different names")
    columns = []
    for name in names:
        column = table[name].to_numpy()
        if column.dtype.kind not in "fiub":
            raise InvalidInput(
                argument, f"column {name!r} of {column.dtype}", "columns of real numbers only"
            )
        columns.append(column)
    if not columns:
        raise InvalidInput(argument, "a table without columns", "one column a coordinate")
    return np.column_stack(columns).astype(np.float64, copy=False)
