"""An ensemble on disk as it grows: a folder of the scenario, a manifest of the plan, and one result per finished chunk.

A chunk is written under a temporary name, synced and renamed: it is there whole or not at all, whatever is killed when.
Going on therefore means doing the chunks that are not there. Nothing is ever written over.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model.files import InputError
from . import results
from .chunks import WHOLE_LOGS, joined

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "stationkeep-ensemble"
VERSION = 1
FULL = "series"
"""Folder beside the chunks with every variable of the first runs, where the ensemble itself keeps none."""


@dataclass(frozen=True)
class ChunkName:
    """A chunk by what it holds: runs `first` to `last` of one future (None: the scenario has none)."""

    future: str | None
    first: int
    last: int

    @property
    def folder(self) -> str:
        return f"chunk-{self.future or 'all'}-{self.first:07d}-{self.last:07d}"


class RunFolder:
    """The folder of one ensemble, open for writing. Make it with `begin`."""

    def __init__(self, path: Path, chunks: Sequence[ChunkName]) -> None:
        self.path = path
        self.chunks = chunks

    @classmethod
    def begin(
        cls, folder: str | Path, plan: Mapping[str, Any], chunks: Sequence[ChunkName], attrs: Mapping[str, Any],
        resume: bool,
    ) -> RunFolder:  # fmt: skip
        """Open `folder` for the ensemble that `plan` identifies; with `resume` an ensemble begun there is gone on with.

        Raises InputError when something else is there, or when the ensemble there is not this one.
        """
        path = Path(os.path.abspath(folder))
        begun = (path / results.MANIFEST).is_file()
        if path.exists() and not begun and (not path.is_dir() or _strangers(path)):
            raise InputError(str(folder), None, "is there already and not empty", "choose another folder")
        if begun and not resume:
            advice = "choose another folder, or --resume to go on with what is there"
            raise InputError(str(folder), None, "is there already and not empty", advice)
        if begun:
            _same_plan(folder, read_manifest(path), plan)
            _clean(path, chunks)
        path.mkdir(parents=True, exist_ok=True)
        results.write_text(path / results.SCENARIO, str(attrs["scenario_yaml"]))
        told = {"format": FORMAT, "version": VERSION, "plan": dict(plan), "chunks": [vars(c) for c in chunks]}
        results.write_text(path / results.MANIFEST, json.dumps(told | {"attrs": dict(attrs)}, ensure_ascii=False, indent=1))
        results.sync(path.parent)
        return cls(path, chunks)

    def has(self, chunk: ChunkName) -> bool:
        """Whether the chunk is finished."""
        return (self.path / chunk.folder).is_dir()

    def put(self, chunk: ChunkName, kept: xr.Dataset, full: xr.Dataset | None) -> None:
        """Write a finished chunk; `full` first, so that a chunk that is there has its series."""
        if full is not None:
            results.write_result(full, self.path / FULL / chunk.folder)
        results.write_result(kept, self.path / chunk.folder)

    def tell(self, attrs: Mapping[str, Any]) -> None:
        """Add attributes to the result (how long it took, what the reruns of causes showed)."""
        add_attributes(self.path, attrs)


def add_attributes(folder: str | Path, attrs: Mapping[str, Any]) -> None:
    """Add attributes to the manifest of an ensemble, whole or not at all."""
    path = Path(folder)
    manifest = read_manifest(path)
    manifest["attrs"] |= dict(attrs)
    results.write_text(path / results.MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of an ensemble. Raises InputError for anything else."""
    return results.read_manifest(path, FORMAT, (VERSION,))


