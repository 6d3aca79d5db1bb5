"""The random numbers are the published ones, and independent of what else is drawn."""

import numpy as np

from stationkeep.engine.draws import key_of, philox, uniform, uniforms

# Known-answer vectors of the Random123 distribution (kat_vectors, philox4x32 10).
VECTORS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def test_published_vectors():
    for counter, key, expected in VECTORS:
        assert tuple(int(w) for w in philox(*counter, *key)) == expected


def test_uniform_numbers_are_uniform_and_reproducible():
    u = uniforms(7, key_of("slip/progress-3"), 31, 20_000)
    assert u.min() > 0 and u.max() < 1
    assert abs(u.mean() - 0.5) < 4 * np.sqrt(1 / 12 / u.size)
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4 / np.sqrt(u.size)
    assert u[17] == uniform(7, key_of("slip/progress-3"), 31, 17)


def test_names_seeds_and_runs_are_told_apart():
    draws = {uniform(s, key_of(n), r, c) for s in (1, 2) for n in ("a", "b") for r in (0, 1) for c in (0, 1)}
    assert len(draws) == 16
