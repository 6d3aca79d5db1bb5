"""WHY it behaves: pure functions, one law = one function = one source = one tested value."""

import contextlib as _contextlib

from stationkeep import loops as _loops  # noqa: F401  (before anything here is compiled)

with _contextlib.suppress(ImportError, AttributeError):  # a numba in which what it replaces has gone compiles everything in full
    from stationkeep import parts as _parts  # noqa: F401
