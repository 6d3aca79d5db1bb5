"""fleet/launchers.csv, fleet/stages.csv and fleet/sites.csv."""

from __future__ import annotations

from collections.abc import Mapping

from .common import Row, Source, columns, real

# id: (partner, family that is grounded together, sites, payload inclination deg, fairing kg, who says the fairing)
LAUNCHERS: dict[str, tuple[str, str, str, str, float, str]] = {
    "soyuz-u": ("roscosmos", "soyuz", "baikonur/1;baikonur/31", "51.6", 1700.0, "recalled"),
    "soyuz-fg": ("roscosmos", "soyuz", "baikonur/1;baikonur/31", "51.6", 1700.0, "recalled"),
    "soyuz-2.1a": ("roscosmos", "soyuz", "baikonur/31;plesetsk/43;vostochny/1s", "51.6", 1700.0, "recalled"),
    "soyuz-2.1b": ("roscosmos", "soyuz", "baikonur/31;plesetsk/43;vostochny/1s", "51.6", 1700.0, "recalled"),
    "proton-k": ("roscosmos", "proton", "baikonur/81;baikonur/200", "51.6", 2000.0, "recalled"),
    "proton-m": ("roscosmos", "proton", "baikonur/81;baikonur/200", "51.6", 2000.0, "Spaceflight101"),
    "angara-1.2": ("roscosmos", "angara", "plesetsk/35;vostochny/1a", "63", 655.0, "mean of 500 and 810"),
    "angara-a5": ("roscosmos", "angara", "plesetsk/35;vostochny/1a", "63", 2600.0, "manual 2002, uncertain"),
    "angara-a5m": ("roscosmos", "angara", "vostochny/1a;plesetsk/35", "63", 2600.0, "as Angara-A5"),
    "falcon-9": ("nasa", "falcon", "kennedy/39a;canaveral/40;vandenberg/4e", "28.5", 1900.0, "recalled"),
    "falcon-heavy": ("nasa", "falcon", "kennedy/39a", "28.5", 1900.0, "recalled"),
    "antares-1xx": ("nasa", "antares", "wallops/0a", "51.6", 970.0, "recalled"),
    "antares-230": ("nasa", "antares", "wallops/0a", "51.6", 970.0, "recalled"),
    "atlas-v-401": ("nasa", "atlas-v", "canaveral/41", "28.5", 2127.0, "recalled"),
    "atlas-v-n22": ("nasa", "atlas-v", "canaveral/41", "51.6", 0.0, "no fairing"),
    "vulcan": ("nasa", "vulcan", "canaveral/41;vandenberg/3", "28.7", 4100.0, "recalled"),
    "new-glenn": ("commercial", "new-glenn", "canaveral/36", "28.5", 6000.0, "assumed"),
    "starship": ("commercial", "starship", "kennedy/39a", "26", 0.0, "none"),
    "shuttle": ("nasa", "shuttle", "kennedy/39a;kennedy/39b", "51.6", 0.0, "none"),
    "h-iib": ("jaxa", "h-iib", "tanegashima/y2", "51.6", 3200.0, "launcher_stages.csv"),
    "h-iia": ("jaxa", "h-iia", "tanegashima/y1", "30", 1400.0, "recalled"),
    "h3-24w": ("jaxa", "h3", "tanegashima/y2", "51.6", 3500.0, "launcher_stages.csv"),
    "ariane-5-es": ("esa", "ariane-5", "kourou/3", "51.6", 2900.0, "recalled"),
    "ariane-62": ("esa", "ariane-6", "kourou/4", "6", 2600.0, "recalled"),
    "ariane-64": ("esa", "ariane-6", "kourou/4", "6", 2600.0, "recalled"),
}
STAGE_KEYS = {
    "Soyuz-2.1a": "soyuz-2.1a", "Soyuz-2.1b": "soyuz-2.1b", "Angara-1.2": "angara-1.2", "Angara-A5": "angara-a5",
    "Angara-A5M": "angara-a5m", "Falcon 9 B5": "falcon-9", "Proton-M": "proton-m", "H-IIB": "h-iib",
    "Ariane 5 ES": "ariane-5-es", "Atlas V N22": "atlas-v-n22", "Antares 230/230+": "antares-230",
    "H3-24 (W)": "h3-24w", "Vulcan VC4": "vulcan",
}
BOOSTERS = ("booster", "SRB", "EAP", "AJ-60A", "GEM")
# Pads not in the flight record: coordinates recalled. Azimuths (deg from north) recalled; a site reaches inclinations
# from its latitude up to the highest its azimuths allow.
SITES: tuple[tuple[str, str, float, float, float, float, str, str], ...] = (
    ("plesetsk", "43", 62.925, 40.577, -19.0, 90.0, "62.8;67;82;98", "recalled"),
    ("plesetsk", "35", 62.927, 40.575, -19.0, 90.0, "63;76;82.4;93.4;98", "recalled"),
    ("vostochny", "1s", 51.884, 128.334, -15.0, 97.0, "51.7;64.8;82;98", "recalled"),
    ("vostochny", "1a", 51.88, 128.35, -15.0, 97.0, "51.7;64.8;82;97;98", "recalled"),
    ("canaveral", "36", 28.472, -80.538, 35.0, 120.0, "28.5;39;51.6;57", "recalled"),
    ("vandenberg", "3", 34.64, -120.589, 140.0, 250.0, "63;98", "recalled"),
    ("tanegashima", "y1", 30.401, 130.977, 58.0, 190.0, "30.4;51.6;98", "recalled"),
    ("vandenberg", "4e", 34.632, -120.611, 140.0, 250.0, "63;98", "recalled"),
    ("kourou", "4", 5.256, -52.786, -10.5, 93.5, "5.3;51.6;98", "recalled"),
)
# Wallops: orbital headings of 90 to 160 deg by its range users' handbook (recalled); to the north lie the coast and Nova Scotia.
LIMITS: dict[str, tuple[float, float, str]] = {
    "baikonur": (27.0, 67.0, "51.6;64.9;70.0"), "kennedy": (35.0, 120.0, "28.5;39;51.6;57"),
    "canaveral": (35.0, 120.0, "28.5;39;51.6;57"), "wallops": (90.0, 160.0, "37.8;51.6;60"),
    "tanegashima": (58.0, 190.0, "30.4;51.6;98"), "kourou": (-10.5, 93.5, "5.3;51.6;98"),
}
LAUNCHER_FIELDS = columns(
    "id name operator partner family sites payload_leo_kg payload_low_kg payload_high_kg payload_inclination_deg "
    "payload_sso_kg glow_t fairing_kg price_musd price_low_musd price_high_musd successes failures activity retired_on "
    "note source status"
)
STAGE_FIELDS = columns(
    "launcher order role name count prop_kg_each dry_kg_each gross_kg_each thrust_sl_kN_each thrust_vac_kN_each "
    "isp_sl_s isp_vac_s burn_quoted burn_check_s alternatives source status"
)
SITE_FIELDS = columns(
    "id site pad lat_deg lon_deg azimuth_low_deg azimuth_high_deg inclinations_deg launches source status"
)


