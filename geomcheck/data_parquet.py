"""Points as the columns of a parquet file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomcheck.data_npy import place
from geomcheck.extras import needed
from theory.errors import InvalidInput

__all__ = ["read_parquet"]

_ROWS = 1 << 16


def read_parquet(file: Path) -> tuple[NDArray[np.float64], Callable[[int, int], str]]:
    """Return the numbers in a .parquet file, and how to name the place of a cell.

    Every column is a coordinate. The file is read in batches, so that no more than the numbers
    themselves is in memory.
    """
    name = str(file)
    arrow: Any = needed("pyarrow", "parquet", name)
    parquet: Any = needed("pyarrow.parquet", "parquet", name)
    try:
        with parquet.ParquetFile(file, memory_map=True) as table:
            for field in table.schema_arrow:
                _check_type(arrow, name, field)
            names = table.schema_arrow.names
            if not names or not table.metadata.num_rows:
                raise InvalidInput(name, "no points", "at least two")
            held = table.metadata.num_rows
            points = np.empty((held, len(names)))
            start = 0
            for batch in table.iter_batches(batch_size=_ROWS):
                if start + len(batch) > held:
                    raise InvalidInput(name, f"more than {held} rows", f"the {held} it states")
                for index, column in enumerate(batch.columns):
                    if column.null_count:
                        row = start + int(np.flatnonzero(column.is_null())[0])
                        raise InvalidInput(
                            name, f"nothing in row index {row} of {names[index]!r}", "a number"
                        )
                    values = column.cast(arrow.float64(), safe=False)
                    points[start : start + len(batch), index] = values.to_numpy()
                start += len(batch)
            if start != held:
                raise InvalidInput(name, f"{start} rows", f"the {held} it states")
    except InvalidInput:
        raise
    # A size that is a lie may also be one that no memory has.
    except (arrow.ArrowException, MemoryError, ValueError) as error:
        says = " ".join(str(error).split())
        raise InvalidInput(
            name, "another kind of file, or a damaged one", f"a parquet file ({says})"
        ) from error
    return points, place


def _check_type(arrow: Any, name: str, field: Any) -> None:
    kinds = arrow.types
    if field.name.startswith("__index_level_"):
        raise InvalidInput(
            name, f"an index column {field.name}", "coordinates only: to_parquet(..., index=False)"
        )
    real = (kinds.is_integer, kinds.is_floating, kinds.is_boolean, kinds.is_decimal)
    if not any(check(field.type) for check in real):
        raise InvalidInput(
            name, f"column {field.name!r} of type {field.type}", "columns of real numbers only"
        )
