"""The help of the command line: what each verb does, and an example of it."""

import pytest

from stationkeep.cli import VERBS, main


@pytest.mark.parametrize("tokens", [[], ["-h"], ["--help"]])
def test_the_list_of_verbs_says_what_each_does(tokens, capsys):
    try:
        main(tokens)
    except SystemExit as stop:
        assert not stop.code
    lines = [line.strip("│ ").split(None, 1) for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    told = {words[0]: words[1] for words in lines if len(words) == 2}
    assert {verb for verb in VERBS if len(told.get(verb, "")) > 20} == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_ends_with_an_example(verb, capsys):
    try:
        main([verb, "-h"])
    except SystemExit as stop:
        assert not stop.code
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith(f"Usage: stationkeep {verb}")
    assert told.endswith(f"Example: stationkeep {VERBS[verb][1]}")


def test_compare_reads_both_scenarios_before_it_runs_one(tmp_path, monkeypatch, capsys):
    path = tmp_path / "wrong.yaml"
    path.write_text("base: iss-2022\ntitle: wrong\nflihgts: {}\n")
    monkeypatch.setattr("stationkeep.simulate", lambda *a, **k: pytest.fail("it ran"), raising=False)
    with pytest.raises(SystemExit) as stop:
        main(["compare", "iss-2022", str(path)])
    assert stop.value.code == 2 and "wrong.yaml:3: flihgts" in capsys.readouterr().err
