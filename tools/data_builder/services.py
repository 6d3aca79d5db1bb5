"""stations/iss/services.csv: who gives which function of the station, and what each giver needs for it.

An offer holds while its giver is there, its operator takes part, `machines_count` machines of `needs_machine` work, the
commodity `needs_resource` is aboard and every service of `needs` is up at the same station. Lower `priority` is used
first. Kinds of machine are those of machines.csv, life support by its process (electrolyser, scrubber, water, candle).
`needs_soon` ends a service hours to days later, not at once. `needs_part` is a part that must be attached and running
too (a docked Progress burns under Zvezda's computers).
"""

from __future__ import annotations

from .common import Source, columns

ZVEZDA, ZARYA, CREW = "2000-07-26T00:45:00Z", "1998-11-20T06:40:00Z", "2000-11-02T09:21:00Z"
DESTINY, NAUKA, PIRS_END = "2001-02-10T17:35:00Z", "2021-07-29T13:29:00Z", "2021-07-26T10:55:00Z"
CMG = "2001-02-13T00:00:00Z"
ENG = "facts/engineering.md"
FIELDS = columns(
    "id giver kind service capacity unit needs needs_machine machines_count needs_resource needs_part "
    "needs_soon operator priority from_utc to_utc note source status"
)
PROGRESS = ("progress-m", "progress-m1", "progress-m-m", "progress-ms", "progress-ros")
CREWED = (("soyuz-tm", 3), ("soyuz-tma", 3), ("soyuz-tma-m", 3), ("soyuz-ms", 3), ("shuttle", 7), ("crew-dragon", 4),
          ("starliner", 4), ("orel", 4))
CARGO = (("atv", ""), ("htv", "robotics"), ("htv-x", "robotics"), ("dragon-1", "robotics"), ("cargo-dragon-2", ""),
         ("cargo-dragon-boost", ""),
         ("cygnus-standard", "robotics"), ("cygnus-enhanced", "robotics"), ("cygnus-xl", "robotics"),
         ("dream-chaser", "robotics"), ("shuttle", ""))
OPERATORS = {"atv": "esa", "htv": "jaxa", "htv-x": "jaxa"}
STEER = "attitude_control;command"
RS_COMPUTER = "computer-russian"
# What ends a service hours to days later, not at once.
NEEDS_SOON = {"z1-attitude-control": "desaturation"}

