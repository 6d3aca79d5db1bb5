"""NamedTuples handed to compiled code by reference.

A NamedTuple of a hundred arrays passed by value to fifty functions costs minutes of compilation and reference counts at
every call. `by_reference` turns it, once per run and inside compiled code, into a tree of references with the same
attribute names; uncompiled (`NUMBA_DISABLE_JIT=1`) it is the NamedTuple itself.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import errors
from numba.experimental import structref
from numba.extending import overload


@structref.register
class Reference(types.StructRef):  # type: ignore[misc]
    """Type of a reference; its fields are those of the NamedTuple it was made from."""

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


def by_reference(record):  # type: ignore[no-untyped-def]
    """The record with the same attributes, passed by reference in compiled code."""
    return record


def _reference_type(kind: Any) -> Any:
    if not hasattr(kind, "fields") or not isinstance(kind, types.BaseNamedTuple):
        return kind
    record: Any = kind
    fields: Any = zip(record.fields, record.types, strict=True)
    return Reference([(name, _reference_type(part)) for name, part in fields])


@overload(by_reference)
def _by_reference(record):  # type: ignore[no-untyped-def]
    if not isinstance(record, types.BaseNamedTuple):
        raise errors.TypingError("by_reference takes a NamedTuple")
    nested = {n for n, t in zip(record.fields, record.types, strict=True) if isinstance(t, types.BaseNamedTuple)}
    lines = ["def make(record):", "    out = new(kind)"]
    for name in record.fields:
        value = f"by_reference(record.{name})" if name in nested else f"record.{name}"
        lines.append(f"    out.{name} = {value}")
    lines.append("    return out")
    space = {"new": structref.new, "kind": _reference_type(record), "by_reference": by_reference}
    exec("\n".join(lines), space)
    return space["make"]
