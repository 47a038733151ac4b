"""Does a sample follow a law? The Kolmogorov-Smirnov test against a closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vipsim.stats.censored import Duration, first_horizon, observed
from vipsim.stats.laws import Law


def ks_statistic(sample: Sequence[Duration], law: Law) -> float:
    """Largest distance between the empirical CDF and the law.

    With censored observations it is the largest distance up to the first horizon, beyond
    which the empirical CDF is not known; a sample that never recovers where the law says it
    must shows as a distance there.

    Parameters
    ----------
    sample : sequence of Duration
        Times in ns, or `Censored`.
    law : Law
        The distribution to hold it against.

    Returns
    -------
    float
        D, between 0 and 1.
    """
    if not sample:
        raise ValueError("the sample is empty")
    n, horizon = len(sample), first_horizon(sample)
    ended = [t for t in observed(sample) if horizon is None or t <= horizon]
    distances = [0.0]
    for i, t in enumerate(ended):
        distances.append(law.cdf_below(t) - i / n)
        distances.append((i + 1) / n - law.cdf(t))
    if horizon is not None:
        distances.append(abs(law.cdf(horizon) - len(ended) / n))
    return max(distances)


def ks_pvalue(d: float, n: int) -> float:
    """Probability of a distance of at least `d` if the sample does follow the law.

    Kolmogorov's limit with Stephens' correction for finite n (M. A. Stephens, JRSS B 32 (1970)
    115): for n >= 10 within 0.004 of the exact value where that is below 0.2, and within 0.025 everywhere.
    Where censoring cuts the comparison
    short, the true probability is smaller.

    Parameters
    ----------
    d : float
        The statistic, 0 to 1.
    n : int
        Sample size, censored observations included.
    """
    if n < 1:
        raise ValueError("the sample is empty")
    root = math.sqrt(n)
    return _kolmogorov_sf((root + 0.12 + 0.11 / root) * d)


def _kolmogorov_sf(x: float) -> float:
    """P(K > x) of the Kolmogorov distribution, by whichever of its two series is quick."""
    if x < 0.05:  # there it is 1 to the last bit
        return 1.0
    if x < 1.18:
        terms = (math.exp(-(((2 * k - 1) * math.pi / x) ** 2) / 8) for k in range(1, 6))
        return 1 - math.sqrt(2 * math.pi) / x * math.fsum(terms)
    return 2 * math.fsum((-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 8))
