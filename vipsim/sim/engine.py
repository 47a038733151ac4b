"""The event loop: SimPy's environment, heap and clock, with bare calls beside SimPy's events.

SimPy keeps ``(time, priority, eid, event)`` in its heap. Frames and timers are kept in the same heap
as ``(time, key, call, argument)``: no event object, no callback list, about twice the speed. A key is
never a SimPy priority, which tells the two apart, and it orders ties: by class (SimPy's own events,
then frames that arrive, captures, wake-ups, clients) and then by the thing's own number, never by who
was scheduled first.

Generators (fault scripts, a student's own process) run in it as in any SimPy environment:
``env.process(story(env))`` with ``yield env.timeout(units.s(1))`` or ``yield env.sleep("1.5s")``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.events import NORMAL, URGENT, Event, EventPriority, Timeout

from vipsim.errors import SimulationError, UnitError
from vipsim.units import NEVER, Time, format_duration, to_duration

INSTANT_LIMIT = 1_000_000
"""Events at one instant after which the run is refused: a loop without delay never ends."""

_SIMPY_KEYS = 16
"""SimPy's priorities are -1, 0 and 1; every key of a bare call is larger than this."""


_GC_THRESHOLDS = (200_000, 20, 20)
"""Frames come and go without cycles; looking for some every 700 allocations costs a tenth of a run."""


class Tie(IntEnum):
    """Classes of bare calls at one instant, in the order in which they run."""

    FRAME = 1
    CAPTURE = 2
    TIMER = 3
    CLIENT = 4


def tie_key(tie: Tie, number: int) -> int:
    """Return the first of 2**32 heap keys that belong to thing `number` of class `tie`."""
    return (int(tie) << 60) | (number << 32)


class Environment(simpy.Environment):
    """A SimPy environment whose time is integer nanoseconds."""

    _now: Time  # SimPy allows floats too, this environment does not

    def __init__(self, instant_limit: int = INSTANT_LIMIT) -> None:
        super().__init__(0)
        self.instant_limit = instant_limit
        self.executed = 0
        """Heap entries carried out so far."""
        self.horizon: Time = NEVER
        """When the run ends: what is due then or later need not be in the heap."""

    def sleep(self, delay: str | Time) -> Timeout:
        """Return a timeout after `delay`, as text (``"1.5s"``) or in ns."""
        return self.timeout(to_duration(delay))

    def call_at(self, at: Time, key: int, call: Callable[[Any], object], argument: object = None) -> None:
        """Make a bare call at the absolute time `at` (ns); no two pending ones of that time share a `key`."""
        heappush(self._queue, (at, key, call, argument))  # type: ignore[misc]

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: Time | float = 0) -> None:
        """Schedule a SimPy event `delay` ns ahead; a float would turn the clock to float and is refused."""
        if type(delay) is not int:
            raise UnitError(
                f"a delay of {delay!r} is refused, time is integer nanoseconds: "
                f"write units.s({delay}) or env.sleep('{delay}s')"
            )
        super().schedule(event, priority, delay)

    def run(self, until: Time | float | Event | None = None) -> Any:
        """Run until the time `until` (ns, not included; no float), an event, or the end of all events."""
        if until is not None and not isinstance(until, Event):
            if type(until) is not int or until <= self._now:
                raise UnitError(
                    f"cannot run until {until!r}: give integer ns after {format_duration(self._now)}"
                )
            stop = Event(self)
            stop._ok, stop._value = True, None
            self.schedule(stop, URGENT, until - self._now)
            until = stop
        if until is not None:
            if until.processed:
                return until.value
            until.callbacks.append(simpy.core.StopSimulation.callback)
        thresholds = gc.get_threshold()
        gc.set_threshold(*_GC_THRESHOLDS)
        try:
            self._loop()
        except simpy.core.StopSimulation as stopped:
            return stopped.args[0]
        finally:
            gc.set_threshold(*thresholds)
        if until is not None:
            raise SimulationError(f"nothing is left to happen, and {until} never happened")
        return None

    def step(self) -> None:
        """Carry out the next entry of the heap."""
        queue: list[Any] = self._queue
        if not queue:
            raise simpy.core.EmptySchedule
        self._now, key, call, argument = heappop(queue)
        self.executed += 1
        if key > _SIMPY_KEYS:
            call(argument)
        else:
            self._fire(argument)

    def _loop(self) -> None:
        queue: list[Any] = self._queue
        limit = self.instant_limit
        now = self._now
        same = executed = 0
        try:
            while queue:
                when, key, call, argument = heappop(queue)
                executed += 1
                if when != now:
                    now = self._now = when
                    same = 0
                else:
                    same += 1
                    if same > limit:
                        raise SimulationError(
                            f"more than {limit} events at the instant {format_duration(now)}: "
                            f"something answers itself without delay (last: {call})"
                        )
                if key > _SIMPY_KEYS:
                    call(argument)
                else:
                    self._fire(argument)
        finally:
            self.executed += executed

    def _fire(self, event: Event) -> None:
        """Process a SimPy event as SimPy does."""
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
        for number, callback in enumerate(callbacks or ()):
            try:
                callback(event)
            except simpy.core.StopSimulation:
                event.callbacks = (callbacks or [])[number + 1 :]
                self.schedule(event, EventPriority(-1))
                raise
        if not event._ok and not hasattr(event, "_defused"):
            value = event._value
            if isinstance(value, BaseException):
                raise value
