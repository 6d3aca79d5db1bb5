"""The one form of a row of docs/validation.md, and its printing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """A claim beside what was measured. `met` is None where nothing is asked; `sample` says what the row is worth:
    `test`, `calibration` (a number was set by it), `in view` (known when a number was chosen), `derived`."""

    what: str
    asked: str
    got: str
    met: bool | None
    sample: str
    source: str


HEAD = "| what | asked or published | measured | met | sample | source |\n|---|---|---|---|---|---|"
NOT_MET = "| **no** |"


def show(rows: Iterable[Row]) -> None:
    """Print rows as a Markdown table; `validate.py` finds those not met by `NOT_MET`."""
    print(HEAD)
    for row in rows:
        met = {True: "yes", False: "**no**", None: ""}[None if row.met is None else bool(row.met)]
        cells = (row.what, row.asked, row.got, met, row.sample, row.source)
        print("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    print()
