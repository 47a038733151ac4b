"""The driver of the real world: the simulator's machine objects on a clock and a network that exist.

Everything that happens becomes one event, every event goes through `Driver._tell`, and only there
are actions carried out and timers armed. The clock, the network and the kernel's addresses are
seams (`Clock`, `Port`, `Addresses`); with others behind them the same driver runs under a test,
where the events of a simulated run give the simulated run's frames, byte for byte.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from vipsim.errors import DecodeError, MachineError
from vipsim.machines.vocabulary import (
    AcquireVip,
    Action,
    Announce,
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Machine,
    Note,
    Received,
    ReleaseVip,
    Send,
    SendPacket,
    SetTimer,
    Started,
    Stopped,
    TimerFired,
    TimerName,
    VipFailed,
    VipReady,
)
from vipsim.units import NEVER, Time, format_duration
from vipsim.wire.addresses import NO_MAC, IPv4
from vipsim.wire.announcement import FORMS, announcement
from vipsim.wire.codec import ETHERNET_HEADER, decode, encode
from vipsim.wire.frames import Echo, IpPacket, Packet, framed


class Clock(Protocol):
    """Tells the time in ns; it never goes back."""

    def now(self) -> Time:
        """Nanoseconds since some fixed point."""


class Arrival(NamedTuple):
    """A frame that came: `offloaded` if its UDP checksum was left to a card that is not there."""

    iface: str
    data: bytes
    offloaded: bool = False


class Port(Protocol):
    """The network as one daemon sees it."""

    def send_frame(self, iface: str, data: bytes) -> None:
        """Put one Ethernet frame (without its check sequence) on the cable."""

    def send_packet(self, dst: IPv4, data: bytes) -> None:
        """Hand one IP packet to the kernel, which routes it and resolves the neighbor."""

    def receive(self) -> Iterable[Arrival]:
        """Take a bounded batch of the frames that wait."""


class Addresses(Protocol):
    """The kernel's addresses."""

    def acquire(self, wanted: AcquireVip) -> VipReady | VipFailed:
        """Make the kernel own a virtual address, or tell why it cannot."""

    def release(self, vip: IPv4) -> None:
        """Take it away again; releasing what is not held is allowed."""


class Part(Machine, Protocol):
    """A machine of a daemon, with its name and what it listens to."""

    @property
    def part(self) -> str:
        """The first half of the timer names that it gives."""

    @property
    def hears(self) -> frozenset[type]:
        """Classes of the packets to be delivered; of echoes, the replies to its own (`ident`)."""


class Monotonic:
    """The clock of this machine that nobody sets."""

    def now(self) -> Time:
        """Nanoseconds since boot, or about so."""
        return time.monotonic_ns()


Tap = Callable[[str, Time, Event, list[Action]], None]
"""Called after each call of a machine with (part, now in ns, event, actions)."""


class Driver:
    """Runs the machines of one daemon.

    Parameters
    ----------
    machines : iterable of Part
        They hear of everything in this order.
    clock, port, addresses : Clock, Port, Addresses
        The world.
    tap : Tap, optional
        Sees every call.

    Attributes
    ----------
    counts : Counter
        ``received`` frames and the ``malformed`` ones among them.
    """

    def __init__(
        self,
        machines: Iterable[Part],
        clock: Clock,
        port: Port,
        addresses: Addresses,
        tap: Tap | None = None,
    ) -> None:
        self._machines = {machine.part: machine for machine in machines}
        self._clock = clock
        self._port = port
        self._addresses = addresses
        self._tap = tap
        self._timers: dict[TimerName, Time] = {}
        self._inbox: deque[tuple[str, Event]] = deque()
        self.counts: Counter[str] = Counter()

    # --- what happens -----------------------------------------------------------------------

    def start(self, down: tuple[str, ...] = ()) -> None:
        """Begin; `down` names the interfaces that have no carrier."""
        self.feed(Started(down))

    def stop(self) -> None:
        """End in order: the machines say goodbye and release, then nothing is left to wake up for."""
        self.feed(Stopped())
        self._timers.clear()

    def link_changed(self, iface: str, up: bool) -> None:
        """Interface `iface` gained or lost its carrier."""
        self.feed(LinkChanged(iface, up))

    def receive(self) -> None:
        """Take what waits at the port. Bytes that are no frame are counted and forgotten."""
        for iface, data, offloaded in self._port.receive():
            self.counts["received"] += 1
            try:
                frame = decode(data, offloaded=offloaded)
            except DecodeError:
                self.counts["malformed"] += 1
                continue
            for part, machine in self._machines.items():
                if _hears(machine, frame.packet):
                    self._tell(part, Received(frame, iface))

    def fire_due(self) -> None:
        """Fire every timer whose time has come, once: one that is set again waits for the next call.

        So a machine that asks to be woken at once cannot keep the driver from its sockets.
        """
        now = self._clock.now()
        due = sorted((at, name) for name, at in self._timers.items() if at <= now)
        for _, name in due:
            if self._timers.get(name, NEVER) <= now:  # not cancelled or moved by one that fired before
                del self._timers[name]
                self._tell(name[0], TimerFired(name))

    @property
    def deadline(self) -> Time:
        """When `fire_due` wants to be called next, in ns; `NEVER` if no timer is set."""
        return min(self._timers.values(), default=NEVER)

    def feed(self, event: Event) -> None:
        """Tell every machine of this daemon."""
        for part in self._machines:
            self._tell(part, event)

    # --- the one place that calls machines, carries out actions and arms timers ------------------

    def _tell(self, part: str, event: Event) -> None:
        self._inbox.append((part, event))
        while self._inbox:
            part, event = self._inbox.popleft()
            now = self._clock.now()
            actions = self._machines[part].handle(event, now)
            for action in actions:
                self._carry_out(part, now, action)
            if self._tap is not None:
                self._tap(part, now, event, actions)

    def _carry_out(self, part: str, now: Time, action: Action) -> None:
        match action:
            case Send(frame, iface):
                self._port.send_frame(iface, encode(frame))
            case SendPacket(packet):
                self._port.send_packet(packet.dst, packet_bytes(packet))
            case Announce(vip, iface, source, form) if form in FORMS:
                self._port.send_frame(iface, encode(announcement(vip, source, form)))
            case SetTimer(name, at):
                if at < now:
                    raise MachineError(f"{part}: timer {name} set {format_duration(now - at)} into the past")
                self._timers[name] = at
            case CancelTimer(name):
                self._timers.pop(name, None)
            case AcquireVip():
                self._inbox.append((part, self._addresses.acquire(action)))
            case ReleaseVip(vip):
                self._addresses.release(vip)
            case Changed() | Note():
                pass  # for the tap
            case Announce():
                raise MachineError(f"{part}: no such form of announcement: {action.form}")


def _hears(machine: Part, packet: Packet) -> bool:
    if type(packet) not in machine.hears:
        return False
    if isinstance(packet, Echo):
        return packet.is_reply and packet.ident == getattr(machine, "ident", None)
    return True


def packet_bytes(packet: IpPacket) -> bytes:
    """Octets of an IP packet alone, without the Ethernet header and the padding of its frame."""
    data = encode(framed(NO_MAC, NO_MAC, packet))[ETHERNET_HEADER:]
    return data[: int.from_bytes(data[2:4], "big")]
