"""Where compiled code of this package differs from numba's own: indices count from the front, and who allocates nothing counts no owners.

Numba lets every index be negative and asks at each one, an eighth of a run. Only functions of this package are compiled
without; an index written as a constant (`a[-1]`) may be negative still. With ``STATIONKEEP_CHECK_INDICES=1`` every other
one is checked, and a negative one raises IndexError.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir
from numba import njit
from numba.core import types
from numba.np import arrayobj

CHECKED = os.environ.get("STATIONKEEP_CHECK_INDICES", "") not in ("", "0")
_from_either_end = arrayobj.fix_integer_index
Function = TypeVar("Function", bound=Callable[..., Any])


def _from_the_front(context: Any, builder: Any, kind: Any, index: Any, size: Any) -> Any:
    """What takes the place of numba's function of this name, while functions of this package are compiled."""
    compiled = getattr(context, "fndesc", None)
    ours = compiled is not None and str(compiled.modname).startswith("stationkeep.")
    if not ours or not kind.signed or isinstance(index, ir.Constant):
        return _from_either_end(context, builder, kind, index, size)
    place = context.cast(builder, index, kind, types.intp)
    if CHECKED and compiled is not None:
        with builder.if_then(builder.icmp_signed("<", place, place.type(0)), likely=False):
            context.call_conv.return_user_exc(builder, IndexError, (f"negative index in {compiled.qualname}",))
    return place


arrayobj.fix_integer_index = _from_the_front


def borrows(function: Function) -> Function:
    """`njit` of a function that, with all it calls, makes no array: it counts no owners of those it is handed, a twentieth
    of a run. One that does make an array does not compile."""
    options: dict[str, Any] = {"cache": True, "_nrt": False}
    made: Function = njit(**options)(function)
    return made
