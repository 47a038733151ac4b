"""One simulated host on a bench: what happens to it is done by hand, what it sends is kept.

The bench is a driver of `vipsim.machines.host.stack.HostStack`, with exact timers: nothing answers the host.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vipsim.machines.host.book import Kind
from vipsim.machines.host.stack import HostStack
from vipsim.machines.neighbor.entry import Entry, NeighborState
from vipsim.machines.neighbor.profile import PROFILES
from vipsim.machines.neighbor.queue import truesize
from vipsim.machines.vocabulary import (
    Action,
    AdminChanged,
    CancelTimer,
    Event,
    LinkChanged,
    Outgoing,
    Received,
    Send,
    SetTimer,
    TimerFired,
    TimerName,
)
from vipsim.units import MS, SECOND, Time
from vipsim.validate.fields import RowError
from vipsim.wire.addresses import IPv4, Mac, multicast_mac
from vipsim.wire.frames import Arp, Frame, IpPacket, Udp, framed

START: Time = 1000 * SECOND
"""The host has been up for a while: entries are older than every limit."""
LINK_WATCH: Time = 500 * MS
"""How late a change of carrier reaches the stack: up to 1 s (BEHAVIOUR 1.2), half of it here."""
MOST_EVENTS = 100_000
"""Wake-ups in one row: one that asks for more would never be done."""

MOST_WORK = 10_000_000
"""Steps in one row (a timer looked at, a waiting datagram counted): some seconds."""

NO_ROUTE = "Network is unreachable"
FORBIDDEN = "Permission denied"
NOT_LOCAL = "Cannot assign requested address"


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame that left the host."""

    at: Time
    iface: str
    frame: Frame


