"""`campaign` and `depends` from the command line: one JSON object, and errors that say what would be right."""

import json

import pytest

from stationkeep.cli import main


def told(capsys: pytest.CaptureFixture[str], *tokens: str) -> dict:
    with pytest.raises(SystemExit) as end:
        main([*tokens, "--json"])
    assert end.value.code in (0, None)
    return json.loads(capsys.readouterr().out)


def test_campaign_prints_one_object(capsys):
    out = told(capsys, "campaign", "ros-97", "--runs", "50")
    assert out.keys() >= {"station", "first_crew", "by_year", "modules", "lifts", "orbit", "backtest"}
    assert out["first_crew"]["p5"] >= "2028"
    assert out["orbit"]["dose_factor"] > 1.4


@pytest.mark.parametrize(("tokens", "said"), [
    (("campaign", "iss-2022"), "assembled by launches"), (("campaign", "ros-97", "--station", "mir"), "no station 'mir'"),
    (("campaign", "ros-97", "--runs", "0"), "at least 1"), (("depends", "iss-2022", "--on", "soon"), "not a date"),
    (("depends", "iss-2022", "--on", "2050-01-01"), "outside the scenario"),
    (("depends", "iss-2022", "--on", "2023-01-01", "--run", "-1"), "0 or more"),
])  # fmt: skip
def test_what_cannot_be_asked_ends_with_status_2(capsys, tokens, said):
    with pytest.raises(SystemExit) as end:
        main(list(tokens))
    assert end.value.code == 2
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_validate_warns_of_a_launch_that_cannot_be_made_at_its_line(capsys, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("base: ros-97\nfutures: {visited: null, inhabited: null}\nflights:\n  ros-cargo:\n    cargo_kg: null\n    launcher: soyuz-2.1a\n"
                    "  ros-crew: {launcher: angara-a5, site: baikonur/31}\n")  # fmt: skip
    out = told(capsys, "validate", str(file))
    assert out["ok"] and {(w["line"], w["path"]) for w in out["warnings"]} == {(4, "flights.ros-cargo"), (7, "flights.ros-crew")}
    heavy, site = sorted(out["warnings"], key=lambda w: w["line"])
    assert "7,280 kg is too heavy" in heavy["message"] and "does not fly from baikonur/31" in site["message"]


def test_every_stock_that_does_not_fit_is_told_at_its_line(capsys, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("base: ros-516\nstations:\n  ros:\n    stocks_kg:\n      water: {roscosmos: 90000}\n      food: {roscosmos: 90000}\n")
    with pytest.raises(SystemExit) as end:
        main(["validate", str(file), "--json"])
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert end.value.code == 2 and [p["line"] for p in problems] == [5, 6]
    assert problems[0]["path"] == "stations.ros.stocks_kg.water.roscosmos" and "do not fit" in problems[0]["message"]


def test_a_complex_that_parts_and_that_nobody_flies_to_is_told(capsys, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("base: iss-2022\nevents:\n  part: {separate: russian, on: 2025-06-01, into: mir-2}\n")
    out = told(capsys, "validate", str(file))
    assert [(w["line"], w["path"]) for w in out["warnings"]] == [(3, "events.part")] and "nobody flies to 'mir-2'" in out["warnings"][0]["message"]
    file.write_text(file.read_text() + "flights:\n  mir: {vehicle: progress-ms, station: mir-2, after: part, every_d: 120, site: baikonur/31}\n")
    assert told(capsys, "validate", str(file))["warnings"] == []


@pytest.mark.parametrize("verb", [["run", "--runs", "1"], ["depends", "--on", "2023-01-01"], ["plan"]])
def test_every_verb_names_file_and_line_of_what_only_compiling_shows(verb, tmp_path, capsys):
    path = tmp_path / "much.yaml"
    path.write_text("base: iss-2022\ntitle: Too much\nstations:\n  iss:\n    stocks_kg:\n      food: {nasa: 900000}\n", encoding="utf-8")
    for words in ([verb[0], str(path), *verb[1:]], [*verb, str(path)]):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 2
        assert f"{path}:6: stations.iss.stocks_kg.food.nasa: 900000 kg do not fit" in capsys.readouterr().err
