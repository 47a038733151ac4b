"""When TCP sends again and when it gives up: Linux's round-trip estimate, back-off and limits.

RFC 6298 with Linux's differences (net/ipv4/tcp_input.c, tcp_timer.c): the variation is kept times four
and has the floor `TcpSettings.rto_min`, so the time-out is srtt + max(4 rttvar, 200 ms); it grows
with the first big deviation and shrinks once per round trip.
"""

from __future__ import annotations

from vipsim.machines.tcp.words import TcpSettings, before
from vipsim.units import Time


class RoundTrip:
    """The smoothed round-trip time and its variation, in ns."""

    __slots__ = ("_deviation", "_largest", "_window_end", "settings", "srtt", "variation")

    def __init__(self, settings: TcpSettings) -> None:
        self.settings = settings
        self.srtt: Time = 0
        """Smoothed round-trip time; 0: no sample yet."""
        self.variation: Time = 0
        """Four times RFC 6298's RTTVAR, never less than `rto_min`."""
        self._deviation: Time = 0
        self._largest: Time = 0
        self._window_end = 0

    def sample(self, rtt: Time, una: int, nxt: int) -> None:
        """Take one measured round trip; `una` and `nxt` tell when a round trip's worth has passed."""
        rtt = max(rtt, 1)
        floor = self.settings.rto_min
        if not self.srtt:
            self.srtt = rtt
            self._deviation = 2 * rtt
            self.variation = self._largest = max(self._deviation, floor)
            self._window_end = nxt
            return
        error = rtt - self.srtt
        self.srtt = max(self.srtt + error // 8, 1)
        excess = abs(error) - self._deviation // 4
        if error < 0 and excess > 0:
            excess //= 8  # a sudden improvement is not taken for variation
        self._deviation += excess
        if self._deviation > self._largest:
            self._largest = self._deviation
            self.variation = max(self.variation, self._largest)
        if before(self._window_end, una):
            if self._largest < self.variation:
                self.variation -= (self.variation - self._largest) // 4
            self._window_end = nxt
            self._largest = floor

    @property
    def timeout(self) -> Time:
        """The retransmission time-out without back-off."""
        if not self.srtt:
            return self.settings.ticks(self.settings.initial_rto)
        return self.settings.ticks(min(self.srtt + self.variation, self.settings.rto_max))

    def probe_timeout(self, in_flight: int) -> Time:
        """How long after the last transmission a tail loss probe goes out (RFC 8985 section 7.2).

        With one segment in flight Linux leaves the receiver time for a delayed acknowledgement:
        its own `rto_min`; else two milliseconds.
        """
        if not self.srtt:
            return self.settings.ticks(self.settings.initial_rto)
        allowance = self.settings.rto_min if in_flight == 1 else 2_000_000
        return self.settings.ticks(2 * self.srtt + allowance)


class Retries:
    """The back-off: the present time-out, how often it was reached, and whether that is enough."""

    __slots__ = ("backoff", "count", "first", "rto", "settings", "total", "trip")

    def __init__(self, settings: TcpSettings) -> None:
        self.settings = settings
        self.trip = RoundTrip(settings)
        self.rto: Time = self.trip.timeout
        """The present time-out, back-off included."""
        self.backoff = 0
        """How many times it was doubled."""
        self.count = 0
        """Retransmissions by time-out since the last acknowledged octet."""
        self.total = 0
        """The same, since the connection began."""
        self.first: Time | None = None
        """When the first retransmission by time-out of this episode went out."""

    def sample(self, rtt: Time, una: int, nxt: int) -> None:
        """A round trip was measured: the back-off is over."""
        self.trip.sample(rtt, una, nxt)
        self.backoff = 0
        self.rto = self.trip.timeout

    def retransmitted(self, now: Time, connecting: bool) -> None:
        """Count a time-out and double, but not while the first SYNs are `connecting` at one distance."""
        self.count += 1
        self.total += 1
        if self.first is None:
            self.first = now
        if not connecting or self.total > self.settings.linear_syns:
            self.backoff += 1
            self.rto = min(2 * self.rto, self.settings.rto_max)

    def revert(self) -> bool:
        """Take one doubling back: the path was broken, not congested (RFC 6069); False: there is none."""
        if not (self.count and self.backoff):
            return False
        self.backoff -= 1
        self.rto = min(self.trip.timeout << self.backoff, self.settings.rto_max)
        return True

    def recovered(self) -> None:
        """The episode is over: the next one counts its own time."""
        self.first = None

    def clamped(self, now: Time) -> Time:
        """The time-out, cut short so that it does not miss the user time-out."""
        limit, first = self.settings.user_timeout, self.first
        if not limit or first is None:
            return self.rto
        return max(min(self.rto, self.settings.ticks(limit - (now - first))), 1)

    def exhausted(self, now: Time, boundary: int, base: Time) -> bool:
        """Whether it is time to give up: measured in time, by a model of `boundary` doublings of `base`."""
        if not self.count or self.first is None:
            return False
        limit = self.settings.user_timeout or modelled(boundary, base, self.settings.rto_max)
        return now - self.first >= limit

    def syn_exhausted(self, now: Time) -> bool:
        """Whether a SYN was repeated often enough."""
        settings = self.settings
        if self.count >= settings.syn_retries + settings.linear_syns:
            return True
        return self.exhausted(now, settings.syn_retries, settings.initial_rto)


def modelled(boundary: int, base: Time, limit: Time) -> Time:
    """Time that `boundary` unanswered retransmissions take if the time-out begins with `base` and doubles.

    >>> modelled(15, 200_000_000, 120_000_000_000) / 1e9
    924.6
    """
    doublings = (limit // base).bit_length() - 1
    if boundary <= doublings:
        return ((2 << boundary) - 1) * base
    return ((2 << doublings) - 1) * base + (boundary - doublings) * limit
