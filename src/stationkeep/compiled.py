"""Where compiled code is kept between processes, and whether it is there: numba alone does not see a changed callee."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

MADE_FROM = ("log.py", "loops.py", "parts.py", "laws/*.py", "subsystems/*.py", "engine/*.py")
NOT_COMPILED = (
    "capability", "cost", "ensemble", "lots", "luck", "measures", "places", "power_stage", "record", "simulate", "summary",
    "summary_people", "warm",
)  # fmt: skip
"""Files of the engine that only prepare, share out or record runs."""


def sources() -> list[Path]:
    """The files compiled code is made from: a change of any of them compiles anew."""
    root = Path(__file__).parent
    found = (path for pattern in MADE_FROM for path in root.glob(pattern))
    return sorted(p for p in found if p.parent.name != "engine" or p.stem not in NOT_COMPILED)


def choose_folder() -> None:
    """Keep compiled code in a folder named by its sources, unless the user chose one."""
    stamp = hashlib.sha256()
    for path in sources():
        status = path.stat()
        stamp.update(f"{path.name}{status.st_size}{status.st_mtime_ns}".encode())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = str(cache / "stationkeep" / f"compiled-{stamp.hexdigest()[:16]}")
    if "NUMBA_CACHE_DIR" not in os.environ:
        os.environ["NUMBA_CACHE_DIR"] = place
        if "numba" in sys.modules:
            sys.modules["numba"].config.CACHE_DIR = place


def is_kept() -> bool:
    """Whether the compiled step is on disk already."""
    return any(Path(os.environ["NUMBA_CACHE_DIR"]).rglob("run._advance*.nbc"))


def forget_old(keep: int = 4) -> None:
    """Remove compiled code of other sources but that compiled last, `keep` folders in all; a folder the user chose stays."""
    place = Path(os.environ["NUMBA_CACHE_DIR"])
    if not place.name.startswith("compiled-"):
        return
    others = (folder for folder in place.parent.glob("compiled-*") if folder != place)
    for folder in sorted(others, key=lambda f: f.stat().st_mtime, reverse=True)[keep - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
