"""A compiled function nobody calls from Python is a part of one that is: it is kept as the compiler's own code until then.

Of every function numba makes a wrapper for Python, machine code, and optimised code with all it calls in it. The step has
some four hundred of them and Python calls one. A function of this package, and what numba writes for it, gets them when
Python first calls it; others take it in as it is, and what comes of them is optimised as a whole. The same bits, in
less than two thirds of the time.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from llvmlite import binding
from numba.core import codegen, event
from numba.core.compiler_lock import global_compiler_lock
from numba.core.cpu import CPUContext
from numba.core.dispatcher import _DispatcherBase
from numba.core.environment import lookup_environment
from numba.core.runtime import rtsys
from numba.core.targetconfig import ConfigStack
from numba.core.types import Function

PARTS_OF = ("stationkeep.", "numba.")
KIND = "part"
_wrap = CPUContext.create_cpython_wrapper
_wrap_for_c = CPUContext.create_cfunc_wrapper
_executable = CPUContext.get_executable
_set_env = codegen.JITCPUCodegen.set_env
_unserialize = codegen.JITCPUCodegen.unserialize_library
_add_overload = _DispatcherBase.add_overload
_install_timer = event.install_timer
_timers = event._registered
_call_type = Function.get_call_type
_call_types: dict[tuple[Any, ...], tuple[Any, Any]] = {}


def _is_part(what: Any) -> bool:
    """Whether a function, by numba's description, is one of ours or written for them; code that runs Python objects is not."""
    return what.native and str(what.modname).startswith(PARTS_OF)


class PartLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """A part's code with all it calls, neither optimised as a whole nor made machine code."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def serialize_using_object_code(self) -> tuple[str, str, bytes]:
        self._ensure_finalized()
        return self.name, KIND, self._final_module.as_bitcode()


class Part:
    """Stands in for the compiled function; the first call from Python makes it."""

    dispatcher: Any
    result: Any
    made: Any = None

    def __init__(self, context: Any, library: Any, what: Any, env: Any) -> None:
        self.context, self.library, self.what, self.env = context, library, what, env

    def __call__(self, *args: Any) -> Any:
        if self.made is None:
            self.made = self._make()
        return self.made(*args)

    @global_compiler_lock
    def _make(self) -> Any:
        engine = self.context.codegen()
        library = engine.create_library(self.what.qualname)
        library.enable_object_caching()
        _wrap(self.context.subtarget(enable_nrt=True), library, self.what, self.env, None, release_gil=bool(self.dispatcher.targetoptions.get("nogil")))
        library.add_linking_library(rtsys.library)
        library.add_linking_library(self.library)
        made = _executable(self.context, library, self.what, self.env)
        for variable in library._final_module.global_variables:
            env = lookup_environment(variable.name)
            if env is not None:
                engine.set_env(variable.name, env)
        self.context.insert_user_function(made, self.what, [self.library])
        whole = self.result._replace(library=library, entry_point=made)
        self.dispatcher.add_overload(whole)
        self.dispatcher._cache.save_overload(tuple(whole.signature.args), whole)
        return made


def _wrap_later(context: Any, library: Any, fndesc: Any, env: Any, call_helper: Any, release_gil: bool = False) -> None:
    if not _is_part(fndesc):
        _wrap(context, library, fndesc, env, call_helper, release_gil=release_gil)


def _wrap_for_c_never(context: Any, library: Any, fndesc: Any, env: Any, call_helper: Any) -> None:
    if not _is_part(fndesc):
        _wrap_for_c(context, library, fndesc, env, call_helper)


def _executable_later(context: Any, library: Any, fndesc: Any, env: Any) -> Any:
    if not isinstance(library, PartLibrary):
        if library._finalized or not _is_part(fndesc):
            return _executable(context, library, fndesc, env)
        library.__class__ = PartLibrary
    library._ensure_finalized()
    return Part(context, library, fndesc, env)


def _set_env_if_there(engine: Any, env_name: str, env: Any) -> None:
    """A part's variables have no address yet."""
    if engine._engine.is_symbol_defined(env_name):
        _set_env(engine, env_name, env)


def _unserialize_part(engine: Any, serialized: Any) -> Any:
    name, kind, data = serialized
    if kind != KIND:
        return _unserialize(engine, serialized)
    library = engine.create_library(name)
    library.__class__ = PartLibrary
    library._final_module = binding.parse_bitcode(data)
    library._finalize_final_module()
    return library


def _add_overload_or_part(dispatcher: Any, cres: Any) -> None:
    if isinstance(cres.entry_point, Part):
        cres.entry_point.dispatcher, cres.entry_point.result = dispatcher, cres
        dispatcher.overloads[tuple(cres.signature.args)] = cres
    else:
        _add_overload(dispatcher, cres)


def _optimize_functions(library: Any, module: Any) -> None:
    """Numba makes the passes anew for every function."""
    module.data_layout = library._codegen._data_layout
    passes, settings = library._codegen._function_pass_manager()
    for function in module.functions:
        passes.run(function, settings)


def _time_the_outermost(kind: str, callback: Any) -> AbstractContextManager[Any]:
    """Numba times every function from within those that call it, and tells all of them of each lock that is taken."""
    return nullcontext() if _timers[kind] else _install_timer(kind, callback)


def _call_type_once(function: Any, context: Any, args: Any, kws: Any) -> Any:
    """Numba tries all ways to add two numbers anew at every addition."""
    key = context, function, tuple(args), ConfigStack.top_or_none()
    if kws:
        return _call_type(function, context, args, kws)
    if key not in _call_types:
        found: Any = _call_type(function, context, args, kws)
        _call_types[key] = found, function._impl_keys[found.args]
    signature, function._impl_keys[_call_types[key][0].args] = _call_types[key]
    return signature


_REPLACED: tuple[tuple[Any, str, Any], ...] = (
    (CPUContext, "create_cpython_wrapper", _wrap_later),
    (CPUContext, "create_cfunc_wrapper", _wrap_for_c_never),
    (CPUContext, "get_executable", _executable_later),
    (codegen.JITCPUCodegen, "set_env", _set_env_if_there),
    (codegen.JITCPUCodegen, "unserialize_library", _unserialize_part),
    (codegen.CPUCodeLibrary, "_optimize_functions", _optimize_functions),
    (_DispatcherBase, "add_overload", _add_overload_or_part),
    (event, "install_timer", _time_the_outermost),
    (Function, "get_call_type", _call_type_once),
)
for _owner, _name, _ours in _REPLACED:
    setattr(_owner, _name, _ours)
