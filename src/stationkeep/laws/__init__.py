"""WHY it behaves: pure functions, one law = one function = one source = one tested value."""

from stationkeep import loops as _loops  # noqa: F401  (before anything here is compiled)
