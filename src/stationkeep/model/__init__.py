"""WHAT there is: frozen records of stations, fleets, partners and scenarios; no mathematics."""
