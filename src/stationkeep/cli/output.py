"""What every verb prints: one JSON object for machines, or words for people; progress goes to standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from typing import Any


def emit(result: dict[str, Any], as_json: bool, render: Callable[[], None]) -> None:
    """Print `result` as one JSON object, or call `render` to print it for a person."""
    if as_json:
        sys.stdout.write(json.dumps(_plain(result), ensure_ascii=False, allow_nan=False) + "\n")
    else:
        render()


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
