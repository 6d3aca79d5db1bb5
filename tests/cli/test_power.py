"""`stationkeep power`: promised keys, words, and errors that say what would be right."""

import json

import pytest

from stationkeep.cli.power import power
from stationkeep.model.files import InputError

PROMISED = (
    "on", "wings_deployed_count", "rated_kW", "generation_kW", "connected_kW", "usable_kW", "payload_kW", "channels",
    "beta_deg",
)  # fmt: skip


def told(capsys, *arguments, **options):
    power(*arguments, **options)
    return capsys.readouterr().out


def test_json_has_the_promised_keys(capsys):
    result = json.loads(told(capsys, "iss-history", on="2006-12-20", json=True))
    assert not [key for key in PROMISED if key not in result]
    assert result["on"] == "2006-12-20T12:00:00Z" and result["wings_deployed_count"] == 3
    assert result["rated_kW"] == 90.0 and result["connected_kW"] == result["generation_kW"]
    assert set(result["channels"]) == {"2A", "2B", "4A"}
    assert result["usable_kW"] == pytest.approx(sum(result["channels"].values()), abs=0.03)
    assert result["usable_low_kW"] < result["usable_kW"] < result["usable_high_kW"]
    stages = {stage["on"][:7]: stage for stage in result["stages"]}
    assert {"2000-12", "2006-12", "2007-06", "2007-11", "2009-04", "2021-05", "2023-07"} <= set(stages)
    low, high = stages["2006-12"]["usable_ratio_band"]
    assert low <= stages["2006-12"]["usable_ratio"] <= high
    assert all(stage["reason"] for stage in stages.values())


def test_words(capsys):
    text = told(capsys, "iss-history", on="2009-04-15")
    assert "wings     8: 1A, 1B, 2A, 2B, 3A, 3B, 4A, 4B" in text
    assert "4B retracted" in text and "of its own" in text


def test_what_is_lost_is_shed_by_name(capsys):
    result = json.loads(told(capsys, "iss-history", on="2012-09-01", lost="1B, 3B,3A", json=True))
    assert result["channels"]["1B"] == 0.0 and result["shed"] and result["payload_kW"] < 20.0
    assert "shed      " in told(capsys, "iss-history", on="2010-08-01", lost="etcs-a")


def test_a_forecast_stops_at_what_it_knows(capsys):
    result = json.loads(told(capsys, "iss-2022", on="2023-07-01", json=True))  # 1A and 1B flew in June, planned for December
    assert result["blankets_over_wings"] == ["2B", "3A", "4A", "4B"] and result["stages"][-1]["on"] == "2021-05-15"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"on": "yesterday"}, "--on: not a date: 'yesterday'"),
        ({"on": "1997-01-01"}, "nothing was in orbit on 1997-01-01; give a day from 1998-11-20 on"),
        ({"on": "2012-09-01", "lost": "9Z"}, "--lost: no '9Z' to lose; one of 1A, 1B"),
    ],
)
def test_errors_say_what_would_be_right(options, said):
    with pytest.raises(InputError, match=said.replace("(", r"\(")):
        power("iss-history", **options)
