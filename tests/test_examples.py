"""The examples and the README's own code run as they are written."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.stem)
def test_an_example_runs(path, capsys):
    example = runpy.run_path(str(path))
    example["main"](*([2] if "runs" in example["main"].__code__.co_varnames[:1] else []))
    assert capsys.readouterr().out.strip()


def test_the_code_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code.replace("runs=20", "runs=2"), {})
    assert "broken" in capsys.readouterr().out
    assert (tmp_path / "verdict.html").stat().st_size > 50_000
    assert (tmp_path / "verdict").is_dir()


def test_the_scenario_of_the_readme_is_one(tmp_path):
    import stationkeep as sk

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "mine.yaml").write_text(source, encoding="utf-8")
    assert sk.read_scenario(str(tmp_path / "mine.yaml")).title.startswith("Russia leaves in 2026")