def build(source: Source) -> None:
    _launchers(source)
    _stages(source)
    _sites(source)


def _launchers(source: Source) -> None:
    typed: dict[str, dict[str, Row]] = {}
    for row in source.facts("launchers_typed.csv"):
        typed.setdefault(row["launcher_key"], {})[row["quantity"]] = row
    typed["angara-a5m"] = _a5m(source, typed["angara-a5"])
    rows = []
    for key, (partner, family, sites, inclination, fairing, fairing_source) in LAUNCHERS.items():
        facts = typed[key]
        payload, price = facts["payload_leo_kg"], facts.get("price_musd", {})
        rows.append({
            "id": key, "name": payload["launcher"], "operator": facts["operator"]["text"], "partner": partner,
            "family": family, "sites": sites, "payload_leo_kg": payload["value"],
            "payload_low_kg": payload["low"] or payload["value"],
            "payload_high_kg": payload["high"] or payload["value"],
            "payload_inclination_deg": inclination, "payload_sso_kg": facts.get("payload_sso_kg", {}).get("value", ""),
            "glow_t": facts["glow_t"]["value"], "fairing_kg": fairing, "price_musd": price.get("value", ""),
            "price_low_musd": price.get("low", ""), "price_high_musd": price.get("high", ""),
            "successes": facts.get("successes", {}).get("value", ""),
            "failures": facts.get("failures", {}).get("value", ""), "activity": facts["status"]["text"],
            "retired_on": facts.get("retired_on", {}).get("text", ""), "note": payload["note"],
            "source": f"facts/launchers_typed.csv ({payload['source']}); fairing: {fairing_source}",
            "status": "found" if payload["status"] == "found" else "recalled",
        })
    source.write("fleet/launchers.csv", rows, LAUNCHER_FIELDS)


