"""Compiled code kept on disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stationkeep import compiled


def test_only_the_folders_compiled_last_are_kept(tmp_path, monkeypatch):
    folders = [tmp_path / f"compiled-{name}" for name in "abcdef"]
    for age, folder in enumerate(folders):
        folder.mkdir()
        (folder / "run._advance.nbc").touch()
        os.utime(folder, (1e9 - age, 1e9 - age))
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folders[4]))
    compiled.forget_old(keep=3)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["compiled-a", "compiled-b", "compiled-e", "mine"]


def test_a_folder_the_user_chose_has_no_others_removed(tmp_path, monkeypatch):
    (tmp_path / "compiled-a").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "chosen"))
    compiled.forget_old(keep=1)
    assert (tmp_path / "compiled-a").is_dir()


NEGATIVE = """
import numpy as np
from numba import njit
import stationkeep.laws
def taken(module):
    named = {"__name__": module}
    exec("def f(a, i): return a[i]", named)
    return njit(named["f"])(np.arange(3.0), np.int64(-1))
print(taken("elsewhere"))
try:
    taken("stationkeep.somewhere")
except IndexError as error:
    print(error)
"""


def test_only_our_own_indices_count_from_the_front():
    told = subprocess.run(
        [sys.executable, "-c", NEGATIVE],
        env=os.environ | {"STATIONKEEP_CHECK_INDICES": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.split("\n")[:2] == ["2.0", "negative index in f"]


@pytest.mark.slow  # compiles everything once more
@pytest.mark.parametrize(
    "scenario", ["iss-2022", "iss-partner-leaves", "iss-history", "successors", "segment-as-core", "ros-97"]
)
def test_no_index_of_a_run_is_negative_or_beyond_the_end(scenario, tmp_path_factory):
    kept = Path(tmp_path_factory.getbasetemp()) / "checked"
    told = subprocess.run(
        [sys.executable, "-m", "stationkeep", "run", scenario, "--runs", "1" if scenario == "iss-history" else "4", "--workers", "1"],
        env=os.environ | {"STATIONKEEP_CHECK_INDICES": "1", "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(kept)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
