"""Failure, repair and delay as inverse distributions of a uniform number: no random generator here.

Each takes ``u`` in (0, 1) and returns the value whose probability of not being exceeded is ``u``. "Error factor" is the
field's word for a lognormal's spread: the 95th percentile over the median.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

Z95 = 1.6448536269514722  # 95th percentile of the standard normal

_CENTRE_TOP = (
    3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
)  # fmt: skip
_CENTRE_LOW = (
    1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
    39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
)  # fmt: skip
_NEAR_TOP = (
    1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
    1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4,
)  # fmt: skip
_NEAR_LOW = (
    1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
    0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
)  # fmt: skip
_FAR_TOP = (
    6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
    0.0265321895265761230930, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
)  # fmt: skip
_FAR_LOW = (
    1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 7.86869131145613259100e-4,
    1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
)  # fmt: skip


@njit(cache=True)
def _ratio(x: float, top: tuple[float, ...], low: tuple[float, ...]) -> float:
    above, below = 0.0, 0.0
    for k in range(7, -1, -1):
        above = above * x + top[k]
        below = below * x + low[k]
    return above / below


@njit(cache=True)
def normal_inverse(u: float) -> float:
    """Standard normal quantile, about 1 part in 1e16. Wichura, algorithm AS 241 (PPND16), Appl. Stat. 37 (1988)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(0.180625 - q * q, _CENTRE_TOP, _CENTRE_LOW)
    r = math.sqrt(-math.log(min(u, 1.0 - u)))
    z = _ratio(r - 1.6, _NEAR_TOP, _NEAR_LOW) if r <= 5.0 else _ratio(r - 5.0, _FAR_TOP, _FAR_LOW)
    return -z if q < 0.0 else z


@njit(cache=True)
def lognormal_inverse(u: float, mu_ln: float, sigma_ln: float) -> float:
    """exp(mu + sigma z): stretch of a development schedule, length of a stand-down, scale of an uncertain rate."""
    return math.exp(mu_ln + sigma_ln * normal_inverse(u))


@njit(cache=True)
def uncertain_mtbf_h(u: float, median_h: float, error_factor: float) -> float:
    """Mean time between failures as it might be: lognormal about the median, 95th percentile at median x error_factor.

    ISS practice: prior estimates "are often inaccurate" and a decade of data leaves a wide band (NTRS 20210017424);
    error factors 3 to 5.
    """
    return lognormal_inverse(u, math.log(median_h), math.log(error_factor) / Z95)


@njit(cache=True)
def exponential_time(u: float, mean: float) -> float:
    """Time to the next event of a constant hazard, in the unit of ``mean``: -mean ln(1 - u)."""
    return -mean * math.log1p(-u)


@njit(cache=True)
def weibull_time(u: float, shape: float, scale: float) -> float:
    """Time to failure with a hazard that grows (shape > 1) or falls (shape < 1) with age; unit of ``scale``."""
    return float(scale * (-math.log1p(-u)) ** (1.0 / shape))


@njit(cache=True)
def launch_slip_d(u: float, on_time_frac: float, shape: float, scale_d: float) -> float:
    """Days a launch slips: on time with probability ``on_time_frac``, otherwise a Weibull delay.

    Gardner & Grogan, station cargo plans 2012-17, by lead time: up to 90 d (0.143; 1.02; 26.5), mean 22.4 d;
    90-180 d (0.077; 0.81; 92.6), mean 97.2 d; 180-360 d (0; 1.04; 172.9), mean 170.6 d.
    """
    if u <= on_time_frac:
        return 0.0
    return weibull_time((u - on_time_frac) / (1.0 - on_time_frac), shape, scale_d)


