"""Carrying out what machines ask for: the one place where a daemon's actions meet its kernel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    CancelTimer,
    Changed,
    Event,
    Note,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    State,
    Tell,
    VipFailed,
    VipReady,
)
from vipsim.scenario.assemble import FailoverMachine
from vipsim.sim.kernel import Kernel
from vipsim.sim.timers import TimerTable
from vipsim.sim.vips import acquire_vip, release_vip
from vipsim.wire.announcement import announcement
from vipsim.wire.frames import Carp, Echo, Frame, Packet, Udp, Vrrp
from vipsim.wire.heartbeat import PORT as HEARTBEAT_PORT


class Hands:
    """What carries out the actions of a host's machines, at once and in order."""

    __slots__ = ("_pending", "kernel", "listeners", "name", "parts", "timers", "world")

    def __init__(self, kernel: Kernel, timers: TimerTable) -> None:
        self.kernel = kernel
        self.world = kernel.world
        self.name = kernel.name
        self.timers = timers
        self.listeners: list[Callable[[str, State, int], object]] = []
        """Notify scripts: called with (machine, its new state, id of the record that says so)."""
        self.parts: dict[str, FailoverMachine] = {}
        """The machines of the process, by their part."""
        self._pending: deque[tuple[FailoverMachine, Event, int]] = deque()

    def feed(self, machine: FailoverMachine, event: Event, cause: int) -> None:
        """Give `event` to `machine` and carry out what it asks; answers of the kernel follow in turn."""
        pending = self._pending
        pending.append((machine, event, cause))
        if len(pending) > 1:
            return  # called from within: the loop below will come to it
        while pending:
            machine, event, cause = pending[0]
            for action in self.ask(machine, event):
                cause = self.apply(machine, action, cause)
            pending.popleft()

    def ask(self, machine: FailoverMachine, event: Event) -> list[Action]:
        """Give `event` to `machine`; returns what it wants done."""
        now = self.world.env._now
        actions = machine.handle(event, now)
        if self.world.tap is not None:
            self.world.tap(self.name, machine.part, now, event, actions)
        return actions

    def apply(self, machine: FailoverMachine, action: Action, cause: int) -> int:
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
                frame = announcement(vip, source, form)
                frame.cause = number
                self._put(frame, iface)
            case AcquireVip():
                self._pending.append((machine, self.acquire(action, cause), cause))
            case ReleaseVip(vip=vip):
                release_vip(self.kernel, vip, cause)
            case Changed(key=key, old=old, new=new, why=why):
                data = {"machine": key, "old": old.value, "new": new.value, "why": why}
                number = self.world.note("state", self.name, data, cause)
                for listener in self.listeners:
                    listener(str(key), State(new.value), number)
                return number
            case Tell(part=part, event=told) if part in self.parts:
                self._pending.append((self.parts[part], told, cause))
            case Note(text=text):
                self.world.note("note", self.name, {"machine": machine.part, "text": text}, cause)
        return cause

    def _put(self, frame: Frame, iface: str) -> None:
        if self.kernel.state is None:
            self.kernel.nics[iface].out.send(frame)

    def acquire(self, wanted: AcquireVip, cause: int) -> VipReady | VipFailed:
        """Let the kernel own an address; returns its answer."""
        if self.kernel.state is not None or not self.kernel.nics[wanted.iface].carrier:
            return VipFailed(wanted.vip, "interface has no carrier")
        acquire_vip(self.kernel, wanted, cause)
        return VipReady(wanted.vip)

    def _note_advert(self, packet: Packet, iface: str, machine: FailoverMachine, cause: int) -> int:
        """Record a message of the protocol; returns the cause for its frame."""
        if isinstance(packet, Vrrp):
            form, priority = "vrrp", packet.priority
        elif isinstance(packet, Carp):
            form, priority = "carp", -packet.advskew
        elif isinstance(packet, Udp) and packet.dport == HEARTBEAT_PORT:
            form, priority = "heartbeat", None
        elif isinstance(packet, Echo | Udp):
            form, priority = "probe", None
        else:
            return cause
        data = {"machine": machine.part, "form": form, "to": packet.dst, "priority": priority, "iface": iface}
        return self.world.note("advert", self.name, data, cause)
