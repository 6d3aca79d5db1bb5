"""The unit suffixes of names and their factor to SI: the only unit code there is."""

SUFFIX_TO_SI = {
    "s": 1.0, "m": 1.0, "kg": 1.0, "W": 1.0, "J": 1.0, "Pa": 1.0, "K": 1.0, "rad": 1.0, "m2": 1.0, "m3": 1.0,
    "N": 1.0, "Nms": 1.0, "frac": 1.0, "count": 1.0, "usd": 1.0, "Sv": 1.0,
    "h": 3600.0, "d": 86400.0, "y": 31557600.0, "week": 604800.0, "km": 1e3, "t": 1e3, "kW": 1e3, "kWh": 3.6e6,
    "kPa": 1e3, "kN": 1e3, "deg": 0.017453292519943295, "mSv": 1e-3, "musd": 1e6,
}  # fmt: skip


def unit_of(name: str) -> str | None:
    """The unit a name ends in: ``use_kg_per_d`` -> ``kg_per_d``; None when it ends in no unit."""
    head, *below = name.split("_per_")
    first = head.rsplit("_", 1)[-1]
    if "_" not in head and not below:
        return None
    return "_per_".join((first, *below)) if all(u in SUFFIX_TO_SI for u in (first, *below)) else None


def to_si(name: str, value: float) -> float:
    """Convert a human value by the suffix of its name: ``to_si("use_kg_per_d", 86400) == 1.0``.

    Raises ValueError when the name carries no known unit.
    """
    unit = unit_of(name)
    if unit is None:
        raise ValueError(f"{name}: the name ends in no known unit")
    first, *below = unit.split("_per_")
    si = value * SUFFIX_TO_SI[first]
    for divisor in below:
        si /= SUFFIX_TO_SI[divisor]
    return si