# giver, service, capacity, unit, needs, machine, count, resource, part, operator, priority, from, to, note, source,
# status
Offer = tuple[str, str, object, str, str, str, object, str, str, str, int, str, str, str, str, str]
PARTS: tuple[Offer, ...] = (
    ("zvezda", "reboost", 5930.0, "N", f"power;{STEER}", RS_COMPUTER, 1, "propellant", "", "roscosmos", 3, ZVEZDA, "",
     "main engines; the aft port must be free; life of the engines is kept for need", f"{ENG} C2", "found"),
    ("z1", "attitude_control", 4880.0, "N m s a gyroscope", "power;command", "cmg", 2, "", "destiny",
     "nasa", 1, CMG, "", "four gyroscopes, two needed; they fill within hours to days without desaturation",
     f"{ENG} C4", "found"),
    ("zvezda", "attitude_control", 260.0, "N an axis", "power;command", RS_COMPUTER, 1, "propellant", "",
     "roscosmos", 2, ZVEZDA, "", "thruster hold: 14 kg in about one orbit (Feb 2005)", f"{ENG} C3", "found"),
    ("zarya", "attitude_control", 80.0, "N an axis", "power", "", "", "propellant", "", "roscosmos", 3, ZARYA, ZVEZDA,
     "before Zvezda came", "recalled", "recalled"),
    ("nauka", "attitude_control", 110.0, "N an axis", "power;command", RS_COMPUTER, 1, "propellant", "zvezda",
     "roscosmos", 4, NAUKA, "",
     "roll assist under Zvezda's computers; commanded only in view of a Russian ground station in 2021",
     "facts/incidents.csv nauka", "recalled"),
    ("zvezda", "desaturation", 260.0, "N an axis", "power;command", RS_COMPUTER, 1, "propellant", "",
     "roscosmos", 1, ZVEZDA, "",
     "the US segment has no thrusters: this is the only source besides ships", f"{ENG} C4, C6", "found"),
    ("nauka", "desaturation", 110.0, "N an axis", "power;command", RS_COMPUTER, 1, "propellant", "zvezda",
     "roscosmos", 3, NAUKA, "", "", "recalled", "recalled"),
    ("zarya", "power", 3.0, "kW average", "", "", "", "", "", "roscosmos", 3, ZARYA, "2007-09-28T00:00:00Z",
     "arrays retracted 2007-09 for the radiators", f"{ENG} A5", "found"),
    ("zvezda", "power", 4.5, "kW average", "", "", "", "", "", "roscosmos", 2, ZVEZDA, "",
     "13.8 kW peak unshaded; much shaded by the US wings", f"{ENG} A5", "recalled"),
    ("nauka", "power", 5.0, "kW average", "", "", "", "", "", "roscosmos", 3, NAUKA, "", "", f"{ENG} A5", "recalled"),
    ("p6", "power", 27.4, "kW usable", "", "", "", "", "", "nasa", 1, "2000-12-03T00:00:00Z", "",
     "channels 2B, 4B at 13.7 kW; out of use 2007-06..11", f"{ENG} A2", "found"),
    ("p4", "power", 27.4, "kW usable", "", "", "", "", "", "nasa", 1, "2006-12-12T00:00:00Z", "",
     "channels 2A, 4A; wired to loads by STS-116", f"{ENG} A2", "found"),
    ("s4", "power", 27.4, "kW usable", "", "", "", "", "", "nasa", 1, "2007-06-12T17:16:00Z", "", "channels 1A, 3A",
     f"{ENG} A2", "found"),
    ("s6", "power", 27.4, "kW usable", "", "", "", "", "", "nasa", 1, "2009-03-20T00:00:00Z", "", "channels 1B, 3B",
     f"{ENG} A2", "found"),
    ("p6", "thermal", 14.0, "kW", "power", "pump", 1, "", "", "nasa", 2, DESTINY, "2007-02-04T00:00:00Z",
     "early external loops on P6 until the main loops ran", "recalled", "recalled"),
    ("s1", "thermal", 35.0, "kW", "power;command", "pump", 1, "", "", "nasa", 1, "2006-12-16T00:00:00Z", "",
     "external loop A, 70 kW for both; started on STS-116", "recalled", "recalled"),
    ("p1", "thermal", 35.0, "kW", "power;command", "pump", 1, "", "", "nasa", 1, "2006-12-16T00:00:00Z", "",
     "external loop B", "recalled", "recalled"),
    ("zvezda", "thermal", 5.0, "kW", "power", "pump-russian", 1, "", "", "roscosmos", 2, ZVEZDA, "",
     "own loops and radiators", "recalled", "recalled"),
    ("zarya", "thermal", 3.5, "kW", "power", "", "", "", "", "roscosmos", 3, ZARYA, "", "own loops and radiators",
     "recalled", "recalled"),
    ("nauka", "thermal", 4.5, "kW", "power", "pump-russian", 1, "", "", "roscosmos", 3, NAUKA, "",
     "RTOd spare radiator leaked 2023-10-09", "facts/modules.csv", "recalled"),
    ("tranquility", "oxygen", 9.0, "kg/d", "power;thermal;command", "electrolyser", 1, "water", "", "nasa", 1,
     "2010-02-20T00:00:00Z", "", "OGA: 5.5 kg/d cyclic, 9 continuous", f"{ENG} B2", "found"),
    ("destiny", "oxygen", 9.0, "kg/d", "power;thermal;command", "electrolyser", 1, "water", "", "nasa", 1,
     "2007-07-12T00:00:00Z", "2010-02-20T00:00:00Z", "OGA before its move to Tranquility; none before", f"{ENG} B2",
     "recalled"),
    ("zvezda", "oxygen", 2.7, "kg/d", "power;thermal", "electrolyser", 1, "water", "", "roscosmos", 2, CREW, "",
     "Elektron 2.5-3 kg/d; a second one in Nauka is not in steady use", f"{ENG} B2", "recalled"),
    ("zvezda", "oxygen", 0.6, "kg a candle", "", "candle", 1, "", "", "roscosmos", 4, CREW, "",
     "solid-fuel generator: needs no power", "recalled", "recalled"),
    ("quest", "oxygen", 200.0, "kg stored", "", "", "", "oxygen", "", "nasa", 3, "2001-07-15T05:10:00Z", "",
     "tank gas by hand valve; kept for spacewalks", "recalled", "recalled"),
    ("destiny", "co2_removal", 6.0, "people", "power;thermal;command", "scrubber", 1, "", "", "nasa", 1, DESTINY, "",
     "CDRA in the Lab", f"{ENG} B2", "recalled"),
    ("tranquility", "co2_removal", 6.0, "people", "power;thermal;command", "scrubber", 1, "", "", "nasa", 1,
     "2010-02-20T00:00:00Z", "", "CDRA in Node 3", f"{ENG} B2", "recalled"),
    ("zvezda", "co2_removal", 4.5, "people", "power;thermal", "scrubber", 1, "", "", "roscosmos", 2, CREW, "",
     "Vozdukh 3-6 people", f"{ENG} B2", "recalled"),
    ("destiny", "co2_removal", 4.0, "people", "power;thermal;command", "scrubber", 1, "", "", "nasa", 3,
     "2019-05-01T00:00:00Z", "", "Thermal Amine Scrubber; its rack recalled, weak", f"{ENG} B2", "recalled"),
    ("destiny", "water_recovery", 93.5, "%", "power;thermal;command", "water", 1, "", "", "nasa", 1,
     "2008-11-20T00:00:00Z", "2010-02-20T00:00:00Z", "WPA and UPA racks before Tranquility", f"{ENG} B2", "found"),
    ("tranquility", "water_recovery", 93.5, "%", "power;thermal;command", "water", 1, "", "", "nasa", 1,
     "2010-02-20T00:00:00Z", "", "98 % with the brine processor (2023-06)", f"{ENG} B2", "found"),
    ("zvezda", "water_recovery", 50.0, "%", "power;thermal", "water", 1, "", "", "roscosmos", 2, CREW, "",
     "SRV-K: condensate only", "recalled", "recalled"),
    ("destiny", "pressure", 1.0, "", "", "", "", "nitrogen", "quest", "nasa", 1, "2001-07-15T05:10:00Z", "",
     "pressure control assembly with Quest's nitrogen", "recalled", "recalled"),
    ("zvezda", "pressure", 1.0, "", "", "", "", "nitrogen", "", "roscosmos", 2, ZVEZDA, "",
     "air and nitrogen of the docked Progress", f"{ENG} B2", "recalled"),
    ("destiny", "command", 1.0, "", "power;thermal", "computer-us", 1, "", "", "nasa", 1, DESTINY, "",
     "three command and control computers; Houston, backup control in about 90 min (2023-07-25)",
     "facts/incidents.csv mcch", "found"),
    ("zvezda", "command", 1.0, "", "power;thermal", "computer-russian", 1, "", "", "roscosmos", 2, ZVEZDA, "",
     "central and terminal computers; Korolyov", "recalled", "recalled"),
    ("zarya", "command", 1.0, "", "power", "", "", "", "", "roscosmos", 3, ZARYA, ZVEZDA, "before Zvezda came",
     "recalled", "recalled"),
    ("zvezda", "refuelling", 880.0, "kg a visit", f"power;{STEER}", RS_COMPUTER, 1, "", "", "roscosmos", 1, ZVEZDA, "",
     "through ports with lines into Zvezda and Zarya", f"{ENG} C3", "found"),
    ("quest", "eva", 2.0, "people", "power;thermal;pressure", "airlock", 1, "", "", "nasa", 1, "2001-07-15T05:10:00Z",
     "", "US suits; halted 2022-03-23..2022-11-15 (water in helmet)", "facts/evas.csv; facts/state_2022-07-26.csv",
     "found"),
    ("pirs", "eva", 2.0, "people", "power;thermal;pressure", "airlock", 1, "", "zvezda", "roscosmos", 2,
     "2001-09-17T01:05:00Z", PIRS_END, "Orlan suits", "facts/evas.csv", "found"),
    ("poisk", "eva", 2.0, "people", "power;thermal;pressure", "airlock", 1, "", "zvezda", "roscosmos", 2,
     "2009-11-12T15:41:00Z", "", "Orlan suits", "facts/evas.csv", "found"),
    ("canadarm2", "robotics", 1.0, "", "power;command", "arm", 1, "", "", "csa", 1, "2001-04-22T00:00:00Z", "",
     "run from Houston and Saint-Hubert; catches the berthed ships", "facts/modules.csv", "found"),
    ("kibo", "robotics", 1.0, "", "power;command", "", "", "", "", "jaxa", 2, "2008-06-03T00:00:00Z", "",
     "JEMRMS: the exposed facility only, cannot catch ships", "facts/modules.csv", "recalled"),
    ("era", "robotics", 1.0, "", "power;command", "arm", 1, "", "nauka", "roscosmos", 3, "2022-09-02T00:00:00Z", "",
     "the Russian segment only, cannot catch ships; owned by ESA", "facts/statements.csv era-evas", "recalled"),
)


