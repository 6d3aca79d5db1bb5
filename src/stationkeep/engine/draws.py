"""All randomness: a pure function of (seed, name of the thing, run, count), by Philox 4x32-10.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011). The same compiled function
serves the tables drawn before a run and what is drawn inside the loop, so a draw never depends on what else is drawn.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import numpy as np
from numba import njit

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@njit(cache=True)
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> tuple[Any, Any, Any, Any]:
    """Ten rounds of Philox 4x32 over four 32-bit counter words with two key words (all as uint64)."""
    a, b, c, d = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    x, y = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        p = _M0 * a
        q = _M1 * c
        a, b, c, d = (q >> _HALF) ^ b ^ x, q & _LOW, (p >> _HALF) ^ d ^ y, p & _LOW
        x = (x + _W0) & _LOW
        y = (y + _W1) & _LOW
    return a, b, c, d


@njit(cache=True)
def uniform(seed: int, name: int, run: int, count: int) -> float:
    """A uniform number in (0, 1) for draw `count` of the thing `name` (see `key_of`) in `run`."""
    s, n = np.uint64(seed), np.uint64(name)
    a, b, _c, _d = philox(np.uint64(count), np.uint64(run), n & _LOW, n >> _HALF, s & _LOW, s >> _HALF)
    bits = (a << np.uint64(21)) ^ (b >> np.uint64(11))
    return (np.float64(bits & np.uint64((1 << 53) - 1)) + 0.5) / 9007199254740992.0


@njit(cache=True)
def uniforms(seed: int, name: int, run: int, size: int) -> np.ndarray:
    """Draws 0..size-1 of the thing `name` in `run`; shape (size,)."""
    out = np.empty(size)
    for count in range(size):
        out[count] = uniform(seed, name, run, count)
    return out


@njit(cache=True)
def table(seed: int, names: np.ndarray, run: int, size: int) -> np.ndarray:
    """Draws 0..size-1 of each of the things `names` (n,) in `run`; shape (n, size)."""
    out = np.empty((names.size, size))
    for i in range(names.size):
        for count in range(size):
            out[i, count] = uniform(seed, names[i], run, count)
    return out


@functools.cache
def key_of(name: str) -> int:
    """The 63-bit key of a thing's name; the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") >> 1
