"""Rows of the power, heat and attitude tables that no fact file holds: loads by element, loops, thruster sets."""

from __future__ import annotations

A5 = "engineering.md A5: with the machines core 45-50 kW, Russian segment 8-12 kW, payloads 30 kW after 2009; split by element"
RECALLED_LOOP = "capacity class recalled"

# id, part, priority, low_kW, kW, high_kW, from, to   (priorities: 0 core 1 life support 2 housekeeping 3 comfort 4 payload)
LOADS = [
    ("unity-avionics", "unity", 0, 0.5, 0.7, 0.9, "1998-12-06", ""),
    ("unity-housekeeping", "unity", 2, 1.2, 1.6, 2.0, "1998-12-06", ""),
    ("z1-gyroscopes-communication", "z1", 0, 0.2, 0.3, 0.4, "2000-12-04", ""),
    ("eeatcs-pumps", "p6", 0, 0.2, 0.3, 0.4, "2001-02-14", "2007-02-04"),
    ("destiny-command", "destiny", 0, 1.0, 1.4, 1.8, "2001-02-10", ""),
    ("destiny-housekeeping", "destiny", 2, 2.7, 3.4, 4.1, "2001-02-10", ""),
    ("destiny-payloads-early", "destiny", 4, 2.0, 4.0, 6.0, "2001-04-01", "2008-02-11"),
    ("destiny-payloads-joint", "destiny", 4, 4.0, 6.0, 8.0, "2008-02-11", "2009-04-01"),
    ("destiny-payloads", "destiny", 4, 7.0, 9.0, 11.0, "2009-04-01", ""),
    ("quest-housekeeping", "quest", 2, 0.5, 0.8, 1.1, "2001-07-15", ""),
    ("crew-galley-laptops", "unity", 3, 1.0, 1.6, 2.2, "2001-02-10", ""),
    ("crew-six-galley-exercise", "tranquility", 3, 0.9, 1.4, 1.9, "2010-02-12", ""),
    ("s0-core", "s0", 0, 0.7, 1.0, 1.3, "2002-04-11", ""),
    ("s0-heaters", "s0", 2, 0.6, 1.0, 1.4, "2002-04-11", ""),
    ("s1-heaters", "s1", 2, 0.4, 0.6, 0.8, "2002-10-10", ""),
    ("p1-heaters", "p1", 2, 0.4, 0.6, 0.8, "2002-11-26", ""),
    ("loop-a-pumps", "s1", 0, 0.3, 0.5, 0.7, "2006-12-18", ""),
    ("loop-b-pumps", "p1", 0, 0.3, 0.5, 0.7, "2006-12-18", ""),
    ("p3-heaters", "p3", 2, 0.3, 0.4, 0.5, "2006-12-16", ""),
    ("s3-heaters", "s3", 2, 0.3, 0.4, 0.5, "2007-06-11", ""),
    ("harmony-housekeeping", "harmony", 2, 1.7, 2.3, 2.9, "2007-11-14", ""),
    ("crew-quarters", "harmony", 3, 0.6, 0.9, 1.2, "2008-11-20", ""),
    ("columbus-housekeeping", "columbus", 2, 1.8, 2.4, 3.0, "2008-02-11", ""),
    ("columbus-payloads", "columbus", 4, 4.5, 6.0, 7.5, "2008-02-20", ""),
    ("kibo-housekeeping", "kibo", 2, 2.4, 3.1, 3.8, "2008-06-03", ""),
    ("kibo-elm-housekeeping", "kibo-elm", 2, 0.2, 0.3, 0.4, "2008-03-14", ""),
    ("kibo-payloads", "kibo", 4, 4.5, 6.0, 7.5, "2008-08-01", ""),
    ("kibo-ef-housekeeping", "kibo-ef", 2, 0.7, 1.0, 1.3, "2009-07-18", ""),
    ("kibo-ef-payloads", "kibo-ef", 4, 2.0, 3.0, 4.0, "2009-07-23", ""),
    ("tranquility-housekeeping", "tranquility", 2, 1.3, 1.8, 2.3, "2010-02-12", ""),
    ("cupola-housekeeping", "cupola", 2, 0.1, 0.2, 0.3, "2010-02-15", ""),
    ("leonardo-housekeeping", "leonardo", 2, 0.4, 0.6, 0.8, "2011-03-01", ""),
    ("ams-02", "ams-02", 4, 2.0, 2.2, 2.5, "2011-05-19", ""),
    ("external-payloads", "elc-1", 4, 1.0, 1.8, 2.6, "2009-11-18", ""),
    ("elc-1-heaters", "elc-1", 2, 0.2, 0.25, 0.3, "2009-11-18", ""),
    ("elc-2-heaters", "elc-2", 2, 0.2, 0.25, 0.3, "2009-11-21", ""),
    ("elc-3-heaters", "elc-3", 2, 0.2, 0.25, 0.3, "2011-05-18", ""),
    ("elc-4-heaters", "elc-4", 2, 0.2, 0.25, 0.3, "2011-02-26", ""),
    ("docking-adapters", "pma-2", 2, 0.1, 0.2, 0.3, "1998-12-06", ""),
    ("zvezda-command", "zvezda", 0, 0.4, 0.6, 0.8, "2000-07-26", ""),
    ("zvezda-housekeeping", "zvezda", 2, 0.5, 0.8, 1.1, "2000-07-26", ""),
    ("zvezda-comfort", "zvezda", 3, 0.1, 0.2, 0.3, "2000-11-02", ""),
    ("zarya-core", "zarya", 0, 0.15, 0.2, 0.25, "1998-11-20", ""),
    ("zarya-housekeeping", "zarya", 2, 0.2, 0.3, 0.4, "1998-11-20", ""),
    ("pirs-housekeeping", "pirs", 2, 0.05, 0.1, 0.15, "2001-09-17", ""),
    ("poisk-housekeeping", "poisk", 2, 0.05, 0.1, 0.15, "2009-11-12", ""),
    ("rassvet-housekeeping", "rassvet", 2, 0.1, 0.15, 0.2, "2010-05-18", ""),
    ("russian-payloads-early", "zvezda", 4, 0.2, 0.4, 0.6, "2000-11-02", "2009-05-29"),
    ("russian-payloads", "zvezda", 4, 0.25, 0.45, 0.65, "2009-05-29", ""),
    ("nauka-core", "nauka", 2, 0.8, 1.2, 1.6, "2021-07-29", ""),
    ("nauka-payloads", "nauka", 4, 0.5, 1.0, 1.5, "2022-09-01", ""),
    ("prichal-housekeeping", "prichal", 2, 0.15, 0.25, 0.35, "2021-11-26", ""),
]