def build(source: Source) -> None:
    rows = [_row(*offer) for offer in PARTS] + _ships()
    source.write("stations/iss/services.csv", rows, FIELDS)


def _row(giver: str, service: str, capacity: object, unit: str, needs: str, machine: str, count: object, resource: str,
         part: str, operator: str, priority: int, begin: str, end: str, note: str, where: str, status: str,
         kind: str = "part") -> dict[str, object]:
    tag = {"candle": "-candles", "": ""}.get(machine, "")
    late = f"-{begin[:4]}" if (giver, service) in REPEATED else ""
    key = f"{giver}-{service.replace('_', '-')}{tag}{late}"
    return {
        "id": key, "needs_soon": NEEDS_SOON.get(key, ""), "giver": giver, "kind": kind, "service": service,
        "capacity": capacity, "unit": unit, "needs": needs, "needs_machine": machine, "machines_count": count,
        "needs_resource": resource, "needs_part": part, "operator": operator, "priority": priority, "from_utc": begin,
        "to_utc": end, "note": note, "source": where, "status": status,
    }


REPEATED = {("destiny", "co2_removal")}


def _ship(giver: str, service: str, capacity: object, unit: str, needs: str, operator: str, priority: int, note: str,
          where: str, status: str, begin: str = "1998-11-20T06:40:00Z", resource: str = "",
          part: str = "") -> dict[str, object]:
    computer = (RS_COMPUTER, 1) if part == "zvezda" and service != "refuelling" else ("", "")
    return _row(giver, service, capacity, unit, needs, *computer, resource, part, operator, priority, begin, "", note,
                where, status, kind="vehicle")


