"""The three special functions behind the exact intervals, in pure Python.

Binomial tails give the ranks of quantile intervals and the sign test; the regularised
incomplete gamma function gives Poisson (Garwood) intervals. Rounding in lgamma leaves P(a, x) an
error of about 1e-16 a ln a, which moves no limit by 1e-9. numpy and scipy are not needed at
run time: the tests hold these functions against scipy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

_EPSILON = 1e-17
_TINY = 1e-300
_MAX_TERMS = 1_000_000


def check_confidence(confidence: float) -> float:
    """Return the probability left outside on each side of a two-sided interval.

    Raises
    ------
    ValueError
        If `confidence` is not strictly between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a probability between 0 and 1, such as 0.95, not {confidence!r}")
    return (1 - confidence) / 2


def binomial_pmf(k: int, n: int, p: float) -> float:
    """P(B = k) for B binomial with n trials of probability p, 0 < p < 1."""
    choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(choose + k * math.log(p) + (n - k) * math.log1p(-p))


@lru_cache(maxsize=512)
def quantile_ranks(n: int, q: float, confidence: float) -> tuple[int, int]:
    """Ranks (low, high) whose order statistics enclose the q-quantile of n observations.

    With B binomial(n, q), `low` is the largest rank with P(B <= low - 1) <= alpha/2 and `high`
    the smallest with P(B >= high) <= alpha/2 (David and Nagaraja, Order Statistics, 7.1).
    Rank 0 and rank n + 1 mean that this side is unbounded: n is too small.
    """
    tail = check_confidence(confidence)
    reach = 40 * math.sqrt(n * q * (1 - q)) + 40  # what lies beyond weighs less than 1e-17
    low, below = max(0, math.floor(n * q - reach)), 0.0
    while low <= n and (below := below + binomial_pmf(low, n, q)) <= tail:
        low += 1
    high, above = min(n, math.ceil(n * q + reach)), 0.0
    while high >= 0 and (above := above + binomial_pmf(high, n, q)) <= tail:
        high -= 1
    return low, high + 1


def sign_test(less: int, more: int) -> float:
    """Two-sided p-value of the sign test: a fair coin splitting at least as unevenly as this."""
    n = less + more
    if n == 0:
        return 1.0
    return min(1.0, 2 * math.fsum(binomial_pmf(k, n, 0.5) for k in range(min(less, more) + 1)))


def gamma_p(a: float, x: float) -> float:
    """Regularised lower incomplete gamma function P(a, x), a > 0.

    For whole a it is P(N >= a) of a Poisson variable N with mean x.
    """
    if x <= 0:
        return 0.0
    return _gamma_series(a, x) if x < a + 1 else 1 - _gamma_fraction(a, x)


def gamma_q(a: float, x: float) -> float:
    """Regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), accurate where it is small.

    For whole a it is P(N < a) of a Poisson variable N with mean x.
    """
    if x <= 0:
        return 1.0
    return 1 - _gamma_series(a, x) if x < a + 1 else _gamma_fraction(a, x)


def _gamma_series(a: float, x: float) -> float:
    """P(a, x) by its power series (DLMF 8.11.4), quick for x < a + 1."""
    term = total = 1 / a
    for i in range(1, _MAX_TERMS):
        term *= x / (a + i)
        total += term
        if term < total * _EPSILON:
            break
    return total * math.exp(a * math.log(x) - x - math.lgamma(a))


def _gamma_fraction(a: float, x: float) -> float:
    """Q(a, x) by its continued fraction (DLMF 8.9.2) in Lentz's form, quick for x >= a + 1."""
    b = x + 1 - a
    c = 1 / _TINY
    d = 1 / b
    total = d
    for i in range(1, _MAX_TERMS):
        numerator = -i * (i - a)
        b += 2
        d = 1 / _nonzero(numerator * d + b)
        c = _nonzero(b + numerator / c)
        total *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return total * math.exp(a * math.log(x) - x - math.lgamma(a))


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def poisson_mean_above(count: int, tail: float) -> float:
    """Return the mean m at which P(N >= count) = tail: Garwood's lower limit (0 for count 0)."""
    if count == 0:
        return 0.0
    return _bisect(lambda m: gamma_p(count, m) >= tail, count)


def poisson_mean_below(count: int, tail: float) -> float:
    """Return the mean m at which P(N <= count) = tail: Garwood's upper limit."""
    return _bisect(lambda m: gamma_q(count + 1, m) <= tail, count + 1)


def _bisect(is_beyond: Callable[[float], bool], start: float) -> float:
    """Return the point where a monotone test turns true, to the last bit."""
    low, high = 0.0, float(start)
    while not is_beyond(high):
        low, high = high, high * 2
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return high
        if is_beyond(middle):
            high = middle
        else:
            low = middle
