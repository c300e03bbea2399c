"""Archives, tables and tensors as clouds of points."""

from __future__ import annotations

import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from payload import Payload

import theory
from geomcheck.data import read_points
from geomcheck.subject import resolve
from geomcheck.verify import verify
from theory.errors import InvalidInput
from theory.points import as_points

CLOUD = np.array([[0.0, 1.0, 2.0], [3.5, -4.25, 1e-300], [1e9, 0.1, -0.0]])


def refusal(text: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_points(str(text))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_an_archive(tmp_path: Path, save: Any, order: Any) -> None:
    save(tmp_path / "two.npz", first=np.asarray(CLOUD, order=order), second=CLOUD[:, :2] > 1)
    np.testing.assert_array_equal(read_points(f"{tmp_path}/two.npz:first"), CLOUD)
    np.testing.assert_array_equal(read_points(f"{tmp_path}/two.npz:second"), CLOUD[:, :2] > 1)
    save(tmp_path / "one.npz", CLOUD)
    np.testing.assert_array_equal(read_points(tmp_path / "one.npz"), CLOUD)
    assert resolve(f"{tmp_path}/two.npz:first").name == "two.npz:first"


def test_faults_of_an_archive(tmp_path: Path) -> None:
    two, mark = tmp_path / "two.npz", tmp_path / "mark"
    np.savez(two, first=CLOUD, second=CLOUD, flat=CLOUD[0], odd=np.array([Payload(mark), None]))
    assert f"got arrays first, flat, odd, second, expected the name of one: {two}:N" in refusal(two)
    assert "got no such array, expected one of first, flat, odd" in refusal(f"{two}:third")
    assert "two.npz:flat: got an array of shape (3,)" in refusal(f"{two}:flat")
    assert "two.npz:odd: got an array of Python objects (never" in refusal(f"{two}:odd")
    data = two.read_bytes()
    two.write_bytes(data[: len(data) // 2])
    assert "another kind of file, or a damaged one" in refusal(f"{two}:first")
    two.write_bytes(pickle.dumps(Payload(mark)))
    assert "another kind of file, or a damaged one" in refusal(two)
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("notes.txt", "none")
    assert "got an archive without arrays" in refusal(two)
    with zipfile.ZipFile(two, "w") as archive:
        np.save(tmp_path / "a.npy", CLOUD)
        archive.writestr("a.npy", (tmp_path / "a.npy").read_bytes()[:-8])
    assert "64 bytes of data, expected 72 for shape (3, 3): the file is cut off" in refusal(two)
    assert not mark.exists()


def table(folder: Path, columns: dict[str, Any]) -> Path:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table(columns), folder / "points.parquet", row_group_size=2)
    return folder / "points.parquet"


def test_the_columns_of_a_parquet_file_are_coordinates(tmp_path: Path) -> None:
    columns = {"x": CLOUD[:, 0], "y": CLOUD[:, 1].astype(np.float32), "n": np.array([1, 2, 3])}
    expected = np.stack([CLOUD[:, 0], CLOUD[:, 1].astype(np.float32), [1, 2, 3]], axis=1)
    np.testing.assert_array_equal(read_points(table(tmp_path, columns)), expected)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"x": [1.0, 2.0], "who": ["a", "b"]}, "column 'who' of type string, expected columns of"),
        ({"x": [1.0, 2.0], "__index_level_0__": [0, 1]}, "coordinates only"),
        ({"x": [1.0, 2.0, None]}, "nothing in row index 2 of 'x'"),
        ({"x": [1.0, float("nan")]}, "nan at row index 1, column index 0"),
        ({"x": [[1.0], [2.0]]}, "column 'x' of type list"),
        ({"x": np.empty(0)}, "no points"),
        ({"x": [1.0]}, "one point"),
    ],
)
def test_faults_of_a_parquet_file(tmp_path: Path, columns: dict[str, Any], says: str) -> None:
    assert says in refusal(table(tmp_path, columns))


