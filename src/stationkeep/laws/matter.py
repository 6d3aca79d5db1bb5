"""What a station is made to hold and what happens to it: the names and numbers of resources and uses.

A flow is signed: ``flow_kg[station, resource, use]`` is what the use added (+) or took (-) during a step. Each
internal use converts without loss, so it sums to zero over resources; only ``BOUNDARY_USES`` bring or take mass.
Resources before ``STORED`` live in containers; the rest are cabin air, gases passed on within a step, and crew tissue.
"""

RESOURCES = (
    "propellant", "oxygen", "nitrogen", "water", "waste_water", "urine", "brine", "food", "supplies", "toilet",
    "candles", "spares", "research", "waste",
    "air_oxygen", "air_nitrogen", "air_co2", "air_water", "hydrogen", "methane", "body",
)  # fmt: skip
STORED = 14
(
    PROPELLANT, OXYGEN, NITROGEN, WATER, WASTE_WATER, URINE, BRINE, FOOD, SUPPLIES, TOILET,
    CANDLES, SPARES, RESEARCH, WASTE,
    AIR_OXYGEN, AIR_NITROGEN, AIR_CO2, AIR_WATER, HYDROGEN, METHANE, BODY,
) = range(len(RESOURCES))  # fmt: skip

USES = (
    "delivered", "removed", "crew", "electrolysis", "candles", "sabatier", "urine_processing", "brine_processing",
    "water_processing", "dehumidifying", "makeup", "leak", "eva", "overboard", "reboost", "attitude", "repair",
    "research", "dumped", "moved",
)  # fmt: skip
(
    DELIVERED, REMOVED, CREW, ELECTROLYSIS, CANDLE_BURNING, SABATIER, URINE_PROCESSING, BRINE_PROCESSING,
    WATER_PROCESSING, DEHUMIDIFYING, MAKEUP, LEAK, EVA, OVERBOARD, REBOOST, ATTITUDE, REPAIR,
    RESEARCH_USE, DUMPED, MOVED,
) = range(len(USES))  # fmt: skip

BOUNDARY_USES = (DELIVERED, REMOVED, LEAK, EVA, OVERBOARD, REBOOST, ATTITUDE, DUMPED, MOVED)

GASES = (AIR_OXYGEN, AIR_NITROGEN, AIR_CO2, AIR_WATER)
MOLAR_MASS_KG_PER_MOL = (0.0319988, 0.0280134, 0.0440095, 0.0180153)  # O2, N2, CO2, H2O: IUPAC 2021 atomic weights
