"""Differences between two settings that met the same seeds.

With common random numbers both arms see the same fault at the same phase, so the difference
of each pair is far less scattered than either arm. It is judged without a distribution: the
median difference between two order statistics, and the sign test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vipsim.stats.censored import Duration, bounds, from_bounds
from vipsim.stats.estimate import Estimate
from vipsim.stats.special import quantile_ranks, sign_test
from vipsim.units import Time


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """What changed from the first arm to the second, pair by pair (second minus first)."""

    median: Estimate[Duration]
    """Median difference in ns with its exact interval; None where censored pairs hide it."""
    mean: Time | None
    """Mean difference in ns, rounded half to even; None if any pair is censored."""
    shorter: int
    """Pairs in which the second arm was certainly shorter."""
    longer: int
    """Pairs in which the second arm was certainly longer."""
    equal: int
    """Pairs that are equal, to the ns."""
    undecided: int
    """Pairs that censoring leaves open."""
    p_value: float
    """Two-sided sign test over the shorter and longer pairs."""


def paired_difference(
    first: Sequence[Duration], second: Sequence[Duration], confidence: float = 0.95
) -> PairedDifference:
    """Compare two arms measured on common seeds, in the same order.

    A censored duration makes the difference a bound: it stays below or above whatever it might
    have been, and the median's limits hold for every value it could have had.

    Parameters
    ----------
    first, second : sequence of Duration
        Times in ns or `Censored`; entry i of both comes from the same seed.
    confidence : float
        Nominal coverage of the interval for the median difference.

    Raises
    ------
    ValueError
        If the arms differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"the arms are not paired: {len(first)} and {len(second)} observations")
    pairs = [_difference(a, b) for a, b in zip(first, second, strict=True)]
    known = [int(low) for low, high in pairs if low == high]
    shorter = sum(high < 0 for _, high in pairs)
    longer = sum(low > 0 for low, _ in pairs)
    equal = sum(low == high == 0 for low, high in pairs)
    return PairedDifference(
        median=_median(pairs, confidence),
        mean=round(Fraction(sum(known), len(known))) if known and len(known) == len(pairs) else None,
        shorter=shorter,
        longer=longer,
        equal=equal,
        undecided=len(pairs) - shorter - longer - equal,
        p_value=sign_test(shorter, longer),
    )


def _difference(first: Duration, second: Duration) -> tuple[float, float]:
    """Smallest and largest second minus first, in ns or infinite."""
    (a_low, a_high), (b_low, b_high) = bounds(first), bounds(second)
    return b_low - a_high, b_high - a_low


def _median(pairs: Sequence[tuple[float, float]], confidence: float) -> Estimate[Duration]:
    """Return the lower median of differences known within bounds, and its order-statistic interval."""
    n = len(pairs)
    lows, highs = sorted(low for low, _ in pairs), sorted(high for _, high in pairs)
    rank = (n + 1) // 2
    low, high = quantile_ranks(n, 0.5, confidence)
    return Estimate(
        value=from_bounds(lows[rank - 1], highs[rank - 1]) if n else None,
        low=_finite(lows[low - 1]) if low >= 1 else None,
        high=_finite(highs[high - 1]) if high <= n else None,
        n=n,
        confidence=confidence,
    )


def _finite(value: float) -> Time | None:
    return value if isinstance(value, int) else None
