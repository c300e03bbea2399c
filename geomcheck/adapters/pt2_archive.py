"""The members of a .pt2 archive: text, and weights as the raw numbers they are."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping

import torch

from theory.errors import InvalidInput

__all__ = ["EXPECTED", "TYPES", "read_members", "read_tensors"]

# Number in the file: torch's type.
TYPES = {
    4: torch.int32,
    5: torch.int64,
    6: torch.float16,
    7: torch.float32,
    8: torch.float64,
    12: torch.bool,
    13: torch.bfloat16,
}
EXPECTED = "a program saved by torch.export.save"


def read_members(name: str, archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return what is read of the archive: text and raw numbers, never the sample inputs."""
    found = {}
    for info in archive.infolist():
        _, _, path = info.filename.partition("/")
        wanted = path.startswith(("models/", "data/weights/", "data/constants/"))
        if not (wanted or path == "byteorder"):
            continue
        if info.compress_type != zipfile.ZIP_STORED:
            raise InvalidInput(name, f"a compressed member {path}", EXPECTED)
        found[path] = archive.read(info)
    if found.get("byteorder", b"little").strip() != b"little":
        raise InvalidInput(name, "numbers of another byte order", "little-endian ones")
    return found


def read_tensors(
    name: str, members: Mapping[str, bytes], folder: str, config: str
) -> dict[str, torch.Tensor]:
    """Return the tensors of a folder by name; raise InvalidInput for any that is a pickle."""
    found = {}
    for key, entry in json.loads(members[folder + config])["config"].items():
        meta = entry["tensor_meta"]
        if entry["use_pickle"] or meta is None:
            raise InvalidInput(name, f"a pickle for {key}", "raw numbers: nothing is unpickled")
        data = members[folder + entry["path_name"]]
        sizes, strides = ([int(n["as_int"]) for n in meta[k]] for k in ("sizes", "strides"))
        offset, dtype = int(meta["storage_offset"]["as_int"]), TYPES[meta["dtype"]]
        reach = offset + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True)) + 1
        steps = [step for size, step in zip(sizes, strides, strict=True) if size > 1]
        # A step of 0 would make much of little.
        if min(sizes, default=1) < 1 or min(steps, default=1) < 1 or offset < 0:
            raise InvalidInput(name, f"sizes {sizes} for {key}", EXPECTED)
        if reach * dtype.itemsize > len(data):
            raise InvalidInput(name, f"{len(data)} bytes for {key}", "more: the file is cut off")
        # A copy: the bytes are immutable, and their start need not be aligned.
        flat = torch.frombuffer(bytearray(data), dtype=dtype, count=len(data) // dtype.itemsize)
        tensor = flat.as_strided(sizes, strides, offset)
        if not torch.isfinite(tensor).all():
            raise InvalidInput(name, f"NaN or inf in {key}", "finite weights")
        found[key] = tensor
    return found
