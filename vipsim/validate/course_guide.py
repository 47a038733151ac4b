"""Chance in a time course: which of the allowed latenesses a timer had is read from the recording.

A kernel's timer fires up to one grid of its wheel late (`vipsim.machines.wheel`), and which lateness it
was is chance. To ask whether a recorded course is one that the model can have, each timer of the
model's client takes, within its grid, the lateness that the recording shows: when its deadline comes,
the guide looks in the recording for what this timer would cause. If there is nothing in time, the timer
fires in the middle of its grid; the comparison will tell. The guide never moves a timer out of its grid,
so a model that is wrong cannot be led to the right course.

The same holds for what the harness did: a datagram leaves up to `SENDER` late, a command acts so late.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from vipsim.machines.wheel import granularity
from vipsim.units import MS, US, Time
from vipsim.validate.course_events import Happened

HZ = 250
"""Of the recorded kernel."""
READING: Time = 45 * MS
"""How late the harness noted something: it polled each 8 to 30 ms, and notes what it finds then."""
EARLY: Time = 2 * MS
"""Times are noted in whole ms."""
WITHIN: Time = 900 * US
"""The same: what was noted in one ms was in order, announcements before datagrams."""
SENDER: Time = 15 * MS
"""How late a datagram left (10 ms, and its note)."""
OPENING: Time = 60 * MS
"""The same for a command, and for the first thing in a course: the harness had to get ready."""
USUAL: Time = 4 * MS
"""The same where the recording does not show it."""

Test = Callable[[Happened], bool]


class Guide:
    """The recording as an oracle of chance."""

    def __init__(self, events: Iterable[Happened]) -> None:
        self._events = sorted(events, key=lambda event: event.at)
        self._times = [event.at for event in self._events]

    def between(self, first: Time, last: Time, wanted: Test) -> Happened | None:
        """Return the first recorded event of a kind within two times, or nothing."""
        for event in self._events[bisect_left(self._times, first) :]:
            if event.at > last:
                return None
            if wanted(event):
                return event
        return None

    def timer(self, deadline: Time, delay: Time, wanted: Test) -> Time:
        """Return when a timer of `delay` fires whose `deadline` has come: at the deadline or late."""
        grid = granularity(delay, HZ)
        shown = self.between(deadline - EARLY, deadline + grid + READING, wanted)
        if shown is None:
            return deadline + grid // 2
        return min(max(shown.at - EARLY, deadline), deadline + grid)

    def command(self, nominal: Time, wanted: Test, late: Time = OPENING) -> Time:
        """Return when something of the harness acts that was due at `nominal`."""
        shown = self.between(nominal - EARLY, nominal + late, wanted)
        return nominal + USUAL if shown is None else max(shown.at, nominal)

    def datagram(self, nominal: Time, late: Time = SENDER) -> Time:
        """Return when a datagram leaves: after what the harness did in the same ms."""
        return self.command(nominal, shows_datagram, late) + WITHIN


# --- what shows which timer --------------------------------------------------------------------


def shows_neighbor_timer(state: str) -> Test:
    """What a neighbor's timer shows that fires in `state`."""
    states = {
        "REACHABLE": ("STALE", "DELAY"),
        "DELAY": ("PROBE", "REACHABLE", "FAILED"),
        "PROBE": ("FAILED", "INCOMPLETE", "REACHABLE"),
        "INCOMPLETE": ("FAILED", "INCOMPLETE"),
    }.get(state, ())
    asks = state in ("DELAY", "PROBE", "INCOMPLETE")

    def shows(event: Happened) -> bool:
        if event.what == "state":
            return event.detail[0] in states
        return asks and event.what == "arp_out" and event.detail[1] == 1

    return shows


def shows_tcp_timer(event: Happened) -> bool:
    """What a timer of TCP shows: a segment, an end, or the neighbor that a segment woke up."""
    if event.what == "state":
        return event.detail[0] in ("DELAY", "INCOMPLETE")
    return event.what in ("tcp_out", "client_error")


def shows_datagram(event: Happened) -> bool:
    """What a datagram of the client shows when it leaves."""
    if event.what == "state":
        return event.detail[0] in ("DELAY", "INCOMPLETE")
    if event.what == "tcp_out":
        return bool(event.detail[1])
    return event.what in ("data_dst", "first_datagram_at_B")


def shows(*names: str) -> Test:
    """Return the test for events of these names."""
    return lambda event: event.what in names
