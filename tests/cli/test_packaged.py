"""Every packaged scenario runs from the command line to a verdict a person can read."""

import pytest

import stationkeep as sk
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


@pytest.mark.parametrize("name, until", [("iss-2022", "2022-07-28"), ("iss-partner-leaves", "2024")])
def test_a_page_of_a_run_that_ends_before_what_it_would_tell(name, until, tmp_path, capsys):
    run(name, until=until, runs=1, workers=1, explain=0, page=str(tmp_path / "page.html"))
    assert "report:" in capsys.readouterr().out


def test_a_verdict_is_told_also_where_its_page_cannot_be_written(monkeypatch, tmp_path, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sk, "report", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        run("iss-2022", until="2022-08-10", runs=1, workers=1, explain=0, page=str(tmp_path / "page.html"))
    assert "is aboard without a break to" in capsys.readouterr().out


@pytest.mark.parametrize("asked", [{"page": "nowhere/page.html"}, {"netcdf": "nowhere/x.nc"}, {"page": "."}])
def test_a_file_without_a_place_is_told_before_anything_runs(asked, monkeypatch):
    monkeypatch.setattr(sk, "simulate", None)
    with pytest.raises(InputError, match="cannot be written"):
        run("iss-2022", runs=1, workers=1, **asked)


@pytest.mark.parametrize("asked, told", [({"until": "20x"}, "--until: not a date: '20x'; write"), ({"until": "2021"}, "--until: 2021-01-01 is not after 2022-07-26"), ({"future": "none"}, "one of: after-2024")])
def test_a_day_or_future_there_is_not_is_told(asked, told):
    with pytest.raises(InputError) as wrong:
        run("iss-partner-leaves", runs=1, workers=1, **asked)
    assert told in str(wrong.value)
