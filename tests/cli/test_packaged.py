"""Every packaged scenario runs from the command line to a verdict a person can read."""

import pytest

from stationkeep.cli.run import run
from stationkeep.model.files import InputError, packaged_scenarios


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_runs_to_its_verdict(name, capsys):
    run(name, runs=1, workers=1, explain=0)
    text = capsys.readouterr().out
    assert "is aboard without a break to" in text
    assert "…" not in text, "a table is wider than the line"


def test_a_run_to_a_year_and_of_one_future_says_so(capsys):
    run("iss-partner-leaves", until="2023", future="returns", runs=1, workers=1, explain=0)
    text = capsys.readouterr().out
    assert text.startswith("Russia leaves: returns (simulated to 2023-01-01)\n")
    assert "without a break to 2023-01-01" in text


@pytest.mark.parametrize("asked, told", [({"until": "20x"}, "--until: not a date: '20x'; write"), ({"until": "2021"}, "--until: 2021-01-01 is not after 2022-07-26"), ({"future": "none"}, "one of: after-2024")])
def test_a_day_or_future_there_is_not_is_told(asked, told):
    with pytest.raises(InputError) as wrong:
        run("iss-partner-leaves", runs=1, workers=1, **asked)
    assert told in str(wrong.value)
