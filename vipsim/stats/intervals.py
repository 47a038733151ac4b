"""Intervals for counted things: a share of runs (Wilson) and a rate per time (Garwood)."""

from __future__ import annotations

import math
from statistics import NormalDist

from vipsim.stats.estimate import Estimate
from vipsim.stats.special import check_confidence, poisson_mean_above, poisson_mean_below
from vipsim.units import SECOND, Time

YEAR: Time = 365 * 86_400 * SECOND
"""365 days in ns, the year of WORKLOADS W4."""


def proportion(successes: int, n: int, confidence: float = 0.95) -> Estimate[float]:
    """Return the share successes / n with Wilson's score interval.

    Its coverage is close to nominal on average and can fall a little short for single values
    (0.943 at n = 100, share one half). Source: E. B. Wilson, JASA 22 (1927) 209.

    Parameters
    ----------
    successes, n : int
        Runs that did, of n runs. No runs give the interval 0 to 1 and no value.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Estimate of float
        Between 0 and 1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share")
    z = NormalDist().inv_cdf(1 - check_confidence(confidence))
    if n == 0:
        return Estimate(None, 0.0, 1.0, 0, confidence)
    share = successes / n
    scale = 1 + z * z / n
    center = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    low = 0.0 if successes == 0 else max(0.0, center - half)
    high = 1.0 if successes == n else min(1.0, center + half)
    return Estimate(share, low, high, n, confidence)


def poisson_mean(count: int, confidence: float = 0.95) -> Estimate[float]:
    """Return the expected count behind an observed Poisson count, with Garwood's exact interval.

    Coverage is at least nominal for every mean. Source: F. Garwood, Biometrika 28 (1936) 437.

    Examples
    --------
    >>> poisson_mean(0).to_text()
    '0 [0, 3.68888]'
    """
    if count < 0:
        raise ValueError(f"a count cannot be {count}")
    tail = check_confidence(confidence)
    return Estimate(
        float(count), poisson_mean_above(count, tail), poisson_mean_below(count, tail), count, confidence
    )


def rate(count: int, exposure: Time, per: Time = YEAR, confidence: float = 0.95) -> Estimate[float]:
    """Events per time with Garwood's exact interval: false failovers a year, say.

    Parameters
    ----------
    count : int
        Events seen.
    exposure : Time
        Observed time in ns, all runs together; more than 0.
    per : Time
        The time, in ns, in which the answer counts events; default one year of 365 days.
    confidence : float
        Nominal coverage.

    Returns
    -------
    Estimate of float
        Events per `per`. No event in a year still leaves 0 to 3.69 a year.
    """
    if exposure <= 0:
        raise ValueError("a rate needs an observed time of more than 0 ns")
    mean = poisson_mean(count, confidence)
    assert mean.low is not None and mean.high is not None
    return Estimate(
        count * per / exposure, mean.low * per / exposure, mean.high * per / exposure, count, confidence
    )
