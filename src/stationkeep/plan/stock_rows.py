"""Rows of the stocks: what ships can carry, reserves, propellant and pushes, unloading, waste."""

from __future__ import annotations

import numpy as np

from .problem import BOTTLE_FACTOR, DRY, GASES, Commodity, Problem
from .programme import INF, Model, MONTH_w, YEAR_w
from .traffic_rows import money_rows, people_rows

CREW_share = 0.9
"""Most of its dry cargo that a ship is filled with for people; the rest is hardware (`engine.supply`)."""
HALF_share = 0.5
"""Share of spares, and of research, in what people leave of a ship: the fill splits it as the type's typical cargo is split, 0.43 to
0.81 spares (fleet/vehicles.csv)."""
BOTTLES_share = 0.1
"""Most gas in bottles against a ship's dry cargo (`engine.supply`)."""
SHORT_share = 0.75
"""Share of dry cargo that is food and supplies while both are short: `CREW_share` less bags of water and gas bottles. Assumed."""
Sure = dict[int, dict[str, int]]
"""Month -> columns of what committed visits bring in it, by what they bring."""


def need_rows(m: Model) -> None:
    """What a plan must meet whether its launches are weeks or months: people, stocks, propellant, waste, money."""
    crew = people_rows(m)
    stock_rows(m, crew)
    standdown_rows(m)
    propellant_rows(m)
    unloading_rows(m)
    waste_rows(m)
    money_rows(m)


