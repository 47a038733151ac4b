"""The life of one daemon process, and what it hears.

It only brings events to the machines; `vipsim.sim.daemon.hands` carries out what they ask for.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from vipsim.machines.heartbeat import HeartbeatMachine
from vipsim.machines.vocabulary import (
    LinkChanged,
    Received,
    Settled,
    Started,
    Stopped,
    TimerFired,
    TimerName,
)
from vipsim.scenario.assemble import FailoverMachine, Maker
from vipsim.sim.daemon.hands import Hands
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.kernel import Kernel
from vipsim.sim.timers import TimerTable
from vipsim.wire.frames import Echo, Frame

INBOX_LIMIT = 256
"""Frames that wait for a process that does not run; a socket buffer holds about as many adverts."""


class Process(Enum):
    """Whether the process runs."""

    GONE = "gone"
    RUNNING = "running"
    PAUSED = "paused"


class Daemon:
    """The failover daemon of one host."""

    __slots__ = (
        "feed", "hands", "inbox", "kernel", "listeners", "machines", "make", "name", "paused_by", "process",
        "timers", "world",
    )  # fmt: skip

    def __init__(self, kernel: Kernel, number: int, make: Maker) -> None:
        self.kernel = kernel
        self.world = kernel.world
        self.name = kernel.name
        self.make = make
        self.process = Process.GONE
        self.paused_by: set[str] = set()
        self.machines: dict[str, FailoverMachine] = {}
        self.inbox: deque[tuple[FailoverMachine, Received]] = deque()
        self.timers = TimerTable(self.world.env, tie_key(Tie.TIMER, number), self._timer)
        self.hands = Hands(kernel, self.timers)
        self.listeners = self.hands.listeners
        self.feed = self.hands.feed
        """Gives an event to a machine: takes the machine, the event, and the record that caused it."""
        kernel.hooks.append(self._link_changed)

    # --- the life of the process -----------------------------------------------------------

    def start(self, cause: int = 0) -> None:
        """Launch the process afresh."""
        number = self._launch(cause)
        down = tuple(name for name, nic in self.kernel.nics.items() if not nic.carrier)
        for machine in self.machines.values():
            self.feed(machine, Started(down), number)

    def settle(self, states: dict[str, Settled], cause: int = 0) -> None:
        """Be as if launched long ago: where each part stands."""
        number = self._launch(cause)
        for part, machine in self.machines.items():
            self.feed(machine, states[part], number)

    def _launch(self, cause: int) -> int:
        self.discard()
        self.process = Process.RUNNING
        self.machines = {machine.part: machine for machine in self.make()}
        for machine in self.machines.values():
            self._listen(machine)
        return self.world.note("daemon", self.name, {"act": "start"}, cause)

    def stop(self, cause: int) -> None:
        """End in order (SIGTERM): the machines say goodbye."""
        if self.process is Process.RUNNING:
            number = self.world.note("daemon", self.name, {"act": "stop"}, cause)
            for machine in self.machines.values():
                self.feed(machine, Stopped(), number)
            self.discard()

    def kill(self, cause: int) -> None:
        """End at once (SIGKILL): machines, timers and inbox are gone, the kernel keeps what it has."""
        if self.process is not Process.GONE:
            self.world.note("daemon", self.name, {"act": "kill"}, cause)
            self.discard()

    def pause(self, reason: str, cause: int) -> None:
        """Stop running without ending: ``hang`` (SIGSTOP) or ``freeze`` (the whole host)."""
        if self.process is not Process.GONE:
            self.paused_by.add(reason)
        if self.process is Process.RUNNING:
            self.world.note("daemon", self.name, {"act": "freeze"}, cause)
            self.process = Process.PAUSED
            self.timers.paused = True

    def resume(self, reason: str, cause: int) -> None:
        """Go on if nothing else holds it: the inbox is read before timers fire, as a select loop does."""
        self.paused_by.discard(reason)
        if self.process is Process.PAUSED and not self.paused_by:
            number = self.world.note("daemon", self.name, {"act": "thaw"}, cause)
            self.process = Process.RUNNING
            while self.inbox:
                machine, event = self.inbox.popleft()
                self.feed(machine, event, event.frame.cause or number)
            self.timers.paused = False
            self.timers.run_due()

    def discard(self) -> None:
        """Forget machines, timers and inbox: no stale deadline may fire."""
        self.process = Process.GONE
        self.paused_by.clear()
        self.machines = {}
        self.inbox.clear()
        self.timers.clear()
        self.timers.paused = False
        self._unlisten()

    # --- hearing ---------------------------------------------------------------------------

    def _listen(self, machine: FailoverMachine) -> None:
        def hear(frame: Frame, iface: str) -> None:
            self._hear(machine, Received(frame, iface))

        for kind in machine.hears:
            if kind is Echo and isinstance(machine, HeartbeatMachine):
                self.kernel.flows[machine.ident] = hear
            else:
                self.kernel.taps.setdefault(kind, []).append(hear)

    def _unlisten(self) -> None:
        """A host has one daemon, so every tap is its own."""
        self.kernel.taps.clear()

    def _hear(self, machine: FailoverMachine, event: Received) -> None:
        if self.process is Process.RUNNING:
            self.feed(machine, event, event.frame.cause)
        elif self.process is Process.PAUSED and len(self.inbox) < INBOX_LIMIT:
            self.inbox.append((machine, event))

    def _link_changed(self, iface: str, up: bool, cause: int) -> None:
        if self.process is Process.RUNNING:
            for machine in self.machines.values():
                self.feed(machine, LinkChanged(iface, up), cause)

    def _timer(self, name: TimerName, cause: int) -> None:
        machine = self.machines.get(name[0])
        if machine is not None:
            number = self.world.note("timer", self.name, {"part": name[0], "name": name[1]}, cause)
            self.feed(machine, TimerFired(name), number)
