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
for _verb in (
    "list", "new", "validate", "run", "show", "compare", "depends", "sensitivity", "rare", "sources", "plan", "hindcast", "window",
    "payload", "campaign", "propagate", "power", "deorbit", "schema", "serve",
):  # fmt: skip
    _module = {"list": "scenarios:list_", "new": "scenarios:new", "validate": "scenarios:validate",
               "schema": "scenarios:schema", "sources": "scenarios:sources", "run": "run:run", "show": "run:show",
               "compare": "run:compare", "sensitivity": "methods:sensitivity", "rare": "methods:rare"}.get(_verb, f"{_verb}:{_verb}")  # fmt: skip
    app.command(f"stationkeep.cli.{_module}", name=_verb)


def main(tokens: list[str] | None = None) -> None:
    """Run the command line; every error in the input ends with its place, its advice and exit status 2."""
    from stationkeep.model.files import ScenarioError

    try:
        app(tokens, exit_on_error=True)
    except ScenarioError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        raise SystemExit(130) from None
