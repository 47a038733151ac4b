"""What had reached whom by when: a host answers only what has arrived at it, not all that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vipsim.units import Time
from vipsim.view.exchange import Message


class Arrivals:
    """The frames that reached hosts, in order of time.

    Parameters
    ----------
    told : sequence of Message
        Frames, in order of time; they are called by their numbers in it.
    """

    def __init__(self, told: Sequence[Message]) -> None:
        # Of a queue at a switch, a later frame may arrive first: so by the time of each hop.
        self._all = sorted(
            (hop.arrival, number, hop.dst.partition(".")[0])
            for number, message in enumerate(told)
            for hop in message.hops
            if hop.outcome == "delivered"
        )
        self._next = 0

    def until(self, time: Time) -> Iterator[tuple[int, str]]:
        """Yield what has arrived until a time (ns) and was not yielded before: number, and who got it."""
        while self._next < len(self._all) and self._all[self._next][0] <= time:
            _, number, node = self._all[self._next]
            self._next += 1
            yield number, node
