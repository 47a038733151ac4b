"""Closed forms of the detection time: what a simulation must find, without simulating.

Every law here has one cause of chance: the fault meets a periodic exchange at a phase that is
uniform over its interval. So the detection time is uniform between two whole numbers of ns. In every
formula ``phase`` is the age, when the fault comes, of the last message (advert, beat or probe): what a
scenario's ``phase`` fixes, as a fraction of the interval.

Rounding: all arithmetic is on integers. A skew that is no whole number of ns (VRRPv3 with an
interval that is no multiple of 256 ns) is cut to whole ns, once, at the end, as ``//`` does;
everything else is exact. VRRPv2 is always exact: 1 s / 256 is 3906250 ns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from vipsim.units import SECOND, Time, format_duration, to_duration


class Law(Protocol):
    """The distribution of a time, as a formula."""

    def cdf(self, t: Time) -> float:
        """P(T <= t), t in ns."""

    def cdf_below(self, t: Time) -> float:
        """P(T < t), t in ns."""

    def quantile(self, q: float) -> Time:
        """Return the smallest whole number of ns whose CDF reaches q."""

    @property
    def mean(self) -> Time:
        """Expected value in ns."""

    @property
    def support(self) -> tuple[Time, Time]:
        """Smallest and largest possible value in ns."""

    def describe(self) -> str:
        """Return the formula and its numbers, for a legend or a table."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """A time uniform between two bounds; equal bounds are a constant.

    >>> Uniform(1_000, 3_000).quantile(0.5)
    2000
    """

    low: Time
    """Smallest value in ns."""
    high: Time
    """Largest value in ns."""
    formula: str = field(default="", compare=False)
    """Where the bounds come from, as text."""

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"a uniform law cannot run from {self.low} ns to {self.high} ns")

    def cdf(self, t: Time) -> float:
        """P(T <= t), t in ns."""
        return 1.0 if t >= self.high else self.cdf_below(t)

    def cdf_below(self, t: Time) -> float:
        """P(T < t), t in ns: differs from `cdf` only for a constant."""
        if t <= self.low:
            return 0.0
        return 1.0 if t >= self.high else (t - self.low) / (self.high - self.low)

    def quantile(self, q: float) -> Time:
        """Return the smallest whole number of ns whose CDF reaches q (0 to 1, taken as it prints)."""
        if not 0 <= q <= 1:
            raise ValueError(f"a quantile is between 0 and 1, not {q!r}")
        return self.low + math.ceil((self.high - self.low) * Fraction(str(q)))

    @property
    def mean(self) -> Time:
        """Expected value in ns, half a ns rounded to even."""
        return round(Fraction(self.low + self.high, 2))

    @property
    def support(self) -> tuple[Time, Time]:
        """Smallest and largest possible value in ns."""
        return self.low, self.high

    def describe(self) -> str:
        """Return the formula and its numbers: ``uniform from 2.609375s to 3.609375s: ...``."""
        low, high = format_duration(self.low), format_duration(self.high)
        numbers = f"constant {low}" if self.low == self.high else f"uniform from {low} to {high}"
        return f"{numbers}: {self.formula}" if self.formula else numbers


def vrrp_interval(advert_interval: Time | str, version: int) -> Time:
    """Interval in ns at which keepalived runs: version 2 has whole seconds, at least one (truth/NOTES 3).

    >>> vrrp_interval("300ms", 2)
    1000000000
    """
    interval = _positive("advert_interval", advert_interval)
    return max(1, (interval + SECOND // 2) // SECOND) * SECOND if version == 2 else interval


def vrrp_skew(priority: int, advert_interval: Time | str, version: int, tick: Time | str = 1) -> Time:
    """Skew_Time in ns: the higher the priority, the less a backup waits.

    Version 2 (RFC 3768, 6.1): (256 - priority) / 256 seconds, whatever the interval is.
    Version 3 (RFC 5798 and RFC 9568, 6.1): (256 - priority) * advert_interval / 256, cut to ns.

    Parameters
    ----------
    priority : int
        1 to 255.
    advert_interval : Time or str
        ns, or text such as ``1s``.
    version : int
        2 or 3.
    tick : Time or str
        What it is cut to: FRR has hundredths of a second (``10ms``; truth/NOTES 21).

    Examples
    --------
    >>> vrrp_skew(100, "1s", 2)
    609375000
    >>> vrrp_skew(100, "1s", 2, tick="10ms")
    600000000
    """
    if not 1 <= priority <= 255:
        raise ValueError(f"a VRRP priority is 1 to 255, not {priority!r}")
    if version not in (2, 3):
        raise ValueError(f"there is VRRP version 2 and version 3, not {version!r}")
    interval = _positive("advert_interval", advert_interval)
    unit = _positive("tick", tick)
    return (256 - priority) * (SECOND if version == 2 else interval) // 256 // unit * unit


def vrrp_master_down(
    priority: int, advert_interval: Time | str, version: int, missed: int = 3, tick: Time | str = 1
) -> Time:
    """Master_Down_Interval in ns: `missed` advert intervals and the skew (same sources, 6.1).

    `missed` is 3 but for keepalived's ``down_timer_adverts``; `tick` as in `vrrp_skew`.
    """
    _check_count("missed", missed)
    return missed * to_duration(advert_interval) + vrrp_skew(priority, advert_interval, version, tick)


def vrrp_detection(
    priority: int,
    advert_interval: Time | str,
    version: int,
    path_delay: Time | str = 0,
    *,
    missed: int = 3,
    tick: Time | str = 1,
) -> Uniform:
    """Return the detection time of a backup whose master crashes at a uniform phase of its advert interval.

    The last advert left up to one interval before the crash and restarted the backup's timer
    when it arrived, so T = master_down + path_delay - phase.

    Parameters
    ----------
    priority : int
        The backup's own priority, 1 to 254.
    advert_interval : Time or str
        ns, or text; the master's (version 3) or everybody's (version 2). keepalived's in version 2 is
        `vrrp_interval` of the configured one.
    version : int
        2 or 3.
    path_delay : Time or str
        What an advert takes from master to backup, in ns. An advert under way at the crash arrives.
    missed, tick : int, Time or str
        As in `vrrp_master_down`.
    """
    interval = to_duration(advert_interval)
    latest = vrrp_master_down(priority, interval, version, missed, tick) + to_duration(path_delay)
    skew = "(256 - priority)/256 s" if version == 2 else "(256 - priority)/256 advert_interval"
    formula = f"{missed} advert_interval + {skew} - phase" + (" + path_delay" if path_delay else "")
    return Uniform(latest - interval, latest, formula)


def vrrp_goodbye(
    priority: int,
    advert_interval: Time | str,
    version: int,
    path_delay: Time | str = 0,
    *,
    tick: Time | str = 1,
) -> Uniform:
    """Time to the next master after an advert of priority 0: the skew, a constant.

    RFC 3768 6.4.2, RFC 9568 6.4.2: the backup sets its timer to Skew_Time. Parameters as in
    `vrrp_detection`.
    """
    wait = vrrp_skew(priority, advert_interval, version, tick) + to_duration(path_delay)
    return Uniform(wait, wait, "skew" + (" + path_delay" if path_delay else ""))


def heartbeat_pull_detection(
    interval: Time | str, dead_count: int, timeout: Time | str | None = None, path_delay: Time | str = 0
) -> Uniform:
    """Return the detection time of a standby that probes the server, which crashes at a uniform phase.

    A probe unanswered `timeout` after it was sent is missed; `dead_count` missed in a row mean
    dead. With the last probe sent `phase` before the crash (its age), the first one to be missed leaves
    interval - phase after it: T = (interval - phase) + (dead_count - 1) interval + timeout.

    Parameters
    ----------
    interval : Time or str
        From probe to probe, ns or text.
    dead_count : int
        Missed probes that mean dead, at least 1.
    timeout : Time or str, optional
        At most one interval, and by default one interval.
    path_delay : Time or str
        One way to the server, in ns. A probe that reaches it after the crash was sent this much
        earlier; an answer under way at the crash arrives.
    """
    period = _positive("interval", interval)
    wait = period if timeout is None else _positive("timeout", timeout)
    if wait > period:
        raise ValueError("timeout must not exceed interval: the next probe would leave before it ends")
    _check_count("dead_count", dead_count)
    earliest = (dead_count - 1) * period + wait - to_duration(path_delay)
    formula = "(interval - phase) + (dead_count - 1) interval + timeout"
    formula += " - path_delay" if path_delay else ""
    return Uniform(earliest, earliest + period, formula)


def heartbeat_push_detection(
    interval: Time | str,
    dead_count: int = 3,
    dead_time: Time | str | None = None,
    path_delay: Time | str = 0,
) -> Uniform:
    """Return the detection time of a standby that waits for beats of a server crashing at a uniform phase.

    The last beat left up to one interval before the crash: T = dead_time + path_delay - phase.

    Parameters
    ----------
    interval : Time or str
        From beat to beat, ns or text.
    dead_count : int
        Used only for the default of `dead_time`, which is dead_count * interval.
    dead_time : Time or str, optional
        Silence that means dead, at least one interval.
    path_delay : Time or str
        One way from server to standby, in ns. A beat under way at the crash arrives.
    """
    period = _positive("interval", interval)
    _check_count("dead_count", dead_count)
    silence = dead_count * period if dead_time is None else _positive("dead_time", dead_time)
    if silence < period:
        raise ValueError("dead_time must be at least one interval: every beat would come too late")
    latest = silence + to_duration(path_delay)
    formula = "dead_time - phase" + (" + path_delay" if path_delay else "")
    return Uniform(latest - period, latest, formula)


def _positive(name: str, value: Time | str) -> Time:
    duration = to_duration(value)
    if duration <= 0:
        raise ValueError(f"{name} must be more than 0 ns")
    return duration


def _check_count(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value!r}")