def stock_rows(m: Model, crew: list[int]) -> None:
    """Balance of every commodity by month; what ships that launch in a month can carry."""
    p = m.problem
    months = sorted({f.week // MONTH_w for f in p.fixed if p.vessel(f.vessel).visit_by})
    sure: Sure = {k: {c.name: m.column() for c in p.commodities if c.name != "propellant"} for k in months}
    for commodity in p.commodities:
        name = commodity.name
        most_kg = np.broadcast_to(commodity.most_kg, (p.weeks,)) if np.ndim(commodity.most_kg) == 0 else np.asarray(commodity.most_kg)
        stock = [m.column(0.0, 0.0, float(max(most_kg[w] for w in m.weeks_of(k)))) for k in range(m.months)]
        load = [m.column(0.0, 0.0, INF if m.by_month.get(k) else 0.0) for k in range(m.months)]
        m.stock[name], m.load[name] = stock, load
        for k in range(m.months):
            weeks = m.weeks_of(k)
            _reserve_rows(m, commodity, k, crew, sure)
            if name == "propellant":
                continue
            terms = {stock[k]: 1.0, load[k]: -1.0}
            start = -float(commodity.use_kg[list(weeks)].sum())
            if k:
                terms[stock[k - 1]] = -1.0
            else:
                start += commodity.opening_kg
            if commodity.person_kg:
                for w in weeks:
                    terms[crew[w]] = commodity.person_kg
            m.rows.add("balance", terms, start if m.aboard is None else -INF, start)
    for k in range(m.months):
        ships = m.by_month.get(k)
        for name, c in sure.get(k, {}).items():
            m.rows.add("holds", {c: 1.0, m.load[name][k]: -1.0}, -INF, 0.0)
        if k in sure:
            _capacity(m, [(v, c) for v, c in m.by_month[k] if p.vessels[v].visit_by], sure[k])
        if ships:
            _capacity(m, ships, {name: columns[k] for name, columns in m.load.items()})


def _reserve_rows(m: Model, commodity: Commodity, k: int, crew: list[int], sure: Sure) -> None:
    """A reserve holds without what arrives in the same four weeks; but for what visits bring, whose week is known: it holds up to the first of
    them, and with their cargo."""
    p, name, weeks = m.problem, commodity.name, m.weeks_of(k)
    stock, load = m.stock[name], m.load[name]
    least = float(max(commodity.least_kg[w] for w in weeks))
    if name not in sure.get(k, {}):
        m.rows.add(name, {stock[k]: 1.0, load[k]: -1.0}, least, INF)
        return
    before = list(range(weeks[0], min(f.week for f in p.fixed if p.vessel(f.vessel).visit_by and f.week in weeks)))
    left = {stock[k - 1]: 1.0} if k else {}
    need = least + float(commodity.use_kg[before].sum()) - (0.0 if k else commodity.opening_kg)
    if m.aboard is not None:
        need += commodity.person_kg * float(m.aboard[before].sum())
    elif commodity.person_kg:
        left.update({crew[w]: -commodity.person_kg for w in before})
    m.rows.add(name, left, need, INF)
    m.rows.add(name, {stock[k]: 1.0, load[k]: -1.0, sure[k][name]: 1.0}, least, INF)


def _capacity(m: Model, ships: list[tuple[int, int]], load: dict[str, int]) -> None:
    """Mass of a month's cargo, `load` by what it is, against what its ships carry: tanks first, bags and bottles out of dry cargo."""
    p = m.problem
    dry: dict[int, float] = {load[n]: 1.0 for n in DRY if n in load}
    hold = {load[n] for n in ("food", "supplies") if n in load}
    gas: dict[int, float] = {}
    filled: dict[int, float] = {}
    if "water" in load:
        bags = m.column(0.0, 0.0, INF)
        dry[bags] = 1.0
        hold.add(bags)
        terms = {load["water"]: 1.0, bags: -1.0}
        terms.update({c: -p.vessels[v].water_kg for v, c in ships if p.vessels[v].water_kg})
        m.rows.add("holds", terms, -INF, 0.0)
    for name in GASES:
        if name in load:
            bottles = m.column(0.0, 0.0, INF)
            dry[bottles] = BOTTLE_FACTOR
            gas[load[name]] = 1.0
            gas[bottles] = -1.0
            filled[bottles] = 1.0
    if gas:
        gas.update({c: -p.vessels[v].gas_kg for v, c in ships if p.vessels[v].gas_kg})
        m.rows.add("holds", gas, -INF, 0.0)
        filled.update({c: -min(p.bottles_kg, BOTTLES_share * p.vessels[v].dry_kg) for v, c in ships})
        m.rows.add("holds", filled, -INF, 0.0)
    if "propellant" in load:
        fuel = {load["propellant"]: 1.0}
        taken = m.column(0.0, 0.0, INF)
        dry[taken] = 1.0
        extra = {load["propellant"]: 1.0, taken: -1.0}
        for v, c in ships:
            if p.vessels[v].refuel_most_kg:
                fuel[c], extra[c] = -p.vessels[v].refuel_most_kg, -p.vessels[v].refuel_kg
        m.rows.add("holds", fuel, -INF, 0.0)
        m.rows.add("holds", extra, -INF, 0.0)
    crew = {c: kg for c, kg in dry.items() if c in hold}
    people = {c: kg for c, kg in dry.items() if c not in {load[n] for n in ("spares", "research") if n in load}}
    dry.update({c: -p.vessels[v].dry_kg for v, c in ships})
    m.rows.add("holds", dry, -INF, 0.0)
    m.rows.add("holds", {**crew, **{c: -CREW_share * p.vessels[v].dry_kg for v, c in ships}}, -INF, 0.0)
    for name in ("spares", "research"):
        if name in load:
            full = {c: -p.vessels[v].dry_kg for v, c in ships}
            m.rows.add("holds", {**full, **people, load[name]: 1.0 / HALF_share}, -INF, 0.0)


def standdown_rows(m: Model) -> None:
    """Food and supplies last while any one family of launchers stands down: stock and what the others can bring; and in every
    year the others bring their share of what those live on whose ships are not of that family."""
    p = m.problem
    span, year = -(-p.standdown_w // MONTH_w), YEAR_w // MONTH_w
    stores = [c for c in p.commodities if c.name in ("food", "supplies")]
    families = dict.fromkeys(v.family for v in p.vessels if v.dry_kg and not v.crew)
    if not stores or not families or not (span or p.without_frac):
        return
    person_kg = sum(c.person_kg for c in stores)
    use = sum((c.use_kg for c in stores), np.zeros(p.weeks)) + person_kg * p.people
    least = person_kg * float(p.people.max()) * p.leave_d / 7.0
    brings = {family: [m.column() for _ in range(m.months)] for family in families}
    for family, columns in brings.items():
        for k, c in enumerate(columns):
            ships = {x: -SHORT_share * p.vessels[v].dry_kg for v, x in m.by_month.get(k, ()) if p.vessels[v].family == family}
            m.rows.add("balance", {c: 1.0, **ships}, 0.0, 0.0)
    first = _first_month(m)
    for family in families:
        others = [brings[f] for f in families if f != family]
        for k in range(span + year // 2, m.months) if span else ():
            terms = {m.stock[c.name][k - span]: 1.0 for c in stores}
            terms.update({columns[month]: 1.0 for columns in others for month in range(k - span + 1, k)})
            need = float(use[(k - span + 1) * MONTH_w : (k + 1) * MONTH_w].sum())
            m.rows.add(f"standdown {family}", terms, need + least, INF)
        if p.without_frac:
            left, long = use - person_kg * _carried(p, family), min(year, m.months - first)
            for k in range(first, m.months - long + 1):
                need = p.without_frac * float(left[k * MONTH_w : (k + long) * MONTH_w].sum())
                m.rows.add(f"without {family}", {columns[month]: 1.0 for columns in others for month in range(k, k + long)}, need, INF)


def _first_month(m: Model) -> int:
    """First month in which a cargo ship can be launched, visits not counted."""
    return min((k for k, ships in m.by_month.items() if any(not m.problem.vessels[v].crew and not m.problem.vessels[v].visit_by for v, _ in ships)), default=m.months)


def _carried(p: Problem, family: str) -> np.ndarray:
    """(W,) people asked for whose ships are of a family: they are not there while it stands down for long."""
    kinds = {v.name: v.crew for v in p.vessels if v.family == family}
    return sum((ships * kinds.get(name, 0) for name, ships in p.lines.items() if name not in p.stand_ins), np.zeros(p.weeks))


def propellant_rows(m: Model) -> None:
    """Tanks, pushes of docked ships and the debt of the orbit: each month's need is met by one of them.

    A visiting ship's own propellant pushes from its first week on, and turns the station where its thrusters unload the
    gyroscopes; what it cannot give before it leaves is lost.
    """
    p = m.problem
    tank = next((c for c in p.commodities if c.name == "propellant"), None)
    if tank is None:
        return
    pushes: list[dict[int, float]] = [{} for _ in range(m.months)]
    alone: list[dict[int, float]] = [{} for _ in range(m.months)]
    classes = {q.name: q for q in p.ports}
    for key, c in m.visits.items():
        ship, port = p.vessels[key[0]], p.ports[key[2]]
        if ship.push_kg and ship.unloads:
            _spread(m, alone, key, c, ship.push_kg, p.push_need_kg if port.pushes else p.turn_need_kg)
        elif ship.push_kg and port.pushes:
            _spread(m, pushes, key, c, ship.push_kg, (p.push_need_kg - p.turn_need_kg) * ship.pushes_frac)
    for i, docked in enumerate(p.docked):
        if docked.push_kg and classes[docked.port].pushes:
            for w in docked.leaves_w:
                for k, kg in _given(docked.push_kg, p.push_need_kg - p.turn_need_kg, 0, w).items():
                    pushes[k][m.leaves[i, w]] = kg
    stock, load = m.stock["propellant"], m.load["propellant"]
    debt = [m.column(1e-4, 0.0, p.debt_most_kg) for _ in range(m.months)]
    for k in range(m.months):
        weeks = list(m.weeks_of(k))
        need = float(p.push_need_kg[weeks].sum())
        pushed = m.column(0.0, 0.0, need - float(p.turn_need_kg[weeks].sum()))
        steered = m.column(0.0, 0.0, need if alone[k] else 0.0)
        turned = float(p.turn_need_kg[weeks][~p.unload_need[weeks]].sum())  # goes on without a command
        burned = m.column(0.0, 0.0, INF if p.tanks_push[weeks].all() else turned)
        m.rows.add("balance", {pushed: 1.0, **{c: -kg for c, kg in pushes[k].items()}}, -INF, 0.0)
        m.rows.add("balance", {steered: 1.0, **{c: -kg for c, kg in alone[k].items()}}, -INF, 0.0)
        met = {pushed: 1.0, steered: 1.0, burned: 1.0, debt[k]: 1.0}
        terms = {stock[k]: 1.0, load[k]: -1.0, burned: 1.0}
        if k:
            met[debt[k - 1]] = -1.0
            terms[stock[k - 1]] = -1.0
        m.rows.add("propellant", met, need, need)
        m.rows.add("balance", terms, 0.0 if k else tank.opening_kg, 0.0 if k else tank.opening_kg)


def unloading_rows(m: Model) -> None:
    """Where the station cannot unload its gyroscopes, a ship that can is docked."""
    p = m.problem
    there: list[dict[int, float]] = [{} for _ in range(p.weeks)]
    for key, c in m.visits.items():
        if p.vessels[key[0]].unloads:
            for w in m.starts(key):
                for k in range(w, min(w + key[3], p.weeks)):
                    there[k][c] = 1.0
    for k in map(int, np.flatnonzero(p.unload_need)):
        m.rows.add("unloading", there[k], 1.0, INF)


def _spread(m: Model, months: list[dict[int, float]], key: tuple[int, int, int, int], c: int, kg: float, need_kg: np.ndarray) -> None:
    """Lay a ship's own propellant on the needs (W,); of a launch some time in a month each month has the most it could get."""
    for w in m.starts(key):
        for k, part in _given(kg, need_kg, w, w + key[3]).items():
            months[k][c] = max(months[k].get(c, 0.0), part)


def _given(kg: float, need_kg: np.ndarray, first: int, last: int) -> dict[int, float]:
    """Month -> what a ship's own propellant gives there: from its first week on, first come first served."""
    out: dict[int, float] = {}
    for w in range(first, min(last, need_kg.size)):
        part = min(kg, float(need_kg[w]))
        if part > 0.0:
            out[w // MONTH_w] = out.get(w // MONTH_w, 0.0) + part
            kg -= part
        if kg <= 0.0:
            break
    return out


def waste_rows(m: Model) -> None:
    """Waste must find room: ships that leave take it along, as far as they are filled with it."""
    p = m.problem
    if p.waste_kg is None:
        return
    left: list[dict[int, float]] = [{} for _ in range(m.months + 1)]
    for key, c in m.visits.items():
        ship = p.vessels[key[0]]
        stay = min(ship.stays_w) if m.aboard is not None else key[3]
        for w in m.starts(key):
            if w + stay <= p.weeks:
                left[(w + stay) // MONTH_w][c] = ship.trash_kg
    for (i, w), c in m.leaves.items():
        if w <= p.weeks:
            left[w // MONTH_w][c] = p.docked[i].trash_kg
    before = -1
    for k in range(m.months):
        now = m.column(0.0, 0.0, INF)
        terms = {now: 1.0, **left[k]}
        need = float(p.waste_kg[list(m.weeks_of(k))].sum())
        if before >= 0:
            terms[before] = -1.0
        else:
            need += p.waste_opening_kg
        m.rows.add("balance", terms, need, INF)
        m.rows.add("waste", {now: 1.0}, 0.0, p.waste_most_kg)
        before = now
