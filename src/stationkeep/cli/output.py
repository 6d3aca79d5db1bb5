"""What every verb prints and writes: one JSON object for machines, or words for people; progress goes to standard error."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stationkeep.model.files import InputError


def emit(result: dict[str, Any], as_json: bool, render: Callable[[], None]) -> None:
    """Print `result` as one JSON object, or call `render` to print it for a person."""
    if as_json:
        sys.stdout.write(json.dumps(_plain(result), ensure_ascii=False, allow_nan=False) + "\n")
    else:
        render()


def can_be_written(*files: str | Path | None) -> None:
    """Raise InputError for a file asked for that has no place: told before anything is computed for it."""
    for file in files:
        if not file:
            continue
        folder = Path(file).parent
        if not folder.is_dir():
            raise InputError(str(file), None, f"cannot be written: no folder '{folder}'", "choose another place")
        if Path(file).is_dir() or not os.access(folder, os.W_OK):
            why = "it is a folder" if Path(file).is_dir() else f"nothing may be written in '{folder}'"
            raise InputError(str(file), None, f"cannot be written: {why}", "choose another place")


@contextmanager
def writing(file: str | Path) -> Iterator[None]:
    """What goes wrong while a file is written is told with its name."""
    try:
        yield
    except OSError as error:
        raise InputError(str(file), None, f"cannot be written: {error.strerror}", "choose another place") from None


def _plain(value: Any) -> Any:
    """JSON has no NaN, no numpy and no dates: null, plain numbers and ISO text instead."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist") and not isinstance(value, str | bytes):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
