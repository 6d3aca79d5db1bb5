"""WHY it behaves: pure functions, one law = one function = one source = one tested value."""

from numba import version_info as _version

from stationkeep import loops as _loops  # noqa: F401  (before anything here is compiled)

if (0, 62) <= _version[:2] <= (0, 68):  # tried with these; what it replaces is numba's own, and any other numba compiles everything in full
    from stationkeep import parts as _parts  # noqa: F401
