"""The neighbor cache of one interface: which MAC an on-link IPv4 address has, and who is told ours.

RFC 826 is an algorithm in one paragraph (section "Packet Reception"): a packet whose sender is
already in the table updates it, before anybody looks at the opcode; if we are the target and the
sender was not in the table it is added; a request for us is answered. Everything else here is what
a host needs around it: waiting packets, repeated requests, and how long an entry lives.

The frame path reads entries in place. `Entry.target` is where frames for the neighbor go now; None
means that the machine must be asked, with `Outgoing`. An entry object stays valid while its flow
holds it: when the cache drops the entry, its `target` becomes None.

States have Linux's names. The plain profile uses INCOMPLETE, REACHABLE and FAILED.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from vipsim.errors import ScenarioError
from vipsim.machines.contract import changed
from vipsim.machines.vocabulary import (
    Action,
    AddressAdded,
    AddressRemoved,
    CancelTimer,
    Changed,
    Event,
    LinkChanged,
    Outgoing,
    Received,
    Send,
    SetTimer,
    TimerFired,
)
from vipsim.units import SECOND, Time
from vipsim.wire.addresses import BROADCAST, NO_IP, NO_MAC, IPv4, Mac
from vipsim.wire.frames import Arp, ArpOp, framed


class NeighborState(Enum):
    """What is known about a neighbor; NONE is the absence of an entry."""

    NONE = "NONE"
    INCOMPLETE = "INCOMPLETE"
    REACHABLE = "REACHABLE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class NeighborProfile:
    """How a system keeps its neighbor cache; times in ns."""

    name: str
    life: Time = 0
    """How long an entry is believed after the last ARP packet that confirmed it; 0: for ever."""
    solicitations: int = 3
    """Requests sent before the neighbor counts as failed."""
    retransmit: Time = SECOND
    """Spacing of requests."""
    queue_limit: int = 3
    """Packets that wait for an answer; the oldest is dropped for a new one."""
    updates_from: str = "any"
    """Which ARP packet changes an entry: ``any`` (RFC 826), or ``gratuitous``: only such, or one for us."""


PROFILES: dict[str, NeighborProfile] = {
    "rfc826": NeighborProfile("rfc826"),
    "rfc826-60s": NeighborProfile("rfc826-60s", life=60 * SECOND),
}
"""Known profiles by name."""


def profile_named(name: str) -> NeighborProfile:
    """Return the profile called `name`, or refuse with the names that exist."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(sorted(PROFILES))
        raise ScenarioError(f"no neighbor profile is called {name!r}: use one of {known}") from None


class Entry:
    """One neighbor. Read by the frame path, changed only by its `NeighborCache`."""

    __slots__ = ("ip", "lladdr", "queue", "requests", "state", "target", "updated")

    def __init__(self, ip: IPv4) -> None:
        self.ip = ip
        self.state = NeighborState.NONE
        self.lladdr: Mac | None = None
        self.target: Mac | None = None
        """Where frames go now; None: ask the machine."""
        self.updated: Time = 0
        self.requests = 0
        self.queue: deque[Outgoing] = deque()


