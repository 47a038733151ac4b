"""One direction of a cable: a FIFO with a rate, a propagation time, and perhaps trouble.

A frame costs one entry in the event heap. A "busy until" time stands for the queue: a frame starts
when the one before it has left, and arrives one propagation time after its last bit left.

The clean path (`send`) has a single test for everything unusual. Loss, jitter, extra delay, a missing
carrier, rules of faults and the recording of frames live on the other side of that test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappush
from typing import Any

from vipsim.sim.engine import Environment, Tie, tie_key
from vipsim.sim.rules import DropRule, Slowdown
from vipsim.sim.streams import Losses, Streams
from vipsim.trace.recorder import Recorder
from vipsim.trace.records import FrameRecord
from vipsim.units import Time
from vipsim.wire.frames import Frame

HeapEntry = tuple[Time, int, Callable[[Any], object], Any]
"""(arrival, key, call, argument)."""
Deliver = Callable[[Frame], "str | None"]
"""Takes a frame at the far end; returns None, or the reason why it was dropped there."""


class Direction:
    """One way of a link, from the end named `src` to the end named `dst`."""

    __slots__ = (
        "_key",
        "_key_start",
        "busy",
        "carrier",
        "delay",
        "deliver",
        "dropped",
        "dst",
        "env",
        "jitter",
        "last_arrival",
        "losses",
        "lost",
        "ps_per_byte",
        "queue",
        "recorder",
        "rules",
        "slow",
        "slowdowns",
        "src",
        "streams",
    )

    def __init__(
        self,
        env: Environment,
        number: int,
        src: str,
        dst: str,
        rate: int | None,
        delay: Time,
        deliver: Deliver,
        streams: Streams,
    ) -> None:
        self.env = env
        self.queue: list[Any] = env._queue
        self.src = src
        self.dst = dst
        self.ps_per_byte = 8 * 10**12 // rate if rate else 0
        self.delay = delay
        self.deliver = deliver
        self.streams = streams
        self._key = self._key_start = tie_key(Tie.FRAME, number)
        self.busy: Time = 0
        self.last_arrival: Time = 0
        self.slow = False
        """Any of the following is in force."""
        self.carrier = True
        self.losses: Losses | None = None
        self.jitter: Time = 0
        """Of the cable itself."""
        self.slowdowns: tuple[Slowdown, ...] = ()
        self.rules: tuple[DropRule, ...] = ()
        self.recorder: Recorder | None = None
        self.lost = 0
        self.dropped = 0

    @property
    def sent(self) -> int:
        """Frames put on this direction, lost and dropped ones included."""
        return self._key - self._key_start

    def refresh(self) -> None:
        """Choose the path again after a change of the fields that `slow` sums up."""
        overtaking = self.last_arrival > self.env._now  # delayed frames are still on the way
        trouble = self.losses or self.jitter or self.slowdowns or self.rules or overtaking
        self.slow = bool(not self.carrier or trouble or self.recorder)

    def send(self, frame: Frame) -> None:
        """Put `frame` on the cable now."""
        if self.slow:
            entry = self._launch_slow(frame)
            if entry is not None:
                heappush(self.queue, entry)
            return
        start = self.env._now
        if start < self.busy:
            start = self.busy
        self.busy = done = start + frame.size * self.ps_per_byte // 1000
        self._key = key = self._key + 1
        heappush(self.queue, (done + self.delay, key, self.deliver, frame))

    def _launch_slow(self, frame: Frame) -> HeapEntry | None:
        """Put `frame` on the cable with all that can happen to it there; None if it will not arrive."""
        start = max(self.env._now, self.busy)
        self.busy = done = start + frame.size * self.ps_per_byte // 1000
        self._key += 1
        arrival = done + self.delay + sum(slowdown.delay for slowdown in self.slowdowns)
        for jitter in (self.jitter, *(slowdown.jitter for slowdown in self.slowdowns)):
            if jitter:
                arrival += self.streams.between(0, jitter, "jitter", self.src, self.dst)
        # order is kept: a frame never overtakes the one before it
        arrival = self.last_arrival = max(arrival, self.last_arrival)
        recorder = self.recorder
        note = recorder.frame(self.src, self.dst, start, arrival, frame) if recorder else None
        reason = self._stopped_by(frame)
        if reason is not None:
            if note is not None:
                note.outcome = reason
            return None
        if note is not None:
            return arrival, self._key, self._arrive, note
        return arrival, self._key, self.deliver, frame

    def _stopped_by(self, frame: Frame) -> str | None:
        if not self.carrier:
            self.dropped += 1
            return "dropped: no carrier"
        for rule in self.rules:
            reason = rule(frame)
            if reason is not None:
                self.dropped += 1
                return f"dropped: {reason}"
        if self.losses is not None and self.losses.next_is_lost():
            self.lost += 1
            return "lost"
        return None

    def foresee(self, frame: Frame, at: Time) -> tuple[Time, Time, bool] | None:
        """What `send` would do at the time `at`, as far as nothing happens until then.

        Returns until when the cable is busy, when the frame arrives (what becomes of `last_arrival`), and
        whether it is dropped on the way; None if that is not known, or more happens.
        """
        if self.busy > at:
            return None
        done = at + frame.size * self.ps_per_byte // 1000
        if not self.slow:
            return done, done + self.delay, False
        if self.recorder is not None or self.jitter or any(slowdown.jitter for slowdown in self.slowdowns):
            return None
        arrival = done + self.delay + sum(slowdown.delay for slowdown in self.slowdowns)
        if arrival < self.last_arrival:
            return None
        if not self.carrier:
            return done, arrival, True
        for rule in self.rules:
            if rule.is_for(frame):
                return (done, arrival, True) if rule.losses is None else None
        return (done, arrival, False) if self.losses is None else None

    def credit(self, number: int, busy: Time, arrival: Time, is_dropped: bool) -> None:
        """Count `number` frames for which `foresee` told the rest, the last of which is given."""
        self._key += number
        self.busy = busy
        if self.slow:
            self.last_arrival = arrival
        if is_dropped:
            self.dropped += number

    def _arrive(self, note: FrameRecord) -> None:
        reason = self.deliver(note.frame)
        note.outcome = "delivered" if reason is None else f"dropped: {reason}"


def flood(directions: Iterable[Direction], frame: Frame, env: Environment) -> None:
    """Put `frame` on each of `directions` now, with one heap entry for neighbors that it reaches together.

    A broadcast over a thousand equal, idle cables is a thousand frames that arrive at one instant, one
    after the other in the order of the ports; they need no heap to keep that order.
    """
    now, size = env._now, frame.size
    together: list[tuple[Callable[[Any], object], Any]] = []
    last = -1
    for direction in directions:
        if direction.slow:
            entry = direction._launch_slow(frame)
            if entry is None:
                continue
            arrival, key, call, argument = entry
        else:
            start = direction.busy
            if start < now:
                start = now
            direction.busy = done = start + size * direction.ps_per_byte // 1000
            direction._key = key = direction._key + 1
            arrival, call, argument = done + direction.delay, direction.deliver, frame
        if arrival != last:
            last = arrival
            together = []
            heappush(direction.queue, (arrival, key, arrive_together, together))
        together.append((call, argument))


def arrive_together(frames: list[tuple[Callable[[Any], object], Any]]) -> None:
    """Deliver frames of one flood that arrive at one instant, in the order of the ports."""
    for call, argument in frames:
        call(argument)
