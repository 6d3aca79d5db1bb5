"""The verbs of the command line. Each verb is a plain function in a module of its own, loaded when it is called."""

from __future__ import annotations

import sys

from cyclopts import App

from stationkeep import __version__

app = App(
    name="stationkeep",
    version=__version__,
    help="A planner's model of crewed stations in low Earth orbit.\n\n"
    "Start with `stationkeep run iss-partner-leaves --runs 50`.",
)
VERBS = {  # verb: the module that holds it (and the function, where it is named otherwise), and an example
    "list": ("scenarios:list_", "list uncertain"),
    "new": ("scenarios:new", "new mine.yaml --base iss-2022"),
    "validate": ("scenarios:validate", "validate mine.yaml"),
    "run": ("run:run", "run iss-partner-leaves --runs 200 --page verdict.html"),
    "show": ("run:show", "show verdict --run 31"),
    "compare": ("run:compare", "compare iss-2022 mine.yaml"),
    "depends": ("depends:depends", "depends iss-partner-leaves --on 2024-06-01"),
    "sensitivity": ("methods:sensitivity", "sensitivity iss-partner-leaves --until 2030-01-01 --runs 128"),
    "rare": ("methods:rare", "rare iss-2022 --requirement altitude --until 2024-01-01"),
    "sources": ("scenarios:sources", "sources iss-partner-leaves"),
    "plan": ("plan:plan", "plan iss-2022 --out better.yaml --csv flights.csv"),
    "hindcast": ("hindcast:hindcast", "hindcast decay --altitude my_altitude.csv --json"),
    "window": ("window:window", "window --site baikonur --tle iss.tle --from 2021-12-08 --to 2021-12-09"),
    "payload": ("payload:payload", "payload angara-1.2 --site plesetsk --perigee-km 200 --apogee-km 200 --inclination-deg 63"),
    "campaign": ("campaign:campaign", "campaign ros-97 --json"),
    "propagate": ("propagate:propagate", "propagate --oem-in iss.oem --against iss.oem --fit-drag"),
    "power": ("power:power", "power iss-history --on 2006-12-20"),
    "deorbit": ("deorbit:deorbit", "deorbit usdv --mass-kg 460000 --altitude-km 415 --from 2028-07-01"),
    "schema": ("scenarios:schema", "schema > scenario.schema.json"),
    "serve": ("serve:serve", "serve"),
}
for _verb, (_where, _example) in VERBS.items():
    app.command(f"stationkeep.cli.{_where}", name=_verb, help_epilogue=f"Example: stationkeep {_example}")


def main(tokens: list[str] | None = None) -> None:
    """Run the command line; every error in the input ends with its place, its advice and exit status 2."""
    from stationkeep.model.files import ScenarioError, packaged_scenarios, placed

    if not set(sys.argv[1:] if tokens is None else tokens) - {"-h", "--help"}:
        for verb in VERBS:
            app[verb]  # loads it, so that the list says what it does
    try:
        app(tokens, exit_on_error=True)
    except ScenarioError as error:
        words = sys.argv[1:] if tokens is None else tokens
        named = (w for w in words[1:] if w in packaged_scenarios() or w.endswith((".yaml", ".yml")))
        for problem in placed(next(named, ""), error.problems):
            print(problem, file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        raise SystemExit(130) from None