def _ships() -> list[dict[str, object]]:
    rows = []
    for ship in PROGRESS:
        rows += [
            _ship(ship, "reboost", 740.0, "N", STEER, "roscosmos", 1, "from zvezda-aft, with the station's propellant",
                  f"{ENG} C2", "found", ZVEZDA, "propellant", "zvezda"),
            _ship(ship, "desaturation", 260.0, "N an axis", "command", "roscosmos", 2,
                  "its thrusters under Zvezda's computers", "recalled", "recalled", ZVEZDA, "propellant", "zvezda"),
            _ship(ship, "refuelling", 600.0, "kg a visit", "", "roscosmos", 1, "", "facts/manifest_by_class.csv",
                  "found", ZVEZDA, "", "zvezda"),
            _ship(ship, "cargo_delivery", 2410.0, "kg", STEER, "roscosmos", 1, "", "facts/manifest_by_class.csv",
                  "found"),
            _ship(ship, "deorbit", 6.0, "m/s a ship", STEER, "roscosmos", 2,
                  "several ships in turn (Murtazin et al. 2019)", f"{ENG} C2, H", "recalled", ZVEZDA, "propellant",
                  "zvezda"),
        ]
    for ship, seats in CREWED:
        operator = "roscosmos" if ship.startswith(("soyuz", "orel")) else "nasa"
        rows += [
            _ship(ship, "crew_return", seats, "people", "", operator, 1, "a sound ship undocks by itself",
                  "facts/README.md", "found"),
            _ship(ship, "crew_delivery", seats, "people", STEER, operator, 1, "", "facts/README.md", "found"),
        ]
    for ship, arm in CARGO:
        needs = ";".join(filter(None, (STEER, arm)))
        rows.append(_ship(ship, "cargo_delivery", 1.0, "", needs, OPERATORS.get(ship, "nasa"), 1,
                          "caught by Canadarm2" if arm else "docks by itself", "facts/vehicles_typed.csv", "found"))
    return rows + _helpers()


