"""Objects handed from one process to another in files, each taken once."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


@dataclass(frozen=True)
class Handover:
    """A folder both sides know."""

    folder: Path

    def put(self, name: str, thing: Any) -> None:
        """Leave a thing under a name."""
        (self.folder / name).write_bytes(pickle.dumps(thing))

    def get(self, name: str) -> Any:
        """What lies under a name, which stays."""
        return pickle.loads((self.folder / name).read_bytes())

    def take(self, name: str) -> Any:
        """What lies under a name, and no longer does."""
        thing = self.get(name)
        (self.folder / name).unlink()
        return thing


@contextmanager
def handover() -> Iterator[Handover]:
    """A folder of its own while the block lasts."""
    with TemporaryDirectory(prefix="stationkeep-", ignore_cleanup_errors=True) as folder:
        yield Handover(Path(folder))