ETCS = "public encyclopedias citing Boeing's ATCS overview: two loops, 35 kW each, 70 kW; EEATCS 14 kW; evas.csv"
# id, loop, part (radiator), pump_part, bus, from, to, area_m2 (both faces), reject_kW, loop_limit_kW, source, status
RADIATORS = [
    ("unity-passive", "unity-passive", "unity", "unity", "us", "1998-12-06", "", 20.0, 3.5, 3.5, "passive heat pipes of Unity and its adapters; " + RECALLED_LOOP, "recalled"),
    ("destiny-passive", "destiny-passive", "destiny", "destiny", "us", "2001-02-10", "2001-02-14", 20.0, 3.0, 3.0, "shell losses before the exchanger was connected", "assumed"),
    ("eeatcs-starboard", "eeatcs", "eeatcs-starboard", "p6", "us", "2001-02-14", "2007-01-31", 69.0, 7.0, 14.0, ETCS, "found"),
    ("eeatcs-aft", "eeatcs", "eeatcs-aft", "p6", "us", "2001-02-14", "2007-02-04", 69.0, 7.0, 14.0, ETCS, "found"),
    ("zvezda-loops", "zvezda", "zvezda", "zvezda", "russian", "2000-07-26", "", 70.0, 9.0, 9.0, "two loops, body radiators; " + RECALLED_LOOP, "recalled"),
    ("zarya-loops", "zarya", "zarya", "zarya", "russian", "1998-11-20", "", 30.0, 3.5, 3.5, "body radiators; " + RECALLED_LOOP, "recalled"),
    ("nauka-body", "nauka", "nauka", "nauka", "russian", "2021-07-29", "", 35.0, 3.5, 6.0, "main loop body panels; " + RECALLED_LOOP, "recalled"),
    ("nauka-added-radiator", "nauka", "rtod", "nauka", "russian", "2023-05-12", "2023-10-09", 18.0, 2.5, 6.0, "moved to Nauka 2023-04-19; coolant lost 2023-10-09 (modules.csv)", "found"),
]  # fmt: skip
for _loop, _side, _pump in (("etcs-a", "s1", "s1"), ("etcs-b", "p1", "p1")):
    for _number, _from in (("2", "2006-12-18"), ("1", "2007-10-29"), ("3", "2007-10-29")):
        _day = _from if _side == "s1" or _number == "2" else "2007-11-15"
        RADIATORS.append(
            (f"hrs-{_side}-{_number}", _loop, f"hrs-{_side}-{_number}", _pump, "us", _day, "", 149.5, 35.0 / 3.0, 35.0, ETCS, "found")
        )  # fmt: skip

