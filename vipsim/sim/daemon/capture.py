"""A capture ring: frames reach the process in blocks that the kernel closes at fixed times.

The blocks' times follow from when the ring was made, so it is the daemon's start that decides how late
each frame is heard, in every cycle the same (truth/NOTES 18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from vipsim.machines.carp import CarpMachine
from vipsim.machines.vocabulary import Received
from vipsim.scenario.assemble import FailoverMachine
from vipsim.sim.engine import Environment
from vipsim.units import Time


class CaptureRing:
    """The ring of one machine; `deliver` is called with each frame when its block is closed.

    Parameters
    ----------
    env : Environment
        The clock.
    key : int
        Heap key of its wake-ups.
    retire : int
        Period in which blocks are closed, in ns.
    made : int
        When the ring was made, in ns; before time zero for a daemon that had been running.
    deliver : callable
        Takes the event.
    """

    __slots__ = ("_block", "_deliver", "_env", "_is_open", "_key", "_made", "_retire")

    def __init__(
        self, env: Environment, key: int, retire: Time, made: Time, deliver: Callable[[Received], object]
    ) -> None:
        self._env = env
        self._key = key
        self._retire = retire
        self._made = made
        self._deliver = deliver
        self._block: list[Received] = []
        self._is_open = True

    def take(self, event: Received) -> None:
        """Put a frame into the present block."""
        self._block.append(event)
        if len(self._block) == 1:
            self._env.call_at(self.closes_after(self._env._now), self._key, self._close)

    def closes_after(self, time: Time) -> Time:
        """Return when the block of a frame that comes at `time` is closed, in ns."""
        return time + self._retire - (time - self._made) % self._retire

    def discard(self) -> None:
        """The socket is gone: nobody gets what is in the block."""
        self._is_open = False

    def _close(self, _: object) -> None:
        block, self._block = self._block, []
        for event in block:
            if self._is_open:
                self._deliver(event)


def rings_of(
    machines: Iterable[FailoverMachine],
    env: Environment,
    key: int,
    made: Mapping[str, Time],
    hear: Callable[[FailoverMachine, Received], object],
) -> dict[str, CaptureRing]:
    """Make the rings of those `machines` that hear through one, by name of the machine.

    `made` tells of some when they were made (ns); the others are as old as a daemon's whose first wait begins
    now. `hear` is called with a machine and what it hears.
    """
    found: dict[str, CaptureRing] = {}
    for machine in machines:
        hearing = machine.hearing if isinstance(machine, CarpMachine) else None
        if hearing is not None:
            since = made.get(machine.part, env._now - hearing.lead)
            deliver = partial(hear, machine)
            found[machine.part] = CaptureRing(env, key + len(found), hearing.retire, since, deliver)
    return found
