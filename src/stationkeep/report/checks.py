"""Checks: which requirement broke, in how many runs, when first, and by which chain of causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeep.report.causes import Cause, Chain, common_chains, with_vanished
from stationkeep.report.metrics import wilson
from stationkeep.report.read import (
    EventLog,
    attr,
    event_log,
    future_names,
    future_weights,
    iso_day,
    label_and_unit,
    words,
)

if TYPE_CHECKING:
    import xarray as xr

POOLED = "all futures, pooled"


@dataclass(frozen=True)
class Finding:
    """A requirement that broke: share of runs with its 95 % interval, first dates, and the chain most breaks share.

    ``causes`` runs from the breach back to its root; ``chain_share_frac`` of the broken runs followed exactly that
    chain; ``first_frac`` is the share of all runs in which nothing else broke earlier.
    """

    requirement: str
    future: str
    share_frac: float
    interval: tuple[float, float]
    first_break: Mapping[str, str]
    causes: tuple[Cause, ...]
    text: str
    station: str = ""
    runs_count: int = 0
    broken_count: int = 0
    first_frac: float = 0.0
    chain_share_frac: float = 0.0
    others: tuple[Chain, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "requirement": self.requirement,
            "future": self.future,
            "station": self.station,
            "share_frac": round(self.share_frac, 4),
            "interval": [round(bound, 4) for bound in self.interval],
            "first_break": dict(self.first_break),
            "first_frac": round(self.first_frac, 4),
            "runs_count": self.runs_count,
            "broken_count": self.broken_count,
            "chain_share_frac": round(self.chain_share_frac, 4),
            "causes": [cause.as_dict() for cause in self.causes],
            "others": [
                {"share_frac": round(chain.share_frac, 4), "causes": [cause.as_dict() for cause in chain.causes]}
                for chain in self.others
            ],
            "text": self.text,
        }

    def __str__(self) -> str:
        return self.text


def check(ds: xr.Dataset) -> list[Finding]:
    """Findings of every future, in the order of the futures; in each, what breaks in most runs and soonest first."""
    return [finding for group in findings_by_future(ds).values() for finding in group]


def findings_by_future(ds: xr.Dataset) -> dict[str, list[Finding]]:
    """The findings of each future by its name (an empty list where nothing broke)."""
    return _Breaches(ds).by_future()


def pooled_findings(ds: xr.Dataset) -> list[Finding]:
    """One finding per requirement over all futures, each run counted with the (assumed) weight of its future."""
    return _Breaches(ds).pooled()


def all_findings(ds: xr.Dataset) -> tuple[dict[str, list[Finding]], list[Finding]]:
    """Both of the above from one reading of the log."""
    table = _Breaches(ds)
    return table.by_future(), table.pooled()


class _Breaches:
    """First breach of every requirement in every run: row of the log by (requirement, member); -1 where it held.

    A member is a run of a future, numbered ``future * runs + run``.
    """

    def __init__(self, ds: xr.Dataset) -> None:
        self.log: EventLog = event_log(ds)
        self.stated = {str(item["name"]): item for item in attr(ds, "requirements") or []}
        self.explained = attr(ds, "explained") or []
        self.futures = future_names(ds)
        self.weights = future_weights(ds)
        self.runs = runs = int(ds.sizes["run"])
        log = self.log
        rows = np.flatnonzero((log.kind == "breach") & (log.run >= 0) & (log.future >= 0))
        rows = rows[np.argsort(log.utc[rows], kind="stable")]
        names, requirement = np.unique(log.name[rows], return_inverse=True)
        order = {name: place for place, name in enumerate(self.stated)}
        self.names = [str(name) for name in names]
        self.rank = [order.get(name, len(order)) for name in self.names]
        self.first = np.full((len(self.names), len(self.futures) * runs), -1, np.int64)
        member = log.future[rows] * runs + log.run[rows]
        cells, earliest = np.unique(requirement * self.first.shape[1] + member, return_index=True)
        self.first.reshape(-1)[cells] = rows[earliest]
        never = np.iinfo(np.int64).max
        at_s = log.utc.astype("datetime64[s]").astype(np.int64)
        self.at_s = np.where(self.first >= 0, at_s[self.first] if at_s.size else never, never)
        self.never = never

    def by_future(self) -> dict[str, list[Finding]]:
        one = np.full(self.runs, 1.0 / self.runs)
        return {
            name: self.findings(name, place * self.runs + np.arange(self.runs), one)
            for place, name in enumerate(self.futures)
        }

    def pooled(self) -> list[Finding]:
        name = POOLED if len(self.futures) > 1 else self.futures[0]
        members = np.arange(len(self.futures) * self.runs)
        return self.findings(name, members, np.repeat(self.weights / self.runs, self.runs))

    def findings(self, future: str, members: np.ndarray, weights: np.ndarray) -> list[Finding]:
        """Findings over ``members`` with ``weights`` that sum to one."""
        found = []
        earliest = self.at_s[:, members].min(axis=0, initial=self.never)
        for place, name in enumerate(self.names):
            broken = (self.first[place, members] >= 0) & (weights > 0.0)
            if not broken.any():
                continue
            at_s = self.at_s[place, members]
            over_all = _quantile(at_s, weights, 0.5)
            first_frac = round(float(weights[broken & (at_s == earliest)].sum()), 9)
            finding = self._finding(place, future, members, weights, broken, first_frac)
            found.append(((over_all, -finding.share_frac, self.rank[place], name), finding))
        return [finding for _, finding in sorted(found, key=lambda item: item[0])]

    def _finding(
        self, place: int, future: str, members: np.ndarray, weights: np.ndarray, broken: np.ndarray, first_frac: float
    ) -> Finding:
        name = self.names[place]
        rows = self.first[place, members[broken]]
        share = round(float(weights[broken].sum()), 9)
        dates = {
            key: iso_day(np.datetime64(_quantile(self.at_s[place, members[broken]], weights[broken], q), "s"))
            for key, q in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95))
        }
        vanished = self._vanished(name, members[broken], weights[broken])
        chains = [
            replace(chain, causes=with_vanished(chain.causes, vanished))
            for chain in common_chains(self.log, [int(row) for row in rows], weights[broken])
        ]
        stations, counts = np.unique(self.log.station[rows], return_counts=True)
        station = str(stations[np.argmax(counts)])
        finding = Finding(
            name, future, share, wilson(share, self.runs), dates, chains[0].causes, "", station,
            int(members.size), int(broken.sum()), first_frac, chains[0].share_frac, tuple(chains[1:]),
        )  # fmt: skip
        return replace(finding, text=_sentence(finding, self.stated.get(name), chains[0].runs_count))

    def _vanished(self, requirement: str, members: np.ndarray, weights: np.ndarray) -> dict[tuple[str, str], float]:
        """What the reruns recorded in the result say of each cause; over several futures, by the weight that broke."""
        sums: dict[tuple[str, str], tuple[float, float]] = {}
        for item in self.explained:
            if item["requirement"] != requirement or item.get("vanish_frac") is None:
                continue
            of = item.get("future")
            share = 1.0 if of is None else float(weights[members // self.runs == self.futures.index(of)].sum())
            so_far, weight = sums.get((item["kind"], item["name"]), (0.0, 0.0))
            sums[item["kind"], item["name"]] = (so_far + share * float(item["vanish_frac"]), weight + share)
        return {key: so_far / weight for key, (so_far, weight) in sums.items() if weight > 0.0}


def _quantile(at_s: np.ndarray, weights: np.ndarray, q: float) -> int:
    """The smallest value that holds a share ``q`` of the weights: always one of the values, so always a date met."""
    order = np.argsort(at_s, kind="stable")
    reached = np.cumsum(weights[order])
    return int(at_s[order][min(np.searchsorted(reached, q * reached[-1] * (1.0 - 1e-12)), at_s.size - 1)])


def _sentence(finding: Finding, stated: Mapping[str, Any] | None, chain_count: int) -> str:
    low, high = finding.interval
    dates = finding.first_break
    when = (
        f"first on {dates['p50']}"
        if dates["p5"] == dates["p95"]
        else f"first between {dates['p5']} and {dates['p95']}, median {dates['p50']}"
    )
    text = (
        f"{words(finding.requirement)}{rule_text(stated)} is broken in {percent(finding.share_frac)} of runs "
        f"({percent(low)} to {percent(high)}), {when} (5–50–95 % of the runs that break)."
    )
    if not finding.causes:
        return text + " The log names no cause."
    chain = " ← ".join(f"{cause.text} ({cause.date})" for cause in finding.causes)
    return f"{text} Cause: {chain}; so in {chain_count} of the {finding.broken_count} runs that break."


def rule_text(stated: Mapping[str, Any] | None) -> str:
    """What a requirement asks, in brackets: `` (altitude of iss at least 370 km, grace 30 d)``; empty if unknown."""
    if not stated:
        return ""
    if stated.get("text"):
        return f" ({stated['text']})"
    variable, bound = str(stated.get("variable", "")), stated.get("bound")
    label, unit = label_and_unit(variable)
    station = f" of {stated['station']}" if stated.get("station") else ""
    side = words(stated.get("relation", ""))
    if isinstance(bound, str):
        rule = f"{side} {label_and_unit(bound)[0]}"
    else:
        rule = "up" if variable.endswith("_up") else f"{side} {float(bound or 0.0):g} {unit}".rstrip()
    grace = f", grace {stated['grace_d']:g} d" if stated.get("grace_d") else ""
    return f" ({label}{station} {rule}{grace})"


def percent(frac: float) -> str:
    """A share for a reader: whole percents, with a decimal near the ends, never a false 0 or 100."""
    if 0.0 < frac < 0.001 or 0.999 < frac < 1.0:
        return "<0.1 %" if frac < 0.5 else ">99.9 %"
    return f"{100.0 * frac:.1f} %" if 0.0 < frac < 0.02 or 0.98 < frac < 1.0 else f"{100.0 * frac:.0f} %"
