"""Turns of a client that does not send what it can foresee.

At each turn the client looks at the next entry of the event heap. Probes that are over before it meet
nothing but each other, so it works out the way of one of them (`vipsim.sim.foresight`), counts them all, and
takes its next turn after them. A probe that may meet something is sent, as is one that would change what the
client says of itself: the first answer after a silence, or of another node.
"""

from __future__ import annotations

from heapq import heappush
from typing import Any

from vipsim.sim.engine import Environment
from vipsim.sim.foresight import Course, Foreseeable, Unforeseen
from vipsim.units import Time


class LazyTurns:
    """The turns of `client`, each `interval` ns or, where nothing happens, many at once."""

    __slots__ = ("_call", "_queue", "client", "env", "interval")

    def __init__(self, env: Environment, client: Foreseeable, interval: Time) -> None:
        self.env = env
        self.client = client
        self.interval = interval
        self._queue: list[Any] = env._queue
        self._call = self._turn

    def begin(self, at: Time) -> None:
        """Take the first turn at the absolute time `at` (ns)."""
        self.client.ear.last = at
        heappush(self._queue, (at, self.client.key, self._call, None))

    def set_pace(self, interval: Time) -> None:
        """From the next turn on take one each `interval` ns; what is late is then as its fraction says."""
        self.interval = interval
        ear = self.client.ear
        ear.interval, ear.patience = interval, 2 * interval

    def _turn(self, _: object) -> None:
        number = self._skip()
        if not number:
            self.client.probe()
            number = 1
        heappush(self._queue, (self.env._now + number * self.interval, self.client.key, self._call, None))

    def _skip(self) -> int:
        """Count the probes that nothing can disturb, from that of now on; returns how many."""
        quiet_until = self.env.horizon
        if self._queue and self._queue[0][0] < quiet_until:
            quiet_until = self._queue[0][0]
        now, interval = self.env._now, self.interval
        if quiet_until - now <= interval:
            return 0  # to send one probe costs no more than to foresee it
        ear = self.client.ear
        course = Course(self.client, interval)
        try:
            self.client.foresee(course)
        except Unforeseen:
            return 0
        last = None
        if course.answer is None:
            if ear.last_seq == ear.sent:
                return 0  # with the first one that is lost the client confirms its neighbor no more
        else:
            at, by = course.answer
            if ear.last_seq != ear.sent or by != ear.answered_by or at - ear.last >= ear.patience:
                return 0
            last = at
        quiet_until = min(quiet_until, course.limit)
        number = max(0, -(-(quiet_until - course.end) // interval))
        if course.end - now >= interval or not number:
            return 0  # the next probe would be on its way before this one's answer is heard
        course.credit(number)
        ear.credit(number, None if last is None else last + (number - 1) * interval)
        return number
