"""What each flight of the run without chance brought."""

from types import SimpleNamespace as Of

import numpy as np

from stationkeep.laws.matter import DELIVERED, RESOURCES, USES
from stationkeep.plan.nominal import NEVER_s, _brought_kg


def test_a_ship_that_docks_on_a_stamp_brings_what_flowed_in_the_step_that_ends_there():
    food, ships = RESOURCES.index("food"), Of(cargo_kg=np.full((3, len(RESOURCES)), 100.0), tank_kg=np.zeros(3))
    case = Of(world=Of(ships=ships, traffic=Of(station=np.zeros(3, int))), flights=[None] * 3, t0_s=0.0, dt_s=86400.0)
    flow_kg = np.zeros((5, len(RESOURCES), len(USES)))
    flow_kg[1, food, DELIVERED], flow_kg[3, food, DELIVERED] = 700.0, 300.0
    brought = _brought_kg(case, np.array([2.0, 3.5, NEVER_s / 86400.0]) * 86400.0, flow_kg)
    assert brought[:, food].tolist() == [700.0, 300.0, 0.0]
