"""What a daemon hears: packets that the kernel hands on, at once, in blocks, or when it runs again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vipsim.machines.heartbeat import HeartbeatMachine
from vipsim.machines.vocabulary import Received
from vipsim.scenario.assemble import FailoverMachine
from vipsim.sim.daemon.capture import CaptureRing, rings_of
from vipsim.sim.engine import Tie, tie_key
from vipsim.units import Time
from vipsim.wire.frames import Echo, Frame

if TYPE_CHECKING:
    from vipsim.sim.daemon.process import Daemon

INBOX_LIMIT = 256
"""Frames that wait for a process that does not run; a socket buffer holds about as many adverts."""


class Ears:
    """The sockets of one daemon process."""

    __slots__ = ("_daemon", "_inbox", "rings")

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._inbox: deque[tuple[FailoverMachine, Received]] = deque()
        self.rings: dict[str, CaptureRing] = {}
        """Of each machine that hears through a capture, its ring."""

    def capture(self, made: Mapping[str, Time]) -> None:
        """Make the rings of those machines that hear through one; by default shortly before now."""
        daemon = self._daemon
        key = tie_key(Tie.CAPTURE, daemon.number)
        self.rings = rings_of(daemon.machines.values(), daemon.world.env, key, made, self._hear)

    def listen(self) -> None:
        """Open a socket for every kind of packet that a machine wants."""
        for machine in self._daemon.machines.values():
            self._listen(machine)

    def _listen(self, machine: FailoverMachine) -> None:
        def hear(frame: Frame, iface: str) -> None:
            ring = self.rings.get(machine.part)
            if ring is None:
                self._hear(machine, Received(frame, iface))
            else:
                ring.take(Received(frame, iface))

        for kind in machine.hears:
            if kind is Echo and isinstance(machine, HeartbeatMachine):
                self._daemon.kernel.flows[machine.ident] = hear
            else:
                self._daemon.kernel.taps.setdefault(kind, []).append(hear)

    def _hear(self, machine: FailoverMachine, event: Received) -> None:
        daemon = self._daemon
        if daemon.is_running:
            daemon.hear(machine, event, event.frame.cause)
        elif daemon.is_paused and len(self._inbox) < INBOX_LIMIT:
            self._inbox.append((machine, event))

    def read(self, cause: int) -> None:
        """Take what came while the process did not run."""
        while self._inbox:
            machine, event = self._inbox.popleft()
            self._daemon.hear(machine, event, event.frame.cause or cause)

    def forget(self) -> None:
        """The process is gone. A host has one daemon, so every tap is its own."""
        self._inbox.clear()
        for ring in self.rings.values():
            ring.discard()
        self.rings = {}
        self._daemon.kernel.taps.clear()
