"""Write docs/validation.md: run every table of tools/validation and keep what it prints.

    python tools/validate.py [--only power --only window]     # tables not run keep their last printed text

What needs files that are not in the repository (NASA's trajectory files) says so in its own table.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent / "docs" / "validation.md"
TABLES = {
    "history": "The replay against the record", "orbit": "Orbit and drag", "solar": "Solar activity",
    "power": "Power, heat and attitude", "people": "Life support, hours, dose", "window": "Launch windows",
    "payload": "Payload of launchers", "propagate": "Precise propagation",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=list(TABLES), help="run this table only (repeatable)")
    chosen = parser.parse_args().only or list(TABLES)
    old = OUT.read_text(encoding="utf-8") if OUT.exists() else ""
    parts = ["# Validation\n\nWritten by `make validation`; not by hand. Each table says what was fitted and what was tested.\n"]
    for name, title in TABLES.items():
        kept = re.search(rf"## {re.escape(title)}\n.*?(?=\n## |\Z)", old, re.S)
        if name in chosen:
            done = subprocess.run(
                [sys.executable, str(HERE / "validation" / f"{name}.py")], capture_output=True, text=True, check=False
            )
            text = done.stdout.strip() or f"did not run: {done.stderr.strip().splitlines()[-1:]}"
            parts.append(f"## {title}\n\n`tools/validation/{name}.py`\n\n```\n{text}\n```\n")
        elif kept:
            parts.append(kept.group(0).rstrip() + "\n")
    OUT.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
