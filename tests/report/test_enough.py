"""Whether runs are enough, against the textbook."""

from stationkeep.report.enough import enough, sentence

from .conftest import make


def test_few_runs_are_said_to_be_too_few_and_how_many_would_do():
    told = enough(make(runs=30))
    assert not told["enough"] and told["half_width_frac"] > 0.05
    assert 30 < told["runs_wanted"] <= 385  # 1.96^2 / 4 / 0.05^2 at a share of one half
    assert [item["runs"] for item in told["convergence"]] == [10, 20, 30]
    widths = [item["high_frac"] - item["low_frac"] for item in told["convergence"]]
    assert widths == sorted(widths, reverse=True)
    assert "Not enough" in sentence(told)


def test_many_runs_are_enough():
    told = enough(make(runs=1600, days=300))
    assert told["enough"] and "enough" in sentence(told)
