"""How far a long verb is, on standard error: a bar on a terminal, a line a minute in a log, objects for machines."""

from __future__ import annotations

import json
import sys
import time

from stationkeep.compiled import is_kept

BAR = 28
EVERY_s = {"terminal": 0.2, "log": 60.0, "json": 1.0}


class Progress:
    """Tells nothing in the first second; `as_json` writes one object a line: {"progress": {done, total, ...}}."""

    def __init__(self, as_json: bool, unit: str = "runs") -> None:
        self.unit = unit
        self.form = "json" if as_json else "terminal" if sys.stderr.isatty() else "log"
        self.begun = self.last = time.monotonic()
        self.first = -1
        self.open = False

    def say(self, text: str, unless_cached: bool = False) -> None:
        """One line, once."""
        if not (unless_cached and is_kept()):
            print(json.dumps({"note": text}) if self.form == "json" else text, file=sys.stderr, flush=True)

    def step(self, done: int, total: int) -> None:
        """Tell how many of how many are done; what was done before the first call does not count for the rate."""
        now = time.monotonic()
        if self.first < 0:  # compiling came before: it is no time of runs
            self.first, self.begun = done, now
            return
        if now - self.begun < 1.0 or (now - self.last < EVERY_s[self.form] and done < total):
            return
        self.last = now
        rate = max(done - self.first, 1) / (now - self.begun)
        left_s = (total - done) / rate
        if self.form == "json":
            told = {"done": done, "total": total, f"{self.unit}_per_s": round(rate, 2), "left_s": round(left_s, 1)}
            print(json.dumps({"progress": told}), file=sys.stderr, flush=True)
            return
        speed = f"{rate:.1f} {self.unit} a second" if rate > 0.1 else f"{60.0 * rate:.1f} {self.unit} a minute"
        text = f"{done} of {total} {self.unit}, {speed}, {_span(left_s)} left"
        if self.form == "log":
            print(text, file=sys.stderr, flush=True)
            return
        filled = BAR * done // max(total, 1)
        print(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {text:<60}", end="", file=sys.stderr, flush=True)
        self.open = True

    def done(self) -> None:
        """End the line."""
        if self.open:
            print(file=sys.stderr)
            self.open = False


def _span(seconds: float) -> str:
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 5400.0 else f"{seconds / 3600.0:.1f} h"
