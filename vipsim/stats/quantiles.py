"""Quantiles and the empirical CDF of a sample with censored durations.

One definition everywhere: the q-quantile of n observations is the order statistic of rank
ceil(n q), the smallest observation whose empirical CDF reaches q. It is a time that occurred,
in whole ns; nothing is interpolated. Its interval runs between two other order statistics, so
its coverage is at least the nominal one whatever the distribution is (no normality, no
bootstrap).

Censored observations enter as what they are, bounds. An order statistic is a number only if
every value that the censored observations might have had would give the same number; if not,
it is reported as `Censored` with the lower bound that is certain.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vipsim.stats.censored import Censored, Duration, bounds, first_horizon, from_bounds, observed
from vipsim.stats.estimate import Estimate
from vipsim.stats.special import quantile_ranks
from vipsim.units import Time


@dataclass(frozen=True, slots=True)
class Ecdf:
    """The empirical CDF: a step up at each observed time.

    With censored observations the last step stays below 1. Up to `horizon` the curve is exact;
    beyond it, it is a lower bound (a censored duration may have ended there).
    """

    times: tuple[Time, ...]
    """Distinct observed durations in ns, ascending."""
    fractions: tuple[float, ...]
    """Share of all n observations that ended by then."""
    n: int
    """Observations, censored ones included."""
    horizon: Time | None
    """Shortest censored observation in ns; None if there is none."""

    def at(self, t: Time) -> float:
        """Share of the observations that ended within `t` ns."""
        index = bisect_right(self.times, t)
        return self.fractions[index - 1] if index else 0.0


def ecdf(sample: Sequence[Duration]) -> Ecdf:
    """Return the empirical CDF of a sample.

    Raises
    ------
    ValueError
        If the sample is empty.

    Examples
    --------
    >>> ecdf([3, 1, Censored(10), 3]).fractions
    (0.25, 0.75)
    """
    _check_not_empty(sample)
    ended = observed(sample)
    times = tuple(dict.fromkeys(ended))
    fractions = tuple(bisect_right(ended, t) / len(sample) for t in times)
    return Ecdf(times, fractions, len(sample), first_horizon(sample))


def quantile(sample: Sequence[Duration], q: float) -> Duration:
    """Return the q-quantile: the order statistic of rank ceil(n q).

    Parameters
    ----------
    sample : sequence of Duration
        Times in ns, or `Censored`.
    q : float
        0 to 1 (0 the minimum, 1 the maximum), taken as the decimal that it prints as, so that
        0.07 of 100 is rank 7.

    Returns
    -------
    Duration
        ns, or `Censored` if the quantile falls into the censored part.

    Examples
    --------
    >>> quantile([1, 2, 3, Censored(15)], 0.5)
    2
    >>> quantile([1, 2, 3, Censored(15)], 0.99)
    Censored(after=15)
    """
    _check_not_empty(sample)
    if not 0 <= q <= 1:
        raise ValueError(f"a quantile is between 0 and 1, not {q!r}")
    return order_statistic(sample, max(1, math.ceil(len(sample) * Fraction(str(q)))))


def order_statistic(sample: Sequence[Duration], rank: int) -> Duration:
    """Return the value of the given rank, 1 the smallest; `Censored` where only a bound is certain."""
    pairs = [bounds(value) for value in sample]
    low = sorted(pair[0] for pair in pairs)[rank - 1]
    high = sorted(pair[1] for pair in pairs)[rank - 1]
    known = from_bounds(low, high)
    return Censored(int(low)) if known is None else known


def quantile_interval(sample: Sequence[Duration], q: float, confidence: float = 0.95) -> Estimate[Duration]:
    """Return the q-quantile with its exact (order-statistic, binomial) interval.

    Source: David and Nagaraja, Order Statistics, section 7.1. For a continuous distribution
    each side misses with probability at most (1 - confidence) / 2; ties only help.

    Parameters
    ----------
    sample : sequence of Duration
        Times in ns, or `Censored`; independent observations.
    q : float
        Strictly between 0 and 1.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Estimate of Duration
        A side is None where n is too small to bound it (95 % for the 0.99 quantile takes 368
        observations), and `Censored` where it falls into the censored part. An empty sample
        gives three times None.
    """
    if not 0 < q < 1:
        raise ValueError(f"an interval needs a quantile between 0 and 1, not {q!r}")
    n = len(sample)
    low, high = quantile_ranks(n, q, confidence)
    return Estimate(
        value=quantile(sample, q) if n else None,
        low=order_statistic(sample, low) if low >= 1 else None,
        high=order_statistic(sample, high) if high <= n else None,
        n=n,
        confidence=confidence,
    )


def _check_not_empty(sample: Sequence[Duration]) -> None:
    if not sample:
        raise ValueError("the sample is empty")