def test_what_is_no_parquet_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = table(tmp_path, {"x": [1.0, 2.0]})
    data = file.read_bytes()
    for damaged in (data[: len(data) // 2], b"1,2", b"", pickle.dumps(Payload(tmp_path / "mark"))):
        file.write_bytes(damaged)
        assert "another kind of file, or a damaged one" in refusal(file)
    assert not (tmp_path / "mark").exists()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "pip install 'geomcheck[parquet]'" in refusal(file)


def frames(points: np.ndarray, module: str) -> Any:
    library = pytest.importorskip(module)
    if module == "pyarrow":
        return library.table({str(i): column for i, column in enumerate(points.T)})
    return library.DataFrame(points)


@pytest.mark.parametrize("module", ["pandas", "polars", "pyarrow"])
def test_a_table_is_a_cloud(module: str) -> None:
    np.testing.assert_array_equal(as_points(frames(CLOUD, module)), CLOUD)


@pytest.mark.parametrize("module", ["pandas", "polars", "pyarrow"])
def test_a_column_of_text_is_named(module: str) -> None:
    library = pytest.importorskip(module)
    make = library.table if module == "pyarrow" else library.DataFrame
    with pytest.raises(InvalidInput, match="got column 'who' of "):
        as_points(make({"x": [1.0, 2.0], "who": ["a", "b"]}))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(CLOUD),
        torch.tensor(CLOUD, requires_grad=True) * 1,
        torch.nn.Parameter(torch.tensor(CLOUD)),
    ],
)
def test_a_tensor_is_a_cloud(tensor: torch.Tensor) -> None:
    np.testing.assert_array_equal(as_points(tensor), CLOUD)


def test_half_precision_is_a_cloud() -> None:
    half = torch.tensor(CLOUD[:2]).bfloat16()
    np.testing.assert_array_equal(as_points(half), half.double().numpy())


def test_verify_and_point_sets_take_them() -> None:
    points = theory.circle().sample(300, rng=0)
    held = torch.tensor(points, requires_grad=True)
    assert len(theory.PointSet("mine", held)) == 300  # type: ignore[arg-type]
    report = verify(held, (lambda x: x, lambda z: z))
    assert report["small-error"].values["share"] == 0


def test_a_lazy_table_is_to_be_collected() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(InvalidInput, match=r"got a LazyFrame, expected a table: collect\(\) it"):
        as_points(polars.DataFrame(CLOUD).lazy())


def test_a_table_that_lies_about_its_rows_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    file = tmp_path / "honest.parquet"
    parquet.write_table(pa.table({"x": np.arange(100.0)}), file, store_schema=False)
    data = file.read_bytes()
    # The number of rows comes first of its like in the footer: 100, as thrift writes it.
    foot = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    at = data.index(bytes([0xC8, 0x01]), foot)
    for rows, says in ((120, "got 100 rows, expected the 120"), (70, "got more than 70 rows")):
        lying = tmp_path / f"{rows}.parquet"
        lying.write_bytes(data[:at] + bytes([2 * rows & 0x7F | 0x80, rows >> 6]) + data[at + 2 :])
        assert says in refusal(lying)


def test_a_damaged_archive_is_refused_whatever_packed_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "plain.npz", a=CLOUD)
    with zipfile.ZipFile(tmp_path / "plain.npz") as archive:
        data = archive.read("a.npy")
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED):
        file = tmp_path / f"{method}.npz"
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr("a.npy", data)
        packed = bytearray(file.read_bytes())
        packed[60:90] = bytes(byte ^ 0x5A for byte in packed[60:90])
        file.write_bytes(packed)
        refusal(file)
    file = tmp_path / "name.npz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("é.npy", data)
    file.write_bytes(file.read_bytes().replace("é".encode(), bytes([0xFF, 0xFE])))
    assert "another kind of file, or a damaged one" in refusal(file)


def test_an_archive_larger_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bytes:
        raise MemoryError

    np.savez(tmp_path / "vast.npz", CLOUD)
    start = zipfile.ZipExtFile.read
    # The header is short; the numbers are what does not fit.
    monkeypatch.setattr(
        zipfile.ZipExtFile, "read", lambda self, n=-1: full() if n == 72 else start(self, n)
    )
    assert "got more numbers than memory holds" in refusal(tmp_path / "vast.npz")
