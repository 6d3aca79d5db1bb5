"""Every packaged scenario runs from the command line to a verdict a person can read."""

import pytest

from stationkeep.cli.run import run
from stationkeep.model.files import packaged_scenarios


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_runs_to_its_verdict(name, capsys):
    run(name, runs=1, workers=1, explain=0)
    text = capsys.readouterr().out
    assert "is aboard without a break to" in text
    assert "…" not in text, "a table is wider than the line"
