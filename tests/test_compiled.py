"""Compiled code kept on disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stationkeep import compiled
from stationkeep.laws.orbit import mean_motion, raise_per_speed


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


LOOKS = """
import numpy as np
from numba import njit
import stationkeep.laws
text = '''
def f(a, b, c, flags, rows, i, u):
    b[i, u] = 3
    b[u] = b[i, 0]
    c[i, 0, 1] += b[i, 2]
    flags[u] = not flags[i]
    return a[i], a[u], a[-1], a[1:][i], b[i].sum(), b[i, 1:].sum(), c[i, 0, 1], c[i, 0].sum(), flags[u], rows[i, 1], rows[1][i]
'''
def told(call):
    a, b, c, flags = np.arange(4.0), np.arange(6.0).reshape(2, 3), np.arange(8.0).reshape(2, 2, 2), np.array([True, False])
    rows = np.asfortranarray(np.arange(4).reshape(2, 2))
    return *call(a, b, c, flags, rows, 1, np.uint8(0)), *b.ravel(), *c.ravel(), *flags
named = {"__name__": "stationkeep.somewhere"}
exec(text, named)
print(told(njit(named["f"])) == told(named["f"]))
"""


def test_an_item_looked_up_in_place_is_the_one_python_finds():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "0"}
    told = subprocess.run([sys.executable, "-c", LOOKS], env=environment, check=True, capture_output=True, text=True)
    assert told.stdout == "True\n"


PARTS = """
import numpy as np
from numba import njit
import stationkeep.laws
def taken(module, name, text, **known):
    named = {"__name__": module, "njit": njit} | known
    exec(text, named)
    return njit(named[name])
inner = taken("stationkeep.somewhere", "inner", "def inner(a, i):\\n    if i > 2: raise ValueError('too far')\\n    return a[i] + a.sum()")
outer = taken("stationkeep.somewhere", "outer", "def outer(a, i): return 2.0 * inner(a, i)", inner=inner)
another = taken("elsewhere", "another", "def another(a): return a[0]")
numbers = np.arange(3.0)
print(outer(numbers, 1), another(numbers))
print([type(c.entry_point).__name__ for f in (inner, outer, another) for c in f.overloads.values()])
print(inner(numbers, 1), inner(numbers, 2), len(inner.signatures))
print([type(c.entry_point).__name__ for c in inner.overloads.values()])
for each in (inner, outer):
    try:
        each(numbers, 3)
    except ValueError as error:
        print(error)
print(taken("stationkeep.other", "late", "def late(a): return inner(a, 0) + 1.0", inner=inner)(numbers))
"""


with_parts = pytest.mark.skipif("stationkeep.parts" not in sys.modules, reason="this numba compiles every function in full")


@with_parts
def test_a_function_python_never_calls_is_no_machine_code_until_it_does():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "0"}
    told = subprocess.run([sys.executable, "-c", PARTS], env=environment, check=True, capture_output=True, text=True).stdout.splitlines()
    assert told == [
        "8.0 0.0", "['Part', 'builtin_function_or_method', 'builtin_function_or_method']", "4.0 5.0 1", "['builtin_function_or_method']", "too far", "too far", "4.0",
    ]  # fmt: skip


KEPT = """
import sys
from numba import types
from stationkeep.laws import orbit
orbit.mean_motion.compile((types.float64,))
print([type(c.library).__name__ for c in orbit.mean_motion.overloads.values()])
print(orbit.raise_per_speed(8e6), *(orbit.mean_motion(8e6) for _ in sys.argv[1:]))
"""


@with_parts
def test_a_part_kept_on_disk_is_made_whole_by_another_process_and_kept_as_that(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_DISABLE_JIT": "0"}
    told = [
        subprocess.run([sys.executable, "-c", KEPT, *calls], env=environment, check=True, capture_output=True, text=True).stdout.splitlines()
        for calls in ([], ["too"], ["too"])
    ]
    speed, motion = raise_per_speed(8e6), mean_motion(8e6)
    assert [kept for kept, _ in told] == ["['PartLibrary']", "['PartLibrary']", "['JITCodeLibrary']"]
    assert [value for _, value in told] == [f"{speed}", f"{speed} {motion}", f"{speed} {motion}"]


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
