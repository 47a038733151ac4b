"""The timers of a client's process: they wait while its host is frozen, and are gone when it is down."""

from __future__ import annotations

from collections.abc import Callable

from vipsim.machines.vocabulary import TimerName
from vipsim.sim.kernel import HOST_FROZEN, Kernel
from vipsim.sim.timers import TimerTable
from vipsim.units import Time


class Alarms:
    """Named alarms; `ring` is called with the name of each one that is due."""

    __slots__ = ("_env", "_kernel", "_late", "_ring", "_table")

    def __init__(self, kernel: Kernel, key: int, ring: Callable[[str], None]) -> None:
        self._env = kernel.world.env
        self._kernel = kernel
        self._ring = ring
        self._table = TimerTable(self._env, key, self._due)
        self._late: list[str] = []

    def set(self, name: str, delay: Time) -> None:
        """Ring `name` in `delay` ns, or move it there."""
        self._table.set(("client", name), self._env._now + delay, 0)

    def cancel(self, name: str) -> None:
        """Forget `name`."""
        self._table.cancel(("client", name))

    def clear(self) -> None:
        """Forget all of them."""
        self._table.clear()
        self._late.clear()

    def catch_up(self) -> None:
        """Ring what became due while the host was frozen."""
        while self._late:
            self._ring(self._late.pop(0))

    def _due(self, name: TimerName, cause: int) -> None:
        if self._kernel.state is None:
            self._ring(name[1])
        elif self._kernel.state == HOST_FROZEN:
            self._late.append(name[1])