def _helpers() -> list[dict[str, object]]:
    return [
        _ship("atv", "reboost", 980.0, "N", STEER, "esa", 1, "own propellant", f"{ENG} C2", "found", part="zvezda"),
        _ship("atv", "refuelling", 860.0, "kg a visit", "", "esa", 1, "", f"{ENG} C3", "recalled", part="zvezda"),
        _ship("atv", "desaturation", 440.0, "N an axis", "command", "esa", 2, "own propellant", "recalled", "recalled",
              part="zvezda"),
        _ship("shuttle", "reboost", 204.0, "N", "", "nasa", 2, "own propellant; turns the station", f"{ENG} C2",
              "derived"),
        _ship("shuttle", "attitude_control", 212.0, "N an axis", "", "nasa", 2, "verniers while docked",
              "facts/geometry/ports.csv", "found"),
        _ship("shuttle", "desaturation", 212.0, "N an axis", "", "nasa", 2, "verniers while docked", "recalled",
              "recalled"),
        _ship("cygnus-enhanced", "reboost", 445.0, "N", STEER, "nasa", 4,
              "from a nadir port, the station pitched; own propellant, under 0.3 t; shown in 2018, used from 2022",
              f"{ENG} C2", "found", "2018-07-10T00:00:00Z"),
        _ship("cygnus-xl", "reboost", 445.0, "N", STEER, "nasa", 4, "as Cygnus enhanced", f"{ENG} C2", "recalled",
              "2018-07-10T00:00:00Z"),
        _ship("cargo-dragon-boost", "reboost", 750.0, "N", STEER, "nasa", 4,
              "trunk kit of its own propellant; 8.9 m/s a kit; first used 2025-09-03 (CRS-33)", f"{ENG} C2",
              "found", "2024-11-08T00:00:00Z"),
        _ship("usdv", "reboost", 10400.0, "N", STEER, "nasa", 4, "16 t kept for the deorbit", f"{ENG} E", "recalled",
              "2028-01-01T00:00:00Z"),
        _ship("usdv", "deorbit", 57.0, "m/s", STEER, "nasa", 1, "the Russian segment holds attitude while it burns",
              f"{ENG} C6, E; from the day it was ordered, so that forecasts know of it", "found", "2024-06-26T00:00:00Z"),
        _ship("icm", "reboost", 445.0, "N", STEER, "nasa", 4, "own propellant 5 t; designed and not flown", f"{ENG} C6",
              "recalled", "2000-01-01T00:00:00Z"),
        _ship("icm", "attitude_control", 110.0, "N an axis", "command", "nasa", 4,
              "own propellant 5 t: fuel for one to three years (found); thrust recalled", f"{ENG} C6", "recalled",
              "2000-01-01T00:00:00Z"),
        _ship("icm", "desaturation", 110.0, "N an axis", "command", "nasa", 4, "own propellant 5 t", f"{ENG} C6",
              "recalled", "2000-01-01T00:00:00Z"),
    ]