@njit(cache=True)
def flight_times_d(u_slip: np.ndarray, u_grounded: np.ndarray, slip: np.ndarray, standdown_ln: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days each of n flights slips, and its kind is grounded should it fail: `launch_slip_d` by `slip` (n, 4: share on time, shape,
    scale, what its cadence contains of it already) and `lognormal_inverse` by `standdown_ln` (n, 2); one uniform each."""
    slips, grounded = np.empty(u_slip.size), np.empty(u_slip.size)
    for i in range(u_slip.size):
        slips[i] = launch_slip_d(u_slip[i], slip[i, 0], slip[i, 1], slip[i, 2]) - slip[i, 3]
        grounded[i] = lognormal_inverse(u_grounded[i], standdown_ln[i, 0], standdown_ln[i, 1])
    return slips, grounded


@njit(cache=True)
def about(u: float, value: float, low: float, high: float, lognormal: bool) -> float:
    """A quantity about `value` whose 5 and 95 % are `low` and `high`: two halves of a lognormal (for positive ones) or of a normal cut
    at 0."""
    z = normal_inverse(u) / Z95
    if lognormal:
        return value * (high / value) ** z if z > 0.0 else value * (value / low) ** z
    return max(value + z * ((high - value) if z > 0.0 else (value - low)), 0.0)


@njit(cache=True)
def all_about(u: np.ndarray, value: float, low: float, high: float, lognormal: bool) -> np.ndarray:
    """`about` of each of u (n,)."""
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = about(u[i], value, low, high, lognormal)
    return out


@njit(cache=True)
def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (DLMF 8.17.22)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_cdf(1.0 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    c, d, h = 1.0, 0.0, 1.0
    for n in range(400):
        m = n // 2
        if n == 0:
            term = 1.0
        elif n % 2 == 0:
            term = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        d = 1.0 + term * d
        d = 1.0 / (d if abs(d) > 1e-300 else 1e-300)
        c = 1.0 + term / c
        c = c if abs(c) > 1e-300 else 1e-300
        h *= c * d
        if n > 0 and abs(c * d - 1.0) < 1e-15:
            break
    return front * (h - 1.0) / a


@njit(cache=True)
def beta_inverse(u: float, a: float, b: float) -> float:
    """Quantile of a beta distribution, by bisection to 1e-14."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if beta_cdf(middle, a, b) < u:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@njit(cache=True)
def student_inverse(u: float, degrees: float) -> float:
    """Quantile of Student's t by the beta distribution; t(0.95, 3) = 2.3534 (any table)."""
    tail = beta_inverse(2.0 * min(u, 1.0 - u), 0.5 * degrees, 0.5)
    t = math.sqrt(degrees * (1.0 / max(tail, 1e-300) - 1.0))
    return -t if u < 0.5 else t


@njit(cache=True)
def lognormal_next(u: float, mu_ln: float, sigma_ln: float, count: float) -> float:
    """The next value of a lognormal known only from ``count`` values: wider than the fit (Student's t, count - 1)."""
    return math.exp(mu_ln + sigma_ln * math.sqrt(1.0 + 1.0 / count) * student_inverse(u, count - 1.0))


@njit(cache=True)
def failure_frac(
    u: float, failures: float, tries: float, prior_failures: float = 0.5, prior_tries: float = 1.0
) -> float:
    """Chance that a launch or docking fails, as the record leaves it uncertain: beta-binomial, Jeffreys prior.

    Beta(prior_failures + failures, prior_tries - prior_failures + tries - failures).
    """
    return beta_inverse(u, prior_failures + failures, prior_tries - prior_failures + tries - failures)


def lognormal_fit(values: ArrayLike, still_open: ArrayLike = ()) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm, by maximum likelihood: (mu_ln, sigma_ln).

    ``still_open`` are lower bounds (a stand-down not over by the day of the forecast). With one value sigma is nan;
    raises ValueError without any.
    """
    x = np.log(np.asarray(values, float))
    if x.size == 0:
        raise ValueError("lognormal_fit needs at least one finished value")
    if x.size == 1:
        return float(x[0]), math.nan
    mu, sigma = float(x.mean()), float(x.std(ddof=1))
    bounds = np.log(np.asarray(still_open, float))
    if bounds.size == 0:
        return mu, sigma
    for _ in range(200):  # expectation step: a normal cut from below at each bound
        z = (bounds - mu) / sigma
        above = np.array([0.5 * math.erfc(v / math.sqrt(2.0)) for v in z])
        mills = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / np.maximum(above, 1e-300)
        first = mu + sigma * mills
        second = mu * mu + sigma * sigma + sigma * (bounds + mu) * mills
        count = x.size + bounds.size
        new_mu = (x.sum() + first.sum()) / count
        spread = (np.sum(x * x) + second.sum()) / count - new_mu * new_mu
        mu, sigma = float(new_mu), math.sqrt(spread * count / (count - 1))
    return mu, sigma