# equipment on the trusses and platforms radiates from its own plates: part, kW
EXTERNAL = [
    ("z1", 1.2), ("s0", 2.6), ("s1", 1.0), ("p1", 1.0), ("p3", 0.5), ("s3", 0.5), ("p4", 1.0), ("s4", 1.0), ("p6", 1.3),
    ("s6", 1.0), ("mbs", 1.5), ("elc-1", 2.5), ("elc-2", 0.3), ("elc-3", 0.3), ("elc-4", 0.3), ("ams-02", 2.5),
    ("pma-2", 0.3),
]  # fmt: skip
for _part, _kW in EXTERNAL:
    RADIATORS.append(
        (f"{_part}-plates", f"{_part}-plates", _part, _part, "us", "1998-12-06", "", 10.0, _kW, _kW,
         "sized to the loads on the part; external equipment is not on the loops", "assumed")
    )  # fmt: skip

# thruster sets that can turn the station, in order of preference:
# id, part, vehicle, aft of the part's centre (m), roll arm (m), thrust per axis (N), Isp (s), source, status
THRUSTERS = [
    ("zvezda-thrusters", "zvezda", "", 5.0, 2.1, 260.0, 285.0, "32 thrusters of 130 N, two firing; recalled", "recalled"),
    ("nauka-thrusters", "nauka", "", 0.0, 2.1, 260.0, 285.0, "attitude thrusters of Nauka; recalled", "recalled"),
    ("usdv-thrusters", "", "usdv", 0.0, 2.0, 800.0, 300.0, "46 Dracos of 400 N, two firing (engineering.md E)", "found"),
    ("progress-thrusters", "", "progress-ms", 3.0, 1.3, 260.0, 285.0, "28 thrusters of 130 N; recalled", "recalled"),
    ("atv-thrusters", "", "atv", 4.0, 2.2, 440.0, 270.0, "28 thrusters of 220 N; recalled", "recalled"),
    ("cargo-dragon-kit", "", "cargo-dragon-2", 2.0, 2.0, 800.0, 300.0, "Dracos of 400 N; as a reboost kit only so far (engineering.md C6)", "found"),
    ("cygnus-thrusters", "", "cygnus-enhanced", 2.0, 1.5, 62.0, 220.0, "32 thrusters of 31 N; recalled", "recalled"),
    ("zarya-thrusters", "zarya", "", 5.0, 2.0, 80.0, 285.0, "24 thrusters of 40 N, two firing, unused since 2000; recalled", "recalled"),
]  # fmt: skip