class NeighborCache:
    """The cache of interface `iface` with address `mac`; a `Machine` with one state per neighbor."""

    transitions: ClassVar[frozenset[tuple[Enum, Enum]]] = frozenset(
        {
            (NeighborState.NONE, NeighborState.INCOMPLETE),
            (NeighborState.NONE, NeighborState.REACHABLE),
            (NeighborState.INCOMPLETE, NeighborState.REACHABLE),
            (NeighborState.INCOMPLETE, NeighborState.FAILED),
            (NeighborState.INCOMPLETE, NeighborState.NONE),
            (NeighborState.REACHABLE, NeighborState.REACHABLE),
            (NeighborState.REACHABLE, NeighborState.NONE),
            (NeighborState.FAILED, NeighborState.INCOMPLETE),
            (NeighborState.FAILED, NeighborState.REACHABLE),
            (NeighborState.FAILED, NeighborState.NONE),
        }
    )

    def __init__(self, iface: str, mac: Mac, profile: NeighborProfile) -> None:
        self.iface = iface
        self.mac = mac
        self.profile = profile
        self.entries: dict[IPv4, Entry] = {}
        self._ages = profile.life > 0
        self.addresses: dict[IPv4, None] = {}
        """Own addresses in the order in which they were added: the first is the source of requests."""
        self.unresolved = 0
        """Packets that were dropped because no answer came or the queue was full."""

    @property
    def states(self) -> dict[IPv4, NeighborState]:
        """State of every neighbor in the cache."""
        return {ip: entry.state for ip, entry in self.entries.items()}

    def entry(self, ip: IPv4) -> Entry:
        """Return the entry of `ip`, for a flow to hold; making one changes no state."""
        found = self.entries.get(ip)
        return found if found is not None else Entry(ip)

    def lookup(self, ip: IPv4, now: Time) -> Mac | None:
        """Where a frame for `ip` would go at `now`; None: the machine must be asked (pure)."""
        found = self.entries.get(ip)
        return found.target if found is not None else None

    def cares(self, packet: Arp) -> bool:
        """Whether `handle` would do anything at all with this packet (pure; most are not for us)."""
        if packet.target_ip in self.addresses:
            return True
        entry = self.entries.get(packet.sender_ip)
        return entry is not None and (self._ages or entry.target != packet.sender_mac)

    def handle(self, event: Event, now: Time) -> list[Action]:
        """Take one event; the actions are frames to send, timers, and changes of entries."""
        match event:
            case Outgoing():
                return self._outgoing(event, now)
            case Received(frame=frame):
                return self._arp(frame.packet, now) if isinstance(frame.packet, Arp) else []
            case TimerFired(name=(_, "retransmit")):
                return self._retransmit(IPv4.parse(event.name[0]), now)
            case TimerFired(name=(_, "expire")):
                return self._expire(IPv4.parse(event.name[0]))
            case AddressAdded(address=address):
                self.addresses[address] = None
            case AddressRemoved(address=address):
                self.addresses.pop(address, None)
            case LinkChanged(iface=self.iface, up=False):
                return self._flush()
            case _:
                pass
        return []

    # --- sending ---------------------------------------------------------------------------

    def _outgoing(self, event: Outgoing, now: Time) -> list[Action]:
        entry = self.entries.get(event.next_hop)
        if entry is None:
            entry = self.entries[event.next_hop] = Entry(event.next_hop)
        if entry.target is not None:
            return [self._emit(event, entry.target)]
        if len(entry.queue) >= self.profile.queue_limit:
            entry.queue.popleft()
            self.unresolved += 1
        entry.queue.append(event)
        if entry.state is NeighborState.INCOMPLETE:
            return []
        entry.requests = 0
        return [self._become(entry, NeighborState.INCOMPLETE, None, now, "used"), *self._request(entry, now)]

    def _request(self, entry: Entry, now: Time) -> list[Action]:
        """Broadcast a request; its sender address is that of the waiting packet where that is ours."""
        wanted = entry.queue[0].packet.src if entry.queue else NO_IP
        source = wanted if wanted in self.addresses else next(iter(self.addresses), NO_IP)
        entry.requests += 1
        arp = Arp(ArpOp.REQUEST, self.mac, source, NO_MAC, entry.ip)
        cause = entry.queue[0].cause if entry.queue else 0
        return [
            Send(framed(BROADCAST, self.mac, arp, cause), self.iface),
            SetTimer((str(entry.ip), "retransmit"), now + self.profile.retransmit),
        ]

    def _retransmit(self, ip: IPv4, now: Time) -> list[Action]:
        entry = self.entries.get(ip)
        if entry is None or entry.state is not NeighborState.INCOMPLETE:
            return []
        if entry.requests < self.profile.solicitations:
            return self._request(entry, now)
        self.unresolved += len(entry.queue)
        entry.queue.clear()
        return [self._become(entry, NeighborState.FAILED, None, now, "no answer")]

    def _emit(self, event: Outgoing, target: Mac) -> Send:
        return Send(framed(target, self.mac, event.packet, event.cause), self.iface)

    # --- receiving -------------------------------------------------------------------------

    def _arp(self, arp: Arp, now: Time) -> list[Action]:
        """RFC 826, "Packet Reception"."""
        if arp.sender_ip in self.addresses:
            return []  # somebody speaks for our own address: no defense, nothing learned (as Linux)
        for_us = arp.target_ip in self.addresses
        asked = for_us and arp.op is ArpOp.REQUEST
        actions: list[Action] = []
        if arp.sender_ip != NO_IP:  # a probe (RFC 5227 section 1.1) teaches nothing
            entry = self.entries.get(arp.sender_ip)
            if entry is not None:
                if for_us or arp.is_gratuitous or self.profile.updates_from == "any":
                    actions = self._learn(
                        entry, arp.sender_mac, now, "announced" if arp.is_gratuitous else "heard"
                    )
            elif for_us:
                entry = self.entries[arp.sender_ip] = Entry(arp.sender_ip)
                actions = self._learn(entry, arp.sender_mac, now, "asked us")
        if asked:
            reply = Arp(ArpOp.REPLY, self.mac, arp.target_ip, arp.sender_mac, arp.sender_ip)
            actions.append(Send(framed(arp.sender_mac, self.mac, reply), self.iface))
        return actions

    def _learn(self, entry: Entry, lladdr: Mac, now: Time, why: str) -> list[Action]:
        actions: list[Action] = []
        if entry.state is NeighborState.INCOMPLETE:
            actions.append(CancelTimer((str(entry.ip), "retransmit")))
        if entry.state is not NeighborState.REACHABLE or entry.lladdr != lladdr:
            actions.append(self._become(entry, NeighborState.REACHABLE, lladdr, now, why))
        if self.profile.life:
            actions.append(SetTimer((str(entry.ip), "expire"), now + self.profile.life))
        while entry.queue:
            actions.append(self._emit(entry.queue.popleft(), lladdr))
        return actions

    # --- changing --------------------------------------------------------------------------

    def _expire(self, ip: IPv4) -> list[Action]:
        entry = self.entries.get(ip)
        if entry is None or entry.state is not NeighborState.REACHABLE:
            return []
        return [self._drop(entry, "too old")]

    def _flush(self) -> list[Action]:
        """Loss of carrier empties the cache."""
        actions: list[Action] = []
        for entry in list(self.entries.values()):
            self.unresolved += len(entry.queue)
            entry.queue.clear()
            actions.append(CancelTimer((str(entry.ip), "retransmit")))
            actions.append(CancelTimer((str(entry.ip), "expire")))
            actions.append(self._drop(entry, "link down"))
        return actions

    def _drop(self, entry: Entry, why: str) -> Changed:
        del self.entries[entry.ip]
        return self._become(entry, NeighborState.NONE, None, entry.updated, why)

    def _become(self, entry: Entry, new: NeighborState, lladdr: Mac | None, now: Time, why: str) -> Changed:
        old, old_lladdr = entry.state, entry.lladdr
        entry.state = new
        entry.lladdr = entry.target = lladdr
        entry.updated = now
        return changed(self.transitions, entry.ip, old, new, why, (old_lladdr, lladdr))