class Bench:
    """A host with its interfaces, addresses and caches, and a clock that the bench moves."""

    def __init__(self) -> None:
        self.stack = HostStack(PROFILES["linux"])
        self.now = START
        self.sent: list[Sent] = []
        self.macs: dict[str, Mac] = {}
        self.watched = ""
        """The interface whose entries are read."""
        self._cut: dict[str, None] = {}
        """Interfaces whose cable carries nothing."""
        self._asleep: dict[str, None] = {}
        """Interfaces whose queue takes nothing (noop_qdisc): the stack saw them without carrier, or down."""
        self._timers: dict[TimerName, Time] = {}
        self._calls: list[tuple[Time, Event]] = []
        """Events that reach the stack later."""
        self._events = 0
        self._work = 0

    def charge(self, steps: int) -> None:
        """Count `steps` of work.

        Raises
        ------
        RowError
            If the row has asked for so much that it would not be done in a reasonable time.
        """
        self._work += steps
        if self._work > MOST_WORK:
            reason = f"all of them together ask for more than {MOST_WORK} steps"
            raise RowError("actions", reason, "write fewer actions or datagrams, or several rows")

    # --- time --------------------------------------------------------------------------------

    def do(self, event: Event) -> None:
        """Let `event` happen now."""
        self._follow_link(event)
        self._apply(self.stack.handle(event, self.now))

    def _follow_link(self, event: Event) -> None:
        """Give an interface a queue when it is up and has a carrier, and take it away (dev_activate)."""
        match event:
            case LinkChanged(iface=iface, up=True):
                self._cut.pop(iface, None)
                cache = self.stack.caches.get(iface)
                if cache is not None and cache.up:
                    self._asleep.pop(iface, None)
            case LinkChanged(iface=iface):
                self._cut[iface] = self._asleep[iface] = None
            case AdminChanged(iface=iface, up=up):
                if up and iface not in self._cut:
                    self._asleep.pop(iface, None)
                elif not up:
                    self._asleep[iface] = None
            case _:
                pass

    def later(self, delay: Time, event: Event) -> None:
        """Let `event` happen `delay` ns from now."""
        self._calls.append((self.now + delay, event))

    def run(self, duration: Time) -> None:
        """Let time pass."""
        end = self.now + duration
        while (at := self._next()) <= end:
            self._wake(at)
        self.now = end

    def run_until(self, reached: Callable[[], bool], limit: Time, step: Time) -> bool:
        """Look every `step` ns whether something is `reached`, for at most `limit` ns."""
        end = self.now + limit
        while not reached():
            if self.now >= end:
                return False
            self.run(step)
        return True

    def _next(self) -> Time:
        self.charge(1 + len(self._timers) + len(self._calls))
        return min([*self._timers.values(), *(at for at, _ in self._calls)], default=1 << 62)

    def _wake(self, at: Time) -> None:
        self._events += 1
        if self._events > MOST_EVENTS:
            raise RowError("actions", f"more than {MOST_EVENTS} timers would fire", "wait less")
        self.now = max(self.now, at)
        for number, (when, event) in enumerate(self._calls):
            if when <= at:
                del self._calls[number]
                self.do(event)
                return
        name = min(name for name, when in self._timers.items() if when == at)
        del self._timers[name]
        self.do(TimerFired(name))

    def _apply(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send(frame=frame, iface=iface):
                    self._transmit(iface, frame)
                case SetTimer(name=name, at=at):
                    self._timers[name] = at
                case CancelTimer(name=name):
                    self._timers.pop(name, None)
                case _:
                    pass

    # --- what is done to the host ----------------------------------------------------------------

    def frame_in(self, iface: str, frame: Frame) -> None:
        """Let a frame arrive; the stack itself tells whether it is for this host."""
        if isinstance(frame.packet, Arp) and iface in self.stack.caches:
            self.do(Received(frame, iface))

    def carrier(self, iface: str, up: bool) -> None:
        """Change the carrier: the stack learns of it a little later, and sends nothing in between."""
        if up and iface not in self._cut:
            return
        self._cut[iface] = None
        self._calls = [
            (at, event)
            for at, event in self._calls
            if not (isinstance(event, LinkChanged) and event.iface == iface)
        ]
        self.later(LINK_WATCH, LinkChanged(iface, up))

    def send_udp(self, dst: IPv4, dport: int, payload: bytes, wanted: IPv4 | None) -> str | None:
        """Send a datagram from a socket; returns what the system call complains about."""
        book = self.stack.book
        if wanted is not None and wanted not in book.local:
            return NOT_LOCAL
        if dst in book.local:
            return None
        route = book.route(dst)
        if route is None:
            return NO_ROUTE
        if book.kind(dst) is Kind.BROADCAST:
            return FORBIDDEN
        source = wanted if wanted is not None else book.preferred(dst)
        if not source:
            return NO_ROUTE
        packet = Udp(source, dst, 64, 40_000, dport, payload)
        self._output(packet, route.iface, dst if route.via is None else route.via)
        return None

    def _output(self, packet: IpPacket, iface: str, next_hop: IPv4) -> None:
        """Put a packet out as the kernel's output path does, with the entry read in place."""
        if packet.dst.is_multicast:
            self._put(iface, multicast_mac(packet.dst), packet)
            return
        cache = self.stack.caches.get(iface)
        if cache is None:
            return
        entry = cache.entries.get(next_hop)
        if entry is not None and entry.target is not None:
            self._put(iface, entry.target, packet)
        elif entry is not None and entry.relay is not None:
            entry.used = self.now
            self._put(iface, entry.relay, packet)
        else:
            self.do(Outgoing(packet, next_hop, 0, iface))

    def _put(self, iface: str, dst: Mac, packet: IpPacket) -> None:
        self._transmit(iface, framed(dst, self.macs[iface], packet))

    def _transmit(self, iface: str, frame: Frame) -> None:
        """Put a frame on the cable, if there is a queue to take it and a carrier."""
        if iface not in self._asleep and iface not in self._cut:
            self.sent.append(Sent(self.now, iface, frame))

    # --- what is read ----------------------------------------------------------------------------

    def entry(self, address: IPv4) -> Entry | None:
        """Return the entry of `address` at the interface that is watched."""
        cache = self.stack.caches.get(self.watched)
        return cache.entries.get(address) if cache is not None else None

    def state(self, address: IPv4) -> str:
        """State of the entry of `address` in the oracle's words."""
        entry = self.entry(address)
        return "none" if entry is None or entry.state is NeighborState.NONE else entry.state.value

    def waiting(self, address: IPv4) -> list[IpPacket]:
        """Datagrams that wait for the MAC of `address`."""
        found = (cache.entries.get(address) for cache in self.stack.caches.values())
        return [outgoing.packet for entry in found if entry is not None for outgoing in entry.queue]


def held(packets: list[IpPacket]) -> int:
    """Octets that packets hold of the buffer of the socket that sent them."""
    return sum(truesize(packet) for packet in packets)
