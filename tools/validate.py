"""Write docs/validation.md: run every table of tools/validation and keep what it prints.

    python tools/validate.py [--only power --only window] [--facts DIR]     # tables not run keep their last printed text

`--facts` is a folder with NASA's trajectory files (`orbit/oem/`), which the package does not ship; without it the table
that flies them keeps its last printed text too.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent / "docs" / "validation.md"
TABLES = {
    "history": "The replay against the record", "orbit": "Orbit and drag", "propagate": "Precise propagation",
    "ephemerides": "Precise propagation against NASA's trajectory files", "solar": "Solar activity",
    "window": "Launch windows", "payload": "Payload of launchers", "power": "Power, heat and attitude",
    "people": "Life support, hours, dose", "incidents": "Incidents that touched people",
    "partners": "Partners, dates, money", "plan": "The plan in the situation of the record",
}  # fmt: skip
NEEDS_FACTS = {"ephemerides"}
HEAD = """# Validation

Written by `make validation`; not by hand. `sample` says what a row is worth: *test* (nothing was set by it), *calibration*
(a number was fitted on it), *in view* (known when a number was chosen), *derived*. Rows not met are listed first.
"""


def run(name: str, facts: Path | None) -> str:
    """What a table prints, or why it did not."""
    command = [sys.executable, "-m", f"validation.{name}"]
    if name in NEEDS_FACTS:
        command += ["--facts", str(facts)]
    paths = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    env = os.environ | {"PYTHONPATH": paths}
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    if done.returncode:
        sys.exit(f"validation.{name} failed:\n{done.stderr}")
    return done.stdout.strip()


def not_met(sections: list[str]) -> str:
    """The rows that failed, as a list; those whose sample the method was chosen on say so."""
    rows = [line.split(" | ") for text in sections for line in text.splitlines() if "| **no** |" in line]
    told = [
        f"- {cells[0].lstrip('| ')}: {cells[2]} (asked {cells[1]}{'' if cells[4] == 'test' else f'; sample: {cells[4]}'})" for cells in rows
    ]
    return "\n".join(["## Not met\n", *(told or ["Nothing."])]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=list(TABLES), help="run this table only (repeatable)")
    parser.add_argument("--facts", type=Path, help="folder that holds orbit/oem")
    asked = parser.parse_args()
    chosen = asked.only or [name for name in TABLES if asked.facts or name not in NEEDS_FACTS]
    if NEEDS_FACTS & set(chosen) and asked.facts is None:
        parser.error(f"{', '.join(NEEDS_FACTS)} needs --facts DIR with orbit/oem")
    old = OUT.read_text(encoding="utf-8") if OUT.exists() else ""
    sections = []
    for name, title in TABLES.items():
        kept = re.search(rf"## {re.escape(title)}\n.*?(?=\n## |\Z)", old, re.S)
        if name in chosen:
            sections.append(f"## {title}\n\n`tools/validation/{name}.py`\n\n{run(name, asked.facts)}\n")
        elif kept:
            sections.append(kept.group(0).rstrip() + "\n")
    OUT.write_text("\n".join([HEAD, not_met(sections), *sections]), encoding="utf-8")


if __name__ == "__main__":
    main()
