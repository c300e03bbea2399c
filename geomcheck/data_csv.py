"""Points as comma-separated text, one point a line."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from theory.errors import InvalidInput

__all__ = ["read_csv"]


# What spreadsheets write for a number that is not there: no remarks, though they look like them.
_NO_NUMBERS = frozenset(("#N/A", "#NA", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


def read_csv(file: Path) -> tuple[NDArray[np.float64], Callable[[int, int], str]]:
    """Return the numbers in a .csv file, and how to name the place of a cell.

    Blank lines and lines that begin with ``#`` are passed over. The first line is one of column
    names if no cell of it is a number, or if it counts its columns from 0 (as pandas writes
    them) above cells none of which is a whole number.
    """
    name = str(file)
    values, lines = array("d"), array("q")
    try:
        with open(file, encoding="utf-8-sig", newline="") as stream:
            rows = _rows(stream)
            first = next(rows, None)
            if first is None:
                raise InvalidInput(name, "an empty file", "numbers separated by commas")
            second = next(rows, None)
            width = len(first[1])
            if not _is_header(name, first, second):
                _append(name, first, width, values, lines)
            for row in rows if second is None else chain([second], rows):
                _append(name, row, width, values, lines)
    except UnicodeDecodeError as error:
        raise InvalidInput(name, "bytes that are no text", "text in UTF-8") from error
    except csv.Error as error:
        raise InvalidInput(name, str(error), "numbers separated by commas") from error
    points = np.frombuffer(values, dtype=np.float64).reshape(-1, width)

    def place(row: int, column: int) -> str:
        return _place(lines[row], column)

    return points, place


Row = tuple[int, list[str]]


def _rows(stream: Iterator[str]) -> Iterator[Row]:
    """Yield the number of the line and its cells, blank lines and remarks left out."""
    reader = csv.reader(stream)
    for cells in reader:
        blank = not cells or (len(cells) == 1 and cells[0].isspace())
        if not blank and (cells[0] in _NO_NUMBERS or not cells[0].startswith("#")):
            yield reader.line_num, cells


def _is_header(name: str, first: Row, second: Row | None) -> bool:
    line, cells = first
    numeric = [_is_number(cell) for cell in cells]
    if not any(numeric):
        _check_names(name, line, cells)
        return True
    counted = len(cells) > 1 and cells == [str(i) for i in range(len(cells))]
    return counted and second is not None and not any(_is_whole(cell) for cell in second[1])


def _check_names(name: str, line: int, cells: list[str]) -> None:
    if len(cells) == 1 and _foreign_separator(cells[0]):
        raise _bad_cell(name, line, 0, cells[0])
    for column, cell in enumerate(cells):
        if cell in _NO_NUMBERS:
            raise _bad_cell(name, line, column, cell)
    if "" in cells:
        raise InvalidInput(
            name,
            f"a column without a name at {_place(line, cells.index(''))}",
            "coordinates only; an index column must be left out",
        )


def _append(name: str, row: Row, width: int, values: array[float], lines: array[int]) -> None:
    line, cells = row
    if len(cells) != width:
        if len(cells) == 1 and _foreign_separator(cells[0]):
            raise _bad_cell(name, line, 0, cells[0])
        raise InvalidInput(
            name, f"{len(cells)} cells in row {line}", f"{width}, as in the first row"
        )
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        numbers = []
    # Python's float() takes "1_000", which is no number to anybody else.
    if not numbers or "_" in "".join(cells):
        column = next(i for i, cell in enumerate(cells) if not _is_number(cell))
        raise _bad_cell(name, line, column, cells[column])
    values.extend(numbers)
    lines.append(line)


def _bad_cell(name: str, line: int, column: int, cell: str) -> InvalidInput:
    shown = repr(cell) if cell.strip() else "an empty cell"
    hint = "; cells are separated by commas" if _foreign_separator(cell) else ""
    return InvalidInput(name, f"{shown} at {_place(line, column)}", f"a number{hint}")


def _foreign_separator(cell: str) -> bool:
    return any(mark in cell.strip() for mark in ";\t| ")


def _place(line: int, column: int) -> str:
    return f"row {line}, column {column + 1}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _is_whole(cell: str) -> bool:
    return cell.strip().lstrip("+-").isdigit()
