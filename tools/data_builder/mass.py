"""How the station's mass is made up: bare parts, outfitting, stores, ships."""

from __future__ import annotations

OUTFIT_KG_PER_M3 = 57.0
# Propellant inside the launch masses of modules.csv; the engine holds it in tanks.
LAUNCH_PROPELLANT_KG = {"zarya": 3800.0, "zvezda": 860.0}
