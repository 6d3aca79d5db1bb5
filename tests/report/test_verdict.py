import json

import pytest
from rich.console import Console

from stationkeep.report.read import attr
from stationkeep.report.story import story
from stationkeep.report.verdict import headline, ledger, render, verdict

PROMISED = {
    "scenario",
    "runs",
    "seed",
    "horizon",
    "presence",
    "presence_capability",
    "presence_by_partner",
    "futures",
    "findings",
    "sources",
    "assumptions",
    "wall_s",
    "compile_s",
}


def printed(told):
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        render(told, console)
    return console.export_text()


def test_the_verdict_holds_what_scripts_were_promised(result):
    told = verdict(result)
    assert told.keys() >= PROMISED
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert [future["name"] for future in told["futures"]] == ["stays", "after-2029"]
    for item in [told, *told["futures"]]:
        assert item["presence"].keys() == {"2030", "2031"}
        for finding in item["findings"]:
            assert finding.keys() >= {"requirement", "share_frac", "first_break", "causes", "text"}
            assert finding["first_break"].keys() == {"p5", "p50", "p95"}
            assert all(cause.keys() >= {"kind", "name", "date", "text", "vanish_frac"} for cause in finding["causes"])
    assert sum(future["weight"] for future in told["futures"]) == pytest.approx(1.0)
    assert told["station_days_per_s"] > 0


def test_the_pooled_answer_moves_with_the_weights(result):
    told = verdict(result)
    day = "2031-09-30"
    stays, leaves = (future["presence_to_horizon"][day] for future in told["futures"])
    assert told["presence_to_horizon"][day] == pytest.approx(0.6 * stays + 0.4 * leaves, abs=1e-5)
    assert told["presence_if_weights_move"]["stays"] == pytest.approx(0.7 * stays + 0.3 * leaves, abs=1e-5)
    assert told["presence_if_weights_move"]["after-2029"] == pytest.approx(0.5 * stays + 0.5 * leaves, abs=1e-5)


def test_a_scenario_without_futures_has_one_future_in_its_verdict(plain):
    told = verdict(plain)
    assert len(told["futures"]) == 1 and told["futures"][0]["name"] == "iss-test"
    assert told["presence_if_weights_move"] == {}
    assert "pooled" not in printed(told)


def test_the_ledger_says_what_share_is_recalled(result):
    assert ledger(verdict(result)["assumptions"])["recalled_frac"] == 0.25
    assert ledger([])["count"] == 0


def test_the_terminal_says_the_answer_before_the_rest(result):
    text = printed(verdict(result))
    assert text.index("Someone is aboard without a break") < text.index("breaks") < text.index("assumptions")
    for said in ("(assumed)", "recalled", "roscosmos withdraws", "2030-01-05", "station-days per second"):
        assert said in text, said


def test_text_from_a_scenario_is_not_read_as_markup(result):
    assert "[red]x[/red]" in printed(verdict(result.assign_attrs(title="[red]x[/red]")))


def test_the_headline_names_every_future(result, plain):
    assert "stays 100 %" in headline(verdict(result)) and "assumed weights" in headline(verdict(result))
    assert "pooled" not in headline(verdict(plain))


def test_a_result_without_attributes_or_log_still_gets_a_verdict(result):
    bare = result[["people_count"]].assign_attrs()
    bare.attrs = {}
    told = verdict(bare)
    assert told["findings"] == [] and told["presence"]["2030"] == 1.0
    assert "Nothing required breaks" in printed(told)


def test_a_story_is_dated_and_gives_reasons(result):
    text = story(result, 11, "after-2029")
    assert "01-01  roscosmos withdraws" in text
    assert "!! requirement attitude is broken ← attitude control goes down on iss (2030-01-03)" in text
    assert "progress-ms-11 is cancelled ← roscosmos withdraws" in text  # led to a break, so it is told
    assert "also 1 × docking" in text
    assert "progress-ms-1 docks" in story(result, 11, "after-2029", full=True)
    assert story(result, 11).count("Run 11, future") == 2


def test_a_story_of_what_is_not_there_is_refused(synthetic):
    ds = synthetic(runs=12)
    with pytest.raises(ValueError, match="no run 99 in this result; it holds 0 to 11"):
        story(ds, 99)
    with pytest.raises(ValueError, match="no future 'x' in this result; it holds: stays, after-2029"):
        story(ds, 1, "x")


def test_an_empty_attribute_is_not_taken_for_json(result):
    assert attr(result.assign_attrs(as_of=""), "as_of") == ""


def test_a_scenario_that_starts_empty_says_from_when_breaks_count(result):
    assert verdict(result)["starts_empty"] is False and "Nobody is aboard at the start" not in printed(verdict(result))
    empty = result.copy()
    empty["people_count"] = result.people_count.copy()
    empty.people_count[{"time": 0}] = 0.0
    assert verdict(empty)["starts_empty"] is True and "breaks count from the first crew on" in printed(verdict(empty))
