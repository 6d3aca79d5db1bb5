"""Results on disk: a directory of ``manifest.json``, ``part-*.parquet`` and the scenario; netCDF as an export.

One table per signature of dimensions, a row per point in C order with the coordinates beside it, so that any Parquet
reader can query it; the manifest holds what a table cannot: order, types, attributes, a digest of every part, and which series
hold anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.model.files import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    import xarray as xr

FORMAT = "stationkeep-result"
VERSION = 2
"""1: every series has all its rows."""
TIMES = ("time", "month")
MANIFEST = "manifest.json"
SCENARIO = "scenario.yaml"
ROWS_PER_GROUP = 1 << 20
#: Numpy kinds that go to a table as they are; bool and text need a word, dates go as the integers they are.
PLAIN_KINDS = "iuf"
_ADVICE = "give a directory that `write_result` or `run --out` has written"


def write_result(ds: xr.Dataset, folder: str | Path) -> Path:
    """Write a result to the directory ``folder``, whole or not at all; an older result there is replaced.

    In a table over time a series of nothing but zeros or gaps has its first row only: of flows by resource and use
    one in seventy holds anything.
    Returns the path. Raises InputError when ``folder`` is something other than a result, TypeError for a variable or
    attribute that has no place in the format.
    """
    target = Path(os.path.abspath(folder))
    if target.exists() and not _replaceable(target):
        raise InputError(str(folder), None, "is there already and is no result", "give a new directory")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-", suffix=".tmp"))
    try:
        _fill(ds, made)
        made.chmod(0o755)
        _put_in_place(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return Path(folder)


def read_result(folder: str | Path) -> xr.Dataset:
    """Read a result, bit for bit what was written. Raises InputError for what is no result, or is damaged."""
    import xarray as xr

    source = Path(folder)
    if read_any_manifest(source)["format"] != FORMAT:
        from .run_folder import read_ensemble

        return read_ensemble(source)
    manifest = read_manifest(source)
    variables: dict[str, Any] = {}
    try:
        for part in manifest["parts"]:
            columns = _read_part(source / str(part["file"]), part)
            shape = [manifest["sizes"][dim] for dim in part["dims"]]
            for entry in part["variables"]:
                values = _whole(_restored(columns[entry["name"]], entry["dtype"]), part, shape)
                values = values.transpose([part["dims"].index(dim) for dim in entry["dims"]])
                variables[entry["name"]] = (entry["dims"], values, entry["attrs"])
        variables |= {entry["name"]: ([], _scalar(entry), entry["attrs"]) for entry in manifest["scalars"]}
        named = [str(name) for name in manifest["coords"]]
        return xr.Dataset(
            {str(name): variables[name] for name in manifest["data_vars"]},
            coords={name: variables[name] for name in named},
            attrs=manifest["attrs"],
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        advice = "write the result again; the manifest is not to be edited by hand"
        raise InputError(str(source / MANIFEST), None, f"does not describe its parts ({error})", advice) from None


def to_netcdf(ds: xr.Dataset, path: str | Path) -> Path:
    """Export a result as one netCDF-4 file, whole or not at all; returns the path."""
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".tmp")
    os.close(handle)
    packed = {
        str(key): {"zlib": True, "complevel": 1, "shuffle": True}
        for key, variable in ds.variables.items()
        if variable.dtype.kind in PLAIN_KINDS and variable.ndim > 0
    }
    try:
        ds.to_netcdf(name, engine="h5netcdf", encoding=packed)
        os.chmod(name, 0o644)
        sync(Path(name))
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def _replaceable(target: Path) -> bool:
    return target.is_dir() and ((target / MANIFEST).is_file() or not any(target.iterdir()))


def _put_in_place(made: Path, target: Path) -> None:
    """Rename the finished directory into place; what was there goes only once the new one stands."""
    old = None
    if target.exists():
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-", suffix=".old"))
        os.replace(target, old)
    os.replace(made, target)
    sync(target.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _fill(ds: xr.Dataset, folder: Path) -> None:
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, variable in ds.variables.items():
        groups.setdefault(tuple(sorted(map(str, variable.dims), key=_rank(ds))), []).append(str(name))
    parts = []
    for dims, names in groups.items():
        if dims:
            file = f"part-{'-'.join(dims)}.parquet"
            held = _held(ds, dims, names)
            _write_part(_table(ds, dims, names, held), folder / file)
            part = {"file": file, "sha256": digest(folder / file), "dims": dims, "variables": [_entry(ds, name) for name in names]}
            parts.append(part if held is None else part | {"held": b64encode(np.packbits(held).tobytes()).decode()})
    scalars = [_entry(ds, name) | {"value": _plain(ds[name].values[()], name)} for name in groups.get((), [])]
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "sizes": {str(dim): int(size) for dim, size in ds.sizes.items()},
        "data_vars": [str(name) for name in ds.data_vars],
        "coords": [str(name) for name in ds.coords],
        "attrs": {str(key): _plain(value, str(key)) for key, value in ds.attrs.items()},
        "scalars": scalars,
        "parts": parts,
    }
    if ds.attrs.get("scenario_yaml"):
        write_text(folder / SCENARIO, str(ds.attrs["scenario_yaml"]))
    write_text(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    sync(folder)


def _rank(ds: xr.Dataset) -> Any:
    """Order of the dimensions in every table: as the result lists them, time last of those that vary fast."""
    order = {str(dim): place for place, dim in enumerate(ds.sizes)}
    return lambda dim: order[dim]


def _entry(ds: xr.Dataset, name: str) -> dict[str, Any]:
    variable = ds.variables[name]
    return {
        "name": name,
        "dims": [str(dim) for dim in variable.dims],
        "dtype": _dtype_name(name, variable.dtype),
        "attrs": {str(key): _plain(value, f"{name}: {key}") for key, value in variable.attrs.items()},
    }


def _dtype_name(name: str, dtype: np.dtype) -> str:
    if dtype.kind in PLAIN_KINDS + "bUMm":
        return dtype.str
    if dtype.kind in "OT":
        return {"O": "object", "T": "text"}[dtype.kind]
    raise TypeError(f"{name}: values of type {dtype} have no place in a result")


def _held(ds: xr.Dataset, dims: tuple[str, ...], names: list[str]) -> np.ndarray | None:
    """Which series over time hold anything but zeros or gaps, by the other dimensions; None for a table that is none."""
    over = next((dim for dim in TIMES if dim in dims), None)
    kinds = {ds.variables[name].dtype.kind for name in names}
    if over is None or len(dims) < 2 or not ds.sizes[over] or not kinds <= set("iuf"):
        return None
    held = np.zeros([ds.sizes[dim] for dim in dims if dim != over], bool)
    for name in names:
        values = ds.variables[name].transpose(*dims).values
        bits = values.view(f"u{values.dtype.itemsize}")
        first = np.take(bits, [0], axis=dims.index(over))
        start = np.take(values, 0, axis=dims.index(over))
        held |= (bits != first).any(axis=dims.index(over)) | ~((start == 0) | (start != start))
    return held


def _kept(held: np.ndarray, shape: list[int], place: int) -> np.ndarray:
    """The rows a table keeps, of the shape of its variables: all of a series that holds anything, the first of the others."""
    kept = np.broadcast_to(np.expand_dims(held, place), shape).copy()
    np.moveaxis(kept, place, 0)[0] = True
    return kept


def _place(dims: Sequence[str]) -> int:
    return next(list(dims).index(dim) for dim in TIMES if dim in dims)


def _whole(values: np.ndarray, part: Mapping[str, Any], shape: list[int]) -> np.ndarray:
    """The values of a variable in the shape of its table, rows left out filled from the first of their series."""
    if "held" not in part:
        return values.reshape(shape)
    place = _place(part["dims"])
    others = shape[:place] + shape[place + 1 :]
    packed = np.frombuffer(b64decode(part["held"]), np.uint8)
    kept = _kept(np.unpackbits(packed, count=int(np.prod(others))).astype(bool).reshape(others), shape, place)
    whole = np.empty(shape, values.dtype)
    whole[kept] = values
    np.copyto(whole, np.take(whole, [0], axis=place), where=~kept)
    return whole


def _table(ds: xr.Dataset, dims: tuple[str, ...], names: list[str], held: np.ndarray | None) -> pa.Table:
    import pyarrow as pa

    shape = [ds.sizes[dim] for dim in dims]
    rows = slice(None) if held is None else np.flatnonzero(_kept(held, shape, _place(dims)))
    columns = dict(_coordinates(ds, dims, names, rows))
    for name in names:
        columns[name] = _column(np.ascontiguousarray(ds.variables[name].transpose(*dims).values).reshape(-1)[rows], name)
    return pa.table(columns)


def _coordinates(ds: xr.Dataset, dims: tuple[str, ...], names: list[str], rows: np.ndarray | slice) -> Iterator[tuple[str, pa.Array]]:
    """A dictionary column for each dimension: the label of every row, stored as runs of codes."""
    import pyarrow as pa

    shape = [ds.sizes[dim] for dim in dims]
    numbers = rows if isinstance(rows, np.ndarray) else np.arange(int(np.prod(shape, dtype=np.int64)))
    for place, dim in enumerate(dims):
        if dim in names:
            continue
        each = int(np.prod(shape[place + 1 :], dtype=np.int64))
        codes = (numbers // max(each, 1) % max(shape[place], 1)).astype(np.int32)
        if dim in ds.coords and shape[place] > 0:
            labels = ds.coords[dim].values
            if labels.dtype.kind == "M":
                labels = labels.astype("datetime64[us]")
            yield dim, pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(labels))
        else:
            yield dim, pa.array(codes)


def _column(values: np.ndarray, name: str) -> pa.Array:
    import pyarrow as pa

    flat = np.ascontiguousarray(values).reshape(-1)
    if flat.dtype.kind in "Mm":
        return pa.array(flat.view(np.int64))
    if flat.dtype.kind in PLAIN_KINDS + "b":
        return pa.array(flat if flat.dtype.isnative else flat.astype(flat.dtype.newbyteorder("=")))
    try:
        texts = pa.array(flat.astype(object), type=pa.string())
    except pa.ArrowException:
        texts = None
    if texts is None or texts.null_count:
        raise TypeError(f"{name}: a column of objects may hold text only")
    return texts.dictionary_encode()


def _write_part(table: pa.Table, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    pq.write_table(
        table, path, compression="zstd", compression_level=1, row_group_size=ROWS_PER_GROUP, use_dictionary=coded,
        use_byte_stream_split=floats, write_statistics=coded,
    )  # fmt: skip
    sync(path)


def _read_part(path: Path, part: dict[str, Any]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputError(str(path), None, "is missing from the result", "write the result again")
    if digest(path) != part["sha256"]:
        raise InputError(str(path), None, "is damaged: not the bytes the manifest tells of", "write the result again")
    try:
        return pq.read_table(path, columns=[entry["name"] for entry in part["variables"]])
    except (pa.ArrowException, OSError) as error:
        raise InputError(str(path), None, f"is no readable Parquet file ({error})", "write the result again") from None


def _restored(column: pa.ChunkedArray, dtype: str) -> np.ndarray:
    if dtype in ("object", "text") or np.dtype(dtype).kind == "U":
        texts = column.dictionary_encode().unify_dictionaries().combine_chunks()
        words = np.array(texts.dictionary.to_pylist(), dtype=object)[texts.indices.to_numpy()]
        return words.astype({"object": object, "text": np.dtypes.StringDType()}.get(dtype, dtype))
    values = column.to_numpy()
    return values.view(dtype) if np.dtype(dtype).kind in "Mm" else values.astype(dtype, copy=False)


def _scalar(entry: dict[str, Any]) -> np.ndarray:
    if entry["dtype"] in ("object", "text"):
        return np.array(entry["value"], dtype="O" if entry["dtype"] == "object" else np.dtypes.StringDType())
    return np.array(entry["value"], dtype=np.dtype(entry["dtype"]))


def read_manifest(source: Path, format_: str = FORMAT, versions: tuple[int, ...] = (1, VERSION)) -> dict[str, Any]:
    """The manifest of a result directory of one format, in a version that can be read. Raises InputError for anything else."""
    manifest = read_any_manifest(source)
    if manifest["format"] != format_:
        raise InputError(str(source / MANIFEST), None, f"is not the manifest of a {format_}", _ADVICE)
    if manifest.get("version") not in versions:
        told = f"is of version {manifest.get('version')}, this program reads version {max(versions)}"
        raise InputError(str(source / MANIFEST), None, told, "run the scenario in it again with this program")
    return manifest


def read_any_manifest(source: Path) -> dict[str, Any]:
    """The manifest of any result directory. Raises InputError for what is none."""
    path = source / MANIFEST
    if not source.is_dir():
        raise InputError(str(source), None, "is no result directory" if source.exists() else "no such result", _ADVICE)
    if not path.is_file():
        raise InputError(str(source), None, f"holds no {MANIFEST}: it is no result, or only half of one", _ADVICE)
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = getattr(error, "lineno", None)
        raise InputError(str(path), line, "is not readable as JSON: the result is damaged", "write it again") from None
    if not isinstance(manifest, dict) or not str(manifest.get("format")).startswith("stationkeep-"):
        raise InputError(str(path), None, f"is not the manifest of a {FORMAT}", _ADVICE)
    return manifest


def _plain(value: Any, name: str) -> Any:
    """An attribute as JSON holds it; raises TypeError for what would come back as something else."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list):
        return [_plain(item, name) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item, name) for key, item in value.items()}
    raise TypeError(f"{name}: an attribute of type {type(value).__name__} has no place in a result; use text")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Have a file or the names in a folder on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
