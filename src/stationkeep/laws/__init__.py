"""WHY it behaves: pure functions, one law = one function = one source = one tested value."""
