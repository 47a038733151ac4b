"""The timer table of one context (a kernel or a daemon process) and its one wake-up in the heap.

A context has many named timers but at most one useful entry in the event heap, for the earliest of
them. When that timer is moved later the entry is left alone; it finds nothing due and arms the next
one (a backup's master-down timer is moved by each advert and so costs one entry per interval, not one
per move). The table remembers under which record each timer was armed: every wake-up has a cause.

A kernel's timers may be late (`lateness_of`): how late is decided when the deadline is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from vipsim.errors import MachineError, SimulationError
from vipsim.machines.vocabulary import TimerName
from vipsim.machines.wheel import granularity
from vipsim.sim.engine import Environment
from vipsim.sim.streams import Streams
from vipsim.units import NEVER, Time, format_duration

Lateness = Callable[[TimerName, Time, Time], Time]
"""Takes a timer's name, its deadline and its delay; returns how late it fires (ns)."""


def lateness_of(streams: Streams, node: str, hz: int) -> Lateness:
    """Return the lateness of a kernel with this HZ: uniform over one place of the timer wheel's level."""
    random = streams.get("timer wheel", node)
    return lambda name, at, delay: random.randint(1, granularity(delay, hz))


class TimerTable:
    """Named deadlines; `due` is called with (name, cause) for each one that is reached."""

    __slots__ = ("_armed", "_delays", "_due", "_env", "_heap", "_key", "_set", "late", "paused")

    def __init__(
        self,
        env: Environment,
        key: int,
        due: Callable[[TimerName, int], None],
        late: Lateness | None = None,
    ) -> None:
        self.late = late
        """None: every timer fires at its deadline."""
        self._delays: dict[TimerName, Time] = {}
        """Of timers that are late and have not reached their deadline: how far ahead they were set."""
        self._env = env
        self._key = key
        self._due = due
        self._set: dict[TimerName, tuple[Time, int]] = {}
        self._heap: list[tuple[Time, TimerName]] = []
        self._armed: Time = NEVER
        self.paused = False
        """While True nothing fires; `run_due` after clearing it fires what became due meanwhile."""

    def set(self, name: TimerName, at: Time, cause: int) -> None:
        """Arm `name` for the absolute time `at` (ns), or move it there."""
        if at < self._env._now:
            raise MachineError(f"timer {name} set to {format_duration(at)}, which is past")
        self._set[name] = (at, cause)
        if self.late is not None:
            self._delays[name] = at - self._env._now
        heappush(self._heap, (at, name))
        if at < self._armed:
            self._arm(at)

    def cancel(self, name: TimerName) -> None:
        """Forget `name`."""
        self._set.pop(name, None)
        self._delays.pop(name, None)

    def clear(self) -> None:
        """Forget all of them: the context is gone, no stale deadline may fire."""
        self._set.clear()
        self._delays.clear()
        self._heap.clear()

    def _arm(self, at: Time) -> None:
        self._armed = at
        if at >= self._env.horizon:
            return  # a thousand caches that expire after the end would make every other entry slower
        self._key += 1
        self._env.call_at(at, self._key, self._wake, at)

    def _wake(self, armed_for: Time) -> None:
        if armed_for != self._armed:
            return  # an earlier timer was armed meanwhile and has taken over
        self._armed = NEVER
        self.run_due()

    def run_due(self) -> None:
        """Fire what is due now, in order of (deadline, name), and arm the wake-up for the rest."""
        now = self._env._now
        heap, live = self._heap, self._set
        fired = 0
        while heap and not self.paused:
            at, name = heap[0]
            known = live.get(name)
            if known is None or known[0] != at:
                heappop(heap)  # moved or cancelled since
                continue
            if at > now:
                if at < self._armed:
                    self._arm(at)
                return
            heappop(heap)
            if self.late is not None and name in self._delays:
                later = at + self.late(name, at, self._delays.pop(name))
                if later > at:
                    live[name] = (later, known[1])
                    heappush(heap, (later, name))
                    continue
            del live[name]
            fired += 1
            if fired > self._env.instant_limit:
                raise SimulationError(
                    f"timer {name} sets itself again without delay at {format_duration(now)}"
                )
            self._due(name, known[1])
