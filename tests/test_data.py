"""Reading clouds: what is read, and every fault named by file, row and column."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from payload import Payload

from geomcheck.data import read_points
from theory.errors import InvalidInput

CLOUD = np.array([[0.0, 1.0, 2.0], [3.5, -4.25, 1e-300], [1e9, 0.1, -0.0]])


def npy(folder: Path, array: object) -> Path:
    path = folder / "points.npy"
    np.save(path, np.asarray(array))
    return path


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "points.csv"
    path.write_bytes(text.encode(encoding))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_points(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("dtype", ["f8", ">f8", "f4", "f2", "i2", "u8", ">i4", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_of_every_real_type_is_read(tmp_path: Path, dtype: str, order: str) -> None:
    array = np.array([[0, 1], [1, 1], [1, 0]], dtype=dtype, order=order)  # type: ignore[call-overload]
    points = read_points(npy(tmp_path, array))
    assert points.dtype == np.float64
    np.testing.assert_array_equal(points, array.astype(np.float64))


def test_npy_is_mapped_not_read(tmp_path: Path) -> None:
    points = read_points(npy(tmp_path, CLOUD))
    assert not points.flags.writeable
    assert isinstance(points.base, np.memmap)


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(2, 6), st.integers(1, 4)),
        elements=st.floats(-1e100, 1e100),
        unique=True,
    )
)
def test_csv_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, cloud: np.ndarray
) -> None:
    path = tmp_path_factory.mktemp("cloud") / "points.csv"
    np.savetxt(path, cloud, delimiter=",", fmt="%.17g")
    np.testing.assert_array_equal(read_points(path), cloud)


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4\n",
        "x,y\n1,2\n3,4\n",
        "\ufeffx,y\n1,2\n3,4",
        '"x, first","y"\r\n"1","2"\r\n3,4\r\n',
        "# written by hand\n# x,y\n1,2\n\n3,4\n\n",
        "0,1\n1.0,2.0\n3.0,4.0\n",
        " 1 , 2\n3,4e0\n",
    ],
    ids=["bare", "header", "mark", "quoted", "remarks", "counted", "spaces"],
)
def test_csv_in_the_forms_programs_write(tmp_path: Path, text: str) -> None:
    np.testing.assert_array_equal(read_points(csv(tmp_path, text)), [[1, 2], [3, 4]])


def test_whole_numbers_below_a_counted_row_are_points(tmp_path: Path) -> None:
    assert read_points(csv(tmp_path, "0,1\n1,2\n")).shape == (2, 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "an empty file"),
        ("\n\n# only remarks\n", "an empty file"),
        ("x,y\n", "no points"),
        ("1,2\n", "one point"),
        ("1,2\n1,2\n1,2\n", "3 equal points"),
        ("1,2\n3,4\n5\n", "1 cells in row 3, expected 2"),
        ("x,y\n\n1,2,3\n", "3 cells in row 3, expected 2"),
        ("1,2\n3,four\n", "'four' at row 2, column 2"),
        ("1,2\n\n3,\n", "an empty cell at row 3, column 2"),
        ("1,2\n,\n", "an empty cell at row 2, column 1"),
        ("1,2\n1_0,3\n", "'1_0' at row 2, column 1"),
        ("x,2\n3,4\n", "'x' at row 1, column 1"),
        ("a,b\n1,2\nnan,3\n", "nan at row 3, column 1"),
        ("1,2\n\n3,-inf\n", "-inf at row 3, column 2"),
        ("1,2\n3,1e200\n", "1e+200 at row 2, column 2"),
        ("1;2\n3;4\n", "cells are separated by commas"),
        ("x;y\n3;4\n", "'x;y' at row 1, column 1"),
        ("1 2\n3 4\n", "cells are separated by commas"),
        ("0,5;1,5\n2,5;3,5\n", "'5;1' at row 1, column 2"),
        (",x,y\n0,1.5,2.5\n1,3.5,4.5\n", "a column without a name at row 1, column 1"),
    ],
)
def test_faults_of_a_csv(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(csv(tmp_path, text))


def test_a_csv_that_is_no_text(tmp_path: Path) -> None:
    assert "UTF-8" in refusal(csv(tmp_path, "1,2\n3,4\n", encoding="utf-16"))


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.array([[1.0, np.nan]] * 2), "nan at row index 0, column index 1"),
        (np.array([[1.0], [2.0], [-np.inf]]), "-inf at row index 2, column index 0"),
        (np.full((2, 1), 1e200), "1e+200 at row index 0"),
        (np.ones((1, 3)), "one point"),
        (np.ones((4, 3)), "4 equal points"),
        (np.arange(5.0), "shape (5,), expected (n, ambient_dim), none of them 0; reshape(-1, 1)"),
        (np.zeros((2, 2, 2)), "shape (2, 2, 2)"),
        (np.zeros((0, 3)), "shape (0, 3)"),
        (np.zeros((3, 0)), "shape (3, 0)"),
        (np.float64(1.0), "shape ()"),
        (np.ones((2, 2), dtype=complex), "complex numbers"),
        (np.array([["1", "2"]]), "text"),
        (np.array([[b"1"]]), "text"),
        (np.zeros((2, 2), dtype=[("x", "f8")]), "records"),
        (np.zeros((2, 2), dtype="M8[s]"), "dates"),
    ],
)
def test_faults_of_an_npy(tmp_path: Path, array: np.ndarray, says: str) -> None:
    assert says in refusal(npy(tmp_path, array))


def test_the_first_fault_is_found_far_down(tmp_path: Path) -> None:
    cloud = np.random.default_rng(0).normal(size=(200_000, 2))
    cloud[150_001, 1] = np.nan
    cloud[199_999, 0] = np.inf
    assert "row index 150001, column index 1" in refusal(npy(tmp_path, cloud))


def test_pickled_objects_are_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    array = np.empty((2, 2), dtype=object)
    array[:] = Payload(mark)
    path = npy(tmp_path, array)
    assert "Python objects (never unpickled)" in refusal(path)
    path.write_bytes(pickle.dumps(Payload(mark)))
    assert "another kind of file" in refusal(path)
    assert not mark.exists()
    pickle.loads(path.read_bytes())  # the test has teeth: this one does run
    assert mark.exists()


@pytest.mark.parametrize("kept", [0, 3, 9, 40, 128, 140])
def test_a_truncated_npy(tmp_path: Path, kept: int) -> None:
    path = npy(tmp_path, CLOUD)
    path.write_bytes(path.read_bytes()[:kept])
    assert any(
        says in refusal(path)
        for says in ("an empty file", "another kind", "a damaged header", "the file is cut off")
    )


def test_an_npz_under_another_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "cloud.npz", CLOUD)
    path = (tmp_path / "cloud.npz").rename(tmp_path / "cloud.npy")
    assert "another kind of file" in refusal(path)


def test_a_header_that_lies_about_the_size(tmp_path: Path) -> None:
    path = npy(tmp_path, CLOUD)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"(3, 3), }      ", b"(3, 3000000), }"))
    assert "the file is cut off" in refusal(path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    npy(tmp_path, CLOUD)
    assert "no such file" in refusal(tmp_path / "nothing.npy")
    assert f"did you mean {tmp_path / 'points.npy'}?" in refusal(tmp_path / "point.npy")
    assert "a folder" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["points.txt", "points"])
def test_other_endings_are_refused_with_those_that_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("1,2\n3,4\n")
    assert refusal(tmp_path / name).endswith("expected one of .npy, .npz, .csv, .parquet")


@pytest.mark.parametrize("text", ["1,2\n#N/A,5\n7,8\n", "x,y\n#DIV/0!,5\n7,8\n1,2\n"])
def test_what_a_spreadsheet_could_not_compute_is_no_remark(tmp_path, text):
    (tmp_path / "sheet.csv").write_text(text)
    with pytest.raises(InvalidInput, match=r"'#.* at row 2, column 1, expected a number"):
        read_points(tmp_path / "sheet.csv")


def test_a_first_line_of_missing_numbers_is_no_header(tmp_path):
    (tmp_path / "sheet.csv").write_text("#REF!,#REF!\n1,2\n7,8\n")
    with pytest.raises(InvalidInput, match="'#REF!' at row 1, column 1"):
        read_points(tmp_path / "sheet.csv")
