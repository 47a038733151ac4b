"""The context of one daemon process: its machines, their timers, its inbox, and whether it runs.

This is the simulator's driver of a pure machine. `feed` is the one place where actions are carried
out; everything else only brings events. (The live driver has the same shape.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

from vipsim.machines.heartbeat import HeartbeatMachine
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Note,
    Received,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    Settled,
    Started,
    State,
    Stopped,
    TimerFired,
    TimerName,
    VipFailed,
    VipReady,
)
from vipsim.scenario.assemble import FailoverMachine, Maker
from vipsim.sim.engine import Tie, tie_key
from vipsim.sim.kernel import Kernel
from vipsim.sim.timers import TimerTable
from vipsim.wire.addresses import BROADCAST, NO_MAC
from vipsim.wire.frames import Echo, Frame, Packet, Udp, Vrrp, gratuitous_request
from vipsim.wire.heartbeat import PORT as HEARTBEAT_PORT

ANNOUNCED_TARGET = {"garp-request": NO_MAC, "garp-request-ff": BROADCAST}
"""Target hardware address of an announcement, by its form."""
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
        "_pending", "inbox", "kernel", "listeners", "machines", "make", "name", "paused_by", "process",
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
        self._pending: deque[tuple[FailoverMachine, Event, int]] = deque()
        self.timers = TimerTable(self.world.env, tie_key(Tie.TIMER, number), self._timer)
        self.listeners: list[Callable[[str, State, int], object]] = []
        """Notify scripts: called with (machine, its new state, id of the record that says so)."""
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

    # --- carrying out ----------------------------------------------------------------------

    def feed(self, machine: FailoverMachine, event: Event, cause: int) -> None:
        """Give `event` to `machine` and carry out what it asks; answers of the kernel follow in turn."""
        pending = self._pending
        pending.append((machine, event, cause))
        if len(pending) > 1:
            return  # called from within: the loop below will come to it
        while pending:
            machine, event, cause = pending[0]
            now = self.world.env._now
            actions = machine.handle(event, now)
            if self.world.tap is not None:
                self.world.tap(self.name, machine.part, now, event, actions)
            for action in actions:
                cause = self._apply(machine, action, cause)
            pending.popleft()

    def _apply(self, machine: FailoverMachine, action: Action, cause: int) -> int:
        """Carry out one action; returns the cause of those after it."""
        match action:
            case SetTimer(name=name, at=at):
                self.timers.set(name, at, cause)
            case CancelTimer(name=name):
                self.timers.cancel(name)
            case Send(frame=frame, iface=iface):
                number = self._note_advert(frame.packet, iface, machine, cause)
                self._put(Frame(frame.dst, frame.src, frame.packet, frame.size, number), iface)
            case SendPacket(packet=packet):
                self.kernel.send_packet(packet, self._note_advert(packet, "", machine, cause))
            case Announce(vip=vip, iface=iface, source=source, form=form):
                data = {"vip": vip, "form": form, "lladdr": source, "iface": iface}
                number = self.world.note("announce", self.name, data, cause)
                frame = gratuitous_request(vip, source, ANNOUNCED_TARGET[form])
                frame.cause = number
                self._put(frame, iface)
            case AcquireVip():
                self._acquire(machine, action, cause)
            case ReleaseVip(vip=vip):
                self.kernel.release_vip(vip, cause)
            case Changed(key=key, old=old, new=new, why=why):
                data = {"machine": key, "old": old.value, "new": new.value, "why": why}
                number = self.world.note("state", self.name, data, cause)
                for listener in self.listeners:
                    listener(str(key), State(new.value), number)
                return number
            case Note(text=text):
                self.world.note("note", self.name, {"machine": machine.part, "text": text}, cause)
        return cause

    def _put(self, frame: Frame, iface: str) -> None:
        if self.kernel.state is None:
            self.kernel.nics[iface].out.send(frame)

    def _acquire(self, machine: FailoverMachine, wanted: AcquireVip, cause: int) -> None:
        if self.kernel.state is not None or not self.kernel.nics[wanted.iface].carrier:
            self._pending.append((machine, VipFailed(wanted.vip, "interface has no carrier"), cause))
            return
        self.kernel.acquire_vip(wanted.vip, wanted.iface, cause, wanted.lladdr, wanted.prefix)
        self._pending.append((machine, VipReady(wanted.vip), cause))

    def _note_advert(self, packet: Packet, iface: str, machine: FailoverMachine, cause: int) -> int:
        """Record a message of the protocol; returns the cause for its frame."""
        if isinstance(packet, Vrrp):
            form, priority = "vrrp", packet.priority
        elif isinstance(packet, Udp) and packet.dport == HEARTBEAT_PORT:
            form, priority = "heartbeat", None
        elif isinstance(packet, Echo | Udp):
            form, priority = "probe", None
        else:
            return cause
        data = {"machine": machine.part, "form": form, "to": packet.dst, "priority": priority, "iface": iface}
        return self.world.note("advert", self.name, data, cause)
