"""False failovers by lost adverts, in closed form (WORKLOADS W4).

A master sends an advert in every slot; each is lost independently with probability p. The
backup takes over exactly when `misses` adverts in a row are lost, and once per such run. The
priority does not matter for whether, only for when.

The same form serves a heartbeat: pull with p the loss of the round trip,
1 - (1 - one_way)**2, and misses = dead_count; push with misses the number of beats that fit
into dead_time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vipsim.stats.intervals import YEAR
from vipsim.units import Time, to_duration


@dataclass(frozen=True, slots=True)
class FalseFailovers:
    """How often loss alone makes a backup take over a healthy master's address."""

    loss: float
    """Probability that an advert does not arrive, p."""
    advert_interval: Time
    """Slot length in ns."""
    misses: int
    """Lost adverts in a row that make the backup take over, k."""

    def __post_init__(self) -> None:
        if not 0 <= self.loss < 1:
            raise ValueError(f"loss is a probability from 0 to below 1, not {self.loss!r}")
        if self.advert_interval <= 0:
            raise ValueError("advert_interval must be more than 0 ns")
        if self.misses < 1:
            raise ValueError(f"misses must be at least 1, not {self.misses!r}")

    @property
    def per_slot(self) -> float:
        """Takeovers per advert interval in the long run: q p^k, q = 1 - p."""
        return float((1 - self.loss) * self.loss**self.misses)

    def rate(self, per: Time = YEAR) -> float:
        """Takeovers in `per` ns (default: a year of 365 days) in the long run."""
        return self.per_slot * per / self.advert_interval

    def expected(self, observed: Time | str) -> float:
        """Return the expected takeovers in the first `observed` ns after an advert was heard.

        p^k + (n - k) q p^k for n >= k whole slots.
        """
        slots = self._slots(observed)
        if slots < self.misses:
            return 0.0
        return float(self.loss**self.misses + (slots - self.misses) * self.per_slot)

    def sd(self, observed: Time | str) -> float:
        """Return the standard deviation of the takeovers in `observed` ns, exact.

        Two takeovers at most k slots apart exclude each other, all others are independent;
        for n much larger than k the variance is n r (1 - (2 k + 1) r), r = q p^k.
        """
        slots = self._slots(observed)
        if slots < self.misses:
            return 0.0
        first, r, later = self.loss**self.misses, self.per_slot, slots - self.misses
        near = min(self.misses, later)
        pairs = sum(later - d for d in range(1, min(self.misses, later - 1) + 1))
        variance = first * (1 - first) + later * r * (1 - r) - 2 * (near * first * r + pairs * r * r)
        return math.sqrt(max(0.0, variance))

    def dual_master_mean(self, skew: Time) -> Time:
        """Mean time with two masters per takeover in ns, for a master that does not assert itself.

        From the takeover, `skew` after the k-th lost slot, to the first advert heard:
        (1 - s + p / q) advert_interval with s = skew / advert_interval.
        """
        return round(self.advert_interval * (1 + self.loss / (1 - self.loss))) - skew

    def describe(self) -> str:
        """Return the formula and its numbers, for a table or a legend."""
        return f"(1 - loss) loss^{self.misses} = {self.per_slot:.6g} per advert, {self.rate():.6g} per year"

    def _slots(self, observed: Time | str) -> int:
        return to_duration(observed) // self.advert_interval


def false_failover_rate(loss: float, advert_interval: Time | str, misses: int = 3) -> FalseFailovers:
    """Return the law of false failovers under independent loss.

    Parameters
    ----------
    loss : float
        Probability that an advert does not arrive, 0 to below 1.
    advert_interval : Time or str
        ns, or text such as ``1s``.
    misses : int
        Lost adverts in a row that make the backup take over; 3 for VRRP (the skew is less than
        one interval).

    Examples
    --------
    >>> round(false_failover_rate(0.05, "1s").expected("365d"), 1)
    3744.9
    """
    return FalseFailovers(loss, to_duration(advert_interval), misses)
