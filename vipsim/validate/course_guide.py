"""Chance in a time course: which of the allowed latenesses a timer had is read from the recording.

A kernel's timer fires up to one grid of its wheel late (`vipsim.machines.wheel`), and which lateness it
was is chance. To ask whether a recorded course is one that the model can have, each timer of the
model's client takes, within its grid, the lateness that the recording shows: when its deadline comes,
the guide looks in the recording for what this timer would cause. If there is nothing in time, the timer
fires at the end of its grid; the comparison will tell. The guide never moves a timer out of its grid,
so a model that is wrong cannot be led to the right course.

The same holds for what the harness did: a datagram leaves up to `SENDER` late, a command acts so late.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from vipsim.machines.wheel import granularity
from vipsim.units import MS, US, Time
from vipsim.validate.course_events import Happened

HZ = 250
"""Of the recorded kernel."""
READING: Time = 45 * MS
"""How late the harness noted something: it polled each 8 to 30 ms, and notes what it finds then."""
EARLY: Time = 1 * MS
"""Times are noted in whole ms."""
WITHIN: Time = 900 * US
"""The same: what was noted in one ms was in order, announcements before datagrams."""
SENDER: Time = 15 * MS
"""How late a datagram left (10 ms, and its note)."""
OPENING: Time = 60 * MS
"""The same for a command, and for the first thing in a course: the harness had to get ready."""

Test = Callable[[Happened], bool]


class Guide:
    """The recording as an oracle of chance.

    Parameters
    ----------
    events : iterable of Happened
        What was recorded.
    due : sequence of int
        When datagrams were due (ns from t_zero), in order.
    hasty : bool
        Whether DELAY takes no time: what follows it may be all that was seen of a datagram.
    """

    def __init__(self, events: Iterable[Happened], due: Sequence[Time] = (), hasty: bool = False) -> None:
        self._is_effect = state_is("DELAY", "INCOMPLETE", *(("PROBE", "FAILED") if hasty else ()))
        self._events = sorted(events, key=lambda event: event.at)
        self._times = [event.at for event in self._events]
        self._due = due

    def between(self, first: Time, last: Time, wanted: Test) -> Happened | None:
        """Return the first recorded event of a kind within two times, or nothing."""
        for event in self._events[bisect_left(self._times, first) :]:
            if event.at > last:
                return None
            if wanted(event):
                return event
        return None

    def timer(self, deadline: Time, delay: Time, trace: Trace) -> Time:
        """Return when a timer of `delay` fires whose `deadline` has come: at the deadline or late.

        The deadline counts from something that the harness may have noted late, so the effect may stand
        in the recording a moment before the deadline.
        """
        grid = granularity(delay, HZ)
        first, last = deadline - min(READING, delay // 2), deadline + grid + READING
        follows = self._is_effect if trace is EXPIRES else trace.follows
        shown = self.between(first, last, lambda event: trace.shows(event) or follows(event))
        if shown is None:
            return deadline + grid
        fires = shown.at - EARLY if trace.shows(shown) else self._before_datagram(shown.at)
        return min(max(fires, deadline), deadline + grid)

    def _before_datagram(self, seen: Time) -> Time:
        """Return a time just before the datagram left whose effect was `seen`."""
        number = bisect_right(self._due, seen) - 1
        is_its = number >= 0 and seen - self._due[number] <= SENDER + READING
        return (self._due[number] if is_its else seen) - EARLY

    def command(self, nominal: Time, wanted: Test) -> Time:
        """Return when something of the harness acts that was due at `nominal`."""
        shown = self.between(nominal - EARLY, nominal + OPENING, wanted)
        return nominal if shown is None else max(shown.at, nominal)

    def datagram(self, due: Time, is_busy: bool) -> Time:
        """Return when a datagram leaves: after what the harness did in the same ms.

        One that shows nothing left at once. `is_busy`: the harness had something else to do before it.
        """
        late = OPENING if is_busy else SENDER
        shown = self.between(due - EARLY, due + late, is_datagram) or self.between(
            due - EARLY, due + SENDER + READING, self._is_effect
        )
        return (due if shown is None else min(max(shown.at, due), due + late)) + WITHIN


# --- what shows what ---------------------------------------------------------------------------


class Trace(NamedTuple):
    """What a timer leaves in the recording."""

    shows: Test
    """Its own effect, noted when it fired or when somebody looked."""
    follows: Test = lambda event: False
    """Where nobody looked in time: the effect of the next datagram, which left after it."""


def state_is(*states: str) -> Test:
    """Return the test for a change of the entry to one of `states`."""
    return lambda event: event.what == "state" and event.detail[0] in states


def shows(*names: str) -> Test:
    """Return the test for events of these names."""
    return lambda event: event.what in names


def is_request(event: Happened) -> bool:
    """Whether the client asked for the address."""
    return event.what == "arp_out" and event.detail[1] == 1


def is_resolving(event: Happened) -> bool:
    """Whether the client began to ask anew, for a datagram."""
    return state_is("INCOMPLETE", "REACHABLE")(event) or is_request(event) or event.what == "client_error"


def is_datagram(event: Happened) -> bool:
    """Whether a datagram was seen to leave."""
    if event.what == "tcp_out":
        return bool(event.detail[1])
    return event.what in ("data_dst", "first_datagram_at_B")


EXPIRES = Trace(state_is("STALE"))
"""REACHABLE is over."""
DELAYS = Trace(state_is("DELAY"))
"""REACHABLE is over, and the entry was used lately."""
CONFIRMS = Trace(state_is("REACHABLE"))
"""DELAY is over, and the entry was confirmed."""
ASKS = Trace(is_request)
"""The next solicitation."""
FAILS = Trace(state_is("FAILED"), is_resolving)
"""The last solicitation was in vain."""
TCP = Trace(lambda event: state_is("DELAY", "INCOMPLETE")(event) or event.what in ("tcp_out", "client_error"))
"""A timer of TCP: a segment, an end, or the entry that a segment used."""
