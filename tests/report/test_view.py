"""What a page draws: the bands are those of the report, single runs are the dataset's, the log is told by run."""

import json

import numpy as np

import stationkeep as sk
from stationkeep.report.metrics import band


def test_view_is_plain_json_with_every_future(result):
    told = json.loads(json.dumps(sk.view(result), allow_nan=False))
    assert [future["name"] for future in told["futures"]] == ["stays", "after-2029"]
    assert told["runs_shown"] == [0, 1, 2]


def test_bands_are_those_of_the_report(result):
    chart = next(c for c in sk.view(result)["futures"][0]["stations"]["iss"]["charts"] if c["variable"] == "altitude_km")
    found = band(result, "altitude_km", 0, station="iss")
    np.testing.assert_allclose([v for v in chart["p50"] if v is not None], found.p50[np.isfinite(found.p50)], rtol=1e-4)
    one = result["altitude_km"].isel(future=0, run=1).sel(station="iss", time=found.utc).values
    np.testing.assert_allclose([v for v in chart["runs"][1] if v is not None], one[np.isfinite(one)], rtol=1e-4)


def test_breaks_and_services_down_are_told_by_run(result):
    runs = sk.view(result)["futures"][1]["runs"]
    breaches = [e for run in runs for e in run["events"] if e["kind"] == "breach"]
    assert breaches and all(e["cause"] for e in breaches)
    assert all(span["to"] == "" or span["to"] > span["from"] for run in runs for span in run["down"])
    people = runs[0]["people"]["iss"]
    assert all(a != b for a, b in zip(people["count"], people["count"][1:], strict=False))
