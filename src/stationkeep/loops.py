"""Where compiled code of this package differs from numba's own: indices count from the front, an item is looked up in place, and who
allocates nothing counts no owners.

Numba lets every index be negative and asks at each one, an eighth of a run. Only functions of this package are compiled
without; an index written as a constant (`a[-1]`) may be negative still. With ``STATIONKEEP_CHECK_INDICES=1`` every other
one is checked, and a negative one raises IndexError.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin
from numba.np import arrayobj

CHECKED = os.environ.get("STATIONKEEP_CHECK_INDICES", "") not in ("", "0")
_from_either_end = arrayobj.fix_integer_index
Function = TypeVar("Function", bound=Callable[..., Any])


def _ours(context: Any) -> bool:
    compiled = getattr(context, "fndesc", None)
    return compiled is not None and str(compiled.modname).startswith("stationkeep.")


def _from_the_front(context: Any, builder: Any, kind: Any, index: Any, size: Any) -> Any:
    """What takes the place of numba's function of this name, while functions of this package are compiled."""
    compiled = getattr(context, "fndesc", None)
    if not _ours(context) or not kind.signed or isinstance(index, ir.Constant):
        return _from_either_end(context, builder, kind, index, size)
    place = context.cast(builder, index, kind, types.intp)
    if CHECKED and compiled is not None:
        with builder.if_then(builder.icmp_signed("<", place, place.type(0)), likely=False):
            context.call_conv.return_user_exc(builder, IndexError, (f"negative index in {compiled.qualname}",))
    return place


arrayobj.fix_integer_index = _from_the_front


def _item(context: Any, builder: Any, kinds: Any, array: Any, index: Any) -> Any:
    """Address of one item of an array without gaps; None for anything else. Numba lays the whole array out in memory and looks up
    each stride, a tenth of what is compiled."""
    kind, of = kinds[:2]
    many = isinstance(of, types.BaseTuple)
    whole = of.types if many else (of,)
    if not _ours(context) or context.enable_boundscheck or kind.layout != "C" or len(whole) != kind.ndim:
        return None
    if not all(isinstance(each, types.Integer) for each in whole):
        return None
    model = context.data_model_manager[kind]
    shape = cgutils.unpack_tuple(builder, builder.extract_value(array, model.get_field_position("shape")), kind.ndim)
    indices = cgutils.unpack_tuple(builder, index, kind.ndim) if many else [index]
    place = None
    for each, at, size in zip(whole, indices, shape, strict=True):
        at = arrayobj.fix_integer_index(context, builder, each, at, size)
        place = at if place is None else builder.add(builder.mul(place, size), at)
    return builder.gep(builder.extract_value(array, model.get_field_position("data")), [place])


@lower_builtin(operator.getitem, types.Array, types.Integer)
@lower_builtin(operator.getitem, types.Array, types.BaseTuple)
def _get(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    place = _item(context, builder, signature.args, *args)
    if place is None:
        many = isinstance(signature.args[1], types.BaseTuple)
        return (arrayobj.getitem_array_tuple if many else arrayobj.getitem_arraynd_intp)(context, builder, signature, args)
    return arrayobj.load_item(context, builder, signature.args[0], place)


@lower_builtin(operator.setitem, types.Array, types.Integer, types.Any)
@lower_builtin(operator.setitem, types.Array, types.BaseTuple, types.Any)
def _set(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    kind, _, given = signature.args
    place = _item(context, builder, signature.args, *args[:2])
    if place is None:
        return arrayobj.setitem_array(context, builder, signature, args)
    return arrayobj.store_item(context, builder, kind, context.cast(builder, args[2], given, kind.dtype), place)


def borrows(function: Function) -> Function:
    """`njit` of a function that, with all it calls, makes no array: it counts no owners of those it is handed, a twentieth
    of a run. One that does make an array does not compile."""
    return _compiled(function)


def borrows_and_regroups(function: Function) -> Function:
    """`borrows` where sums may be made in another order, and multiplied and added in one go: many at a time, the same every time."""
    return _compiled(function, fastmath={"reassoc", "contract", "nsz"})


def _compiled(function: Function, **how: Any) -> Function:
    options: dict[str, Any] = {"cache": True, "_nrt": False, **how}
    made: Function = njit(**options)(function)
    return made
