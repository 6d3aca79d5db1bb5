"""Where the time of a step goes: milliseconds of one run by paragraph of engine/step.py, and by subsystem.

    python tools/step_shares.py [SCENARIO] [--runs 5]

A copy of the package in a temporary folder gets a clock between the paragraphs of the step (which compiles anew), so the
package itself stays as it is. The clock costs about half a microsecond a paragraph; the sum is told beside a run without.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SRC = Path(__file__).parents[1] / "src" / "stationkeep"
MEASURE = """
import sys, time, json
import numpy as np
import stationkeep as sk
from stationkeep.engine.compile.world import compile
from stationkeep.engine.luck import draw, prepare
from stationkeep.engine.run import advance
from stationkeep.engine.simulate import new_rows, new_scratch
from stationkeep.log import new_log
scenario, runs, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
read = sk.read_scenario(scenario)
case = compile(read.branch(next(iter(read.futures), None)))
chances = prepare(case)
ticks, took, drawn = np.zeros(count), 0.0, 0.0
for run in range(-1, runs):
    begun = time.perf_counter()
    world, state, luck = draw(chances, 0, max(run, 0))
    rows, log, scratch = new_rows(case, True), new_log(), new_scratch(case)
    log.cause[-count:] = 0
    ready = time.perf_counter()
    advance(world, state, luck, scratch, rows, log, 0, case.steps, case.t0_s, case.dt_s)
    if run >= 0:
        drawn += ready - begun
        took += time.perf_counter() - ready
        ticks += log.cause[-count:]
print(json.dumps({"ms": (ticks / runs / 1e3).tolist(), "run_ms": 1e3 * took / runs, "draw_ms": 1e3 * drawn / runs, "steps": case.steps}))
"""


def with_clock(text: str) -> tuple[str, list[str]]:
    """The source of step.py with a clock after each paragraph, and the name of each."""
    tree = ast.parse(text)
    step = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "step")
    names: list[str] = []
    body: list[ast.stmt] = [step.body[0], *ast.parse("_before = clock()").body]
    calls = [node for node in step.body[1:]]
    count = len(calls)
    for place, node in enumerate(calls):
        called = node.value if isinstance(node, ast.Expr | ast.Assign) else None
        names.append(ast.unparse(called.func) if isinstance(called, ast.Call) else ast.unparse(node)[:40])
        lines = f"_now = clock()\nlog.cause[{place} - {count}] += _now - _before\n_before = _now"
        body += [node, *ast.parse(lines).body]
    step.body = body
    at = tree.body.index(step)
    header = "from numba import types as _types\nclock = _types.ExternalFunction('clock', _types.int64())"
    tree.body[at:at] = ast.parse(header).body
    return ast.unparse(ast.fix_missing_locations(tree)), names


def main() -> None:
    import json

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", default="iss-2022")
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SRC, Path(folder) / "stationkeep", ignore=shutil.ignore_patterns("__pycache__", "static"))
        step = Path(folder) / "stationkeep" / "engine" / "step.py"
        text, names = with_clock(step.read_text(encoding="utf-8"))
        step.write_text(text, encoding="utf-8")
        command = [sys.executable, "-c", MEASURE, asked.scenario, str(asked.runs), str(len(names))]
        environment = os.environ | {"PYTHONPATH": folder, "XDG_CACHE_HOME": folder}
        told = json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout)
    total = sum(told["ms"])
    print(f"{asked.scenario}: {told['run_ms']:.1f} ms a run of {told['steps']} steps with the clock, {told['draw_ms']:.1f} ms to draw its luck")
    groups: dict[str, float] = {}
    for name, ms in sorted(zip(names, told["ms"], strict=True), key=lambda item: -item[1]):
        groups[name.split(".")[0]] = groups.get(name.split(".")[0], 0.0) + ms
        print(f"{name:<32}{ms:9.2f} ms {100 * ms / total:6.1f} %")
    print()
    for name, ms in sorted(groups.items(), key=lambda item: -item[1]):
        print(f"{name:<32}{ms:9.2f} ms {100 * ms / total:6.1f} %")


if __name__ == "__main__":
    main()
