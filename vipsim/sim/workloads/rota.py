"""What every workload has, and the rota by which they take turns."""

from __future__ import annotations

from collections import deque
from heapq import heappush
from typing import Any, Protocol

from vipsim.sim.engine import Environment
from vipsim.sim.workloads.ear import Ear
from vipsim.units import Time


class Workload(Protocol):
    """A client's process on its host."""

    key: int
    """Heap key of its turns."""
    ear: Ear

    def probe(self) -> None:
        """Take a turn: ask, now."""

    def restart(self) -> None:
        """Begin anew: the host was rebooted, and with it everything that was open."""

    def finish(self) -> None:
        """Note what is open at the end of the run."""


class Rota:
    """Workloads that probe with one interval take turns.

    Their order never changes: whoever has probed is next after everybody else. So one heap entry, that
    of the next turn, serves a thousand clients, and the heap stays small.
    """

    __slots__ = ("_call", "_queue", "_turns", "env", "interval")

    def __init__(self, env: Environment, interval: Time) -> None:
        self.env = env
        self.interval = interval
        self._queue: list[Any] = env._queue
        self._turns: deque[tuple[Time, Workload]] = deque()
        self._call = self._turn

    def begin(self, client: Workload, at: Time) -> None:
        """Let `client` send its first probe at the absolute time `at` (ns) and take turns from then on."""
        client.ear.last = at
        self.env.call_at(at, client.key, self._join, client)

    def _join(self, client: Workload) -> None:
        client.probe()
        self._turns.append((self.env._now + self.interval, client))
        if len(self._turns) == 1:
            self._arm()

    def _turn(self, _: object) -> None:
        turns = self._turns
        at, client = turns.popleft()
        client.probe()
        turns.append((at + self.interval, client))
        at, client = turns[0]
        heappush(self._queue, (at, client.key, self._call, None))

    def _arm(self) -> None:
        at, client = self._turns[0]
        heappush(self._queue, (at, client.key, self._call, None))
