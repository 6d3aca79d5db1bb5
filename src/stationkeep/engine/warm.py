"""Compile the paragraphs of the step from its last, beside the process that comes to them from its first: they meet.

    python -m stationkeep.engine.warm

Numba's cache on disk brings both together. Which scenario is compiled for does not matter: the types are the same for all.
"""

from __future__ import annotations

import ast
import gc
import inspect
from typing import Any

import numpy as np
from numba import typeof, types

from ..log import new_log
from ..model.scenario import read_scenario
from ..subsystems import traffic
from .compile.world import compile
from .refs import by_reference
from .simulate import new_rows, new_scratch
from .step import step
from .world import Luck


def main() -> None:
    """Compile into the cache until all is done."""
    gc.disable()
    case = compile(read_scenario("iss-2022"))
    some, flags = np.zeros(1), np.zeros(1, np.bool_)
    luck = Luck(traffic.Luck(some, flags, flags, some, some), np.zeros((1, 1)), some, 1.0, np.zeros((1, 4)))
    records = {"w": case.world, "s": case.opening, "luck": luck, "x": new_scratch(case), "rows": new_rows(case, False), "log": new_log()}
    kept = {name: by_reference(record) for name, record in records.items()}
    kinds = {name: typeof(record) for name, record in kept.items()} | {"k": types.int64}
    whole: Any = step
    for line in reversed(ast.parse(inspect.getsource(whole.py_func)).body[0].body):  # type: ignore[attr-defined]
        if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
            paragraph = eval(ast.unparse(line.value.func), whole.py_func.__globals__)
            paragraph.compile(tuple(_kind(argument, kinds) for argument in line.value.args))


def _kind(argument: ast.expr, kinds: dict[str, Any]) -> Any:
    """Type of an argument as `step` writes it: a record, a field of one, a count, or a time in seconds."""
    if isinstance(argument, ast.Attribute):
        return _kind(argument.value, kinds).kinds[argument.attr]
    return kinds.get(argument.id, types.float64) if isinstance(argument, ast.Name) else types.float64


if __name__ == "__main__":
    main()
