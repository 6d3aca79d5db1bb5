"""stationkeep: a planner's model of crewed stations in low Earth orbit.

The public names load on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import sys as _sys
from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING, Any

from .compiled import choose_folder as _choose_folder

if TYPE_CHECKING:
    from .engine.compile.check import check_compiles
    from .engine.simulate import simulate
    from .formats.czml import write_czml
    from .formats.ephemeris import ephemeris
    from .formats.oem import write_oem
    from .formats.results import read_result, to_netcdf, write_result
    from .formats.run_folder import open_tables
    from .model.arrangement import schematic
    from .model.chronicle import chronicle, port_names
    from .model.dependence import dependence
    from .model.files import InputError, ScenarioError, packaged_scenarios
    from .model.scenario import Scenario, parse_scenario, read_scenario
    from .plan.counterfactual import hours_without
    from .plan.depends import depends
    from .plan.explain import explain, explain_findings
    from .plan.make import plan, plan_each
    from .report.checks import Finding, check
    from .report.compare import compare
    from .report.page import report
    from .report.verdict import verdict
    from .report.view import view

__version__ = "0.1.0"
_HOME = {
    "simulate": "engine.simulate", "read_result": "formats.results", "write_result": "formats.results",
    "to_netcdf": "formats.results", "open_tables": "formats.run_folder",
    "InputError": "model.files", "ScenarioError": "model.files",
    "packaged_scenarios": "model.files", "Scenario": "model.scenario", "read_scenario": "model.scenario",
    "depends": "plan.depends", "hours_without": "plan.counterfactual", "explain": "plan.explain", "plan": "plan.make", "plan_each": "plan.make", "Finding": "report.checks", "check": "report.checks", "compare": "report.compare",
    "report": "report.page", "verdict": "report.verdict", "view": "report.view",
    "chronicle": "model.chronicle", "port_names": "model.chronicle", "dependence": "model.dependence",
    "schematic": "model.arrangement", "parse_scenario": "model.scenario", "check_compiles": "engine.compile.check", "explain_findings": "plan.explain",
    "ephemeris": "formats.ephemeris", "write_oem": "formats.oem", "write_czml": "formats.czml",
}  # fmt: skip
__all__ = [
    "Finding", "InputError", "Scenario", "ScenarioError", "check", "check_compiles", "chronicle", "compare", "dependence", "depends",
    "ephemeris", "explain", "explain_findings", "hours_without", "open_tables", "packaged_scenarios", "parse_scenario", "plan", "plan_each", "port_names", "read_result",
    "read_scenario", "report", "schematic", "simulate", "to_netcdf", "verdict", "view", "write_czml", "write_oem", "write_result",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stationkeep' has no attribute '{name}'")
    return getattr(_import_module(f".{_HOME[name]}", __name__), name)


class _Package(_ModuleType):
    """The package itself: importing a subpackage does not hide the public function of the same name (`report`)."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOME and isinstance(value, _ModuleType):
            return
        super().__setattr__(name, value)


_sys.modules[__name__].__class__ = _Package


_choose_folder()