def read_ensemble(folder: str | Path, full: bool = False, run: int | None = None) -> xr.Dataset:
    """The ensemble as one Dataset: all finished runs that every future has; `full`: every variable of the first runs.

    With `run` only the chunk that holds it is read, with its whole log.
    The attribute `runs_planned` says how many there were to be. Raises InputError when none is finished or one is damaged.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    chunks = [ChunkName(**item) for item in manifest["chunks"]]
    chunks = [c for c in chunks if run is None or c.first <= run <= c.last]
    if not chunks:
        raise InputError(str(folder), None, f"no run {run}", f"it has {manifest['attrs']['runs']} runs")
    where = path / FULL if full else path
    done = [c for c in chunks if (path / c.folder).is_dir() and (where / c.folder).is_dir()]
    labels = list(dict.fromkeys(c.future for c in chunks))
    everywhere = set.intersection(*({c.first for c in done if c.future == label} for label in labels))
    if not everywhere:
        told = "keeps no full series" if full and done else "no chunk of runs is finished in every future"
        raise InputError(str(folder), None, told, "go on with `stationkeep run SCENARIO --out FOLDER --resume`")

    def of(label: str | None) -> Iterator[xr.Dataset]:
        return (results.read_result(where / c.folder) for c in done if c.future == label and c.first in everywhere)

    ds = joined([(label, of(label)) for label in labels], WHOLE_LOGS if run is None else run + 1)
    ds.attrs.update(manifest["attrs"])
    ds.attrs["runs"] = int(ds.sizes["run"])
    ds.attrs["runs_planned"] = int(manifest["attrs"]["runs"])
    return ds


def open_tables(folder: str | Path) -> dict[str, Any]:
    """The tables of a result or an ensemble as lazy `pyarrow.dataset` Datasets, by their dimensions ("event", "run", ...).

    Nothing is loaded: filter and select columns, then `.to_table(...)`, or hand them to DuckDB or polars. In an
    ensemble every table is that of its chunks, and has the columns `chunk` (a number) and `future`.
    """
    import pyarrow.dataset as tables

    path = Path(folder)
    manifest = results.read_any_manifest(path)
    if manifest["format"] != FORMAT:
        return {"-".join(part["dims"]): tables.dataset(path / str(part["file"])) for part in manifest["parts"]}
    parts: dict[str, list[Any]] = {}
    for number, item in enumerate(manifest["chunks"]):
        chunk = ChunkName(**item)
        if not (path / chunk.folder).is_dir():
            continue
        for part in results.read_manifest(path / chunk.folder)["parts"]:
            key = "-".join(part["dims"])
            source = tables.dataset(path / chunk.folder / str(part["file"]))
            mark = (tables.field("chunk") == number) & (tables.field("future") == (chunk.future or ""))
            pieces = [f.path for f in source.get_fragments()]
            parts.setdefault(key, []).append((pieces, mark, source))
    return {key: _one_table(tables, found) for key, found in parts.items()}


def _one_table(tables: Any, found: list[Any]) -> Any:
    import pyarrow as pa

    plain = [pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in found[0][2].schema]
    schema = pa.schema([*plain, pa.field("chunk", pa.int64()), pa.field("future", pa.string())])
    files = [file for pieces, _, _ in found for file in pieces]
    marks = [mark for pieces, mark, _ in found for _ in pieces]
    system = pa.fs.LocalFileSystem()
    return tables.FileSystemDataset.from_paths(
        files, schema=schema, format=tables.ParquetFileFormat(), filesystem=system, partitions=marks
    )


def program_digest() -> str:
    """What this program is: a digest of its code and tables, the same for the same files anywhere."""
    stamp = hashlib.sha256()
    root: Any = resources.files("stationkeep")
    for path in sorted(Path(str(root)).rglob("*")):
        if path.suffix in (".py", ".csv", ".gz", ".npz"):
            stamp.update(path.relative_to(str(root)).as_posix().encode())
            stamp.update(path.read_bytes())
    return stamp.hexdigest()


def _same_plan(folder: str | Path, manifest: Mapping[str, Any], plan: Mapping[str, Any]) -> None:
    old, new = dict(manifest["plan"]), json.loads(json.dumps(dict(plan)))
    grown = new["runs"][: len(old["runs"])] == old["runs"]
    advice = "choose another folder, or ask for what was begun there"
    for key, told in (
        ("program", "was begun by another version of this program or its tables"),
        ("scenario_sha256", "holds runs of another scenario"),
        ("seed", f"was begun with seed {old.get('seed')}"),
        ("keep", f"keeps {old.get('keep')}"),
        ("chunk", f"was begun in chunks of {old.get('chunk')}"),
        ("without", "leaves out other mishaps"),
    ):
        if old.get(key) != new.get(key):
            raise InputError(str(folder), None, told, advice)
    if not grown:
        raise InputError(str(folder), None, f"was begun with {len(old['runs'])} runs", "ask for these or more")


def _clean(path: Path, chunks: Sequence[ChunkName]) -> None:
    """Remove what was being written when all ended, and chunks that are damaged: they will be done again."""
    for folder in (path, path / FULL):
        if not folder.is_dir():
            continue
        for left in folder.glob(".*"):
            if left.suffix in (".tmp", ".old"):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        for chunk in chunks:
            if (folder / chunk.folder).is_dir() and not _sound(folder / chunk.folder):
                shutil.rmtree(folder / chunk.folder)


def _sound(chunk: Path) -> bool:
    try:
        return all(results.digest(chunk / str(p["file"])) == p["sha256"] for p in results.read_manifest(chunk)["parts"])
    except (InputError, OSError, KeyError):
        return False


def _strangers(path: Path) -> bool:
    """Whether a folder without a manifest holds anything but what an ensemble killed at its very start leaves."""
    return any(item.name != results.SCENARIO and item.suffix != ".tmp" for item in path.iterdir())


__all__ = ["ChunkName", "RunFolder", "add_attributes", "open_tables", "program_digest", "read_ensemble", "read_manifest"]
