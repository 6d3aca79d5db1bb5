"""NamedTuples handed to compiled code by reference.

A NamedTuple of a hundred arrays passed by value to fifty functions costs minutes of compilation, and reference counts at
every look. `by_reference` lays the descriptors of its arrays out in one block of memory and hands over the address;
compiled code reads `record.field` from there as if it were the NamedTuple. The arrays belong to Python, which holds them
while the call lasts, so compiled code counts nothing. Uncompiled (`NUMBA_DISABLE_JIT=1`) it is the NamedTuple itself.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numba import typeof, types
from numba.core import cgutils, config
from numba.core.datamodel import models
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, register_model, typeof_impl, unbox

WORD_bytes = 8
ARRAY_WORDS = 5
"""Words of numba's array descriptor before the shape: two owners (none here), items, bytes an item, address."""
PARTS = ("nitems", "itemsize", "data", "shape", "strides")


class Reference(types.Type):  # type: ignore[misc]
    """Type of a reference: names, types and places (in words) of the fields of the NamedTuple it was made from."""

    def __init__(self, fields: tuple[tuple[str, Any], ...]) -> None:
        self.kinds = dict(fields)
        self.places: dict[str, int] = {}
        words = 0
        for name, kind in fields:
            self.places[name] = words
            words += ARRAY_WORDS + 2 * kind.ndim if isinstance(kind, types.Array) else 1
        self.words = words
        described = ",".join(f"{name}:{kind}" for name, kind in fields)
        super().__init__(name=f"Reference<{hashlib.sha256(described.encode()).hexdigest()[:16]}>")


@register_model(Reference)
class ReferenceModel(models.PrimitiveModel):  # type: ignore[misc]
    """An address."""

    def __init__(self, manager: Any, kind: Reference) -> None:
        super().__init__(manager, kind, cgutils.voidptr_t)


@infer_getattr
class ReferenceAttribute(AttributeTemplate):  # type: ignore[misc]
    """`record.field` has the type of the field."""

    key = Reference

    def generic_resolve(self, typ: Any, attr: str) -> Any:  # type: ignore[override]
        return typ.kinds.get(attr)


@lower_getattr_generic(Reference)
def _read_field(context: Any, builder: Any, kind: Reference, address: Any, name: str) -> Any:
    field = kind.kinds[name]
    model = context.data_model_manager[field]

    def word(place: int, as_type: Any) -> Any:
        return builder.load(cgutils.pointer_add(builder, address, place * WORD_bytes, as_type.as_pointer()))

    first = kind.places[name]
    if not isinstance(field, types.Array):
        place = cgutils.pointer_add(builder, address, first * WORD_bytes, model.get_data_type().as_pointer())
        return impl_ret_borrowed(context, builder, field, model.load_from_data_pointer(builder, place, WORD_bytes))
    # nobody owns it, and said so here the compiler leaves the counting of owners out
    known = {"itemsize": context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(field.dtype)))}
    value = cgutils.get_null_value(model.get_value_type())
    for part, place in zip(PARTS, (*range(2, ARRAY_WORDS + 1), ARRAY_WORDS + field.ndim), strict=True):
        position = model.get_field_position(part)
        found = known.get(part) or word(first + place, model.get_value_type().elements[position])
        value = builder.insert_value(value, found, position)
    return impl_ret_borrowed(context, builder, field, value)


_kinds: dict[tuple[Any, ...], Reference] = {}
"""Types met so far, so that a record met again has the same one: numba interns its types in the same way."""


def _looks(value: Any) -> Any:
    """What the type of a field follows from."""
    if isinstance(value, np.ndarray):
        return value.dtype.char, value.ndim, value.flags.c_contiguous, value.flags.writeable
    return value.kind if isinstance(value, Referred) else type(value)


_lasting: dict[int, Referred] = {}
"""Records that many runs share, by identity: what a case states, but not what a run changes."""
LASTING_most = 200


def _referred(record: Any, lasts: bool) -> Referred:
    """A record within a record, the one laid out before where it is the same object."""
    found = _lasting.get(id(record)) if lasts else None
    if found is not None and found.record is record:
        return found
    made = Referred(record, lasts)
    if lasts:
        if len(_lasting) >= LASTING_most:
            _lasting.clear()
        _lasting[id(record)] = made
    return made


class Referred:
    """A record's block of descriptors and what it points to, kept alive together."""

    def __init__(self, record: Any, lasts: bool = False) -> None:
        self.record = record
        parts: list[Any] = [_referred(v, lasts) if hasattr(v, "_fields") else v for v in record]
        key = (record._fields, *map(_looks, parts))
        if key not in _kinds:
            kinds = [types.unliteral(typeof(v)) for v in parts]
            _kinds[key] = Reference(tuple(zip(record._fields, kinds, strict=True)))
        self.kind = _kinds[key]
        self.parts = parts
        words: list[int] = []
        for value in parts:
            if isinstance(value, np.ndarray):
                words += [0, 0, value.size, value.itemsize, value.__array_interface__["data"][0], *value.shape, *value.strides]
            elif isinstance(value, float):
                words.append(int(np.float64(value).view(np.int64)))
            else:
                words.append(value.address if isinstance(value, Referred) else value)
        self.block = np.array(words, np.int64)
        self.address: int = self.block.ctypes.data


@typeof_impl.register(Referred)
def _typeof(referred: Referred, _context: Any) -> Reference:
    return referred.kind


@unbox(Reference)
def _unbox(_kind: Reference, referred: Any, c: Any) -> NativeValue:
    number = c.pyapi.object_getattr_string(referred, "address")
    address = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(address, is_error=c.pyapi.c_api_error())


def by_reference(record: Any, lasts: bool = False) -> Any:
    """The record with the same attributes, passed by reference to compiled code; keep it until the call returns. A reference stays one.

    With `lasts` records within it are laid out once: many runs share them, and their arrays never move.
    """
    return record if getattr(config, "DISABLE_JIT", 0) or isinstance(record, Referred) else Referred(record, lasts)
