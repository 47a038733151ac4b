"""Durations of which only a lower bound may be known.

A client that does not recover within the run has no blackout to report, only the fact that
it lasted longer than the run. Leaving it out would flatter the protocol, and writing the end
of the run as if it were the answer would invent a number. So such an observation is kept as
`Censored`: it counts in n, keeps the empirical CDF below 1, prints as ``> 15 s``, and a
quantile that falls on it is reported as censored.

A *sample* is a plain sequence of `Duration`: an int (ns) where the end was seen, a `Censored`
where it was not. Each censored observation carries its own horizon, since faults at random
times leave runs of different length behind them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from vipsim.units import SECOND, Time


@dataclass(frozen=True, slots=True)
class Censored:
    """A duration known only to be longer than `after`.

    There is no order between censored durations, on purpose: sort by `after` where a lower
    bound is what is wanted.

    >>> print(Censored(15_000_000_000))
    > 15 s
    """

    after: Time
    """Length of the observation in ns: the duration is longer than this."""

    def __post_init__(self) -> None:
        if isinstance(self.after, bool) or not isinstance(self.after, int):
            raise TypeError(f"a censored duration is an int of ns, not {self.after!r}")

    def __str__(self) -> str:
        return f"> {decimal_text(self.after, SECOND)} s"


Duration: TypeAlias = Time | Censored
"""An observed duration in ns, or one that outlasted its run."""


def decimal_text(value: Time, size: Time, digits: int | None = None) -> str:
    """`value` ns as a decimal number of units of `size` ns, without passing through a float.

    Parameters
    ----------
    value : Time
        Time in ns.
    size : Time
        Length of the unit in ns, a power of ten.
    digits : int, optional
        Digits after the point, rounded half to even. Default: as many as are exact and needed.
    """
    places = len(str(size)) - 1
    if digits is not None and digits < places:
        value = round(value, digits - places)
    whole, part = divmod(abs(value), size)
    fraction = f"{part:0{places}d}" if places else ""
    fraction = fraction.rstrip("0") if digits is None else fraction[:digits]
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def bounds(duration: Duration) -> tuple[float, float]:
    """Smallest and largest value that a duration can have: ns, the upper one infinite if censored.

    Observed times stay ints (which Python compares exactly with infinity).
    """
    if isinstance(duration, Censored):
        return duration.after, math.inf
    return duration, duration


def from_bounds(low: float, high: float) -> Duration | None:
    """Return what is known of a value between two bounds: the value, a lower bound, or nothing (None)."""
    if low == high:
        return int(low)
    if high == math.inf and low != -math.inf:
        return Censored(int(low))
    return None


def observed(sample: Sequence[Duration]) -> list[Time]:
    """Return the durations of a sample whose end was seen, ascending, in ns."""
    return sorted(value for value in sample if not isinstance(value, Censored))


def first_horizon(sample: Sequence[Duration]) -> Time | None:
    """Return the shortest censored observation in ns, up to which the CDF is exact; None if complete."""
    return min((value.after for value in sample if isinstance(value, Censored)), default=None)
