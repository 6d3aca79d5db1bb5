"""The YAML file of a state: what it gives, and every mistake told with its line."""

import pytest

from stationkeep.formats.state_file import read_state
from stationkeep.model.files import ScenarioError

TEXT = """epoch: 2024-05-01T00:00:00.25Z
frame: gcrf
r_km: [6793.0, 0, 0]
v_km_per_s: [0, 4.75, 6]
mass_kg: 420000
area_m2: 1500
cd: 2.2
f107: 150
ap: 4
burns:
  - {start_utc: 2024-05-01T06:00, duration_s: 300, delta_v_m_per_s: 0.5, direction: retrograde}
  - {start_utc: 2024-05-01T09:00:00, duration_s: 300, delta_v_m_per_s: 0.5, direction: [0, 2, 0]}
"""


def read(tmp_path, text):
    path = tmp_path / "state.yaml"
    path.write_text(text)
    return read_state(path)


def test_what_it_gives(tmp_path):
    state = read(tmp_path, TEXT.replace("T06:00,", "T06:00:00,"))
    assert (state.epoch, state.frame, state.r_km) == ("2024-05-01T00:00:00.250000", "GCRF", (6793.0, 0.0, 0.0))
    assert (state.f107, state.f107a, state.ap) == (150.0, None, 4.0)
    assert state.burns[0].frame_and_speed() == ("NTW", (0.0, -0.5, 0.0))
    assert state.burns[1].frame_and_speed() == ("RTN", (0.0, 0.5, 0.0))


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("6793.0", "6793000", 3, "from the Earth's centre"),
        ("4.75, 6", "4750, 6000", 4, "a speed of"),
        ("epoch: 2024", "epoch: 20x4", 1, "not a date"),
        ("frame: gcrf", "frame: eci", 2, "EME2000"),
        ("\nap: 4", "\napp: 4", 9, "did you mean 'ap'"),
        ("\nap: 4", "", 1, "constant activity is not whole"),
        ("retrograde", "up", 11, "retrograde"),
        ("[0, 2, 0]", "[0, 0, 0]", 12, "no length"),
        ("mass_kg: 420000\n", "", 1, "missing key 'mass_kg'"),
        ("area_m2: 1500", "area_m2: -1", 6, "greater than or equal"),
    ],
)
def test_mistakes(tmp_path, old, new, line, says):
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, TEXT.replace("T06:00,", "T06:00:00,").replace(old, new))
    assert says in str(caught.value) and line in [problem.line for problem in caught.value.problems]