def _a5m(source: Source, base: Mapping[str, Row]) -> dict[str, Row]:
    """Angara-A5M: Angara-A5's row with its own payload (recalled); no flight yet."""
    quoted = next(r for r in source.facts("launcher_payloads.csv") if r["launcher"] == "Angara-A5M")
    payload = {"launcher": "Angara-A5M", "value": quoted["payload_kg"], "low": "", "high": "", "status": "recalled",
               "source": "facts/launcher_payloads.csv: " + quoted["source"], "note": "inclination 63; 97 deg not found"}
    status = {"text": "planned"}
    zero = {"value": "0"}
    return {**base, "payload_leo_kg": payload, "status": status, "successes": zero, "failures": zero}


def _stages(source: Source) -> None:
    rows = []
    order: dict[str, int] = {}
    for row in source.facts("launcher_stages.csv"):
        key = STAGE_KEYS[row["launcher"]]
        order[key] = order.get(key, -1) + 1
        booster = row["stage"].startswith(BOOSTERS)
        rows.append({
            "launcher": key, "order": order[key], "role": "booster" if booster else "stage", "name": row["stage"],
            "count": row["n"], "prop_kg_each": row["prop_kg_each"], "dry_kg_each": row["dry_kg_each"],
            "gross_kg_each": row["gross_kg_each"], "thrust_sl_kN_each": row["thrust_sl_kN_each"],
            "thrust_vac_kN_each": row["thrust_vac_kN_each"], "isp_sl_s": row["isp_sl_s"], "isp_vac_s": row["isp_vac_s"],
            "burn_quoted": row["burn_s_quoted"], "burn_check_s": row["burn_s_check"],
            "alternatives": row["range_or_alternatives"],
            "source": f"facts/launcher_stages.csv: {row['mass_source'] or row['engine_source'] or 'recalled'}",
            "status": "recalled" if "recalled" in row["found_or_recalled"] else "found",
        })
    source.write("fleet/stages.csv", rows, STAGE_FIELDS)


def _sites(source: Source) -> None:
    from .flights import SITE_IDS, pad_id

    pads: dict[str, list[Row]] = {}
    for row in source.facts("launch_times.csv"):
        if row["pad_lat_deg"]:
            site = SITE_IDS[row["site"]]
            pads.setdefault(pad_id(site, row["pad"]), []).append(row)
    rows = []
    for pad, launches in sorted(pads.items()):
        site, name = pad.split("/", 1)
        low, high, inclinations = LIMITS[site]
        rows.append({
            "id": pad, "site": site, "pad": name, "lat_deg": real(launches[0]["pad_lat_deg"]),
            "lon_deg": real(launches[0]["pad_lon_deg"]), "azimuth_low_deg": low, "azimuth_high_deg": high,
            "inclinations_deg": inclinations, "launches": len(launches),
            "source": "facts/launch_times.csv (GCAT pad coordinates); azimuths recalled", "status": "found",
        })
    for site, name, lat, lon, low, high, inclinations, status in SITES:
        rows.append({
            "id": f"{site}/{name}", "site": site, "pad": name, "lat_deg": lat, "lon_deg": lon, "azimuth_low_deg": low,
            "azimuth_high_deg": high, "inclinations_deg": inclinations, "launches": 0, "source": "recalled",
            "status": status,
        })
    source.write("fleet/sites.csv", rows, SITE_FIELDS)
