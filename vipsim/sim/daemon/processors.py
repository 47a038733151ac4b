"""Processors that the daemons of several nodes share, as the namespaces of one laboratory machine do.

Nodes of a scenario are machines of their own. But recordings are often made on one machine, whose processors
are busy: a woken process then runs where it ran before, and waits there until another one has done its piece
of work. So of two backups whose timers end together the second one may find the first one's advert in its
socket before it acts (truth/NOTES 10: both became master in 9 of 28 trials, and not in nearly all).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vipsim.sim.daemon.pace import Pace


class Processor:
    """One processor: who works on it, and who waits for it, in order."""

    __slots__ = ("_holder", "_queue")

    def __init__(self) -> None:
        self._holder: Pace | None = None
        self._queue: deque[Pace] = deque()

    def take(self, pace: Pace) -> bool:
        """Let `pace` work if nobody else does; otherwise it is called when its turn has come."""
        if self._holder in (None, pace):
            self._holder = pace
            return True
        if pace not in self._queue:
            self._queue.append(pace)
        return False

    def leave(self, pace: Pace) -> None:
        """`pace` has done its work, or gives up waiting."""
        if self._holder is not pace:
            if pace in self._queue:
                self._queue.remove(pace)
            return
        self._holder = None
        if self._queue:
            self._queue.popleft().work()
